"""What a kind of backup must be able to say about a copy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from ..tools import Tools


@dataclass(frozen=True)
class Contents:
    """What a copy lists: tables as "schema name" or a number of files; ``all_read`` if listing read all data."""

    format: str
    tables: frozenset[str] = frozenset()
    with_data: frozenset[str] = frozenset()
    rows: int | None = None
    files: int | None = None
    all_read: bool = False

    @property
    def items(self) -> int:
        """Return the number of tables or files."""
        return len(self.tables) if self.files is None else self.files


@dataclass(frozen=True)
class Kind:
    """Two questions to a copy, by its path and the tools at hand.

    ``structure`` says what it lists, ``read`` reads all its data; both raise Fault, or OSError where the medium fails.
    """

    structure: Callable[[str, Tools], Contents]
    read: Callable[[str, Tools], None]
