"""Restoring strictly: what a dump may say to psql, and what its errors mean."""

import io
from typing import BinaryIO, cast

import pytest

from dulae.checks.backup.faults import Bad, CannotTell
from dulae.checks.restore_drill import restoring

DUMP = b"""--
\\restrict abc123
COPY public.a (id) FROM stdin;
\\restrict this is a value that begins with a carriage return
\\.
SELECT 1;
\\unrestrict abc123
"""


def passed(text: bytes) -> bytes:
    stream = restoring.Unlocked(cast(BinaryIO, io.BytesIO(text)))
    return b"".join(iter(lambda: stream.read(16), b""))


def test_the_dumps_own_locks_are_taken_out_but_values_are_not() -> None:
    lines = passed(DUMP).split(b"\n")
    assert lines[1] == lines[6] == b""
    assert lines[3].startswith(b"\\restrict this")


def test_the_number_of_lines_stays_for_the_errors_that_name_one() -> None:
    assert passed(DUMP).count(b"\n") == DUMP.count(b"\n")


def test_a_huge_line_passes_as_it_is() -> None:
    text = b"SELECT '" + b"x" * 200_000 + b"\\restrict y';\n"
    assert passed(text) == text


def test_any_other_command_reaches_psql_which_refuses_it() -> None:
    assert passed(b"\\! rm -rf /\n") == b"\\! rm -rf /\n"


@pytest.mark.parametrize(
    ("error", "why", "judged"),
    [
        ('relation "users" does not exist', restoring.NOT_RESTORED, Bad),
        ("could not read from input file: end of file", restoring.NOT_RESTORED, Bad),
        ("syntax error at or near", restoring.NOT_RESTORED, Bad),
        ('extension "postgis" is not available', restoring.LACKING, CannotTell),
        ("could not extend file: No space left on device", restoring.LACKING, CannotTell),
        ('unrecognized configuration parameter "transaction_timeout"', restoring.LACKING, CannotTell),
        ("server closed the connection unexpectedly", restoring.LACKING, CannotTell),
        ("unsupported version (1.16) in file header", restoring.LACKING, CannotTell),
        ('collation "th_TH.utf8" for encoding "UTF8" does not exist', restoring.LACKING, CannotTell),
        (
            "backslash commands are restricted; only \\unrestrict is allowed",
            restoring.CHANGES_DATABASES,
            CannotTell,
        ),
        ('database "office" already exists', restoring.CHANGES_DATABASES, CannotTell),
        ('database "office" does not exist', restoring.CHANGES_DATABASES, CannotTell),
    ],
)
def test_a_bad_backup_is_told_from_a_machine_that_lacks_something(
    error: str, why: object, judged: type[Exception]
) -> None:
    made = restoring._fault("a.dump", f"psql:<stdin>:6: error: {error}\n")
    assert (made.why, type(made)) == (why, judged)


@pytest.mark.parametrize(
    ("sql", "encoding"),
    [("SET client_encoding = 'SQL_ASCII';", "SQL_ASCII"), ("SET client_encoding = '';--", "UTF8")],
)
def test_the_database_gets_the_encoding_of_the_dump(sql: str, encoding: str) -> None:
    assert restoring._encoding(f"--\n{sql}\n") == encoding
