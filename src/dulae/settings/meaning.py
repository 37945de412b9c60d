"""What the settings say must be so: references lead somewhere, names are unique, roles are held, limits make sense."""

from __future__ import annotations

import os
import zoneinfo
from collections.abc import Iterator, Mapping
from pathlib import Path

from dulae.settings import meaning_systems
from dulae.settings.model import Settings
from dulae.settings.places import Places
from dulae.settings.problem import Problem
from dulae.settings.procedure import Also, Control
from dulae.settings.project import playbooks
from dulae.settings.reading import Document, Keys

# Control -> the SOP's step that it carries out.
STEPS = {"availability": 1, "restoration": 2, "recoverability": 3, "access": 4, "usage": 5}
# The reports' names; a test of the reports' room holds them together.
REPORTS = ("availability", "incidents", "maintenance", "access", "receipt", "usage", "internal_control")
# Folders of the inventory that Ansible passes over (`ignore_patterns` in ansible.cfg); any other it reads as hosts.
NOT_HOSTS = ("state", "reports", "lists", "secrets")
_SHORTEST_MONTH = 28
# Work that may be late until its next turn is never late.
_LONGEST_GRACE_DAYS = {"each_working_day": 1, "daily": 1, "weekly": 7, "monthly": 28, "quarterly": 90}
_DAY_MINUTES = 24 * 60


def problems(settings: Settings, documents: Mapping[str, Document]) -> list[Problem]:
    """Return everything that is well-formed but cannot be meant."""
    places = Places(documents)
    return [
        *_procedure(settings, places),
        *_people(settings, places),
        *_contract(settings, places),
        *_calendar(settings, places),
        *_site(settings, places),
        *meaning_systems.problems(settings, places),
    ]


def _procedure(settings: Settings, places: Places) -> Iterator[Problem]:
    controls = settings.procedure.controls
    names: list[tuple[Keys, str]] = [
        (("controls", number, "id"), control.id) for number, control in enumerate(controls)
    ]
    for number, control in enumerate(controls):
        names += [(("controls", number, "also", row, "id"), also.id) for row, also in enumerate(control.also)]
        yield from _control(settings, places, ("controls", number), control)
    yield from places.twice("procedure", names)
    for missing in sorted(set(STEPS) - {control.id for control in controls}, key=lambda name: STEPS[name]):
        yield places.problem(
            "procedure", ("controls",), "missing_control", value=missing, step=STEPS[missing]
        )


def _control(settings: Settings, places: Places, keys: Keys, control: Control) -> Iterator[Problem]:
    if control.step != STEPS[control.id]:
        yield places.problem(
            "procedure", (*keys, "step"), "wrong_step", value=control.id, step=STEPS[control.id]
        )
    yield from places.known("procedure", (*keys, "report"), control.report, ("report", REPORTS))
    roles = [role.id for role in settings.people.roles]
    wrong = list(places.known("procedure", (*keys, "owner"), control.owner, ("role", roles)))
    if not wrong and not settings.people.holding(control.owner):
        wrong = [places.problem("procedure", (*keys, "owner"), "role_not_held", value=control.owner)]
    yield from wrong
    yield from _rhythm(settings, places, keys, control)
    for number, also in enumerate(control.also):
        yield from _rhythm(settings, places, (*keys, "also", number), also)


def _rhythm(settings: Settings, places: Places, keys: Keys, rhythm: Control | Also) -> Iterator[Problem]:
    yield from places.known("procedure", (*keys, "playbook"), rhythm.playbook, ("playbook", playbooks()))
    if isinstance(rhythm.day, int) and not 1 <= rhythm.day <= _SHORTEST_MONTH:
        yield places.problem("procedure", (*keys, "day"), "day_of_month", value=rhythm.day)
    longest = _LONGEST_GRACE_DAYS[rhythm.cadence] * _DAY_MINUTES
    if rhythm.grace > longest:
        yield places.problem("procedure", (*keys, "grace_minutes"), "grace_too_long", limit=longest)
    working = settings.calendar.working_days
    if rhythm.cadence == "weekly" and rhythm.weekday not in working:
        known = ", ".join(working)
        yield places.problem(
            "procedure", (*keys, "weekday"), "weekday_off", value=rhythm.weekday, known=known
        )


def _people(settings: Settings, places: Places) -> Iterator[Problem]:
    people = settings.people
    yield from places.twice(
        "people", ((("roles", row, "id"), role.id) for row, role in enumerate(people.roles))
    )
    yield from places.twice(
        "people", ((("holders", row, "id"), each.id) for row, each in enumerate(people.holders))
    )
    roles = [role.id for role in people.roles]
    for row, holder in enumerate(people.holders):
        for number, role in enumerate(holder.roles):
            yield from places.known("people", ("holders", row, "roles", number), role, ("role", roles))
    # A signature tells people apart by their keys alone.
    held = (
        (("holders", row, "ssh_public_key"), each.ssh_public_key.split()[1])
        for row, each in enumerate(people.holders)
        if each.ssh_public_key
    )
    yield from places.twice("people", held, "key_twice")
    yield from _approvers(settings, places)


def _approvers(settings: Settings, places: Places) -> Iterator[Problem]:
    """Demand that an approver exists who can sign and is not the only person who also carries out."""
    if not any(system.accounts for system in settings.systems):
        return
    approvers = [holder for holder in settings.people.holding("approver") if holder.ssh_public_key]
    if not approvers:
        yield places.problem("people", ("holders",), "no_approver_key")
    workers = {holder.id for holder in settings.people.holding("ops_engineer")}
    if len(approvers) == 1 and workers == {approvers[0].id}:
        yield places.problem("people", ("holders",), "lone_approver", value=approvers[0].id)


def _contract(settings: Settings, places: Places) -> Iterator[Problem]:
    contract = settings.contract
    if contract.ends < contract.starts:
        yield places.problem("contract", ("ends",), "ends_before", first="starts", second="ends")
    if contract.instalment > contract.instalments:
        value, total = contract.instalment, contract.instalments
        yield places.problem("contract", ("instalment",), "instalment_over", value=value, total=total)


def _calendar(settings: Settings, places: Places) -> Iterator[Problem]:
    calendar = settings.calendar
    if calendar.timezone not in zoneinfo.available_timezones():
        yield places.problem("calendar", ("timezone",), "unknown_zone", value=calendar.timezone)
    if calendar.office_hours.end <= calendar.office_hours.start:
        yield places.problem("calendar", ("office_hours",), "ends_before", first="start", second="end")
    days = ((("holidays", row, "date"), str(each.date)) for row, each in enumerate(calendar.holidays))
    yield from places.twice("calendar", days, "holiday_twice")


def _site(settings: Settings, places: Places) -> Iterator[Problem]:
    """Refuse folders inside the inventory whose files Ansible would read as lists of hosts, and print."""
    for key in ("state_dir", "report_dir", "lists_dir", "claims_dir"):
        folder = Path(os.path.normpath(getattr(settings, key)))
        inside = folder.is_relative_to(settings.inventory)
        if inside and folder.relative_to(settings.inventory).parts[:1] not in {(name,) for name in NOT_HOSTS}:
            known = ", ".join(NOT_HOSTS)
            yield places.problem(
                "site", (key,), "read_as_hosts", value=getattr(settings.site, key), known=known
            )
