"""Counting and digesting the tables of a scratch server on several connections, side by side."""

from __future__ import annotations

import contextlib
import os
import queue
from concurrent.futures import ThreadPoolExecutor

from ..backup import tables
from ..backup.manifest import TableCount
from ..backup.session import Session
from ..backup.tools import Tools
from . import server
from .restoring import DATABASE

_MOST_CONNECTIONS = 4


def count(folder: str, tools: Tools, listed: list[tables.Table]) -> list[TableCount]:
    """Return the rows and digest of each table; raise SessionError where one cannot be counted."""
    waiting: queue.SimpleQueue[tables.Table] = queue.SimpleQueue()
    for table in listed:
        waiting.put(table)
    connections = max(1, min(_MOST_CONNECTIONS, os.cpu_count() or 1, len(listed)))
    with contextlib.ExitStack() as stack:
        environment = server.environment(folder, DATABASE)
        sessions = [stack.enter_context(Session(tools, environment)) for _ in range(connections)]
        workers = stack.enter_context(ThreadPoolExecutor(connections))
        # Whatever ends the counting, nobody waits for answers that nobody reads.
        for session in sessions:
            stack.callback(session.kill)
        return [
            found for part in workers.map(lambda session: _some(session, waiting), sessions) for found in part
        ]


def _some(session: Session, waiting: queue.SimpleQueue[tables.Table]) -> list[TableCount]:
    """Count tables on one connection until none is waiting."""
    tables.begin(session)
    counted = []
    with contextlib.suppress(queue.Empty):
        while True:
            counted.append(tables.count(session, waiting.get_nowait()))
    return counted
