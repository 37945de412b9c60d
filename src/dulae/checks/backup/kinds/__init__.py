"""Kinds of backup, one file each: a new kind is a file here and a line in KINDS, which all doors read."""

from __future__ import annotations

from typing import Mapping

from . import barman, borg, files, mariadb_dump, pg_basebackup, pg_dump, pgbackrest, restic, tar
from .contents import FILES, TABLES, Kind, of_file

KINDS: Mapping[str, Kind] = {
    "pg_dump": of_file(
        TABLES, pg_dump.structure, pg_dump.read, pg_dump.count, told=pg_dump.told, streams=True
    ),
    "mariadb_dump": of_file(
        TABLES, mariadb_dump.structure, mariadb_dump.read, mariadb_dump.count, streams=True
    ),
    "pg_basebackup": pg_basebackup.KIND,
    "tar": of_file(FILES, tar.structure, tar.read, tar.count, streams=True),
    "files": files.KIND,
    "restic": restic.KIND,
    "borg": borg.KIND,
    "pgbackrest": pgbackrest.KIND,
    "barman": barman.KIND,
}
# What a snapshot may hold: whatever is read through its medium alone.
KINDS_INSIDE = tuple(name for name, kind in KINDS.items() if kind.streams)
# Other words for a kind, as people who know the program say them.
_ALIASES = {
    "mysqldump": "mariadb_dump",
    "mysql_dump": "mariadb_dump",
    "pg_dumpall": "pg_dump",
    "borgbackup": "borg",
    "folder": "files",
}


def kind_named(word: str) -> str:
    """Return the name of a kind for a word that may be another name of it or be written with hyphens."""
    name = word.replace("-", "_")
    return _ALIASES.get(name, name)
