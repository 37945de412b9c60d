"""Rows that PostgreSQL itself deals to other partitions when a dump is restored: made, examined and drilled."""

import pathlib

import pytest

from dulae.checks.backup.examine import check
from dulae.checks.backup.sets import BackupSet
from dulae.checks.backup.tools import Tools
from dulae.checks.backup_create.making import make
from dulae.checks.backup_create.request import Connection, Request
from dulae.checks.finding import Verdict

from .drilling import change_manifest, hold, no_waiting, place
from .postgres import Server

__all__ = ["no_waiting", "place"]

# Numbers that are given to an enum's values are not those of the source, so that they are dealt otherwise.
MOODS = (
    "CREATE TYPE mood AS ENUM ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')",
    'CREATE TABLE moods (mood mood, "at\nonce" int) PARTITION BY HASH (mood)',
    "CREATE TABLE mood_0 PARTITION OF moods FOR VALUES WITH (MODULUS 3, REMAINDER 0)",
    'CREATE TABLE "mood;\n1" PARTITION OF moods FOR VALUES WITH (MODULUS 3, REMAINDER 1)',
)
SAME_ORDER = "CREATE TABLE mood_2 PARTITION OF moods FOR VALUES WITH (MODULUS 3, REMAINDER 2)"
OTHER_ORDER = (
    'CREATE TABLE mood_2 ("at\nonce" int, mood mood)',
    "ALTER TABLE moods ATTACH PARTITION mood_2 FOR VALUES WITH (MODULUS 3, REMAINDER 2)",
)
FILL = "INSERT INTO moods SELECT mood, g FROM unnest(enum_range(NULL::mood)) mood, generate_series(1, 20) g"


@pytest.fixture(params=[(SAME_ORDER,), OTHER_ORDER], ids=["columns in one order", "in two orders"])
def store(request: pytest.FixtureRequest, postgres: Server, tmp_path: pathlib.Path) -> pathlib.Path:
    """Give a store with a dump and its manifest."""
    postgres.fresh("moods", *MOODS, *request.param, FILL)
    connection = Connection(postgres.socket_dir, user=postgres.user)
    make(
        Request("pg_dump", "moods", str(tmp_path / "store"), "office", connection=connection),
        Tools(postgres.bin_dir),
    )
    return tmp_path / "store"


def test_they_are_those_that_were_counted(store: pathlib.Path, place: pathlib.Path, postgres: Server) -> None:
    one = BackupSet(str(store), "pg_dump", pattern="office-*.dump", level="content")
    (finding,) = check([one], Tools(postgres.bin_dir))
    assert (finding.verdict, finding.code) == (Verdict.PASS, "backup.content"), finding.because
    finding = hold(store, place, postgres.bin_dir)
    assert (finding.verdict, finding.code) == (Verdict.PASS, "restore_drill.restored"), finding.because
    assert (finding.measured["tables"], finding.measured["rows"]) == (3, 160)


def test_a_row_that_is_lost_or_too_many_is_missed(
    store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    change_manifest(store, lambda stored: stored["tables"][0].update(rows=stored["tables"][0]["rows"] + 1))
    finding = hold(store, place, postgres.bin_dir)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "restore_drill.different"), finding.because


def test_a_row_with_another_value_is_missed(
    store: pathlib.Path, place: pathlib.Path, postgres: Server, request: pytest.FixtureRequest
) -> None:
    if "two orders" in request.node.name:
        pytest.skip("columns in other orders give other digests, so only rows are compared")
    change_manifest(store, lambda stored: stored["tables"][0].update(digest="1"))
    finding = hold(store, place, postgres.bin_dir)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "restore_drill.different"), finding.because
