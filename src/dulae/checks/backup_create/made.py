"""What making a backup brought to light, for its manifest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping

from ..backup.manifest import FileCount, TableCount


@dataclass(frozen=True)
class Made:
    """Where the data came from, which programs were used, and what was counted."""

    source: Mapping[str, Any]
    tools: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    tables: tuple[TableCount, ...] = ()
    files: tuple[FileCount, ...] = ()
    changed: tuple[str, ...] = ()
