"""Leavers x accounts -> a plan's document: whom it concerns, how he was matched, what would be written and ended.

Pure: what the databases said comes in as surveys. What stands under a key ``observed`` changes from hour to hour and
does not make it another plan.
"""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from dulae.accounts import brakes
from dulae.accounts.account import Account, Leaver, masked
from dulae.accounts.applications import Application
from dulae.accounts.databases.values import encoded, keyed, words
from dulae.accounts.earlier import marking
from dulae.accounts.matching import Match, Outcome
from dulae.accounts.placing import SECTIONS, Placed, placed, seconds
from dulae.accounts.referring import reference
from dulae.accounts.sheet import Sheet
from dulae.accounts.survey import Survey, Use
from dulae.ledger import canonical

VERSION = 1
# What a plan would do is called its items; the other sections keep their names.
ITEMS = "items"
_AT_A_TIME = 500
# Sections in which somebody whose day has come has something open, or may have.
_OPEN = ("proposed", "protected", "review")


@dataclass(frozen=True)
class Ground:
    """What every entry needs: the list, the node's key, and where days begin."""

    sheet: Sheet
    key: bytes
    zone: ZoneInfo


def document(ground: Ground, surveys: Sequence[Survey]) -> dict[str, Any]:
    """Return the content of a plan, without its number, time and maker."""
    sections: dict[str, list[dict[str, Any]]] = {section: [] for section in SECTIONS if section != "repeated"}
    systems = []
    for survey in surveys:
        places = [] if survey.unreadable else placed(ground.sheet, survey)
        for place in (*places, *itertools.chain.from_iterable(map(seconds, places))):
            if place.section in sections:
                head = {"person": place.leaver.number, "system": survey.application.system}
                sections[place.section].append({**head, **_entry(ground, survey, place)})
        systems.append(_system(ground.sheet, survey, places))
    items = sections.pop("proposed")
    _brake(systems, items, surveys, ground.sheet)
    persons = [_person(ground, leaver) for leaver in ground.sheet.sought]
    # Only in a plan does the ledger keep who came back: those rows ask for nothing else.
    staying = sorted({_ref(ground, leaver) for leaver in ground.sheet.staying})
    return {
        "v": VERSION,
        "list": ground.sheet.summary(),
        "persons": persons,
        **({"staying": staying} if staying else {}),
        "systems": systems,
        ITEMS: items,
        **sections,
    }


def fingerprint(content: Mapping[str, Any]) -> str:
    """Return a SHA-256 of a plan's content without what is observed anew each time."""
    digest = hashlib.sha256()
    for name in sorted(content):
        part = content[name]
        entries = part if isinstance(part, list) else [part]
        # Some at a time, for a copy of all of them is large.
        for start in range(0, len(entries), _AT_A_TIME):
            stable = [_stable(entry) for entry in entries[start : start + _AT_A_TIME]]
            digest.update(canonical.encode({name: stable}))
    return digest.hexdigest()


def _stable(entry: Any) -> Any:
    if not isinstance(entry, Mapping):
        return entry
    return {key: value for key, value in entry.items() if key != "observed"}


def identity(key: bytes, application: Application, row: Mapping[str, Any]) -> str:
    """Return a keyed hash of the columns that say who an account belongs to."""
    labels = application.profile.users.identity()
    return keyed(key, [application.system, *(str(row[name]) if name else "" for name in labels)])


def _ref(ground: Ground, leaver: Leaver) -> str:
    row = {"citizen_id": leaver.citizen_id, "name_key": leaver.name_key}
    return leaver.ref or reference(ground.key, row)


def _person(ground: Ground, leaver: Leaver) -> dict[str, Any]:
    former = {"former_surname": leaver.former_surname} if leaver.former_surname else {}
    return {
        "number": leaver.number,
        "row": leaver.row,
        "sheet": leaver.sheet,
        "name": leaver.display,
        **former,
        "citizen_id": leaver.masked_id or masked(leaver.citizen_id),
        "ref": _ref(ground, leaver),
        "unit": leaver.unit,
        "movement": leaver.movement,
        "action": leaver.action,
        "effective_date": leaver.effective_date.isoformat() if leaver.effective_date else "",
        "order_no": leaver.order_no,
        "standing": leaver.standing,
        "list": leaver.source,
        "list_sha256": leaver.source_sha256 or ground.sheet.sha256,
    }


def _entry(ground: Ground, survey: Survey, place: Placed) -> dict[str, Any]:
    matches = place.decision.matches
    observed: dict[str, Any] = {
        "uses": [_use(ground, place.leaver, survey, match.account) for match in matches]
    }
    marked = _marked(ground, survey, place, observed)
    if place.decision.outcome is not Outcome.PROPOSE:
        seen = [_seen(match) for match in matches]
        return {"match": place.why, **marked, "accounts": seen, "observed": observed}
    account, profile = matches[0].account, survey.application.profile
    closed = {} if account.active else {"disabled": True}
    about = {"key": encoded(account.key), "login": account.login, "privileged": account.privileged}
    return {
        "match": place.why,
        **marked,
        "account": {**about, **closed},
        "identity": identity(ground.key, survey.application, account.row),
        "before": {column: words(value) for column, value in profile.shown(account.row).items()},
        "writes": profile.shown_after,
        "ends": list(survey.ends),
        "observed": {**observed, "also": profile.shown_also(account.row)},
    }


def _marked(ground: Ground, survey: Survey, place: Placed, observed: dict[str, Any]) -> dict[str, Any]:
    """Return that what an entry is about was closed before, and write under ``observed`` what of it is open."""
    accounts = [match.account for match in place.decision.matches]
    if place.section not in _OPEN:
        return {}
    mark = marking.marks(survey, _ref(ground, place.leaver), place.leaver, accounts)
    if mark:
        observed["opened"] = [marking.opened(survey, mark, account) for account in accounts]
    return {"again": dict(mark)} if mark else {}


def _seen(match: Match) -> dict[str, Any]:
    account = match.account
    return {
        "key": encoded(account.key),
        "login": account.login,
        "active": account.active,
        "tier": match.tier.why.code,
    }


def _use(ground: Ground, leaver: Leaver, survey: Survey, account: Account) -> dict[str, Any]:
    use = survey.uses.get(account.key, Use())
    seen = use.last_used_at
    return {
        "login": account.login,
        "last_used_at": seen.isoformat(timespec="seconds") if seen else "",
        "used_after_leaving": _is_after(seen, leaver.effective_date, ground.zone),
        "open": dict(use.open),
    }


def _is_after(used_at: datetime | None, first_day_out: date | None, zone: ZoneInfo) -> bool:
    if used_at is None or first_day_out is None:
        return False
    return used_at >= datetime.combine(first_day_out, time(), zone)


def _system(sheet: Sheet, survey: Survey, places: Sequence[Placed]) -> dict[str, Any]:
    counts = Counter(place.section for place in places)
    counts["set_aside"] = len(sheet.leavers) - len(sheet.sought)
    matches = survey.matches
    return {
        "system": survey.application.system,
        "profile": survey.application.profile.name,
        "readable": not survey.unreadable,
        "observed": {
            "accounts": matches.accounts,
            "active": matches.active,
            "privileged": matches.privileged,
            "numbered": survey.numbered,
            "obstacles": dict(survey.obstacles),
            "unreadable": survey.unreadable,
            "absent": list(survey.absent),
            "counts": dict(counts),
        },
    }


def _brake(
    systems: Iterable[dict[str, Any]],
    items: Sequence[Mapping[str, Any]],
    surveys: Sequence[Survey],
    sheet: Sheet,
) -> None:
    """Write into each system how many accounts are proposed, and what stops that."""
    carried = {leaver.number for leaver in sheet.leavers if leaver.source}
    persons = len({item["person"] for item in items} - carried)
    for system, survey in zip(systems, surveys, strict=True):
        proposed = sum(item["system"] == system["system"] for item in items)
        load = brakes.Load(proposed, survey.matches.active, persons, sheet.declared)
        system["proposed"] = proposed
        system["brakes"] = list(brakes.tripped(survey.application.brake, load))
