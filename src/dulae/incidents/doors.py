"""What the doors of this room do with their arguments: the module's states and the command line's verbs."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dulae import settings as settings_room
from dulae.checks.finding import Finding, Verdict, judged, reason
from dulae.incidents.desk import CHECK, Desk
from dulae.incidents.register import Register, Report
from dulae.ledger import Ledger
from dulae.ledger.views.incidents import Incident
from dulae.settings import Settings

STANDS = reason("incidents.stands", "the incident is {status}")
WOULD = reason("incidents.would_change", "in check mode nothing was written; it would be {state}")
_FACTS = {"finished": ("cause", "fix"), "closed": ("confirmed_by", "reason")}


def desk_of(settings: Settings) -> Desk:
    """Return the desk of an inventory, with the person at the keyboard (or the timer's user) as the one who acts."""
    return Desk(settings, Ledger.open(settings.state_dir / "ledger"), settings.state_dir, getpass.getuser())


def desk_at(inventory: Path) -> Desk:
    """Return the desk of an inventory folder; raise SettingsError or LedgerError if it is not ready for work."""
    return desk_of(settings_room.load(inventory))


def work(arguments: Mapping[str, Any], *, check_mode: bool) -> tuple[list[Finding], dict[str, Any]]:
    """Bring about the state that a task asks for; return findings and the rest of the result.

    Raise DulaeError where it cannot be done as asked.
    """
    desk = desk_at(Path(arguments["inventory"]))
    now = datetime.now(UTC)
    state = arguments["state"]
    if state == "reviewed":
        findings, changed = (desk.judge(now), False) if check_mode else desk.round(now)
        return findings, {"changed": changed}
    if check_mode:
        name = arguments["incident"] or arguments["report"]["symptom"]
        return [judged(CHECK, name, Verdict.UNKNOWN, WOULD, measured={"state": state})], {
            "changed": True,
            "incident": name,
        }
    incident, changed = _change(desk.register, state, arguments, now)
    made = judged(CHECK, incident.number, Verdict.PASS, STANDS, measured={"status": incident.status})
    return [made], {"changed": changed, "incident": incident.number}


def _change(
    register: Register, state: str, arguments: Mapping[str, Any], now: datetime
) -> tuple[Incident, bool]:
    if state == "opened":
        return register.open(Report(**arguments["report"]), now)
    facts = {name: arguments[name] for name in _FACTS.get(state, ())}
    if state == "closed":
        return register.close(arguments["incident"], now, **facts)
    return register.advance(arguments["incident"], state, now, **facts)
