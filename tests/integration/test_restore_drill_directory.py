"""Drills of dumps that are folders: each of their files counts, and nothing stays of them."""

import os
import pathlib
import signal
from collections.abc import Callable
from typing import Any

import pytest

from dulae.checks.backup import manifest
from dulae.checks.finding import Verdict
from dulae.checks.restore_drill.request import Assertion

from .drilling import begin, hold, made, newest, no_waiting, place, store
from .postgres import Server
from .test_restore_drill import STAGES

__all__ = ["made", "no_waiting", "place", "store"]

Dump = Callable[..., pathlib.Path]
COUNT = (Assertion("SELECT count(*) FROM letters", "8000"),)


@pytest.fixture
def dump(store: pathlib.Path, postgres: Server) -> Dump:
    """Return a function that makes a dump in a folder and puts the manifest of the same data beside it."""

    def make(*options: str, told: bool = True) -> pathlib.Path:
        folder = store / "folder.dir"
        postgres.run("pg_dump", "-Fd", *options, "-f", str(folder), "office")
        if told:
            beside = manifest.beside(str(newest(store)))
            pathlib.Path(manifest.beside(str(folder))).write_text(pathlib.Path(beside).read_text())
        return folder

    return make


def data_of(folder: pathlib.Path) -> pathlib.Path:
    """Return the largest file of a table's data."""
    return max(folder.glob("[0-9]*.dat*"), key=lambda path: path.stat().st_size)


@pytest.mark.parametrize("options", [(), ("-Z0",), ("--jobs=2",)], ids=["packed", "bare", "jobs"])
def test_a_good_folder_is_restored_and_proven(
    options: tuple[str, ...], store: pathlib.Path, place: pathlib.Path, postgres: Server, dump: Dump
) -> None:
    dump(*options)
    finding = hold(store, place, postgres.bin_dir, "folder*", assertions=COUNT)
    assert (finding.verdict, finding.code) == (Verdict.PASS, "restore_drill.restored"), finding.because
    assert (finding.measured["tables"], finding.measured["rows"]) == (4, 11003)
    assert [stage["stage"] for stage in finding.measured["stages"]] == STAGES


@pytest.mark.parametrize("told", [True, False], ids=["manifest", "none"])
def test_a_folder_that_lost_the_data_of_a_table_fails(
    told: bool, store: pathlib.Path, place: pathlib.Path, postgres: Server, dump: Dump
) -> None:
    data_of(dump(told=told)).unlink()
    finding = hold(store, place, postgres.bin_dir, "folder*")
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "restore_drill.not_restored"), finding.because


@pytest.mark.parametrize(
    "case",
    [
        ((), False, ["restore_drill.not_restored"]),
        (("-Z0",), True, ["restore_drill.different", "restore_drill.not_restored"]),
    ],
    ids=["packed", "bare"],
)
def test_a_folder_with_one_flipped_byte_fails(
    case: tuple[Any, ...], store: pathlib.Path, place: pathlib.Path, postgres: Server, dump: Dump
) -> None:
    options, told, codes = case
    path = data_of(dump(*options, told=told))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    finding = hold(store, place, postgres.bin_dir, "folder*")
    assert (finding.verdict, finding.code in codes) == (Verdict.FAIL, True), finding.because


@pytest.mark.parametrize("fault", ["cut", "empty"])
def test_a_folder_whose_list_is_damaged_fails(
    fault: str, store: pathlib.Path, place: pathlib.Path, postgres: Server, dump: Dump
) -> None:
    toc = dump() / "toc.dat"
    os.truncate(toc, toc.stat().st_size // 2 if fault == "cut" else 0)
    finding = hold(store, place, postgres.bin_dir, "folder*")
    assert finding.verdict is Verdict.FAIL, finding.because


@pytest.mark.parametrize("stage", ["initdb", "restore", "prove", "drop"])
def test_a_killed_drill_of_a_folder_is_reaped_by_the_next(
    stage: str, store: pathlib.Path, place: pathlib.Path, postgres: Server, dump: Dump
) -> None:
    dump()
    with begin(store, place, postgres, stage, "die", of=("pg_dump", "folder*")) as killed:
        assert killed.stdout and killed.stdout.read() == b"there\n"
    assert killed.returncode == -signal.SIGKILL
    finding = hold(store, place, postgres.bin_dir, "folder*")
    assert finding.verdict is Verdict.PASS, finding.because
    assert finding.measured["reaped"] == ["thai_text" if stage == "drop" else stage]
