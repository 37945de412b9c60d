"""Making dumps of a real MariaDB: counted and dumped as of one moment, nothing half made, no table left out unsaid."""

import gzip
import os
import pathlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from dulae.checks.backup import copies, mariadb_tables
from dulae.checks.backup.examine import check
from dulae.checks.backup.mariadb import MariaDbSession
from dulae.checks.backup.mariadb import programs as mariadb_programs
from dulae.checks.backup.sets import BackupSet, set_from
from dulae.checks.backup.tools import Tools
from dulae.checks.backup_create import mariadb_dump
from dulae.checks.backup_create.making import create, make
from dulae.checks.backup_create.request import Connection, Request
from dulae.checks.backup_create.store import own_sets
from dulae.checks.finding import Finding, Verdict

from .mariadb import OFFICE, MariaDb, running

TOOLS = Tools()
PROGRAMS = ("mariadb", "mariadb-dump")
RIGHTS = "SELECT, LOCK TABLES, SHOW VIEW, TRIGGER, EVENT"
ROUTINES = "SELECT ON mysql.proc"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_SETTLING_S", 0)


@pytest.fixture
def office(mariadb: MariaDb, tmp_path: pathlib.Path) -> Request:
    mariadb.fresh("office", *OFFICE)
    connection = Connection(mariadb.socket, user="root")
    return Request(
        "mariadb_dump", "office", str(tmp_path / "store"), "office", "leave/db", connection=connection
    )


def judge(request: Request) -> Finding:
    wanted = BackupSet(request.path, "mariadb_dump", pattern="office-*", level="content")
    (finding,) = check([wanted], TOOLS)
    return finding


def left_in(store: str) -> list[str]:
    return [name for name in os.listdir(store) if name != ".office.lock"]


def sql(server: MariaDb, *statements: str) -> str:
    return server.run("mariadb", "office", "-NB", stdin=";\n".join(statements) + ";").decode()


def clerk(server: MariaDb, office: Request, *grants: str, password: str = "") -> Request:
    """Return the request of a user who has some rights."""
    made = [f"CREATE OR REPLACE USER clerk@localhost IDENTIFIED BY '{password}'"]
    sql(server, *made, *(f"GRANT {grant} TO clerk@localhost" for grant in grants))
    return replace(office, connection=replace(office.connection, user="clerk", password=password))


def test_a_dump_is_made_and_proven(office: Request) -> None:
    result = create(office, TOOLS)
    assert (result.finding.verdict, result.finding.measured["rows"]) == (Verdict.PASS, 7000), (
        result.finding.because
    )
    assert result.finding.measured["file"].endswith(".sql.gz")
    judged = judge(office)
    assert (judged.verdict, judged.measured["compared_with"]) == (Verdict.PASS, ["manifest"]), judged.because
    assert not create(office, TOOLS).changed


ODD_TYPES = (
    "CREATE TABLE `odd ``name` (id INT PRIMARY KEY AUTO_INCREMENT, b BIT(9), g POINT, f FLOAT, d DECIMAL(30,10),"
    " j JSON, u UUID, t TIMESTAMP NULL, th VARCHAR(9) CHARACTER SET tis620, x LONGBLOB, v INT AS (id * 2),"
    " e ENUM('หนึ่ง','สอง'), hidden INT INVISIBLE DEFAULT 3) CHARACTER SET utf8mb4",
    "INSERT INTO `odd ``name` (b, g, f, d, j, u, t, th, x, e) VALUES (b'101010101', POINT(1, 2), 0.1,"
    " 12345678901234567890.0123456789, '{\"ก\": 1}', UUID(), NOW(), 'สารบรรณ', x'00ff0a0d1a5c27', 'สอง')",
    "INSERT INTO `odd ``name` (x) VALUES (''), (NULL), (REPEAT('z', 3000000))",
    "CREATE TABLE old_engine (id INT) ENGINE=MyISAM",
    "INSERT INTO old_engine VALUES (1), (1)",
    "CREATE SEQUENCE numbers",
    "CREATE TABLE versioned (id INT) WITH SYSTEM VERSIONING",
    "INSERT INTO versioned VALUES (1), (2)",
    "DELETE FROM versioned WHERE id = 1",
    "CREATE PROCEDURE nothing() SELECT 1",
    "CREATE EVENT never ON SCHEDULE EVERY 1 YEAR DO SELECT 1",
)


def test_every_kind_of_table_is_counted(office: Request, mariadb: MariaDb) -> None:
    mariadb.fresh("office", *OFFICE, *ODD_TYPES)
    made = make(office, TOOLS)
    assert {table.name: table.rows for table in made.tables} == {
        "letters": 5000,
        "nothing_yet": 0,
        "odd `name": 4,
        "old_engine": 2,
        "users": 2000,
        "versioned": 2,
    }
    assert {table.schema for table in made.tables} == {"office"}
    assert judge(office).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE users SET name = 'x' WHERE id = 7",
        "UPDATE users SET photo = NULL WHERE id = 7",
        "UPDATE users SET photo = '' WHERE id = 7",
        "UPDATE users a JOIN users b SET a.name = b.name WHERE a.id = 7 AND b.id = 8",
    ],
)
def test_a_digest_sees_what_a_count_does_not(change: str, office: Request, mariadb: MariaDb) -> None:
    def digests() -> set[str]:
        return {table.digest for table in make(office, TOOLS).tables}

    before = digests()
    assert digests() == before
    sql(mariadb, "DROP TRIGGER log_users", change)
    assert len(digests() - before) == 1


def test_a_digest_does_not_depend_on_the_order_or_the_engine(office: Request, mariadb: MariaDb) -> None:
    def digest() -> str:
        return next(table.digest for table in make(office, TOOLS).tables if table.name == "letters")

    before = digest()
    rename = "RENAME TABLE letters TO away, turned TO letters"
    sql(
        mariadb,
        "CREATE TABLE turned (id INT, title TEXT) ENGINE=MyISAM SELECT * FROM letters ORDER BY id DESC",
        rename,
    )
    assert digest() == before


def restored(server: MariaDb, request: Request, file: str) -> dict[str, tuple[int, str]]:
    """Restore a dump into another database of the server; return the rows and digest of each table."""
    text = gzip.decompress(pathlib.Path(request.path, file).read_bytes()).decode("utf-8", "surrogateescape")
    server.fresh("again")
    server.run("mariadb", "again", "--binary-mode", "--default-character-set=utf8mb4", stdin=text)
    connection = request.connection
    way = (*connection.mariadb_options(), "--database=again")
    with MariaDbSession(mariadb_programs(TOOLS), connection.mariadb_environment(), *way) as session:
        mariadb_tables.begin(session)
        counted = [
            mariadb_tables.count(session, one, mariadb_tables.DIGEST)
            for one in mariadb_tables.listed(session, "again")
        ]
    return {table.name: (table.rows, table.digest) for table in counted}


ODD_DATABASES = {
    "office of today": ("CREATE TABLE `users of it` (id INT)", "INSERT INTO `users of it` VALUES (1)"),
    "sequence": (
        "CREATE SEQUENCE numbers",
        "CREATE TABLE letters (id INT DEFAULT NEXTVAL(numbers), title INT)",
        "INSERT INTO letters (title) VALUES (1), (2)",
    ),
    "merged": (
        "CREATE TABLE one (id INT NOT NULL) ENGINE=MyISAM",
        "INSERT INTO one VALUES (1), (2)",
        "CREATE TABLE both_years (id INT NOT NULL) ENGINE=MERGE UNION=(one)",
    ),
    "history": (
        "CREATE TABLE letters (id INT PRIMARY KEY, title INT) WITH SYSTEM VERSIONING",
        "INSERT INTO letters VALUES (1, 1), (2, 2)",
        "UPDATE letters SET title = 3",
        "DELETE FROM letters WHERE id = 1",
    ),
    "history_shown": (
        "CREATE TABLE letters (id INT, since TIMESTAMP(6) GENERATED ALWAYS AS ROW START,"
        " until TIMESTAMP(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (since, until))"
        " WITH SYSTEM VERSIONING",
        "INSERT INTO letters (id) VALUES (1), (2)",
        "DELETE FROM letters WHERE id = 1",
    ),
    "long_row": (
        "CREATE TABLE scans (id INT, scan LONGBLOB)",
        "INSERT INTO scans VALUES (1, REPEAT(x'00ff', 15000000))",
    ),
}


@pytest.fixture
def long_rows(mariadb: MariaDb) -> Iterator[None]:
    before = mariadb.run("mariadb", "-NB", "-e", "SELECT @@max_allowed_packet").decode().strip()
    mariadb.run("mariadb", "-e", "SET GLOBAL max_allowed_packet = 1073741824")
    yield
    # Whoever dumps all databases of this server would stumble over its row.
    gone = "DROP DATABASE IF EXISTS long_row; DROP DATABASE IF EXISTS again"
    mariadb.run("mariadb", "-e", f"{gone}; SET GLOBAL max_allowed_packet = {before}")


@pytest.mark.usefixtures("long_rows")
@pytest.mark.parametrize("database", ODD_DATABASES)
def test_odd_databases_are_dumped_judged_and_restored_whole(
    database: str, office: Request, mariadb: MariaDb
) -> None:
    asking = replace(office, source=mariadb.fresh(database, *ODD_DATABASES[database]))
    result = create(asking, TOOLS)
    assert result.finding.verdict is Verdict.PASS, result.finding.because
    judged = judge(asking)
    assert judged.verdict is Verdict.PASS, judged.because
    (made,) = own_sets(asking.path, "office")
    counted = {table.name: (table.rows, table.digest) for table in made.manifest.tables}
    assert restored(mariadb, asking, os.path.basename(made.path)) == counted


def test_the_history_of_a_table_is_dumped_or_the_dump_refused(
    office: Request, mariadb: MariaDb, programs: Callable[[str], Tools]
) -> None:
    asking = replace(office, source=mariadb.fresh("history", *ODD_DATABASES["history"]))
    assert [table.rows for table in make(asking, TOOLS).tables] == [4]
    older = programs(f'case "$*" in *--help*) exit 0 ;; esac; {REAL}')
    finding = create(replace(asking, min_interval_hours=0), older).finding
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "backup_create.no_history"), finding.because


def test_a_table_is_expected_of_a_database_whose_name_holds_spaces(office: Request, mariadb: MariaDb) -> None:
    asking = replace(office, source=mariadb.fresh("office of today", *ODD_DATABASES["office of today"]))
    make(asking, TOOLS)
    wanted = {"kind": "mariadb_dump", "path": office.path, "pattern": "office-*", "level": "content"}
    for name in ("users of it", "office of today.users of it"):
        told = {**wanted, "database": asking.source, "expect": {"tables": [{"name": name, "min_rows": 1}]}}
        (finding,) = check([set_from(told)], TOOLS)
        assert finding.verdict is Verdict.PASS, finding.because


def test_a_restored_dump_has_the_digests_of_its_manifest(office: Request, mariadb: MariaDb) -> None:
    mariadb.fresh("office", *OFFICE, *ODD_TYPES)
    made = make(office, TOOLS)
    assert restored(mariadb, office, made.file) == {t.name: (t.rows, t.digest) for t in made.tables}


def test_counts_and_dump_are_of_one_moment_though_people_work_on(office: Request, mariadb: MariaDb) -> None:
    sql(mariadb, "DROP TRIGGER log_users", "CREATE TABLE old_engine (id INT) ENGINE=MyISAM")
    stop = threading.Event()

    def work(letter: int) -> None:
        number = letter * 100_000
        while not stop.is_set():
            number += 1
            sql(
                mariadb,
                f"INSERT INTO letters VALUES ({number}, 'new')",
                f"INSERT INTO old_engine VALUES ({number})",
                f"UPDATE users SET name = '{number}' WHERE id % 97 = {number % 97}",
                f"DELETE FROM letters WHERE id < 5000 AND id % 997 = {number % 997}",
            )

    workers = [threading.Thread(target=work, args=(letter,)) for letter in (1, 2)]
    for worker in workers:
        worker.start()
    try:
        made = [make(office, TOOLS) for _ in range(5)]
    finally:
        stop.set()
        for worker in workers:
            worker.join()
    assert len({table.digest for one in made for table in one.tables if table.name == "users"}) > 1
    for one in made:
        assert restored(mariadb, office, one.file) == {t.name: (t.rows, t.digest) for t in one.tables}


def test_a_user_with_the_rights_that_are_asked_for_makes_a_dump(office: Request, mariadb: MariaDb) -> None:
    result = create(clerk(mariadb, office, f"{RIGHTS} ON office.*", ROUTINES), TOOLS)
    assert result.finding.verdict is Verdict.PASS, result.finding.because


def test_a_role_may_carry_the_rights(office: Request, mariadb: MariaDb) -> None:
    asking = clerk(mariadb, office)
    sql(
        mariadb,
        "CREATE OR REPLACE ROLE backing",
        f"GRANT {RIGHTS} ON office.* TO backing",
        f"GRANT {ROUTINES} TO backing",
        "GRANT backing TO clerk@localhost",
        "SET DEFAULT ROLE backing FOR clerk@localhost",
    )
    assert create(asking, TOOLS).finding.verdict is Verdict.PASS


@pytest.mark.parametrize(
    "case",
    [
        ((), "backup_create.database_refused", "Access denied"),
        (("SELECT ON office.users",), "backup_create.rights_missing", "grant SELECT"),
        (("SELECT, LOCK TABLES, SHOW VIEW, EVENT ON office.*",), "backup_create.rights_missing", "TRIGGER"),
        ((f"{RIGHTS} ON office.*",), "backup_create.rights_missing", "SELECT on mysql.proc"),
        (
            (f"{RIGHTS} ON office.*", "EXECUTE ON FUNCTION office.one"),
            "backup_create.rights_missing",
            "mysql.proc",
        ),
        ((f"{RIGHTS}, EXECUTE ON office.*",), "backup_create.rights_missing", "SELECT on mysql.proc"),
        (
            ("SELECT, SHOW VIEW, TRIGGER ON office.*", ROUTINES),
            "backup_create.not_held_still",
            "grant LOCK TABLES",
        ),
        (
            ("SELECT, LOCK TABLES, EVENT, TRIGGER ON office.*", ROUTINES),
            "backup_create.dump_failed",
            "SHOW VIEW",
        ),
    ],
    ids=["none", "one table", "no triggers", "no routines", "one routine", "no texts", "no lock", "no views"],
)
def test_a_missing_right_fails_with_its_remedy_and_leaves_nothing(
    case: tuple[tuple[str, ...], str, str], office: Request, mariadb: MariaDb
) -> None:
    grants, code, words = case
    sql(mariadb, "CREATE FUNCTION one() RETURNS INT RETURN 1", "CREATE FUNCTION two() RETURNS INT RETURN 2")
    result = create(clerk(mariadb, office, *grants), TOOLS)
    assert (result.finding.verdict, result.finding.code) == (Verdict.FAIL, code), result.finding.because
    assert words in result.finding.because
    assert left_in(office.path) == []


def test_a_server_that_is_not_there_and_a_database_that_is_empty_fail(
    office: Request, mariadb: MariaDb
) -> None:
    away = replace(office, connection=Connection("/no/such/socket", user="root"))
    assert "Can't connect" in create(away, TOOLS).finding.because
    assert (
        create(replace(office, source="no_such_db"), TOOLS).finding.code == "backup_create.database_refused"
    )
    mariadb.fresh("void")
    assert create(replace(office, source="void"), TOOLS).finding.code == "backup_create.no_tables"
    assert left_in(office.path) == []


def test_a_missing_program_is_unknown(office: Request, tmp_path: pathlib.Path) -> None:
    result = create(office, Tools(mariadb_bin_dir=str(tmp_path)))
    assert (result.finding.verdict, result.finding.code) == (Verdict.UNKNOWN, "backup.mariadb_tool_missing")


@pytest.fixture
def programs(tmp_path: pathlib.Path) -> Callable[[str], Tools]:
    """Return a function that gives tools whose mariadb-dump does something else."""

    def make(deed: str) -> Tools:
        folder = tmp_path / "programs"
        folder.mkdir()
        (folder / "mariadb").symlink_to("/usr/bin/mariadb")
        dump = folder / "mariadb-dump"
        dump.write_text(f'#!/bin/sh\n[ "$1" = --version ] && exec /usr/bin/mariadb-dump --version\n{deed}\n')
        dump.chmod(0o755)
        return Tools(mariadb_bin_dir=str(folder), timeout_s=20)

    return make


REAL = '/usr/bin/mariadb-dump "$@"'


@pytest.mark.parametrize(
    "case",
    [
        (f"{REAL} | head -c 9000; kill -9 $$", "backup_create.dump_failed"),
        ('/usr/bin/mariadb-dump --where=1=0 "$@"', "backup_create.other_rows"),
        ('/usr/bin/mariadb-dump --ignore-table=office.letters "$@"', "backup_create.other_rows"),
        ('/usr/bin/mariadb-dump --no-data "$@"', "backup_create.other_rows"),
        (f"{REAL} | head -c 90000", "backup_create.dump_failed"),
        ("exit 0", "backup_create.dump_failed"),
    ],
    ids=["killed", "no rows", "no table", "no data", "cut off", "nothing"],
)
def test_a_dump_that_is_not_whole_fails_and_leaves_nothing(
    case: tuple[str, str], office: Request, programs: Callable[[str], Tools]
) -> None:
    deed, code = case
    result = create(office, programs(deed))
    assert (result.finding.verdict, result.finding.code) == (Verdict.FAIL, code), result.finding.because
    assert left_in(office.path) == []


def test_a_table_that_is_emptied_meanwhile_leaves_nothing_false(
    office: Request, mariadb: MariaDb, programs: Callable[[str], Tools]
) -> None:
    truncate = f"mariadb --no-defaults --socket={mariadb.socket} -uroot office -e 'TRUNCATE TABLE users'"
    # The pipe holds the dump up after its first table, until the second one is emptied.
    slow = programs(f"{REAL} | (head -c 60000; {truncate}; cat); exit 0")
    result = create(office, slow)
    assert result.finding.verdict is Verdict.FAIL, result.finding.because
    assert left_in(office.path) == []


def test_work_that_goes_on_too_long_is_told_and_leaves_nothing(
    office: Request, mariadb: MariaDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mariadb_dump, "_PATIENCE_S", 1)
    stop = threading.Event()
    begun = threading.Event()

    def work() -> None:
        way = office.connection
        options = (*way.mariadb_options(), "--database=office")
        with MariaDbSession(mariadb_programs(TOOLS), way.mariadb_environment(), *options) as session:
            session.ask("START TRANSACTION")
            session.ask("UPDATE users SET name = 'x' WHERE id = 1")
            begun.set()
            stop.wait()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        begun.wait()
        result = create(office, TOOLS)
    finally:
        stop.set()
        worker.join()
    assert (result.finding.verdict, result.finding.code) == (Verdict.FAIL, "backup_create.not_held_still")
    assert "Lock wait timeout" in result.finding.because
    assert left_in(office.path) == []


def test_nobody_waits_for_a_dump_whose_snapshot_has_begun(
    office: Request, mariadb: MariaDb, programs: Callable[[str], Tools]
) -> None:
    """While the dump is still at work, tables of a snapshot can be written to."""
    write = f"mariadb --no-defaults --socket={mariadb.socket} -uroot office"
    deed = f"""{REAL} || exit 1
timeout 10 {write} -e 'INSERT INTO nothing_yet VALUES (1)'"""
    result = create(office, programs(deed))
    assert result.finding.verdict is Verdict.PASS, result.finding.because
    assert sql(mariadb, "SELECT count(*) FROM nothing_yet").strip() == "1"


@pytest.mark.parametrize("when", ["before the dump", "in the middle"])
def test_a_server_that_drops_a_connection_meanwhile_fails_and_leaves_nothing(
    when: str, office: Request, mariadb: MariaDb, programs: Callable[[str], Tools]
) -> None:
    admin = f"mariadb --no-defaults --socket={mariadb.socket} -uroot -NB"
    others = "SELECT id FROM information_schema.processlist WHERE id <> connection_id() AND db = 'office'"
    kill = f"""for id in $({admin} -e "{others}"); do {admin} -e "KILL $id"; done 2>/dev/null"""
    deed = f"{kill}; {REAL}" if when == "before the dump" else f"{REAL} | (head -c 9000; {kill}; cat); exit 2"
    result = create(office, programs(deed))
    assert result.finding.verdict is Verdict.FAIL, result.finding.because
    assert left_in(office.path) == []


def test_a_server_that_dies_meanwhile_fails_and_leaves_nothing(
    tmp_path: pathlib.Path, mariadb: MariaDb, programs: Callable[[str], Tools]
) -> None:
    with running() as doomed:
        doomed.fresh("office", *OFFICE)
        kill = f"kill -9 $(cat {pathlib.Path(doomed.socket).parent}/pid)"
        way = Connection(doomed.socket, user="root")
        wanted = Request("mariadb_dump", "office", str(tmp_path / "store"), "office", connection=way)
        result = create(wanted, programs(f"{REAL} | (head -c 9000; {kill}; cat)"))
        assert result.finding.verdict is Verdict.FAIL, result.finding.because
        assert left_in(wanted.path) == []
        assert create(wanted, TOOLS).finding.code == "backup_create.database_refused"


def test_a_password_stands_in_no_argument_and_no_finding(
    office: Request, mariadb: MariaDb, tmp_path: pathlib.Path
) -> None:
    seen, folder = tmp_path / "seen", tmp_path / "watched"
    folder.mkdir()
    for name in PROGRAMS:
        (folder / name).write_text(f'#!/bin/sh\necho "$0 $*" >> {seen}\nexec /usr/bin/{name} "$@"\n')
        (folder / name).chmod(0o700)
    watched = Tools(mariadb_bin_dir=str(folder))
    asking = clerk(mariadb, office, f"{RIGHTS} ON office.*", ROUTINES, password="s3cret-word")
    result = create(asking, watched)
    assert result.finding.verdict is Verdict.PASS, result.finding.because
    wrong = create(
        replace(asking, min_interval_hours=0, connection=replace(asking.connection, password="wr0ng-word")),
        watched,
    )
    assert wrong.finding.code == "backup_create.database_refused"
    assert "--single-transaction" in seen.read_text()
    for word in ("s3cret", "wr0ng"):
        assert word not in seen.read_text() + str(result) + str(wrong)


def test_a_run_killed_while_it_dumps_leaves_nothing_that_looks_like_a_backup(
    office: Request, programs: Callable[[str], Tools], tmp_path: pathlib.Path
) -> None:
    slow = programs(f"{REAL}; exec sleep 30")
    script = (
        "import sys; from dulae.checks.backup.tools import Tools\n"
        "from dulae.checks.backup_create.making import create\n"
        "from dulae.checks.backup_create.request import Connection, Request\n"
        "create(Request('mariadb_dump', 'office', sys.argv[1], 'office',"
        " connection=Connection(sys.argv[2], user='root')), Tools(mariadb_bin_dir=sys.argv[3]))\n"
    )
    argv = [sys.executable, "-c", script, office.path, office.connection.host, slow.mariadb_bin_dir]
    sources = str(pathlib.Path(__file__).parents[2] / "src")
    with subprocess.Popen(argv, env={**os.environ, "PYTHONPATH": sources}) as child:
        while not any(path.stat().st_size for path in pathlib.Path(office.path).glob(".office-*.partial")):
            assert child.poll() is None
            time.sleep(0.01)
        child.kill()
    assert judge(office).code == "backup.only_unfinished"
    after = create(office, TOOLS)
    assert after.finding.measured["swept"] == 1
    assert judge(office).verdict is Verdict.PASS
