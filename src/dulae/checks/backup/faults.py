"""What ends the examination of a backup, and how that is judged.

Fault
├── Bad         the backup is not as it must be: fail
├── Doubt       nothing wrong was seen, but the proof that was asked could not be given: warn
└── CannotTell  no verdict could be reached: unknown
"""

from __future__ import annotations

from typing import Any

from ..finding import Reason, Verdict


class Fault(Exception):
    """Something about a backup, with the reason and the numbers that its words need."""

    verdict = Verdict.UNKNOWN

    def __init__(self, why: Reason, **numbers: Any) -> None:
        super().__init__(why.code)
        self.why = why
        self.numbers = numbers


class Bad(Fault):
    """The backup is not as it must be."""

    verdict = Verdict.FAIL


class Doubt(Fault):
    """Nothing wrong was seen, but the proof that was asked could not be given."""

    verdict = Verdict.WARN


class CannotTell(Fault):
    """No verdict could be reached."""
