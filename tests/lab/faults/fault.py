"""A fault: what it is, how it is made, how it is undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.lab.lab import Lab

Memory = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong. ``make`` returns what ``heal`` needs to know; ``subject`` is what a check names."""

    what: str
    subject: str
    make: Callable[[Lab], Memory]
    heal: Callable[[Lab, Memory], None]
