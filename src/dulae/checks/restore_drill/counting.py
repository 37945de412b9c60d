"""Counting and digesting the tables of a scratch server on several connections, side by side."""

from __future__ import annotations

import contextlib
import os
import queue
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Sequence

from ..backup.manifest import TableCount
from ..backup.session import Session
from .engine import Restored

_MOST_CONNECTIONS = 4


def count(restored: Restored, listed: Sequence[Any], digest: str) -> list[TableCount]:
    """Return the rows of each table, and its digest of a name if one is asked for.

    Raise SessionError where a table cannot be counted.
    """
    waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()
    for table in listed:
        waiting.put(table)
    connections = max(1, min(_MOST_CONNECTIONS, os.cpu_count() or 1, len(listed)))
    with contextlib.ExitStack() as stack:
        sessions = [stack.enter_context(restored.connect()) for _ in range(connections)]
        workers = stack.enter_context(ThreadPoolExecutor(connections))
        # Whatever ends the counting, nobody waits for answers that nobody reads.
        for session in sessions:
            stack.callback(session.kill)
        parts = workers.map(lambda session: _some(restored, session, waiting, digest), sessions)
        return [found for part in parts for found in part]


def _some(
    restored: Restored, session: Session, waiting: queue.SimpleQueue[Any], digest: str
) -> list[TableCount]:
    """Count tables on one connection until none is waiting."""
    tables = restored.engine.tables
    tables.begin(session)
    counted = []
    with contextlib.suppress(queue.Empty):
        while True:
            counted.append(tables.count(session, waiting.get_nowait(), digest))
    return counted
