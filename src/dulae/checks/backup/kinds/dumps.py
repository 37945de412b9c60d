"""What must be true of a dump of any database."""

from __future__ import annotations

import os

from ...finding import reason
from ..copies import shown
from ..faults import Bad
from .contents import Contents

NO_TABLES = reason(
    "backup.no_tables", "{file}: holds no table, it is the dump of an empty database; dump the right database"
)
NO_DATA = reason(
    "backup.no_data",
    "{file}: holds tables but no data of any; make a dump with the data, not of the schema only",
)


def demand_data(path: str, contents: Contents) -> None:
    """Raise Bad if a dump has no table, or no table has data."""
    if not contents.tables and not contents.with_data:
        raise Bad(NO_TABLES, file=shown(os.path.basename(path)))
    if not contents.with_data:
        raise Bad(NO_DATA, file=shown(os.path.basename(path)))
