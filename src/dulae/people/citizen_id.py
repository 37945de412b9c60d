"""Citizen identification numbers: 13 digits with a check digit, read as people and spreadsheets write them.

A number that lost digits is refused, never padded. Shown only as ``x-xxxx-xxxxx-12-3``.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from operator import mul
from typing import TypeGuard

from dulae.people.text import arabic, normalised

LENGTH = 13
# What may stand in the cell beside the number.
_LABEL = re.compile(
    r"^[(\[]?\s*(?:(?:เลข|หมายเลข|รหัส)?(?:ที่)?\s*(?:บัตร)?(?:ประจำตัว)?(?:ประชาชน|ปชช\.?)?(?:\s*\(?13\s*หลัก\)?)?"
    r"|(?:เลข(?:ที่)?)?หนังสือเดินทาง(?:เลขที่)?|passport|cid|pid|(?:thai\s*)?id(?:\s*card)?)(?:\s*no\b)?\s*[:.]?\s*(?=[\dA-Z])",
    re.I,
)
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212\u00b7_.,;/()\[\]]")
_QUOTES = re.compile(r"""^=?["'`\u2018-\u201d]+|["'\u2018-\u201d]+$""")
_SCIENTIFIC = re.compile(r"(\d+(?:\.\d+)?)e\+?(\d{1,3})", re.I)
_FLOAT_SUFFIX = re.compile(r"(?:\d{5,}|\d{1,3}(?:,\d{3})+)\.0+")
_MASKED = re.compile(r"[\dxX*•-]*[xX*•]{3,}[\dxX*•-]*")
_PASSPORT = re.compile(r"[A-Z]{1,2}\d{6,8}")
_NOTHING = re.compile(r"[-\u2010-\u2015\u2212\s()]*")
# A number cell that ends in so many zeros was typed over in scientific notation.
_LOST_ZEROS = "000000"
_LARGEST_FIRST_DIGIT = "8"
_LONGEST_CELL = 200
_NO_FLAGS: frozenset[str] = frozenset()
_WEIGHTS = tuple(range(LENGTH, 1, -1))
# A digit's byte is the digit and this of "0".
_WEIGHT_OF_ZEROS = sum(_WEIGHTS) * ord("0")


@dataclass(frozen=True)
class CitizenId:
    """A number as read: ``value`` only where the status is ``ok`` or ``passport``."""

    value: str
    status: str
    flags: frozenset[str] = frozenset()

    @property
    def masked(self) -> str:
        """Return the number as it may be shown."""
        return masked(self.value)

    @property
    def is_placeholder(self) -> bool:
        """Say whether the number is one digit repeated, which somebody typed to fill the column."""
        return self.status == "ok" and _is_one_digit(self.value)


def masked(value: str) -> str:
    """Return a citizen number as ``x-xxxx-xxxxx-12-3``; nothing of any other number is shown."""
    if len(value) != LENGTH or not value.isdigit():
        return ""
    return f"x-xxxx-xxxxx-{value[10:12]}-{value[12]}"


def check_digit(first_twelve: str) -> str:
    """Return the thirteenth digit: (11 - sum(d_i x (14 - i)) mod 11) mod 10 over the first twelve."""
    total = sum(map(mul, first_twelve.encode(), _WEIGHTS)) - _WEIGHT_OF_ZEROS
    return str((11 - total % 11) % 10)


def read(raw: object) -> CitizenId:
    """Return the number in a cell with a status: ``ok``, ``passport``, or what is wrong with it.

    The statuses are ok, passport, empty, masked, lossy, bad_char, bad_length, bad_first_digit, bad_checksum.
    """
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _from_number(raw)
    if _is_bare(raw):
        return _judged(raw, _NO_FLAGS)
    text = normalised("" if raw is None else str(raw)).value
    text = _QUOTES.sub("", text).strip()
    if len(text) > _LONGEST_CELL:
        return CitizenId("", "bad_char")
    if _NOTHING.fullmatch(text):
        return CitizenId("", "empty")
    return _from_text(text)


def digits_in(raw: object) -> str:
    """Return the 13 digits of a right number that names one person, or nothing: ``read`` says why there is none."""
    if _is_bare(raw):
        return "" if _wrong_with(raw) or _is_one_digit(raw) else raw
    found = read(raw)
    return found.value if found.status == "ok" and not found.is_placeholder else ""


def _is_bare(raw: object) -> TypeGuard[str]:
    return isinstance(raw, str) and len(raw) == LENGTH and raw.isascii() and raw.isdigit()


def _is_one_digit(number: str) -> bool:
    return number.startswith(number[0] * (LENGTH - 1))


def _from_number(raw: float) -> CitizenId:
    flags = frozenset({"numeric_cell"})
    if not math.isfinite(raw) or raw != int(raw) or raw < 0:
        return CitizenId("", "bad_char", flags)
    digits = str(int(raw))
    if digits.endswith(_LOST_ZEROS):
        return CitizenId("", "lossy", flags)
    return _judged(digits, flags)


def _from_text(text: str) -> CitizenId:
    flags = set()
    digits = arabic(text)
    if digits != text:
        flags.add("thai_digits")
    digits = _LABEL.sub("", digits).strip()
    if found := _SCIENTIFIC.fullmatch(digits):
        return _from_scientific(found, frozenset({*flags, "scientific"}))
    if _FLOAT_SUFFIX.fullmatch(digits):
        flags.add("float_suffix")
        digits = digits.partition(".")[0]
    bare = _SEPARATORS.sub("", digits)
    if bare != digits:
        flags.add("separators")
    if bare.isascii() and bare.isdigit():
        return _judged(bare, frozenset(flags))
    return CitizenId(*_no_number(bare.upper(), digits))


def _no_number(bare: str, digits: str) -> tuple[str, str]:
    if _PASSPORT.fullmatch(bare):
        return bare, "passport"
    return "", "masked" if _MASKED.search(digits) else "bad_char"


def _from_scientific(found: re.Match[str], flags: frozenset[str]) -> CitizenId:
    significant = found.group(1).replace(".", "").lstrip("0")
    whole = Decimal(found.group())
    if len(significant) < LENGTH or whole != whole.to_integral_value():
        return CitizenId("", "lossy", flags)
    return _judged(str(int(whole)), flags)


def _judged(digits: str, flags: frozenset[str]) -> CitizenId:
    wrong = _wrong_with(digits)
    return CitizenId("", wrong, flags) if wrong else CitizenId(digits, "ok", flags)


def _wrong_with(digits: str) -> str:
    """Return the status of a number that is wrong, or nothing."""
    if len(digits) != LENGTH:
        return "bad_length"
    if not "1" <= digits[0] <= _LARGEST_FIRST_DIGIT:
        return "bad_first_digit"
    return "" if check_digit(digits[:-1]) == digits[-1] else "bad_checksum"
