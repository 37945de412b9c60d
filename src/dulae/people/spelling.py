"""One spelling for names, citizen numbers and other text, for rooms that compare theirs with a list."""

from __future__ import annotations

from dulae.people import citizen_id as numbers
from dulae.people import names
from dulae.people.text import plain


def name_key(raw: str) -> str:
    """Return ``first|surname`` of a name in one cell, without prefix."""
    return names.read(raw).key


def citizen_id(raw: object) -> str:
    """Return the 13 digits of a citizen number, or an empty text where it is none or wrong."""
    found = numbers.read(raw)
    return found.value if found.status == "ok" and not found.is_placeholder else ""


def text(raw: object) -> str:
    """Return any value as text in one spelling."""
    return plain(raw)
