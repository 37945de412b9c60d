"""The drill of a PostgreSQL dump: make a server, restore, prove."""

from __future__ import annotations

import contextlib

from ..backup.tools import Tools
from . import proof, restoring, server
from .work import Work, demand_space

# A restored database is larger than its dump, by how much nobody knows without a manifest.
_GROWTH = 6
_EMPTY_CLUSTER_BYTES = 100 << 20


def hold(work: Work, tools: Tools) -> None:
    """Restore the copy into a scratch server and prove it; raise Fault with what was seen."""
    with work.stage("prepare"):
        demand_space(work.folder, _needed(work))
        work.measured["server_version"] = tools.ask(["postgres", "--version"]).text.split()[-1]
    with work.stage("initdb"):
        identity = server.make(work.folder, tools)
    with contextlib.ExitStack() as stack:
        with work.stage("start"):
            stack.enter_context(server.running(work.folder, tools, identity))
        with work.stage("restore"):
            restoring.restore(work.examination.newest.path, work.folder, tools)
        with work.stage("prove"):
            proof.prove(work, tools)


def _needed(work: Work) -> int:
    """Return the bytes that the restored database will take."""
    known = work.manifest.source.get("database_bytes") if work.manifest else None
    return _EMPTY_CLUSTER_BYTES + int(1.5 * known if known else _GROWTH * work.examination.newest.bytes)
