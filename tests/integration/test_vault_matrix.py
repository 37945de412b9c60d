"""Copies in a vault: the same verdict for the same reason as on the machine's own disk, for every fault."""

import os
import pathlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from dulae.checks.backup import copies, manifest
from dulae.checks.backup.examine import examine
from dulae.checks.backup.level import LEVELS
from dulae.checks.backup.sets import set_from
from dulae.checks.backup.tools import Tools
from dulae.checks.finding import Finding, Verdict
from dulae.vaults.checking import check

from . import test_backup_matrix as matrix
from .backup_sets import DAYS, FORMS, Sources, whole_set
from .vault import Vault, serving

sources = matrix.sources
good = matrix.good

STREAMED = tuple(form for form in FORMS if form not in ("pg directory", "pg_basebackup"))
# One form for each way in which data are read; good copies of every form are read below.
READ_APART = (
    *("pg plain", "pg plain+lz4", "pg custom", "pg tar", "mariadb+zstd"),
    *("tar", "tar+gzip", "files", "pg_basebackup tar+gzip"),
)
# A physical copy brings digests of its own, and lacks no manifest.
SIGNED = tuple(form for form in STREAMED if FORMS[form] != "pg_basebackup")


def manifest_missing(store: pathlib.Path, form: str, sources: Sources) -> None:
    for path in store.glob(f"*{manifest.SUFFIX}"):
        path.unlink()


FAULTS = {
    **{fault: inject for fault, (inject, _) in matrix.FAULTS.items() if inject is not matrix.folder_emptied},
    "manifest missing": manifest_missing,
}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_SETTLING_S", 0)
    monkeypatch.setattr(copies, "_SETTLING_ELSEWHERE_S", 0)


@pytest.fixture
def temporary(
    form: str,
    good: Callable[[str], pathlib.Path],
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
) -> pathlib.Path:
    """Give the folder into which temporary files go, once the servers run that the copy is made from."""
    good(form)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


@pytest.fixture(scope="module")
def vault() -> Iterator[Vault]:
    with serving() as running:
        yield running


def given(form: str, level: str, path: str, second: str) -> dict[str, Any]:
    return {
        "kind": FORMS[form],
        "path": path,
        "pattern": "set-*",
        "system": "saraban",
        "name": "set",
        "level": level,
        "retention": {"daily": DAYS},
        "second_path": second,
    }


def both(
    store: pathlib.Path, form: str, level: str, sources: Sources, vault: Vault
) -> tuple[Finding, Finding]:
    """Return what is found on the disk, and in the vault."""
    tools = Tools(sources.postgres.bin_dir)
    here = set_from(given(form, level, str(store), str(store.parent / "second")))
    there = set_from(given(form, level, vault.path_of(store), vault.path_of(store.parent / "second")))
    return examine(here, tools, datetime.now(UTC)), check([there], vault.host, tools)[0]


def told(finding: Finding) -> tuple[Any, ...]:
    return (
        finding.verdict,
        finding.code,
        *(finding.measured.get(name) for name in ("level_reached", "not_proven", "file", "bytes", "items")),
        *(finding.measured.get(name) for name in ("sha256", "rows", "compared_with", "count", "unfinished")),
    )


@pytest.mark.parametrize("form", READ_APART)
def test_every_fault_is_told_as_on_the_own_disk(
    form: str,
    sources: Sources,
    good: Callable[[str], pathlib.Path],
    vault: Vault,
) -> None:
    for number, (fault, inject) in enumerate(FAULTS.items()):
        forms = matrix.FAULTS[fault][1] if fault in matrix.FAULTS else SIGNED
        if form not in forms:
            continue
        store = whole_set(good(form), vault.root / str(number))
        inject(store, form, sources)
        if inject is not matrix.one_place:
            matrix.follow(store)
        for level in ("integrity", "content"):
            here, there = both(store, form, level, sources, vault)
            assert told(there) == told(here), (fault, level, there.because, here.because)
        assert there.verdict is not Verdict.PASS, fault
        shutil.rmtree(vault.root / str(number))


@pytest.mark.parametrize("form", STREAMED)
def test_good_copies_pass_and_nothing_is_left_anywhere(
    form: str,
    sources: Sources,
    good: Callable[[str], pathlib.Path],
    vault: Vault,
    temporary: pathlib.Path,
) -> None:
    store = whole_set(good(form), vault.root / "good")
    before = vault.files()
    for level in LEVELS:
        here, there = both(store, form, level, sources, vault)
        assert there.verdict is Verdict.PASS, there.because
        assert told(there) == told(here)
        assert there.measured["level_reached"] == level
    assert vault.files() == before
    assert os.listdir(temporary) == []
    shutil.rmtree(vault.root / "good")


@pytest.mark.parametrize("form", ["pg directory", "pg_basebackup"])
def test_what_only_a_program_on_a_folder_can_judge_is_unknown(
    form: str, sources: Sources, good: Callable[[str], pathlib.Path], vault: Vault
) -> None:
    store = whole_set(good(form), vault.root / "folders")
    for level in ("present", "fresh"):
        assert both(store, form, level, sources, vault)[1].verdict is Verdict.PASS
    for level in ("structure", "integrity", "content"):
        there = both(store, form, level, sources, vault)[1]
        assert (there.verdict, there.code) == (Verdict.UNKNOWN, "backup.not_as_stream")
        assert there.measured["level_reached"] == "fresh"
        assert "opens" in there.measured["not_proven"]
    shutil.rmtree(vault.root / "folders")
