"""How a check asks its machine something: an argument vector without a shell, and what came back."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import Callable, Mapping, Sequence


@dataclass(frozen=True)
class Answer:
    """What a command answered: exit status, standard output and standard error as text."""

    status: int
    text: str
    error: str = ""


Run = Callable[[Sequence[str]], Answer]


def here(argv: Sequence[str], timeout_s: float = 60, environment: Mapping[str, str] | None = None) -> Answer:
    """Ask this machine; ``environment`` replaces the inherited one where it is given.

    Raise OSError where the command is not there, subprocess.TimeoutExpired where it does not end in time.
    """
    done = subprocess.run(  # noqa: S603
        list(argv),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=timeout_s,
        env=None if environment is None else dict(environment),
    )
    return Answer(done.returncode, _text(done.stdout), _text(done.stderr))


def _text(answer: bytes) -> str:
    """Return what a command wrote; bytes that are no UTF-8 become question marks."""
    return answer.decode("utf-8", "replace")
