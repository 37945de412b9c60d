"""Every kind of backup x every fault: which level catches it, and none is missed; good sets are never failed."""

import contextlib
import functools
import os
import pathlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from dulae.checks.backup import copies, manifest
from dulae.checks.backup.examine import examine
from dulae.checks.backup.level import LEVELS
from dulae.checks.backup.sets import set_from
from dulae.checks.backup.tools import Tools
from dulae.checks.finding import Finding, Verdict

from . import mariadb as maria
from .backup_sets import DAYS, FORMS, Sources, counted, dated, make, whole_set, written
from .fault_table import MISSED, Note, Record, caught_at
from .postgres import OFFICE, Server, cluster

Store = pathlib.Path
Fault = Callable[[Store, str, Sources], None]
CLUSTERS = tuple(form for form, kind in FORMS.items() if kind == "pg_basebackup")
FOLDERS = ("pg directory", *(form for form in CLUSTERS if " stream" not in form), "files")
DUMPS = tuple(form for form, kind in FORMS.items() if kind in ("pg_dump", "mariadb_dump"))


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_SETTLING_S", 0)


@pytest.fixture(scope="module")
def sources(
    postgres: Server, mariadb: maria.MariaDb, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sources]:
    """Give a good source of each kind, and wrong ones."""
    folder = tmp_path_factory.mktemp("folders")
    for name, number in (("office", 8), ("other", 8), ("void", 0)):
        (folder / name).mkdir()
        for count in range(number):
            (folder / name / f"{name} {count}.pdf").write_bytes(os.urandom(30_000))
    something = ("CREATE TABLE something (id int)", "INSERT INTO something VALUES (1)")
    with contextlib.ExitStack() as started:

        @functools.cache
        def of_one(what: str) -> Server:
            server = started.enter_context(cluster(postgres.bin_dir))
            if what != "void":
                server.only(server.fresh(what, *{"office": OFFICE, "other": something}[what]))
            return server

        postgres.fresh("office", *OFFICE)
        postgres.fresh("void")
        postgres.fresh("other", *something)
        mariadb.fresh("office", *maria.OFFICE)
        mariadb.fresh("void")
        mariadb.fresh("other", *something)
        yield Sources(postgres, of_one, mariadb, folder)


@pytest.fixture(scope="module")
def good(sources: Sources, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], pathlib.Path]:
    """Give a good copy of a form with its manifest, made once."""
    root = tmp_path_factory.mktemp("good")
    made: dict[str, pathlib.Path] = {}

    def give(form: str) -> pathlib.Path:
        if form not in made:
            path = root / form.replace(" ", "_").replace("+", ".")
            make(sources, form, path)
            written(path, FORMS[form], counted(sources, FORMS[form]), sources.folder / "office")
            made[form] = path
        return made[form]

    return give


def newest(store: Store) -> pathlib.Path:
    return max(path for path in store.iterdir() if not path.name.endswith(manifest.SUFFIX))


def part(store: Store) -> pathlib.Path:
    """Return the newest copy, or the largest file in it, the log aside."""
    path = newest(store)
    files = (
        [file for file in path.rglob("*") if file.is_file() and file.parent.name != "pg_wal"]
        if path.is_dir()
        else [path]
    )
    return max(files, key=lambda file: file.stat().st_size)


def without_older(store: Store) -> None:
    last = newest(store).name
    for path in list(store.iterdir()):
        if not path.name.startswith(last):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def missing(store: Store, form: str, sources: Sources) -> None:
    without_older(store)
    path = newest(store)
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def late(store: Store, form: str, sources: Sources) -> None:
    without_older(store)
    dated(newest(store), datetime.now(UTC) - timedelta(hours=30))


def in_future(store: Store, form: str, sources: Sources) -> None:
    without_older(store)
    dated(newest(store), datetime.now(UTC) + timedelta(hours=30))


def being_written(store: Store, form: str, sources: Sources) -> None:
    without_older(store)
    newest(store).rename(store / f"{newest(store).name}.partial")


def truncated(store: Store, form: str, sources: Sources) -> None:
    os.truncate(part(store), part(store).stat().st_size * 6 // 10)


def end_cut(store: Store, form: str, sources: Sources) -> None:
    os.truncate(part(store), part(store).stat().st_size - 4096)


def byte_flipped(store: Store, form: str, sources: Sources) -> None:
    with part(store).open("r+b") as file:
        file.seek(part(store).stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))


def zero_bytes(store: Store, form: str, sources: Sources) -> None:
    os.truncate(part(store), 0)


def error_text(store: Store, form: str, sources: Sources) -> None:
    inside = {"pg directory": "toc.dat", **dict.fromkeys(FOLDERS[1:-1], "backup_manifest")}.get(form)
    path = newest(store) / inside if inside else part(store)
    path.write_text("mysqldump: Got error: 1045: Access denied for user\npg_dump: error: connection failed\n")


def made_from(what: str) -> Fault:
    def fault(store: Store, form: str, sources: Sources) -> None:
        path = newest(store)
        when = path.stat().st_mtime
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        make(sources, form, path, what)
        os.utime(path, (when, when))

    return fault


def folder_emptied(store: Store, form: str, sources: Sources) -> None:
    path = newest(store)
    when = path.stat().st_mtime
    if form in FOLDERS:
        without_older(store)
        shutil.rmtree(path)
        path.mkdir()
        os.utime(path, (when, when))
    else:
        made_from("void")(store, form, sources)


def one_place(store: Store, form: str, sources: Sources) -> None:
    second = store.parent / "second" / newest(store).name
    shutil.rmtree(second) if second.is_dir() else second.unlink()


def follow(store: Store) -> None:
    """Have the second place hold what the first does, so that it betrays nothing."""
    shutil.rmtree(store.parent / "second")
    subprocess.run(["cp", "-al", str(store), str(store.parent / "second")], check=True)


def deleted_early(store: Store, form: str, sources: Sources) -> None:
    kept = sorted(path for path in store.iterdir() if not path.name.endswith(manifest.SUFFIX))
    for path in kept[1:-1]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


ALL = tuple(FORMS)
FILES = tuple(form for form in FORMS if FORMS[form] in ("tar", "files"))
# Fault -> how it is made, and the forms to which it can happen.
FAULTS: dict[str, tuple[Fault, tuple[str, ...]]] = {
    "missing": (missing, ALL),
    "late": (late, ALL),
    "clock in the future": (in_future, ALL),
    "still being written": (being_written, ALL),
    "truncated at 60 %": (truncated, ALL),
    "last 4 KiB cut": (end_cut, ALL),
    "one byte flipped": (byte_flipped, ALL),
    "zero bytes": (zero_bytes, ALL),
    "error text saved": (error_text, ALL),
    "empty database": (made_from("void"), (*DUMPS, *CLUSTERS)),
    # A physical copy knows no tables: it has all of them, or its own digests tell.
    "schema only": (made_from("schema"), DUMPS),
    "one table without data": (made_from("one table"), DUMPS),
    "wrong source": (made_from("other"), ALL),
    "empty folder": (folder_emptied, (*FOLDERS, *FILES[:-1])),
    "newest in one place": (one_place, ALL),
    "deleted too early": (deleted_early, ALL),
}


def judge(store: Store, form: str, level: str, sources: Sources) -> Finding:
    given = {
        "kind": FORMS[form],
        "path": str(store),
        "pattern": "set-*",
        "system": "saraban",
        "name": "set",
        "level": level,
        "retention": {"daily": DAYS},
        "second_path": str(store.parent / "second"),
    }
    return examine(set_from(given), Tools(sources.postgres.bin_dir), datetime.now(UTC))


@pytest.mark.parametrize("form", FORMS)
def test_no_fault_passes(
    form: str,
    sources: Sources,
    good: Callable[[str], pathlib.Path],
    tmp_path: pathlib.Path,
    fault_row: Record,
) -> None:
    caught: dict[str, str] = {}
    for number, (fault, (inject, forms)) in enumerate(FAULTS.items()):
        if form in forms:
            store = whole_set(good(form), tmp_path / str(number))
            inject(store, form, sources)
            if inject is not one_place:
                follow(store)
            caught[fault] = caught_at(functools.partial(judge, store, form, sources=sources))
            shutil.rmtree(tmp_path / str(number))
    missed = [fault for fault, level in caught.items() if level == MISSED]
    fault_row(form, caught)
    assert not missed


@pytest.mark.parametrize("form", FORMS)
def test_a_good_set_passes_at_every_level(
    form: str, sources: Sources, good: Callable[[str], pathlib.Path], tmp_path: pathlib.Path, good_set: Note
) -> None:
    store = whole_set(good(form), tmp_path)
    for level in LEVELS:
        finding = judge(store, form, level, sources)
        assert finding.verdict is Verdict.PASS, finding.because
        assert finding.measured["level_reached"] == level
    good_set(form)


_UNSIGNED = [
    (fault, form)
    for fault in ("empty database", "schema only", "one table without data", "wrong source")
    for form in FAULTS[fault][1]
]


@pytest.mark.parametrize(("fault", "form"), _UNSIGNED, ids=[f"{form}: {fault}" for fault, form in _UNSIGNED])
def test_an_older_copy_betrays_wrong_content_where_there_is_no_manifest(
    fault: str,
    form: str,
    sources: Sources,
    good: Callable[[str], pathlib.Path],
    tmp_path: pathlib.Path,
) -> None:
    store = whole_set(good(form), tmp_path)
    for path in store.glob(f"*{manifest.SUFFIX}"):
        path.unlink()
    whole = judge(store, form, "content", sources)
    assert whole.verdict is not Verdict.FAIL, whole.because
    assert whole.measured["compared_with"] == ["older"]
    FAULTS[fault][0](store, form, sources)
    follow(store)
    finding = judge(store, form, "content", sources)
    assert finding.verdict is Verdict.FAIL, finding.because


@pytest.mark.parametrize("form", DUMPS)
def test_rows_that_its_own_manifest_has_and_the_copy_lacks_are_missed_by_no_dump(
    form: str, sources: Sources, good: Callable[[str], pathlib.Path], tmp_path: pathlib.Path
) -> None:
    store = whole_set(good(form), tmp_path)
    without_older(store)
    made_from("one table")(store, form, sources)
    written(newest(store), FORMS[form], counted(sources, FORMS[form]), sources.folder / "office")
    follow(store)
    finding = judge(store, form, "content", sources)
    assert finding.verdict is Verdict.FAIL, finding.because
    assert finding.code in ("backup.other_rows", "backup.incomplete"), finding.because


@pytest.mark.parametrize(
    ("form", "fault"),
    [(form, fault) for form in CLUSTERS for fault in (truncated, end_cut, byte_flipped, zero_bytes)],
)
def test_a_physical_copy_is_proven_by_its_own_digests(
    form: str, fault: Fault, sources: Sources, good: Callable[[str], pathlib.Path], tmp_path: pathlib.Path
) -> None:
    store = whole_set(good(form), tmp_path)
    for path in store.glob(f"*{manifest.SUFFIX}"):
        path.unlink()
    assert judge(store, form, "integrity", sources).verdict is Verdict.PASS
    fault(store, form, sources)
    follow(store)
    finding = judge(store, form, "integrity", sources)
    assert finding.verdict is Verdict.FAIL, finding.because


def test_a_physical_copy_that_lost_its_log_fails_and_no_program_is_blamed(
    sources: Sources, good: Callable[[str], pathlib.Path], tmp_path: pathlib.Path
) -> None:
    store = whole_set(good("pg_basebackup"), tmp_path)
    for path in newest(store).glob("pg_wal/0*"):
        path.unlink()
    for path in store.glob(f"*{manifest.SUFFIX}"):
        path.unlink()
    finding = judge(store, "pg_basebackup", "integrity", sources)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "backup.basebackup_log_lacks"), finding.because
