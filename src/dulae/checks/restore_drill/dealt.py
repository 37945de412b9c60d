"""Rows that a restore dealt to other partitions of one table than they were in.

PostgreSQL deals the values of an enum by numbers that each database gives itself, so a dump gives such rows to the
whole table; what must be the same is the whole.
"""

from __future__ import annotations

from typing import Mapping, Sequence, Tuple

from ..backup.manifest import TableCount
from ..backup.tables import Partition

Name = Tuple[str, str]


def same(told: Sequence[TableCount], found: Sequence[TableCount | None], digest: str) -> bool:
    """Say whether tables together hold the rows that were told, by their digests where one can be compared."""
    there = [table for table in found if table]
    if len(there) < len(told) or sum(table.rows for table in told) != sum(table.rows for table in there):
        return False
    return not digest or _sum(told) == _sum(there)


def _sum(tables: Sequence[TableCount]) -> int | str:
    """Return the digest of tables together, which are sums; of one table as it is told."""
    return tables[0].digest if len(tables) == 1 else sum(int(table.digest) for table in tables)


def left(
    different: Sequence[Name],
    tables: Mapping[Name, tuple[TableCount, TableCount | None]],
    partitions: Mapping[Name, Partition],
    digest: str,
) -> list[Name]:
    """Return which of some tables are not parts of a whole that holds the rows that were told.

    ``tables`` are all, as told and as found. Columns in another order give other digests: then rows alone count.
    """
    return [name for name in different if not _whole(name, tables, partitions, digest)]


def _whole(
    name: Name,
    tables: Mapping[Name, tuple[TableCount, TableCount | None]],
    partitions: Mapping[Name, Partition],
    digest: str,
) -> bool:
    """Say whether a table is a part of a whole that is the same."""
    if name not in partitions:
        return False
    parts = [
        part for part in tables if part in partitions and partitions[part].whole == partitions[name].whole
    ]
    alike = len({partitions[part].columns for part in parts}) == 1
    told, found = zip(*(tables[part] for part in parts))
    return same(told, found, digest if alike else "")
