"""The drill of a PostgreSQL dump: make a server, restore, prove."""

from __future__ import annotations

import contextlib
from typing import Iterator

from ..backup import steps
from ..backup.faults import CannotTell
from ..backup.tools import Tools
from . import amcheck, attached, proof, restoring, server, thai_text
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
        identity = server.make(work.folder, tools, work.template)
    with contextlib.ExitStack() as stack:
        with work.stage("start"):
            stack.enter_context(server.running(work.folder, tools, identity))
        with _changed_first(work), work.stage("restore"):
            restoring.restore(work.examination.newest.path, work.folder, tools)
        _prove(work, tools)


def _prove(work: Work, tools: Tools) -> None:
    """Prove what was restored, the gravest first; raise Fault where it is not as it must be."""
    with work.stage("prove"):
        proof.prove(work, tools)
    if work.drill.attachments:
        with work.stage("attachments"):
            attached.prove(work, tools)
    with work.stage("amcheck"):
        amcheck.prove(work, tools)
    if thai_text.wanted(work):
        with work.stage("thai_text"):
            thai_text.prove(work, tools)


@contextlib.contextmanager
def _changed_first(work: Work) -> Iterator[None]:
    """Where this machine could not restore a copy, look first whether the copy is still the one that was made.

    A damaged header can look like one of a newer version, and a damaged length like a lack of memory.
    """
    try:
        yield
    except CannotTell:
        if work.manifest:
            steps.same_bytes(work.examination, work.manifest)
        raise


def _needed(work: Work) -> int:
    """Return the bytes that the restored database will take."""
    known = work.manifest.source.get("database_bytes") if work.manifest else None
    return _EMPTY_CLUSTER_BYTES + int(1.5 * known if known else _GROWTH * work.examination.newest.bytes)
