"""Folders of a cluster that hold nothing, which object stores and some copying programs leave out without a word.

All data are there without them, but the server does not start.
"""

from __future__ import annotations

from typing import Collection

from ...finding import reason
from ..faults import Doubt

LOST = reason(
    "backup.basebackup_folders_lost",
    "{file}: all data are there, but {folders} empty folders of the cluster are not ({item} for one), without which the"
    " server does not start; copy folders with those that are empty, or keep archives (-Ft), and make the lost ones"
    " (mkdir -m 700) when you restore this one",
)

# Without any one of these a server of PostgreSQL 15 or 17 does not start; without the others it complains later.
NEEDED = (
    *("pg_commit_ts", "pg_logical/mappings", "pg_logical/snapshots", "pg_notify"),
    *("pg_replslot", "pg_subtrans", "pg_tblspc", "pg_twophase"),
)
FOLDERS = (*NEEDED, "pg_dynshmem", "pg_serial", "pg_snapshots", "pg_stat", "pg_stat_tmp")


def doubt(file: str, there: Collection[str]) -> Doubt | None:
    """Return the doubt about a copy that lacks some that are needed, None if it has them all."""
    lost = [folder for folder in NEEDED if folder not in there]
    return Doubt(LOST, file=file, folders=len(lost), item=lost[0]) if lost else None
