"""Canonical JSON: one byte form for each value, so that anyone can make its hash again.

It equals RFC 8785 for what it accepts: keys of Unicode's first 2^16 signs, whole numbers below 2^53, no floats.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from dulae.errors import LedgerError

LARGEST = 2**53 - 1
DEEPEST = 64
# Beyond these signs RFC 8785 orders keys otherwise than Python does.
_LAST = "\uffff"
# From so many parts on, a list is turned into bytes in pieces.
_LONG = 500
_AS_THEY_ARE = frozenset({str, bool, type(None)})
_encoder = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def encode(value: Any) -> bytes:
    """Return a value's canonical bytes; raise LedgerError for floats, large numbers, odd keys and depths."""
    return _encode_plain(plain(value))


def pieces(value: Any, depth: int = 0) -> Iterator[bytes]:
    """Yield what `encode` returns in pieces, so that a long list is not held again as text and as bytes."""
    if isinstance(value, Mapping) and _is_large(value):
        between = b"{"
        for key in sorted(map(_key, value)):
            yield between + _encode_plain(key) + b":"
            yield from pieces(value[key], depth + 1)
            between = b","
        yield b"}"
    elif _is_large(value):
        between = b"["
        for start in range(0, len(value), _LONG):
            yield between + _encode_plain(plain(value[start : start + _LONG], depth))[1:-1]
            between = b","
        yield b"]"
    else:
        yield _encode_plain(plain(value, depth))


def _is_large(value: Any, levels: int = 3) -> bool:
    """Say whether a value is a long list, or has one close below it."""
    if isinstance(value, list | tuple):
        return len(value) > _LONG
    return (
        levels > 0
        and isinstance(value, Mapping)
        and any(_is_large(inner, levels - 1) for inner in value.values())
    )


def _encode_plain(value: Any) -> bytes:
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
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, str | int):
        return _number(value) if isinstance(value, int) else value
    if depth > DEEPEST:
        raise LedgerError(f"evidence nested deeper than {DEEPEST} levels cannot be kept")
    # Most values inside need no call; a plan has a million of them.
    if isinstance(value, list | tuple):
        return [inner if type(inner) in _AS_THEY_ARE else plain(inner, depth + 1) for inner in value]
    if isinstance(value, Mapping):
        return {
            key if type(key) is str and key.isascii() else _key(key): inner
            if type(inner) in _AS_THEY_ARE
            else plain(inner, depth + 1)
            for key, inner in value.items()
        }
    raise LedgerError(
        f"a {type(value).__name__} ({str(value)[:40]}) cannot be kept as evidence",
        remedy="Use a whole number with a smaller unit, or text",
    )


def _number(value: int) -> int:
    if abs(value) > LARGEST:
        raise LedgerError(f"the number {value} is too large for evidence", remedy="Keep it as text")
    return value


def _key(key: Any) -> str:
    if isinstance(key, str) and max(key, default="") <= _LAST:
        return key
    raise LedgerError(
        f"the key {str(key)[:40]!r} cannot be kept as evidence",
        remedy="Use a text of letters and digits as key",
    )


def _refuse(number: str) -> NoReturn:
    raise ValueError(f"{number} is no whole number")
