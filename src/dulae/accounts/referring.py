"""What is the same for the same person, or the same account, in every plan: nothing that could be read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dulae.accounts.databases.values import encoded, keyed


def reference(key: bytes, row: Mapping[str, Any]) -> str:
    """Return a keyed hash that is the same for the same person on every list."""
    return keyed(key, ["person", row["citizen_id"] or row["name_key"]])


def key_text(account_key: Any) -> str:
    """Return an account's primary key as text, whatever its type: as the database has it."""
    return told_text(encoded(account_key))


def told_text(told: Any) -> str:
    """Return the text of a primary key that a plan has told."""
    return json.dumps(told, sort_keys=True, ensure_ascii=False)
