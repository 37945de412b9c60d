"""What may be said of a drill, as its module declares it."""

from __future__ import annotations

from typing import Any

from ..backup import options
from .request import PICKS, THAI_TEXT

_LIMITS = ("within_days", "max_record_age_hours", "max_rpo_hours", "max_rto_minutes")
ASSERTION: dict[str, Any] = {
    "sql": {"type": "str", "required": True},
    **{name: {"type": "str"} for name in ("expect", "min", "max", "tolerance_percent")},
}
ATTACHMENTS: dict[str, Any] = {
    "sql": {"type": "str", "required": True},
    "set": {"type": "str", "default": ""},
    "folder": {"type": "path", "default": ""},
    "sample": {"type": "int", "default": 50},
    "seed": {"type": "str", "default": ""},
    "max_missing": {"type": "int", "default": 0},
}
SET: dict[str, Any] = {
    **options.SET,
    "pick": {"type": "str", "choices": list(PICKS), "default": "newest"},
    "seed": {"type": "str", "default": ""},
    "drill_database": {"type": "str", "default": ""},
    "newest_record_sql": {"type": "str", "default": ""},
    "thai_text": {"type": "str", "choices": list(THAI_TEXT), "default": "auto"},
    **{name: {"type": "int", "default": 0} for name in _LIMITS},
    "assertions": {"type": "list", "elements": "dict", "default": [], "options": ASSERTION},
    "attachments": {"type": "dict", "options": ATTACHMENTS},
}
