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
