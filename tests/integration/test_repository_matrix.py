"""Every kind of repository x every fault: which level catches it, none is missed, and nothing is ever written."""

import functools
import hashlib
import os
import pathlib
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dulae.checks.backup import copies
from dulae.checks.backup.examine import examine
from dulae.checks.backup.level import LEVELS
from dulae.checks.backup.sets import set_from
from dulae.checks.backup.tools import Tools
from dulae.checks.finding import Finding, Verdict

from .fault_table import MISSED, Note, Record, caught_at
from .repositories import (
    DAYS,
    FORMS,
    OF_FOLDERS,
    PASSPHRASE,
    Repository,
    cluster_programs,
    demand,
    of_cluster,
    of_folder,
    rewritten,
)

Give = Callable[[str], Repository]
Fault = Callable[[Repository, pathlib.Path], None]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_SETTLING_S", 0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Give the folder that is backed up."""
    folder = tmp_path_factory.mktemp("office") / "letters"
    folder.mkdir()
    for number in range(8):
        (folder / f"เรื่องที่ {number}.pdf").write_bytes(os.urandom(30_000))
    return folder


@pytest.fixture(scope="module")
def good(folder: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> Give:
    """Give a good repository of a form, made once."""
    made: dict[str, Repository] = {}

    def give(form: str) -> Repository:
        demand(form)
        if form not in made:
            place = tmp_path_factory.mktemp("good")
            made[form] = of_folder(form, place, folder) if form in OF_FOLDERS else of_cluster(form, place)
        return made[form]

    return give


def copied(made: Repository, place: pathlib.Path) -> Repository:
    """Copy a repository, with a second place that holds the same."""
    shutil.rmtree(place / "repository", ignore_errors=True)
    place.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", str(made.path), str(place / "repository")], check=True)
    follow(place)
    return replace(made, path=place / "repository")


def follow(place: pathlib.Path) -> None:
    """Have the second place hold what the first does, so that it betrays nothing."""
    shutil.rmtree(place / "second", ignore_errors=True)
    if (place / "repository").exists():
        subprocess.run(["cp", "-al", str(place / "repository"), str(place / "second")], check=True)


def judge(made: Repository, level: str = "content", hours: int = 0, **given: object) -> Finding:
    second = str(made.path.parent / "second")
    dated = {} if made.form == "pgbackrest encrypted" else {"retention": {"daily": DAYS}}
    about = {**made.given, "system": "saraban", "name": "set", "level": level, "second_path": second, **dated}
    now = datetime.now(UTC) + timedelta(hours=hours)
    return examine(set_from({**about, **given}), Tools(cluster_programs()), now)


def missing(made: Repository, folder: pathlib.Path) -> None:
    if made.form == "pgbackrest encrypted":
        shutil.rmtree(made.path)
    else:
        made.drop(*made.names())


def truncated(made: Repository, folder: pathlib.Path) -> None:
    os.truncate(made.largest(), made.largest().stat().st_size * 6 // 10)


def end_cut(made: Repository, folder: pathlib.Path) -> None:
    os.truncate(made.largest(), made.largest().stat().st_size - 4096)


def byte_flipped(made: Repository, folder: pathlib.Path) -> None:
    path = made.largest()
    path.chmod(0o600)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))


def zero_bytes(made: Repository, folder: pathlib.Path) -> None:
    os.truncate(made.largest(), 0)


def error_text(made: Repository, folder: pathlib.Path) -> None:
    made.largest().chmod(0o600)
    made.largest().write_text("Fatal: unable to open repository: dial tcp: connection refused\n" * 200)


def pack_missing(made: Repository, folder: pathlib.Path) -> None:
    made.largest().unlink()


def list_lost(made: Repository, folder: pathlib.Path) -> None:
    inside = {
        "restic": "index",
        "borg": "config",
        "borg unencrypted": "config",
        "barman": f"base/{made.names()[-1]}/backup.info",
    }.get(made.form, f"backup/saraban/{made.names()[-1]}")
    for path in [made.path / inside] if (made.path / inside).is_file() else (made.path / inside).iterdir():
        if path.is_file():
            path.unlink()


def wal_missing(made: Repository, folder: pathlib.Path) -> None:
    wals = made.path / ("wals" if made.form == "barman" else "archive")
    for path in wals.rglob("0000*0000*"):
        if path.is_file():
            path.unlink()


def other_passphrase(made: Repository, folder: pathlib.Path) -> None:
    made.password_file.write_text("another passphrase")


def key_damaged(made: Repository, folder: pathlib.Path) -> None:
    if made.form == "restic":
        for path in (made.path / "keys").iterdir():
            path.chmod(0o600)
            path.write_text(path.read_text().replace('"data":"', '"data":"AAAA', 1))
        return
    config = made.path / "config"
    config.write_text(config.read_text().replace("key = hqlh", "key = hqlX"))


def pages_damaged(made: Repository, folder: pathlib.Path) -> None:
    for name in ("backup.manifest", "backup.manifest.copy"):
        path = made.lists() / made.names()[-1] / name
        noted = path.read_text().replace(
            'pg_data/base/1/112={"', 'pg_data/base/1/112={"checksum-page":false,"', 1
        )
        assert "checksum-page" in noted
        rewritten(path, noted)


def emptied(made: Repository, folder: pathlib.Path) -> None:
    other = folder.parent / "kept aside"
    folder.rename(other)
    folder.mkdir()
    try:
        made.back_up(folder, datetime.now(UTC))
    finally:
        folder.rmdir()
        other.rename(folder)


def of_another(made: Repository, folder: pathlib.Path) -> None:
    other = folder.parent / "kept aside"
    folder.rename(other)
    folder.mkdir()
    (folder / "something.txt").write_text("of another system")
    try:
        made.back_up(folder, datetime.now(UTC))
    finally:
        shutil.rmtree(folder)
        other.rename(folder)


def one_place(made: Repository, folder: pathlib.Path) -> None:
    second = replace(made, path=made.path.parent / "second")
    if made.form == "pgbackrest encrypted":
        shutil.rmtree(second.path)
    else:
        second.drop(second.names()[-1])


def deleted_early(made: Repository, folder: pathlib.Path) -> None:
    made.drop(*made.names()[1:-1])


ALL = tuple(FORMS)
CLUSTERS = ("pgbackrest", "pgbackrest encrypted", "barman")
WITH_SECRET = ("restic", "borg", "pgbackrest encrypted")
FAULTS: dict[str, tuple[Fault, tuple[str, ...]]] = {
    "missing": (missing, ALL),
    "truncated at 60 %": (truncated, ALL),
    "last 4 KiB cut": (end_cut, ALL),
    "one byte flipped": (byte_flipped, ALL),
    "zero bytes": (zero_bytes, ALL),
    "error text saved": (error_text, ALL),
    "pack or chunk missing": (pack_missing, ALL),
    "list or index lost": (list_lost, ALL),
    "WAL missing": (wal_missing, CLUSTERS),
    "pages damaged at source": (pages_damaged, ("pgbackrest",)),
    "other passphrase": (other_passphrase, WITH_SECRET),
    "key damaged": (key_damaged, ("restic", "borg")),
    "wrong source": (of_another, OF_FOLDERS),
    "empty folder": (emptied, OF_FOLDERS),
    "newest in one place": (one_place, ALL),
    # The list of an encrypted repository cannot be dated back for a test.
    "deleted too early": (deleted_early, tuple(form for form in ALL if form != "pgbackrest encrypted")),
}


# Those of one form in one process, which makes a good one once.
GROUPED = [pytest.param(form, marks=pytest.mark.xdist_group(f"repository {form}")) for form in FORMS]


@pytest.mark.parametrize("form", GROUPED)
def test_no_fault_of_a_repository_passes(
    form: str, good: Give, folder: pathlib.Path, tmp_path: pathlib.Path, fault_row: Record
) -> None:
    whole = copied(good(form), tmp_path)
    caught = {
        fault: caught_at(functools.partial(judge, whole, hours=hours))
        for fault, hours in (("late", 30), ("clock in the future", -30))
    }
    for fault, (inject, forms) in FAULTS.items():
        if form in forms:
            made = copied(good(form), tmp_path)
            inject(made, folder)
            if inject is not one_place:
                follow(tmp_path)
            caught[fault] = caught_at(functools.partial(judge, made))
            good(form).password_file.write_text(PASSPHRASE)
    missed = [fault for fault, level in caught.items() if level == MISSED]
    fault_row(form, caught)
    assert not missed


_PASSPHRASE = "a passphrase for tests"


def state(folder: pathlib.Path) -> dict[str, str]:
    """Return everything in a folder with the digest of its bytes."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
    }


@pytest.mark.parametrize("form", GROUPED)
def test_a_good_repository_passes_at_every_level_and_stays_as_it_is(
    form: str, good: Give, tmp_path: pathlib.Path, good_set: Note
) -> None:
    made = copied(good(form), tmp_path)
    before = state(made.path)
    for level in LEVELS:
        finding = judge(made, level)
        assert finding.verdict is Verdict.PASS, finding.because
        assert finding.measured["level_reached"] == level
        assert state(made.path) == before
    good_set(form)


@pytest.mark.parametrize("form", GROUPED)
def test_a_damaged_repository_is_not_repaired(
    form: str, good: Give, folder: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    made = copied(good(form), tmp_path)
    newest = max(
        (path for path in made.path.rglob("*") if path.is_file()), key=lambda path: path.stat().st_mtime_ns
    )
    for damage in (made.largest(), newest):
        damage.unlink()
        before = state(made.path)
        assert judge(made).verdict is not Verdict.PASS
        assert state(made.path) == before
