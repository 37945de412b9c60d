"""Drills with a real MariaDB: what they prove, what they find, and that nothing stays of them."""

import gzip
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from typing import Any

import pytest

from dulae.checks.backup.sets import BackupSet
from dulae.checks.backup.tools import Tools
from dulae.checks.backup_create import making
from dulae.checks.backup_create.request import Connection, Request
from dulae.checks.finding import Finding, Verdict
from dulae.checks.restore_drill import drill, identity, scratch
from dulae.checks.restore_drill.attachments import Attachments
from dulae.checks.restore_drill.request import Assertion, Drill

from . import drilling
from .drilling import change_manifest, no_waiting, place
from .mariadb import OFFICE, MariaDb
from .postgres import Server

__all__ = ["no_waiting", "place"]

STAGES = ["prepare", "initdb", "start", "restore", "prove", "check_tables", "drop"]
MORE = (
    "CREATE TABLE attachments (path VARCHAR(200), bytes BIGINT, sha256 BINARY(32))",
    "INSERT INTO attachments VALUES ('a.pdf', 4, UNHEX(SHA2('data', 256)))",
    "CREATE TABLE records (at DATETIME, stamp TIMESTAMP NULL)",
    "INSERT INTO records VALUES ('2026-11-01 00:00:00', '2026-11-01 07:00:00')",
    "CREATE TABLE old_engine (id INT, th VARCHAR(20) CHARACTER SET tis620) ENGINE=MyISAM",
    "INSERT INTO old_engine VALUES (1, 'สารบรรณ')",
    "CREATE EVENT never ON SCHEDULE EVERY 1 YEAR DO SELECT 1",
    "CREATE FUNCTION nine() RETURNS INT RETURN 9",
    "CREATE VIEW of_office AS SELECT count(*) AS number FROM office.users",
)
ROWS = 7003
# What restores only with the settings that the head of a dump has, and a dump without a head has not.
KEYS_AND_DAYS = (
    "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'",
    "CREATE TABLE zebra (id INT AUTO_INCREMENT PRIMARY KEY, day DATE)",
    "INSERT INTO zebra VALUES (0, '0000-00-00'), (1, '2026-01-01')",
    "CREATE TABLE ant (zebra INT, FOREIGN KEY (zebra) REFERENCES zebra (id))",
    "INSERT INTO ant VALUES (0)",
    "CREATE TABLE หนังสือ (id INT)",
    "INSERT INTO หนังสือ VALUES (1)",
)


@pytest.fixture(scope="module")
def made(mariadb: MariaDb, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Give a store with a good dump and its manifest, and dumps that others made."""
    store = tmp_path_factory.mktemp("store")
    mariadb.fresh("keys_and_days", *KEYS_AND_DAYS)
    mariadb.fresh("office", *OFFICE, *MORE)
    connection = Connection(mariadb.socket, user="root")
    request = Request("mariadb_dump", "office", str(store), "office", "leave/db", connection=connection)
    making.make(request, Tools())
    for name, how in (
        ("plain.sql", ("office",)),
        ("databases.sql", ("--databases", "office")),
        ("compact.sql", ("--compact", "office")),
        ("bare.sql", ("--compact", "--skip-quote-names", "keys_and_days")),
        ("ansi.sql", ("--compatible=ansi", "office")),
        ("all.sql", ("--all-databases",)),
        ("schema.sql", ("--no-data", "office")),
    ):
        (store / name).write_bytes(mariadb.run("mariadb-dump", "--hex-blob", *how))
    return store


@pytest.fixture
def store(made: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    return pathlib.Path(shutil.copytree(made, tmp_path / "store"))


def newest(store: pathlib.Path) -> pathlib.Path:
    return next(store.glob("office-*.sql.gz"))


def rewritten(store: pathlib.Path, old: str, new: str) -> None:
    """Change the dump inside its packing, as whoever changes a backup would."""
    text = gzip.decompress(newest(store).read_bytes())
    assert old.encode() in text
    newest(store).write_bytes(gzip.compress(text.replace(old.encode(), new.encode(), 1)))


def hold(
    store: pathlib.Path,
    place: pathlib.Path,
    pattern: str = "office-*",
    tools: Tools | None = None,
    **wanted: Any,
) -> Finding:
    one = Drill(BackupSet(str(store), "mariadb_dump", "leave/db", "leave", pattern=pattern), **wanted)
    (finding,) = drill.check([one], tools or Tools(), str(place))
    assert list(place.iterdir()) == []
    return finding


def test_a_good_dump_is_restored_and_proven(store: pathlib.Path, place: pathlib.Path) -> None:
    finding = hold(
        store,
        place,
        assertions=(
            Assertion("SELECT count(*) FROM users", "2000"),
            Assertion("SELECT max(id) FROM office.letters;", "5000"),
            Assertion("SELECT number FROM of_office", "2000"),
            Assertion("SELECT name FROM users WHERE id = 7", "เจ้าหน้าที่ 7"),
            Assertion("SELECT th FROM old_engine", "สารบรรณ"),
            Assertion("SELECT nine()", "9"),
        ),
        newest_record_sql="SELECT max(at) FROM records",
        max_rpo_hours=1,
        max_rto_minutes=10,
    )
    assert (finding.verdict, finding.code) == (Verdict.PASS, "restore_drill.restored"), finding.because
    assert (finding.measured["tables"], finding.measured["rows"]) == (6, ROWS)
    assert [stage["stage"] for stage in finding.measured["stages"]] == STAGES
    assert (finding.measured["check_table"], finding.measured["tables_checked"]) == ("passed", 6)
    assert "MariaDB" in finding.measured["server_version"]
    assert finding.measured["newest_record_minutes"] > 0


def test_times_are_read_as_utc(store: pathlib.Path, place: pathlib.Path) -> None:
    ages = [
        hold(store, place, newest_record_sql=f"SELECT max({column}) FROM records").measured
        for column in ("at", "stamp")
    ]
    # The server of the tests keeps its clock in UTC, and TIMESTAMP is dumped as such.
    assert ages[0]["newest_record_minutes"] - ages[1]["newest_record_minutes"] in (419, 420, 421)


@pytest.mark.parametrize(
    "case",
    [
        ("plain.sql", Verdict.WARN, "restore_drill.not_compared"),
        ("databases.sql", Verdict.WARN, "restore_drill.not_compared"),
        ("compact.sql", Verdict.WARN, "restore_drill.not_compared"),
        ("bare.sql", Verdict.WARN, "restore_drill.not_compared"),
        ("all.sql", Verdict.UNKNOWN, "restore_drill.replaces_accounts"),
        ("schema.sql", Verdict.FAIL, "restore_drill.nothing_restored"),
    ],
)
def test_every_form_is_restored(
    case: tuple[str, Verdict, str], store: pathlib.Path, place: pathlib.Path
) -> None:
    pattern, verdict, code = case
    finding = hold(store, place, pattern)
    assert (finding.verdict, finding.code) == (verdict, code), finding.because


@pytest.mark.parametrize("name", ["plain.sql", "databases.sql"])
def test_declared_queries_are_about_the_dumps_own_database(
    name: str, store: pathlib.Path, place: pathlib.Path
) -> None:
    asked = (Assertion("SELECT count(*) FROM users", "2000"), Assertion("SELECT database()", "office"))
    finding = hold(store, place, name, assertions=asked)
    assert finding.verdict is Verdict.PASS, finding.because


@pytest.mark.parametrize("percent", [60, 97])
def test_a_truncated_dump_fails(percent: int, store: pathlib.Path, place: pathlib.Path) -> None:
    text = gzip.decompress(newest(store).read_bytes())
    newest(store).write_bytes(gzip.compress(text[: len(text) * percent // 100]))
    finding = hold(store, place)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "backup.cut_off"), finding.because
    os.truncate(newest(store), newest(store).stat().st_size * percent // 100)
    assert hold(store, place).verdict is Verdict.FAIL


def test_one_byte_that_changed_fails(store: pathlib.Path, place: pathlib.Path) -> None:
    dump = bytearray(newest(store).read_bytes())
    dump[len(dump) // 2] ^= 0xFF
    newest(store).write_bytes(dump)
    assert hold(store, place).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "case",
    [
        ("ENGINE=InnoDB", "ENGINE=InnoDB NONSENSE", Verdict.FAIL, "restore_drill.not_restored"),
        (
            "CREATE TABLE `letters` (",
            "CREATE TABLE `letters` (`id` int, ",
            Verdict.FAIL,
            "restore_drill.not_restored",
        ),
        ("utf8mb4_general_ci", "utf8mb4_from_tomorrow_ci", Verdict.UNKNOWN, "restore_drill.machine_lacks"),
        ("'เจ้าหน้าที่ 7'", "'เจ้าหน้าที่ 8'", Verdict.FAIL, "restore_drill.different"),
    ],
    ids=["syntax", "twice", "collation", "value"],
)
def test_a_damaged_dump_is_told_from_a_machine_that_lacks_something(
    case: tuple[str, str, Verdict, str], store: pathlib.Path, place: pathlib.Path
) -> None:
    old, new, verdict, code = case
    rewritten(store, old, new)
    # Whoever makes such a dump signs it too; else its SHA-256 tells.
    stored = newest(store).read_bytes()
    digest = hashlib.sha256(stored).hexdigest()
    change_manifest(store, lambda made: made.update(sha256=digest, bytes=len(stored)))
    finding = hold(store, place)
    assert (finding.verdict, finding.code) == (verdict, code), finding.because


def test_damage_that_looks_like_another_version_fails_where_a_manifest_tells(
    store: pathlib.Path, place: pathlib.Path
) -> None:
    rewritten(store, "utf8mb4_general_ci", "utf8mb4_general_cx")
    finding = hold(store, place)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "backup.other_size"), finding.because


@pytest.mark.parametrize(
    "deed",
    [
        "\\! touch {mark}",
        "system touch {mark}",
        "tee {mark}",
        "\\T {mark}",
        "SELECT 1 INTO OUTFILE '{mark}';",
    ],
)
def test_a_dump_obeys_nothing_but_sql(
    deed: str, store: pathlib.Path, place: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    mark = tmp_path / "mark"
    tmp_path.chmod(0o777)
    plain = (store / "plain.sql").read_text()
    (store / "evil.sql").write_text(
        plain.replace("CREATE TABLE", deed.format(mark=mark) + "\nCREATE TABLE", 1)
    )
    assert hold(store, place, "evil.sql").verdict in (Verdict.FAIL, Verdict.UNKNOWN)
    assert not mark.exists()


def test_a_dump_reads_no_file_of_this_machine(
    store: pathlib.Path, place: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    plain = (store / "plain.sql").read_text()
    stolen = "CREATE TABLE stolen (line TEXT);\nLOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE stolen;\nCREATE TABLE"
    (store / "evil.sql").write_text(plain.replace("CREATE TABLE", stolen, 1))
    assert hold(store, place, "evil.sql").code == "restore_drill.not_restored"
    loaded = "CREATE TABLE stolen AS SELECT LOAD_FILE('/etc/passwd') AS line;\nCREATE TABLE"
    (store / "evil.sql").write_text(plain.replace("CREATE TABLE", loaded, 1))
    read = (Assertion("SELECT count(line) FROM stolen", "0"),)
    assert hold(store, place, "evil.sql", assertions=read).verdict is Verdict.PASS


@pytest.mark.parametrize("key", ["rows", "digest"])
def test_a_table_that_differs_from_the_manifest_fails(
    key: str, store: pathlib.Path, place: pathlib.Path
) -> None:
    def change(stored: dict[str, Any]) -> None:
        stored["tables"][1][key] = 7 if key == "rows" else "7"

    change_manifest(store, change)
    finding = hold(store, place)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "restore_drill.different")
    assert "1 of 6 tables" in finding.because and "office.letters" in finding.because


def test_a_digest_of_another_kind_leaves_the_rows_to_compare(
    store: pathlib.Path, place: pathlib.Path
) -> None:
    change_manifest(store, lambda stored: stored.update(digest="of tomorrow"))
    finding = hold(store, place)
    assert (finding.verdict, finding.measured["text_damaged"]) == (Verdict.PASS, 0), finding.because
    assert finding.measured["text_thai"] >= 2000


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (
            {"assertions": (Assertion("SELECT count(*) FROM users", "2001"),)},
            "restore_drill.assertion_failed",
        ),
        (
            {"assertions": (Assertion("SELECT count(*) FROM nowhere", "1"),)},
            "restore_drill.assertion_refused",
        ),
        ({"assertions": (Assertion("SELEC 1", "1"),)}, "restore_drill.assertion_unasked"),
        ({"assertions": (Assertion("DELETE FROM users", "1"),)}, "restore_drill.assertion_unasked"),
        ({"newest_record_sql": "SELECT max(at) FROM records WHERE false"}, "restore_drill.no_record"),
        (
            {"newest_record_sql": "SELECT max(at) FROM records", "max_record_age_hours": 1},
            "restore_drill.record_too_old",
        ),
    ],
)
def test_what_is_declared_must_be_true(
    wanted: dict[str, Any], code: str, store: pathlib.Path, place: pathlib.Path
) -> None:
    finding = hold(store, place, **wanted)
    expected = Verdict.UNKNOWN if code.endswith("unasked") else Verdict.FAIL
    assert (finding.verdict, finding.code) == (expected, code), finding.because


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"data", "restore_drill.restored"),
        (b"dato", "restore_drill.attachments_different"),
        (b"", "restore_drill.attachments_different"),
        (None, "restore_drill.attachments_missing"),
    ],
)
def test_attachments_are_compared_with_their_files(
    content: bytes | None, code: str, store: pathlib.Path, place: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    if content is not None:
        (folder / "a.pdf").write_bytes(content)
    wanted = Attachments("SELECT path, bytes, sha256 FROM attachments", folder=str(folder))
    finding = hold(store, place, attachments=wanted)
    assert finding.code == code, finding.because
    assert finding.measured["attachments"] == 1


def test_a_query_for_attachments_with_other_columns_leaves_the_verdict_open(
    store: pathlib.Path, place: pathlib.Path
) -> None:
    wanted = Attachments("SELECT id FROM users", folder="/")
    assert hold(store, place, attachments=wanted).code == "restore_drill.attachments_unasked"


def test_thai_that_was_dumped_in_a_wrong_encoding_is_found(
    store: pathlib.Path, place: pathlib.Path, mariadb: MariaDb
) -> None:
    latin = mariadb.run("mariadb-dump", "--default-character-set=latin1", "--hex-blob", "office")
    (store / "latin.sql").write_bytes(latin.replace(b"SET NAMES latin1", b"SET NAMES utf8mb4"))
    finding = hold(store, place, "latin.sql", thai_text="always")
    assert (finding.verdict, finding.code) in {
        (Verdict.FAIL, "restore_drill.no_thai"),
        (Verdict.FAIL, "restore_drill.text_damaged"),
    }, finding.because
    assert hold(store, place, "plain.sql", thai_text="always").code == "restore_drill.not_compared"


PROGRAMS = ("mariadb-install-db", "mariadbd", "mariadb")


@pytest.fixture
def programs(tmp_path: pathlib.Path) -> Callable[..., Tools]:
    """Return a function that gives a folder of MariaDB's programs, one of which does something else, or is missing."""

    def make(name: str, deed: str | None, timeout_s: float = 60) -> Tools:
        folder = tmp_path / "programs"
        folder.mkdir()
        tmp_path.chmod(0o755)
        for program in PROGRAMS:
            real = shutil.which(program) or f"/usr/sbin/{program}"
            if program == name and deed is None:
                continue
            before = (deed or "").format(real=real) if program == name else ""
            (folder / program).write_text(f'#!/bin/sh\n{before}exec {real} "$@"\n')
            (folder / program).chmod(0o755)
        return Tools(mariadb_bin_dir=str(folder), timeout_s=timeout_s)

    return make


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_missing_program_is_unknown(
    name: str, store: pathlib.Path, place: pathlib.Path, programs: Callable[..., Tools]
) -> None:
    finding = hold(store, place, tools=programs(name, None))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "backup.mariadb_tool_missing"), (
        finding.because
    )
    assert name in finding.because


# Only the client that restores is given the dump's database and a larger packet.
ONLY_RESTORING = 'case "$*" in *--max-allowed-packet*) ;; *) exec {real} "$@" ;; esac\n'
KILL_THE_SERVER = ONLY_RESTORING + (
    'for one in "$@"; do case $one in --socket=*) socket=${{one#--socket=}} ;; esac; done\n'
    'kill -9 $(cat "$(dirname "$(dirname "$socket")")/pid")\n'
)


@pytest.mark.parametrize(
    "killed",
    [
        ("mariadb", ONLY_RESTORING + "kill -9 $$\n", "backup.tool_killed"),
        ("mariadb", KILL_THE_SERVER, "restore_drill.server_ended"),
        ("mariadb-install-db", "kill -9 $$\n", "restore_drill.no_server"),
        ("mariadbd", 'case "$*" in *--skip-networking*) kill -9 $$ ;; esac\n', "restore_drill.not_started"),
    ],
    ids=["client", "server", "making", "starting"],
)
def test_a_program_that_is_killed_leaves_the_verdict_open(
    killed: tuple[str, str, str], store: pathlib.Path, place: pathlib.Path, programs: Callable[..., Tools]
) -> None:
    name, deed, code = killed
    finding = hold(store, place, tools=programs(name, deed))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, code), finding.because


@pytest.mark.parametrize("name", ["mariadb-install-db", "mariadb"])
def test_a_program_that_does_not_end_leaves_the_verdict_open(
    name: str, store: pathlib.Path, place: pathlib.Path, programs: Callable[..., Tools]
) -> None:
    deed = (ONLY_RESTORING if name == "mariadb" else "") + "exec sleep 30\n"
    finding = hold(store, place, tools=programs(name, deed, 3))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "backup.tool_silent"), finding.because


def begin(store: pathlib.Path, place: pathlib.Path, moment: str, deed: str) -> subprocess.Popen[bytes]:
    """Start a drill that dies, or waits to be ended, when it comes to a stage."""
    return drilling.begin(store, place, None, moment, deed, of=("mariadb_dump", "office-*"))


@pytest.mark.parametrize("stage", [*STAGES, "attachments", "thai_text"])
def test_a_drill_killed_at_any_stage_is_reaped_by_the_next(
    stage: str, store: pathlib.Path, place: pathlib.Path
) -> None:
    with begin(store, place, stage, "die") as killed:
        assert killed.stdout and killed.stdout.read() == b"there\n"
    assert killed.returncode == -signal.SIGKILL
    assert list(place.iterdir())  # a killed drill cannot clean up; the next one must
    finding = hold(store, place)
    assert finding.verdict is Verdict.PASS, finding.because
    assert finding.measured["reaped"] == ["thai_text" if stage == "drop" else stage]


@pytest.mark.parametrize("stage", ["initdb", "prove"])
def test_a_drill_that_is_told_to_end_cleans_up_at_once(
    stage: str, store: pathlib.Path, place: pathlib.Path
) -> None:
    with begin(store, place, stage, "wait") as told:
        assert told.stdout and told.stdout.readline() == b"there\n"
        told.terminate()
    assert told.returncode == 128 + signal.SIGTERM
    assert list(place.iterdir()) == []


def test_the_scratch_server_ends_with_a_killed_drill(store: pathlib.Path, place: pathlib.Path) -> None:
    if not shutil.which("setpriv"):
        pytest.skip("no setpriv here: the server waits for the next drill's reaper")
    with begin(store, place, "prove", "die") as killed:
        killed.wait()
    end = time.monotonic() + 20
    while scratch.programs_in(str(place)) and time.monotonic() < end:
        time.sleep(0.05)
    assert scratch.programs_in(str(place)) == []
    hold(store, place)


@pytest.mark.root
def test_root_may_step_down_without_a_namespace(
    store: pathlib.Path, place: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid():
        pytest.skip("needs root")
    monkeypatch.setattr(identity, "_NAMESPACE", ("false",))
    place.chmod(0o755)
    finding = hold(store, place)
    assert finding.verdict is Verdict.PASS, finding.because


def test_dumps_of_both_servers_are_drilled_in_one_call(
    store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    postgres.fresh("both", "CREATE TABLE users AS SELECT 1 AS id")
    connection = Connection(postgres.socket_dir, user=postgres.user)
    tools = Tools(postgres.bin_dir)
    making.make(Request("pg_dump", "both", str(store), "both", connection=connection), tools)
    sets = [
        BackupSet(str(store), "mariadb_dump", pattern="office-*"),
        BackupSet(str(store), "pg_dump", pattern="both-*"),
    ]
    findings = drill.check([Drill(one) for one in [*sets, *sets]], tools, str(place))
    assert [finding.code for finding in findings] == ["restore_drill.restored"] * 4


@pytest.mark.root
def test_a_disk_that_fills_up_leaves_the_verdict_open(store: pathlib.Path, mariadb: MariaDb) -> None:
    place = pathlib.Path(tempfile.mkdtemp(prefix="dulae-t-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300m", "tmpfs", place], check=False, capture_output=True
    )
    try:
        if mounted.returncode:
            pytest.skip(f"cannot mount a file system here: {mounted.stderr.decode().strip()}")
        mariadb.fresh("large", "CREATE TABLE zeros AS SELECT REPEAT('0', 7000) AS a FROM seq_1_to_40000")
        dump = mariadb.run("mariadb-dump", "large")
        (store / "large.sql.gz").write_bytes(gzip.compress(dump))
        finding = hold(store, place, "large.sql.gz")
        assert (finding.verdict, finding.code) in {
            (Verdict.UNKNOWN, "restore_drill.machine_lacks"),
            (Verdict.UNKNOWN, "restore_drill.server_ended"),
        }, finding.because
        (store / "sized.sql.gz").write_bytes(gzip.compress(dump))
        about = {"format": 1, "kind": "mariadb_dump", "file": "sized.sql.gz", "bytes": 1, "sha256": ""}
        times = {"started_at": "2026-11-22T00:00:00+00:00", "finished_at": "2026-11-22T00:00:00+00:00"}
        whole = {**about, **times, "source": {"database_bytes": 300 << 20}}
        (store / "sized.sql.gz.manifest.json").write_text(json.dumps(whole))
        assert hold(store, place, "sized.sql.gz").code == "restore_drill.no_space"
    finally:
        subprocess.run(["umount", place], check=False, capture_output=True)
        place.rmdir()
