"""Asking this machine."""

import subprocess

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
