"""Values of a database as JSON and back, exactly, and their hashes."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from dulae.ledger import canonical


def encoded(value: Any) -> Any:
    """Return a database value as JSON that ``decoded`` turns into exactly the same value.

    Raise TypeError for a type that no profile has to write back.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= canonical.LARGEST else {"$int": str(value)}
    for name, (kind, write, _) in _TAGGED.items():
        if isinstance(value, kind):
            return {f"${name}": write(value)}
    raise TypeError(f"a value of type {type(value).__name__} cannot be kept for undo")


def decoded(value: Any) -> Any:
    """Return the database value that ``encoded`` wrote as JSON."""
    if not isinstance(value, Mapping):
        return value
    ((tag, text),) = value.items()
    return int(text) if tag == "$int" else _TAGGED[tag[1:]][2](text)


def _parts(value: timedelta) -> list[int]:
    return [value.days, value.seconds, value.microseconds]


def _span(parts: Sequence[int]) -> timedelta:
    days, seconds, microseconds = parts
    return timedelta(days, seconds, microseconds)


# A datetime is a date to Python, so it stands first.
_TAGGED: dict[str, tuple[Any, Any, Any]] = {
    "datetime": (datetime, datetime.isoformat, datetime.fromisoformat),
    "date": (date, date.isoformat, date.fromisoformat),
    "time": (time, time.isoformat, time.fromisoformat),
    "span": (timedelta, _parts, _span),
    "decimal": (Decimal, str, Decimal),
    "float": (float, repr, float),
    "uuid": (UUID, str, UUID),
    "bytes": (bytes, bytes.hex, bytes.fromhex),
    "json": (dict | list, json.dumps, json.loads),
}


def encoded_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with every value as JSON."""
    return {column: encoded(value) for column, value in row.items()}


def decoded_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row that ``encoded_row`` wrote."""
    return {column: decoded(value) for column, value in row.items()}


def words(value: Any) -> Any:
    """Return a value as a person reads it in a plan: JSON without tags."""
    kept = encoded(value)
    return next(iter(kept.values())) if isinstance(kept, Mapping) else kept


def sha256(data: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def keyed(key: bytes, document: Any) -> str:
    """Return an HMAC-SHA-256 of a document: comparable here, and not to be guessed from names or numbers elsewhere."""
    return hmac.digest(key, canonical.encode(document), "sha256").hex()
