"""A copied cluster made safe to start: nothing that its own files say of settings, peers or places has an effect."""

from __future__ import annotations

import os
import re
from typing import Mapping

from ..backup.kinds import empty_folders
from ..backup.tools import Tools
from .cluster_copy import DATA

# Every file from which a server takes settings or orders; files that these include are thereby never read.
_OWN = {
    "postgresql.conf": "",
    "postgresql.auto.conf": "",
    "pg_hba.conf": "local all all trust\n",
    "pg_ident.conf": "",
}
_REMOVED = ("tablespace_map", "backup_label.old")
# Log files may be of up to 1 GiB each, and the limits of their number are never below two of them.
_ALWAYS = {
    "min_wal_size": "2GB",
    "max_wal_size": "4GB",
    "shared_preload_libraries": "",
    "log_line_prefix": "",
}
# What a server that replays a log must allow at least as much of as the one that wrote it.
_AT_LEAST = {
    "max_prepared_transactions": re.compile(r"^max_prepared_xacts setting:\s+(\d+)", re.MULTILINE),
    "max_locks_per_transaction": re.compile(r"^max_locks_per_xact setting:\s+(\d+)", re.MULTILINE),
}
_LEAST = {"max_prepared_transactions": 0, "max_locks_per_transaction": 64}
# From this version on triggers of an event, such as a login, can be left out.
_EVENT_TRIGGERS_SINCE = 17


def replace(folder: str) -> None:
    """Put own files in the place of those that a server takes settings, rights and places of tablespaces from."""
    data = os.path.join(folder, DATA)
    for name in (*_OWN, *_REMOVED):
        path = os.path.join(data, name)
        if os.path.lexists(path):
            os.unlink(path)
    for name, text in _OWN.items():
        with open(os.path.join(data, name), "x", encoding="ascii") as written:
            written.write(text)


def make_folders(folder: str) -> int:
    """Make the folders without which a server does not start, and which some copies lose; return how many were lost."""
    data = os.path.join(folder, DATA)
    lost = [name for name in empty_folders.FOLDERS if not os.path.isdir(os.path.join(data, name))]
    for name in lost:
        os.makedirs(os.path.join(data, name), 0o700)
    return len(lost)


def forget_prepared(folder: str) -> int:
    """Have what was prepared to be committed, and is not, count as rolled back once the server runs; return how many.

    Its rows are no part of the data until somebody commits it, but its locks would be waited for without end.
    """
    place = os.path.join(folder, DATA, "pg_twophase")
    prepared = os.listdir(place)
    for name in prepared:
        os.unlink(os.path.join(place, name))
    return len(prepared)


def options(folder: str, version: str, tools: Tools) -> Mapping[str, str]:
    """Return the settings that this cluster needs beside those of every scratch server."""
    said = tools.ask(["pg_controldata", "-D", os.path.join(folder, DATA)]).text
    made = dict(_ALWAYS)
    for name, line in _AT_LEAST.items():
        found = line.search(said)
        made[name] = str(max(_LEAST[name], int(found.group(1)) if found else 0))
    if int(version.partition(".")[0]) >= _EVENT_TRIGGERS_SINCE:
        made["event_triggers"] = "off"
    return made
