"""Good repositories as they are seldom met: odd names, odd surroundings, what broken runs leave behind."""

import os
import pathlib
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from dulae.checks.backup.examine import examine
from dulae.checks.backup.sets import set_from
from dulae.checks.backup.tools import Tools
from dulae.checks.finding import Finding, Verdict

from .repositories import Repository, begun, demand


def grouped(form: str) -> object:
    return pytest.param(form, marks=pytest.mark.xdist_group(f"odd {form}"))


def one(form: str, place: pathlib.Path) -> Repository:
    """Give a repository with one backup of a folder of two letters."""
    demand(form)
    made = begun(form, place / "repository")
    (place / "letters").mkdir()
    for name in ("first", "second"):
        (place / "letters" / name).write_text(f"the {name} letter")
    made.back_up(place / "letters", datetime.now(UTC))
    return made


@pytest.fixture(scope="module", params=[grouped("restic"), grouped("borg")])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Give a good repository of either form, to be left as it is."""
    return one(request.param, tmp_path_factory.mktemp("odd"))


@pytest.fixture(scope="module", params=[grouped("restic")])
def restic(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Give a good repository of restic, to be left as it is."""
    return one(request.param, tmp_path_factory.mktemp("odd"))


def judge(made: Repository, **given: object) -> Finding:
    about = {"system": "saraban", "name": "set", "level": "integrity"}
    return examine(set_from({**made.given, **about, **given}), Tools(), datetime.now(UTC))


@pytest.fixture
def beside(restic: Repository) -> Iterator[pathlib.Path]:
    """Give the only snapshot of a repository; what a test puts beside it is taken away."""
    (snapshot,) = (restic.path / "snapshots").iterdir()
    yield snapshot
    for path in snapshot.parent.iterdir():
        if path != snapshot:
            path.unlink()


@pytest.mark.parametrize("name", ["{id}-tmp-2718281828", ".nfs0001", "README"])
def test_what_is_no_snapshot_beside_the_snapshots_is_none_that_cannot_be_read(
    restic: Repository, beside: pathlib.Path, name: str
) -> None:
    beside.with_name(name.format(id="7f" * 32)).write_bytes(b"half written")
    finding = judge(restic)
    assert finding.verdict is Verdict.PASS, finding.because


def test_a_snapshot_of_another_key_cannot_be_read_and_is_told(
    restic: Repository, beside: pathlib.Path
) -> None:
    shutil.copyfile(beside, beside.with_name(f"{'7f' * 32}.locked"))
    finding = judge(restic)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "backup.snapshot_damaged"), finding.because


def test_a_snapshot_made_while_the_others_are_listed_is_none_that_cannot_be_read(
    restic: Repository, beside: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "restic"
    new = beside.with_name("7f" * 32)
    program.write_text(
        f'#!/bin/sh\n{shutil.which("restic")} "$@" || exit\n'
        f'case "$*" in *snapshots*) cp {beside} {new};; esac\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    finding = judge(restic, level="fresh")
    assert new.exists()
    assert finding.verdict is Verdict.PASS, finding.because


@pytest.fixture(scope="module", params=[grouped("borg")])
def borg(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Give a good repository of borg, to which a test may add archives."""
    return one(request.param, tmp_path_factory.mktemp("odd"))


@pytest.mark.parametrize("name", ["files::letters", "{now}", "{letters}", "letters of ก #1 [a]*"])
def test_an_archive_may_have_any_name_that_borg_takes(
    borg: Repository, tmp_path: pathlib.Path, name: str
) -> None:
    (tmp_path / "third").write_text("the third letter")
    borg.program("create", f"REPOSITORY::{name.replace('{', '{{').replace('}', '}}')}", ".", cwd=tmp_path)
    inside = {"inside": {"path": "third", "kind": "tar"}}
    try:
        finding = judge(borg)
        assert finding.verdict is Verdict.PASS, finding.because
        assert finding.measured["files"] == 1
        assert judge(borg, level="structure", **inside).code == "backup.unknown_format"
    finally:
        borg.program("delete", f"REPOSITORY::{name.replace('{', '{{').replace('}', '}}')}")


@pytest.mark.parametrize(
    "setting", ["RESTIC_REPOSITORY_FILE", "RESTIC_REPOSITORY", "RESTIC_PASSWORD_COMMAND"]
)
def test_settings_of_another_repository_in_the_surroundings_do_not_count(
    restic: Repository, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setenv(setting, "/nowhere")
    finding = judge(restic)
    assert finding.verdict is Verdict.PASS, finding.because
