"""Asking this machine."""

import subprocess
import sys

import pytest

from dulae.checks import command


def test_it_returns_status_and_both_outputs() -> None:
    answer = command.here(["sh", "-c", "echo out; echo wrong >&2; exit 3"])
    assert answer == command.Answer(3, "out\n", "wrong\n")


def test_a_given_environment_replaces_the_inherited_one() -> None:
    assert command.here(["/usr/bin/env"], environment={"ONLY": "this"}).text == "ONLY=this\n"


def test_bytes_that_are_no_text_do_not_stop_it() -> None:
    assert command.here(["printf", r"\377"]).text == "\ufffd"


def test_a_missing_command_raises() -> None:
    with pytest.raises(OSError):
        command.here(["/no/such/command"])


def test_a_silent_command_raises_after_its_time() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        command.here(["sleep", "30"], timeout_s=0.05)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ('ไม่มี role "สมชาย"'.encode("cp874"), 'ไม่มี role "สมชาย"'),
        ('ไม่มี role "สมชาย"'.encode(), 'ไม่มี role "สมชาย"'),
        ("ก่อน\n".encode() + "หลัง\n".encode("cp874"), "ก่อน\nหลัง\n"),
        ("ก่อ".encode() + b"\xe0\xb8", "ก่อ\ufffd"),
        (b"caf\xff", "caf\ufffd"),
    ],
)
def test_thai_is_read_as_whoever_said_it_wrote_it(said: bytes, text: str) -> None:
    assert command.text_of(said) == text


def test_how_a_program_ended_is_known_though_whoever_started_this_one_has_sigchld_ignored() -> None:
    asked = "from dulae.checks.command import here; print(here(['false']).status)"
    ignoring = (
        "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN);"
        " os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    )
    done = subprocess.run(
        [sys.executable, "-c", ignoring, "-c", asked], capture_output=True, text=True, check=False
    )
    assert done.stdout == "1\n", done.stderr


@pytest.mark.parametrize(
    "said",
    [
        "pg_restore: error: could not create worker process: Resource temporarily unavailable",
        'ERROR:  could not create file "base/5/16384": Disk quota exceeded',
        "runtime: failed to create new OS thread (have 2 already; errno=11)",
        "Fatal: unable to open config file: open /srv/restic/config: too many open files",
        "fatal error: failed to reserve page summary memory\n\nruntime stack:\nruntime.throw(0x7f)",
        "MemoryError",
        "RuntimeError: can't start new thread",
    ],
)
def test_what_a_machine_lacks_is_known_by_its_words(said: str) -> None:
    assert command.lacks(said)


@pytest.mark.parametrize(
    "said", ["", "could not read from input file: end of file", "permission denied for table users"]
)
def test_other_errors_are_not_the_machines(said: str) -> None:
    assert not command.lacks(said)


def test_that_no_thread_can_be_had_is_an_error_of_the_system_and_other_errors_are_themselves() -> None:
    with pytest.raises(BlockingIOError, match="start new thread"), command.threads_told():
        raise RuntimeError("can't start new thread")
    with pytest.raises(RuntimeError, match="else"), command.threads_told():
        raise RuntimeError("something else")
