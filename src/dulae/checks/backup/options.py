"""What may be said of a backup set, as modules declare it: one list for reading copies and for restoring them."""

from __future__ import annotations

from typing import Any

SET: dict[str, Any] = {
    **{name: {"type": "str", "default": ""} for name in ("system", "name", "subject")},
    "kind": {"type": "str", "required": True, "choices": ["pg_dump", "tar"]},
    "path": {"type": "path", "required": True},
    "pattern": {"type": "str", "default": "*"},
    "max_age_hours": {"type": "int", "default": 26},
    "min_bytes": {"type": "int", "default": 1},
    "min_count": {"type": "int", "default": 1},
    "level": {
        "type": "str",
        "choices": ["present", "fresh", "structure", "integrity"],
        "default": "integrity",
    },
    "manifest": {"type": "str", "choices": ["optional", "required"], "default": "optional"},
    "drill": {"type": "bool", "default": False},
    "assertions": {"type": "list", "elements": "dict", "default": []},
}
