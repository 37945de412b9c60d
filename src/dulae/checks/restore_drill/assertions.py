"""Declared queries and what they must give: one text exactly, or a number within bounds or near another."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Mapping

_PERCENT = 100


@dataclass(frozen=True)
class Assertion:
    """A query of one value, and the text that it must give or the numbers that it must lie between."""

    sql: str
    expect: str | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    tolerance_percent: Decimal | None = None

    @property
    def expected(self) -> str:
        """Return what is expected in signs that need no translation, such as ``90 .. 110``."""
        if self.expect is not None:
            near = "" if self.tolerance_percent is None else f" ± {self.tolerance_percent} %"
            return f"{self.expect.strip()}{near}"
        if self.minimum is not None and self.maximum is not None:
            return f"{self.minimum} .. {self.maximum}"
        return f">= {self.minimum}" if self.maximum is None else f"<= {self.maximum}"

    def agrees(self, got: str) -> bool:
        """Say whether an answer is as expected; what must be a number and is none does not agree."""
        if self.expect is not None and self.tolerance_percent is None:
            return got.strip() == self.expect.strip()
        answer = number_in(got)
        if answer is None:
            return False
        low, high = self._bounds()
        return (low is None or answer >= low) and (high is None or answer <= high)

    def _bounds(self) -> tuple[Decimal | None, Decimal | None]:
        """Return the least and the greatest number that agree; None is no bound."""
        middle = number_in(self.expect or "")
        if middle is None or self.tolerance_percent is None:
            return self.minimum, self.maximum
        room = abs(middle) * self.tolerance_percent / _PERCENT
        return middle - room, middle + room


def number_in(text: str) -> Decimal | None:
    """Return the finite number that a text is, or None."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def assertion_from(number: int, given: Mapping[str, Any]) -> Assertion:
    """Return an assertion from plain data; raise ValueError, in words, if it expects nothing or too much."""
    expect = given.get("expect")
    numbers = {key: _number(number, key, given.get(key)) for key in ("min", "max", "tolerance_percent")}
    made = Assertion(
        given["sql"],
        None if expect is None else str(expect),
        numbers["min"],
        numbers["max"],
        numbers["tolerance_percent"],
    )
    wrong = _wrong(made)
    if wrong:
        raise ValueError(f"assertion {number}: {wrong}")
    return made


def _number(number: int, key: str, value: Any) -> Decimal | None:
    """Return a declared number, or None where none is declared; raise ValueError if it is none."""
    if value is None:
        return None
    made = number_in(str(value))
    if made is None:
        raise ValueError(f"assertion {number}: {key} is no number; write digits such as 100")
    return made


def _wrong(made: Assertion) -> str:
    """Return what is wrong with an assertion's shape; empty if nothing is."""
    bounded = made.minimum is not None or made.maximum is not None
    if bounded == (made.expect is not None):
        return "write either expect, or min and max or one of them"
    if made.minimum is not None and made.maximum is not None and made.minimum > made.maximum:
        return "min is greater than max; swap them"
    if made.tolerance_percent is None:
        return ""
    if made.tolerance_percent < 0 or number_in(made.expect or "") is None:
        return "tolerance_percent, 0 or more, stands beside an expect that is a number"
    return ""
