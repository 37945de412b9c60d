"""What may be said of a backup that is to be made, as its module declares it."""

from __future__ import annotations

from typing import Any

from ..backup.sets import STEP_DAYS
from .making import MAKERS

_WAY: dict[str, Any] = {name: {"type": "str", "default": ""} for name in ("socket_dir", "host", "user")}
_STEPS: dict[str, Any] = {step: {"type": "int", "default": 0} for step in STEP_DAYS}
BACKUP: dict[str, Any] = {
    **{name: {"type": "str", "default": ""} for name in ("system", "name", "subject")},
    "kind": {"type": "str", "required": True, "choices": list(MAKERS)},
    "source": {"type": "str", "required": True},
    "path": {"type": "path", "required": True},
    "prefix": {"type": "str", "required": True},
    "keep": {"type": "int", "default": 7},
    "retention": {"type": "dict", "options": _STEPS},
    "min_interval_hours": {"type": "int", "default": 20},
    "connection": {"type": "dict", "options": {**_WAY, "port": {"type": "int", "default": 0}}},
}
