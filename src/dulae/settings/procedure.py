"""``procedure.yml``: the SOP as data."""

from __future__ import annotations

from datetime import time
from typing import Literal

from pydantic import Field

from dulae.settings.shape import AtLeastOne, Clock, Count, Name, Shape, Text, Words

Cadence = Literal["each_working_day", "daily", "weekly", "monthly", "quarterly"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ControlId = Literal["availability", "restoration", "recoverability", "access", "usage"]
_GRACE_OF_A_DAY = 60
_GRACE_OF_MORE = 24 * 60


class Rhythm(Shape):
    """When something is due. ``at`` is a wall clock in the calendar's zone; ``day`` is a day of the month."""

    cadence: Cadence
    at: Clock = time(8, 30)
    weekday: Weekday = "mon"
    day: Literal["first_working_day", "last_working_day"] | int = "first_working_day"
    grace_minutes: Count | None = None
    repeat_minutes: AtLeastOne | None = None
    playbook: Text

    @property
    def grace(self) -> int:
        """Return the minutes after ``due_at`` from which a run is late: an hour, or a day for longer cadences."""
        if self.grace_minutes is not None:
            return self.grace_minutes
        return _GRACE_OF_A_DAY if self.cadence in ("each_working_day", "daily") else _GRACE_OF_MORE


class Also(Rhythm):
    """More work of a control, with a rhythm of its own: the restore drill, the making of backups."""

    id: Name
    title: Words
    limit_minutes: AtLeastOne | None = None


class Control(Rhythm):
    """A row of the SOP."""

    id: ControlId
    step: int = Field(ge=1, le=5)
    clause: str = ""
    title: Words
    risk: Words
    control_point: Words
    detail: Words
    owner: Name
    limit_minutes: AtLeastOne
    report: Name
    also: tuple[Also, ...] = ()


class Procedure(Shape):
    """The whole SOP: what is controlled, why, by whom, how often and within which time."""

    version: Text
    title: Words
    objectives: tuple[Words, ...] = Field(min_length=1)
    controls: tuple[Control, ...] = Field(min_length=1)
