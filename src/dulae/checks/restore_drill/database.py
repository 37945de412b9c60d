"""The drill of a database's dump: make a server, restore, prove."""

from __future__ import annotations

import contextlib
from typing import Iterator

from ..backup import steps
from ..backup.faults import CannotTell
from ..backup.tools import Tools
from . import attached, proof, thai_text
from .engine import Dumps, Restored
from .work import Work, demand_space


def hold(work: Work, given: Tools, dumps: Dumps) -> None:
    """Restore the copy into a scratch server and prove it; raise Fault with what was seen."""
    tools, scratch = dumps.tools(given), dumps.scratch
    with work.stage("prepare"):
        demand_space(work.folder, _needed(work, dumps))
        work.measured["server_version"] = scratch.version(tools)
    with work.stage("initdb"):
        identity = scratch.make(work, tools)
    with contextlib.ExitStack() as stack:
        with work.stage("start"):
            stack.enter_context(scratch.running(work.folder, tools, identity))
        with _changed_first(work), work.stage("restore"):
            dumps.restore(work, tools)
        prove(Restored(work, tools, dumps.engine))


def prove(restored: Restored) -> None:
    """Prove what was restored, the gravest first; raise Fault where it is not as it must be."""
    work, engine = restored.work, restored.engine
    with work.stage("prove"):
        proof.prove(restored)
    if work.drill.attachments:
        with work.stage("attachments"):
            attached.prove(restored)
    with work.stage(engine.check_stage), restored.connect() as session:
        engine.check(work, session)
    if thai_text.wanted(restored):
        with work.stage("thai_text"):
            thai_text.prove(restored)


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


def _needed(work: Work, dumps: Dumps) -> int:
    """Return the bytes that the restored database will take; without a manifest that is a guess."""
    known = work.manifest.source.get("database_bytes") if work.manifest else None
    guessed = dumps.scratch.restored_bytes(work.examination.newest.bytes)
    return dumps.scratch.empty_bytes + (int(1.5 * known) if known else guessed)
