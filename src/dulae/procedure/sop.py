"""The SOP's controls, and the pieces of work that carry them out: what is started, due and shown by a name.

A control is one piece of work under its own name; what stands below ``also`` (the drill, the making of backups)
is more work of the same control, with a rhythm and a name of its own.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from dulae.errors import SettingsError
from dulae.settings.procedure import Control, Procedure, Rhythm
from dulae.settings.shape import Words


@dataclass(frozen=True)
class Work:
    """Something that the procedure has done at a rhythm; ``id`` names its runs, locks and log."""

    id: str
    title: Words
    control: Control
    rhythm: Rhythm
    limit_minutes: int

    @property
    def playbook(self) -> str:
        """Return the playbook's file name."""
        return self.rhythm.playbook


def works(procedure: Procedure) -> tuple[Work, ...]:
    """Return all work of the procedure, step by step, a control before what it also does."""
    found = []
    for control in sorted(procedure.controls, key=lambda control: control.step):
        found.append(Work(control.id, control.title, control, control, control.limit_minutes))
        for also in control.also:
            found.append(
                Work(also.id, also.title, control, also, also.limit_minutes or control.limit_minutes)
            )
    return tuple(found)


def work(procedure: Procedure, identity: str) -> Work:
    """Return the work of a name; raise SettingsError if the procedure has none."""
    known = {each.id: each for each in works(procedure)}
    if identity not in known:
        meant = difflib.get_close_matches(identity, known, 1)
        remedy = f"Did you mean '{meant[0]}'?" if meant else f"Name one of: {', '.join(known)}"
        raise SettingsError(
            f"the procedure has no control '{identity}'", place="procedure.yml", remedy=remedy
        )
    return known[identity]
