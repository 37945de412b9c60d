"""Canonical JSON: one byte form for each value, so that anyone can make its hash again.

It equals RFC 8785 for what it accepts: ASCII keys, whole numbers below 2^53, no floats.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from dulae.errors import LedgerError

LARGEST = 2**53 - 1
DEEPEST = 64
_encoder = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def encode(value: Any) -> bytes:
    """Return a value's canonical bytes; raise LedgerError for floats, large numbers, odd keys and depths."""
    return encode_plain(plain(value))


def encode_plain(value: Any) -> bytes:
    """Return the canonical bytes of what `plain` gave; raise LedgerError if a text in it is no Unicode."""
    try:
        return _encoder.encode(value).encode()
    except UnicodeEncodeError as error:
        raise LedgerError(f"text that is no Unicode cannot be kept as evidence ({error.reason})") from error


def decode(raw: bytes) -> Any:
    """Return the value of canonical bytes; raise LedgerError if they are not exactly what `encode` makes."""
    try:
        value = json.loads(raw, parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise LedgerError(f"is not JSON: {error}") from error
    if encode(value) != raw:
        raise LedgerError("is not in canonical form")
    return value


def plain(value: Any, depth: int = 0) -> Any:
    """Return a value as dict, list, str, int, bool or None; raise LedgerError if it is made of anything else."""
    if depth > DEEPEST:
        raise LedgerError(f"evidence nested deeper than {DEEPEST} levels cannot be kept")
    if isinstance(value, Mapping):
        return {_key(key): plain(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner, depth + 1) for inner in value]
    if isinstance(value, int) and abs(value) > LARGEST:
        raise LedgerError(f"the number {value} is too large for evidence", remedy="Keep it as text")
    if value is None or isinstance(value, str | bool | int):
        return value
    raise LedgerError(
        f"a {type(value).__name__} ({str(value)[:40]}) cannot be kept as evidence",
        remedy="Use a whole number with a smaller unit, or text",
    )


def _key(key: Any) -> str:
    if isinstance(key, str) and key.isascii():
        return key
    raise LedgerError(
        f"the key {str(key)[:40]!r} cannot be kept as evidence", remedy="Use an ASCII text as key"
    )


def _refuse(number: str) -> NoReturn:
    raise ValueError(f"{number} is no whole number")
