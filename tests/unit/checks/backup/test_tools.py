"""Calling PostgreSQL's programs."""

import io
import pathlib
import tempfile

import pytest

from dulae.checks.backup import tools
from dulae.checks.backup.faults import CannotTell
from dulae.checks.backup.tools import Tools


def script(folder: pathlib.Path, body: str) -> Tools:
    path = folder / "pg_restore"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o700)
    return Tools(str(folder), timeout_s=20)


def test_a_missing_program_is_unknown(tmp_path: pathlib.Path) -> None:
    with pytest.raises(CannotTell) as caught:
        Tools(str(tmp_path)).ask(["pg_restore", "-l"])
    assert (caught.value.why, caught.value.numbers) == (tools.MISSING, {"tool": "pg_restore"})


def test_a_program_that_does_not_end_is_unknown(tmp_path: pathlib.Path) -> None:
    slow = Tools(script(tmp_path, "exec sleep 60").bin_dir, timeout_s=0.1)
    for call in (lambda: slow.ask(["pg_restore"]), lambda: slow.feed(["pg_restore"], io.BytesIO(b"x"))):
        with pytest.raises(CannotTell) as caught:
            call()
        assert caught.value.why is tools.SILENT


def test_a_program_that_is_killed_is_unknown(tmp_path: pathlib.Path) -> None:
    for call in ("ask", "feed"):
        killed = script(tmp_path, "kill -9 $$")
        with pytest.raises(CannotTell) as caught:
            killed.ask(["pg_restore"]) if call == "ask" else killed.feed(["pg_restore"], io.BytesIO(b""))
        assert caught.value.why is tools.KILLED


def test_a_stream_is_fed_and_both_outputs_are_heard(tmp_path: pathlib.Path) -> None:
    answer = script(tmp_path, "wc -c; echo oops >&2; exit 3").feed(["pg_restore"], io.BytesIO(b"x" * 300_000))
    assert (answer.status, answer.text.strip(), answer.error) == (3, "300000", "oops\n")


def test_a_program_that_ends_before_it_has_read_all_is_heard(tmp_path: pathlib.Path) -> None:
    answer = script(tmp_path, "echo early").feed(["pg_restore"], io.BytesIO(b"x" * 3_000_000))
    assert answer.text == "early\n"


def test_no_file_of_passwords_is_read_and_none_is_complained_of() -> None:
    path = pathlib.Path(tools.surroundings()["PGPASSFILE"])
    with pytest.raises(NotADirectoryError):
        path.stat()


def test_no_setting_of_a_live_server_reaches_the_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "live")
    monkeypatch.setenv("PGSERVICE", "live")
    assert "live" not in tools.surroundings(PGHOST="/scratch").values()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "pg_restore: error: could not read from input file: end of file\n",
            "could not read from input file: end of file",
        ),
        ('psql:x:1: ERROR:  relation "users" does not exist\nLINE 1\n', 'relation "users" does not exist'),
        (
            'ERROR:  invalid input syntax for type integer: "1-1037-00123-45-6"\n',
            'invalid input syntax for type integer: "..."',
        ),
        (
            "FATAL:  password authentication failed, password=hunter2",
            "password authentication failed, password=***",
        ),
        ("something else\nand more\n", "something else"),
        ("", "it gave no reason"),
    ],
)
def test_the_first_error_is_told_without_values(said: str, told: str) -> None:
    assert tools.first_error(said) == told


def test_what_a_program_complains_of_is_heard_where_the_disk_takes_nothing(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaining = script(tmp_path, "echo 'ERROR:  No space left on device' >&2; exit 1")
    one_more = iter([tempfile.TemporaryFile()])  # noqa: SIM115
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda: next(one_more))
    answer = complaining.feed(["pg_restore"], io.BytesIO(b""))
    assert tools.first_error(answer.error) == "No space left on device"
    with complaining.output(["pg_restore"]) as (said, ending):
        assert said.read() == b""
        assert tools.first_error(ending().error) == "No space left on device"
