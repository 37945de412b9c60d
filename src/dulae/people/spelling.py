"""One spelling for names, citizen numbers and other text, for rooms that compare theirs with a list."""

from __future__ import annotations

from dulae.people import citizen_id as numbers
from dulae.people import names
from dulae.people.text import plain


def name_key(raw: str) -> str:
    """Return ``first|surname`` of a name in one cell, without prefix."""
    return names.key_in(raw)


def citizen_id(raw: object) -> str:
    """Return the 13 digits of a citizen number, or an empty text where it is none or wrong."""
    return numbers.digits_in(raw)


def text(raw: object) -> str:
    """Return any value as text in one spelling."""
    return plain(raw)
