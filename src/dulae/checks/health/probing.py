"""What every kind of probe shares: the limit in time, what it found, and why it could not go on."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass, field
from typing import Any, Mapping

from ..finding import Reason, Verdict

_SHOWN = 200


class Deadline:
    """The moment until which a probe may wait, for all its steps together."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left; raise socket.timeout if there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise socket.timeout("no time is left")
        return left


@dataclass(frozen=True)
class Around:
    """What a probe is given besides its options: its time, and the password where it needs one."""

    deadline: Deadline
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Judgement:
    """A verdict with its reason and numbers, not yet tied to a subject."""

    verdict: Verdict
    why: Reason
    measured: Mapping[str, Any] = field(default_factory=dict)


class Trouble(Exception):
    """A measurement ended before there was anything to judge; says what that means for the verdict."""

    def __init__(self, why: Reason, verdict: Verdict = Verdict.FAIL, **measured: Any) -> None:
        super().__init__(why.code)
        self.why = why
        self.verdict = verdict
        self.measured = measured

    def judgement(self) -> Judgement:
        """Return it as the probe's result."""
        return Judgement(self.verdict, self.why, self.measured)


def shown(said: object) -> str:
    """Return what another program said on one line, without control characters, cut to a readable length."""
    line = "".join(sign if sign.isprintable() else " " for sign in str(said))
    return " ".join(line.split())[:_SHOWN]
