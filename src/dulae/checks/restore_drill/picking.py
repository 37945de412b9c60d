"""Which copy a drill restores: the newest, or one drawn by lot so that anybody can repeat the draw.

Of the copies in the window, the one is drawn whose SHA-256 of ``SEED NAME`` comes first in hexadecimal order:
    for name in NAMES; do printf '%s %s' SEED "$name" | sha256sum; done | sort | head -1
"""

from __future__ import annotations

import hashlib
import os
import secrets
from datetime import timedelta

from ..backup import copies, steps
from ..backup.copies import Copy
from ..backup.faults import Bad, CannotTell
from ..backup.steps import Examination
from ..finding import reason
from .request import Drill

NONE_WITHIN = reason(
    "restore_drill.none_within",
    "{path}: none of {count} copies was made within {within_days} days; find out why, or widen the window",
)
ALL_UNFINISHED = reason(
    "restore_drill.all_unfinished",
    "{path}: every copy within {within_days} days is still being written; hold the drill at another time",
)

_SEED_BYTES = 8


def pick(drill: Drill, work: Examination) -> None:
    """Choose the copy that is examined and note how; raise Fault if there is none in the window or it is too small."""
    inventory = work.inventory()
    window = timedelta(days=drill.pick.within_days)
    within = [
        copy for copy in inventory.copies if not drill.pick.within_days or work.now - copy.made_at <= window
    ]
    work.measured.update(pick=drill.pick.how, pick_candidates=len(within))
    if not within:
        where = {"path": copies.shown(work.backup_set.path), "within_days": drill.pick.within_days}
        raise Bad(NONE_WITHIN, count=len(inventory.copies), **where)
    chosen = within[0] if drill.pick.how == "newest" else _draw(drill, work, within)
    steps.look_at(work, inventory, work.store.look(chosen))
    newest = inventory.copies[0]
    work.measured["newest_minutes"] = max(0, int((work.now - newest.made_at).total_seconds() // 60))


def _draw(drill: Drill, work: Examination, within: list[Copy]) -> Copy:
    """Return the copy that the seed draws; one that is being written is passed over."""
    seed = drill.pick.seed or secrets.token_hex(_SEED_BYTES)
    work.measured["pick_seed"] = seed
    for copy in drawn(seed, within):
        if not work.store.being_written(work.store.look(copy), work.now):
            return copy
    where = {"path": copies.shown(work.backup_set.path), "within_days": drill.pick.within_days}
    raise CannotTell(ALL_UNFINISHED, **where)


def drawn(seed: str, within: list[Copy]) -> list[Copy]:
    """Return copies in the order in which a seed draws them."""
    return sorted(within, key=lambda copy: lot(seed, os.path.basename(copy.path)))


def lot(seed: str, name: str) -> str:
    """Return what decides about a name in a draw: the smallest is drawn first."""
    return hashlib.sha256(f"{seed} {name}".encode("utf-8", "surrogateescape")).hexdigest()
