"""Recognising PostgreSQL's dumps and what pg_restore says about them."""

import gzip
import pathlib

import pytest

from dulae.checks.backup.faults import Bad, CannotTell, Fault
from dulae.checks.backup.kinds import dumps, pg_dump, stream
from dulae.checks.backup.tools import Tools

LISTED = """;
; Archive created at 2026-11-22 23:25:15 UTC
;     TOC Entries: 8
;
217; 1259 16384 TABLE public users dulae
218; 1259 16390 TABLE public Odd name dulae
219; 1259 16391 VIEW public everybody dulae
2549; 0 16384 TABLE DATA public users dulae
2550; 0 16390 TABLE DATA public Odd name dulae
2403; 2606 16391 CONSTRAINT public users users_pkey dulae
"""


@pytest.fixture
def custom(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "a.dump"
    path.write_bytes(b"PGDMP\1\20\0" + bytes(100))
    return path


def saying(folder: pathlib.Path, text: str = "", error: str = "", status: int = 0) -> Tools:
    """Return tools whose pg_restore says something."""
    (folder / "text").write_text(text)
    (folder / "error").write_text(error)
    program = folder / "pg_restore"
    program.write_text(f"#!/bin/sh\ncat {folder}/text; cat {folder}/error >&2; exit {status}\n")
    program.chmod(0o700)
    return Tools(str(folder))


def fault(path: pathlib.Path, tools: Tools) -> Fault:
    with pytest.raises(Fault) as caught:
        pg_dump.structure(str(path), tools)
    return caught.value


def test_the_table_of_contents_is_read(custom: pathlib.Path) -> None:
    contents = pg_dump.structure(str(custom), saying(custom.parent, LISTED))
    assert contents.tables == contents.with_data == {"public users", "public Odd name"}
    assert contents.items == 2


def test_a_dump_compressed_from_outside_is_fed_to_pg_restore(custom: pathlib.Path) -> None:
    custom.write_bytes(gzip.compress(custom.read_bytes()))
    assert pg_dump.structure(str(custom), saying(custom.parent, LISTED)).format == "custom+gzip"


@pytest.mark.parametrize(
    ("listed", "why"),
    [
        (";\n", dumps.NO_TABLES),
        ("217; 1259 16384 TABLE public users dulae\n", dumps.NO_DATA),
    ],
)
def test_a_dump_without_tables_or_without_data_is_bad(custom: pathlib.Path, listed: str, why: object) -> None:
    assert fault(custom, saying(custom.parent, listed)).why is why


@pytest.mark.parametrize(
    ("error", "why", "judged"),
    [
        ("unsupported version (1.16) in file header", pg_dump.TOO_NEW, CannotTell),
        ("this build does not support compression with zstd", pg_dump.NO_COMPRESSION, CannotTell),
        ("could not read from input file: end of file", stream.CUT_OFF, Bad),
        ("input file is too short (read 0, expected 5)", stream.CUT_OFF, Bad),
        ("could not uncompress data: incorrect data check", stream.DAMAGED, Bad),
    ],
)
def test_errors_of_the_dump_are_told_from_what_the_programs_lack(
    custom: pathlib.Path, error: str, why: object, judged: type[Fault]
) -> None:
    made = fault(custom, saying(custom.parent, error=f"pg_restore: error: {error}\n", status=1))
    assert (made.why, type(made)) == (why, judged)


@pytest.mark.parametrize(
    "text",
    [
        "pg_dump: error: connection to server at localhost failed\n",
        "pg_dump: warning: something\n--\n",
        "FATAL:  password authentication failed\n",
        "/usr/bin/pg_dump: error: aborting\n",
        "\nbash: line 1: pg_dump: command not found\n",
    ],
)
def test_an_error_message_saved_as_a_dump_is_told_as_such(tmp_path: pathlib.Path, text: str) -> None:
    path = tmp_path / "a.sql"
    path.write_text(text)
    assert fault(path, Tools()).why is stream.ERROR_TEXT


def test_something_else_is_no_dump(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a.sql"
    path.write_text("<html>")
    assert fault(path, Tools()).why is stream.UNKNOWN_FORMAT


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b"PGDMP\1", "custom"),
        (b"toc.dat".ljust(257, b"\0") + b"ustar", "tar"),
        (b"letter.pdf".ljust(257, b"\0") + b"ustar", ""),
        (b"--\n-- PostgreSQL database dump\n--\n", "plain"),
        (b"--\n-- PostgreSQL database cluster dump\n--\n", "plain"),
        (b"", ""),
    ],
)
def test_formats_are_known_by_their_first_bytes(head: bytes, form: str) -> None:
    assert pg_dump.form_of(head) == form
