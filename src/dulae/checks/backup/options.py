"""What may be said of a backup set, as modules declare it: one list for reading copies and for restoring them."""

from __future__ import annotations

from typing import Any

from .kinds import KINDS, KINDS_INSIDE
from .level import LEVELS
from .sets import MANIFESTS


def _dict(**options: Any) -> dict[str, Any]:
    return {"type": "dict", "default": {}, "options": options}


def _list(**options: Any) -> dict[str, Any]:
    return {"type": "list", "elements": "dict", "default": [], "options": options}


def _number(default: int = 0) -> dict[str, Any]:
    return {"type": "int", "default": default}


_NAME = {"type": "str", "required": True}
SET: dict[str, Any] = {
    **{name: {"type": "str", "default": ""} for name in ("system", "name", "subject")},
    "kind": {"type": "str", "required": True, "choices": list(KINDS)},
    "path": {"type": "path", "required": True},
    "pattern": {"type": "str", "default": "*"},
    "max_age_hours": _number(26),
    "min_bytes": _number(1),
    "min_count": _number(1),
    "max_shrink_percent": _number(),
    "max_growth_percent": _number(),
    "retention": _dict(daily=_number(), weekly=_number(), monthly=_number()),
    "second_path": {"type": "path", "default": ""},
    "second_max_age_hours": _number(),
    "database": {"type": "str", "default": ""},
    "inside": {
        "type": "dict",
        "options": {"path": _NAME, "kind": {"type": "str", "required": True, "choices": list(KINDS_INSIDE)}},
    },
    # Where a secret lies, not what it is.
    "password_file": {"type": "path", "default": "", "no_log": False},
    "key_file": {"type": "path", "default": "", "no_log": False},
    "stanza": {"type": "str", "default": ""},
    "expect": _dict(
        tables=_list(name=_NAME, min_rows=_number(1)), files=_list(pattern=_NAME, min_files=_number(1))
    ),
    "level": {"type": "str", "choices": list(LEVELS), "default": "integrity"},
    "manifest": {"type": "str", "choices": list(MANIFESTS), "default": "optional"},
    "drill": {"type": "bool", "default": False},
    "assertions": {"type": "list", "elements": "dict", "default": []},
}
