"""Manifests beside backups."""

import json
import pathlib
import re

import pytest

from dulae.checks.backup import manifest
from dulae.checks.backup.faults import Bad

MADE = manifest.Manifest(
    kind="tar",
    file="files.tar.gz",
    bytes=12,
    sha256="ab" * 32,
    started_at="2026-11-22T01:00:00.000+00:00",
    finished_at="2026-11-22T01:00:01.000+00:00",
    tables=(manifest.TableCount("public", 'od"d', 3, "-12"),),
    files=(manifest.FileCount("เอกสาร/ก.pdf", 7, "cd" * 32),),
)


def test_a_manifest_survives_being_stored() -> None:
    assert manifest.from_json(MADE.to_json()) == MADE


def test_the_least_manifest_that_the_documentation_shows_is_one() -> None:
    text = (pathlib.Path(__file__).parents[4] / "docs/backups.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"(?s)```json\n(.*?)```", text)
    assert manifest.from_json(shown).made_by == "contractor"


def test_a_file_name_that_is_no_text_survives_too(tmp_path: pathlib.Path) -> None:
    odd = manifest.FileCount("caf\udce9.pdf", 7, "cd" * 32)
    made = manifest.Manifest(**{**vars(MADE), "files": (odd,)})
    path = tmp_path / "m"
    path.write_text(made.to_json(), encoding="utf-8", errors="surrogateescape")
    assert manifest.read(str(path), "file") == made


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": 2}',
        '{"format": 1, "kind": "tar"}',
        json.dumps({**json.loads(MADE.to_json()), "surprise": 1}),
        json.dumps({**json.loads(MADE.to_json()), "tables": [{"schema": "public"}]}),
    ],
)
def test_a_broken_manifest_is_told_as_bad(tmp_path: pathlib.Path, text: str) -> None:
    path = tmp_path / "m"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Bad) as caught:
        manifest.read(str(path), "files.tar.gz")
    assert caught.value.why is manifest.BROKEN


def test_a_missing_manifest_raises() -> None:
    with pytest.raises(FileNotFoundError):
        manifest.read("/no/such/manifest", "files.tar.gz")
