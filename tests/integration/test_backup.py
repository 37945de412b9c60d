"""Every fault class at every level, on real dumps and archives; and good sets, which are never failed."""

import gzip
import hashlib
import os
import pathlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dulae.checks.backup import copies, manifest
from dulae.checks.backup.examine import examine
from dulae.checks.backup.level import LEVELS
from dulae.checks.backup.sets import BackupSet
from dulae.checks.backup.tools import Tools
from dulae.checks.backup_create import making
from dulae.checks.backup_create.request import Connection, Request
from dulae.checks.finding import Finding, Verdict

from .postgres import OFFICE, Server, bin_dirs, cluster

KINDS = {"custom": "pg_dump", "plain": "pg_dump", "plain+gzip": "pg_dump", "tar": "tar", "tar+gzip": "tar"}
Store = pathlib.Path


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_SETTLING_S", 0)


@pytest.fixture(scope="module")
def good(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Store]:
    """Give one good set of each format, with its manifest."""
    root = tmp_path_factory.mktemp("good")
    postgres.fresh("office", *OFFICE)
    connection = Connection(postgres.socket_dir, user=postgres.user)
    tools = Tools(postgres.bin_dir)
    made = making.make(
        Request("pg_dump", "office", str(root / "custom"), "set", connection=connection), tools
    )
    plain = postgres.run("pg_dump", "office").encode()
    put(root / "plain", "set-1.sql", plain, made)
    put(root / "plain+gzip", "set-1.sql.gz", gzip.compress(plain), made)
    source = root / "source"
    source.mkdir()
    for number in range(5):
        (source / f"letter {number}.pdf").write_bytes(os.urandom(60_000))
    packed = making.make(Request("tar", str(source), str(root / "tar+gzip"), "set"), tools)
    archive = gzip.decompress((root / "tar+gzip" / packed.file).read_bytes())
    put(root / "tar", "set-1.tar", archive, packed)
    return {form: root / form for form in KINDS}


def put(store: Store, name: str, data: bytes, made: manifest.Manifest) -> None:
    """Put a set with a fitting manifest into a store."""
    store.mkdir()
    (store / name).write_bytes(data)
    fitting = replace(made, file=name, bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
    (store / f"{name}.manifest.json").write_text(fitting.to_json())


def copy_of(store: Store) -> pathlib.Path:
    return next(
        path for path in sorted(store.iterdir()) if path.name.startswith("set-") and path.suffix != ".json"
    )


def cut(share: float) -> Callable[[Store, Server], None]:
    def fault(store: Store, server: Server) -> None:
        os.truncate(copy_of(store), int(copy_of(store).stat().st_size * share))

    return fault


def missing(store: Store, server: Server) -> None:
    copy_of(store).unlink()


def late(store: Store, server: Server) -> None:
    age(copy_of(store), timedelta(hours=30))


def in_future(store: Store, server: Server) -> None:
    age(copy_of(store), timedelta(hours=-30))


def age(path: pathlib.Path, since: timedelta) -> None:
    moment = datetime.now(UTC) - since
    plain = path.with_name("set" + "".join(path.suffixes))
    path.rename(plain)
    os.utime(plain, (moment.timestamp(), moment.timestamp()))
    plain.rename(path.with_name(f"set-{moment:%Y%m%dT%H%M%SZ}{''.join(path.suffixes)}"))


def last_4_kib_cut(store: Store, server: Server) -> None:
    os.truncate(copy_of(store), copy_of(store).stat().st_size - 4096)


def one_byte_flipped(store: Store, server: Server) -> None:
    data = bytearray(copy_of(store).read_bytes())
    data[len(data) // 2] ^= 1
    copy_of(store).write_bytes(data)


def zero_bytes(store: Store, server: Server) -> None:
    copy_of(store).write_bytes(b"")


def error_text(store: Store, server: Server) -> None:
    copy_of(store).write_text(
        'pg_dump: error: connection to server failed: FATAL: database "office" does not exist\n'
    )


def dumped(store: Store, data: bytes) -> None:
    """Replace a dump by another one, made in the same way."""
    path = copy_of(store)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


def empty_source(store: Store, server: Server) -> None:
    if store.name.startswith("tar"):
        path = copy_of(store)
        empty = store / "nothing"
        empty.mkdir()
        shutil.make_archive(str(store / "packed"), "gztar" if path.suffix == ".gz" else "tar", empty)
        next(store.glob("packed.*")).replace(path)
        empty.rmdir()
        return
    server.fresh("void")
    dump(store, server, "void")


def schema_only(store: Store, server: Server) -> None:
    dump(store, server, "office", "--schema-only")


def wrong_database(store: Store, server: Server) -> None:
    server.fresh("other", "CREATE TABLE something (id int)", "INSERT INTO something VALUES (1)")
    dump(store, server, "other")


def dump(store: Store, server: Server, database: str, *options: str) -> None:
    path = copy_of(store)
    if store.name.startswith("custom"):
        server.run("pg_dump", "-Fc", "-f", str(path), *options, database)
    else:
        dumped(store, server.run("pg_dump", *options, database).encode())


def still_being_written(store: Store, server: Server) -> None:
    copy_of(store).rename(copy_of(store).with_name(copy_of(store).name + ".partial"))


# Fault -> the level that catches it in each format.
FAULTS: dict[str, tuple[Callable[[Store, Server], None], dict[str, str]]] = {
    "missing": (missing, dict.fromkeys(KINDS, "present")),
    "zero bytes": (zero_bytes, dict.fromkeys(KINDS, "present")),
    "still being written": (still_being_written, dict.fromkeys(KINDS, "present")),
    "late": (late, dict.fromkeys(KINDS, "fresh")),
    "clock in the future": (in_future, dict.fromkeys(KINDS, "fresh")),
    "error text saved": (error_text, dict.fromkeys(KINDS, "structure")),
    "empty source": (empty_source, dict.fromkeys(KINDS, "structure")),
    "truncated at 60 %": (cut(0.6), {**dict.fromkeys(KINDS, "structure"), "custom": "integrity"}),
    # tar fills its last record with zeros: here the cut takes nothing but those, and the manifest alone knows.
    "last 4 KiB cut": (
        last_4_kib_cut,
        {**dict.fromkeys(KINDS, "structure"), "custom": "integrity", "tar": "integrity"},
    ),
    "schema only": (schema_only, {form: "structure" for form, kind in KINDS.items() if kind == "pg_dump"}),
    "wrong database": (
        wrong_database,
        {form: "integrity" for form, kind in KINDS.items() if kind == "pg_dump"},
    ),
    "one byte flipped": (
        one_byte_flipped,
        {**dict.fromkeys(KINDS, "integrity"), "plain+gzip": "structure", "tar+gzip": "structure"},
    ),
}
CASES = [(fault, form) for fault, (_, caught) in FAULTS.items() for form in caught]


def judge(store: Store, server: Server, level: str, form: str) -> Finding:
    wanted = BackupSet(str(store), KINDS[form], "saraban/set", pattern="set-*", level=level)
    return examine(wanted, Tools(server.bin_dir), datetime.now(UTC))


@pytest.fixture
def broken(good: dict[str, Store], tmp_path: pathlib.Path) -> Iterator[Callable[[str], Store]]:
    """Give a function that returns a fresh copy of a good store."""

    def fresh(form: str) -> Store:
        return pathlib.Path(shutil.copytree(good[form], tmp_path / form))

    yield fresh


@pytest.mark.parametrize(("fault", "form"), CASES, ids=[f"{form} {fault}" for fault, form in CASES])
def test_each_fault_fails_at_its_level_and_from_there_on(
    fault: str,
    form: str,
    broken: Callable[[str], Store],
    postgres: Server,
) -> None:
    inject, caught_at = FAULTS[fault]
    store = broken(form)
    inject(store, postgres)
    findings = {level: judge(store, postgres, level, form) for level in LEVELS}
    failed = [level for level in LEVELS if findings[level].verdict is Verdict.FAIL]
    assert failed == list(LEVELS[LEVELS.index(caught_at[form]) :]), findings["integrity"].because
    passed = [level for level in LEVELS if level not in failed]
    assert all(findings[level].verdict is Verdict.PASS for level in passed)
    reached = findings["integrity"].measured["level_reached"]
    assert reached == (passed[-1] if passed else "nothing")


def test_the_table_of_faults_and_levels(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{'fault':<22}{''.join(f'{form:<12}' for form in KINDS)}")
        for fault, (_, caught) in FAULTS.items():
            levels = [caught.get(form, "-") for form in KINDS]
            print(f"{fault:<22}{''.join(f'{level:<12}' for level in levels)}")
    assert all(caught for _, caught in FAULTS.values())


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("form", KINDS)
def test_a_good_set_passes_at_every_level(
    form: str, level: str, good: dict[str, Store], postgres: Server
) -> None:
    assert judge(good[form], postgres, level, form).verdict is Verdict.PASS


DUMPS = {
    "uncompressed": ("-Fc", "-Z0"),
    "hardest": ("-Fc", "-Z9"),
    "tar": ("-Ft",),
    "inserts": ("--inserts",),
    "column_inserts": ("--column-inserts", "--rows-per-insert=50"),
    "clean": ("--clean", "--if-exists"),
    "create": ("-C",),
    "no_owner": ("-O", "-x"),
    "quoted": ("--quote-all-identifiers",),
    "data_only_of_all": ("-Fc", "--serializable-deferrable"),
}


@pytest.mark.parametrize("compressed", [False, True], ids=["as_is", "gzip"])
@pytest.mark.parametrize("how", DUMPS)
def test_however_a_good_dump_is_made_it_is_never_failed(
    how: str,
    compressed: bool,
    postgres: Server,
    good: dict[str, Store],
    tmp_path: pathlib.Path,
) -> None:
    path = tmp_path / "set-1.dump"
    postgres.run("pg_dump", *DUMPS[how], "-f", str(path), "office")
    if compressed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    finding = judge(tmp_path, postgres, "integrity", "plain")
    assert (finding.verdict, finding.code) == (Verdict.WARN, "backup.unproven"), finding.because
    assert finding.measured["tables"] == 4
    assert judge(tmp_path, postgres, "structure", "plain").verdict is Verdict.PASS


def test_a_dump_of_all_databases_is_read(
    postgres: Server, tmp_path: pathlib.Path, good: dict[str, Store]
) -> None:
    (tmp_path / "set-1.sql").write_text(postgres.run("pg_dumpall"))
    assert judge(tmp_path, postgres, "structure", "plain").verdict is Verdict.PASS


def test_a_dump_newer_than_the_programs_is_unknown_not_failed(
    good: dict[str, Store], postgres: Server
) -> None:
    older = bin_dirs()[1:]
    if not older:
        pytest.skip("only one version of PostgreSQL here: apt install postgresql")
    wanted = BackupSet(str(good["custom"]), "pg_dump", pattern="set-*")
    finding = examine(wanted, Tools(older[0]), datetime.now(UTC))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "backup.dump_too_new")


def test_dumps_of_an_older_postgresql_are_proven_too(tmp_path: pathlib.Path) -> None:
    older = bin_dirs()[1:]
    if not older:
        pytest.skip("only one version of PostgreSQL here: apt install postgresql")
    with cluster(older[0]) as server:
        server.fresh("office", *OFFICE)
        connection = Connection(server.socket_dir, user=server.user)
        making.make(
            Request("pg_dump", "office", str(tmp_path), "set", connection=connection), Tools(server.bin_dir)
        )
    wanted = BackupSet(str(tmp_path), "pg_dump", pattern="set-*")
    for programs in bin_dirs():
        assert examine(wanted, Tools(programs), datetime.now(UTC)).verdict is Verdict.PASS
