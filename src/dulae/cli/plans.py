"""Plans of step 4 as a person reads them, in Thai and English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dulae.cli import clock
from dulae.cli.plan_words import PlanWords
from dulae.cli.tables import table

if TYPE_CHECKING:
    from dulae.accounts.desk import Desk
    from dulae.accounts.plan import Plan

_SECTIONS = ("waiting", "protected", "review", "already", "no_account")


def listed(desk: Desk, words: PlanWords) -> str:
    """Return the plans, the newest first, and how far each has come."""
    from dulae.accounts.plan import plans
    from dulae.accounts.standing import Standing, standings

    known = standings(desk.evidence)
    rows = []
    for kept in plans(desk):
        expired, standing = clock.now() >= kept.valid_until, known.get(kept.plan_id, Standing())
        is_recorded = standing.sha256 == kept.sha256
        state = standing.state(kept.systems, expired=expired) if is_recorded else "changed"
        about = (kept.plan_id, words.state(state), str(len(kept.items)), _maker(kept))
        rows.append((*about, words.moment(kept.valid_until)))
    return table(words.headings("plans"), rows) if rows else words["none"]


def told(plan: Plan, words: PlanWords) -> str:
    """Return a plan as text: its head, what would be done, and everybody else on the list with the reason."""
    parts = ["\n".join(_head(plan, words))]
    if plan.items:
        parts.append(table(words.headings("items"), [_item(plan, item, words) for item in plan.items]))
    for section in _SECTIONS:
        if entries := plan.document[section]:
            rows = [_entry(plan, entry, words) for entry in entries]
            parts.append(f"{words[section]}\n{table(words.headings('others'), rows)}")
    return "\n\n".join(parts)


def _maker(plan: Plan) -> str:
    return str(plan.made_by["holder"] or plan.made_by["login"])


def _head(plan: Plan, words: PlanWords) -> Iterator[str]:
    document = plan.document
    came = document["list"]
    made, until = (
        words.moment(datetime.fromisoformat(document[name])) for name in ("made_at", "valid_until")
    )
    yield words["made"].format(plan.plan_id, _maker(plan), made, until)
    yield words["list"].format(came["file"], came["rows"], came["sha256"])
    yield words["sha256"].format(plan.sha256)
    for system in document["systems"]:
        yield from _about(system, words)
    if not plan.items:
        yield words["nothing"] + (words["unknown"] if plan.unread else "")


def _about(system: Mapping[str, Any], words: PlanWords) -> Iterator[str]:
    """Yield what stands against changing a system's accounts."""
    name, observed = system["system"], system["observed"]
    if not system["readable"]:
        yield words["unread"].format(name, observed["unreadable"])
    for table_name, engine in observed.get("obstacles", {}).items():
        yield words["unchangeable"].format(name, table_name, engine)
    for brake in system["brakes"]:
        yield words["stopped"].format(name, words.because({**brake["measured"], **brake}))


def _item(plan: Plan, item: Mapping[str, Any], words: PlanWords) -> list[str]:
    person = plan.person(item["person"])
    movement, day = words.movement(person["movement"]), words.day(person["effective_date"])
    before = {**item["before"], **item["observed"]["also"]}
    change = ", ".join(f"{column} {before[column]} > {value}" for column, value in item["writes"].items())
    used = any(use["used_after_leaving"] for use in item["observed"]["uses"])
    login = f"{item['account']['login']}{words['late'] if used else ''}{_again(item, words)}"
    about = [str(person["number"]), person["name"], person["citizen_id"], movement, day]
    return [*about, item["system"], login, words.because(item["match"]), change, words.kinds(item["ends"])]


def _again(entry: Mapping[str, Any], words: PlanWords) -> str:
    """Return that an account was closed before, and what of it is open; nothing for a first time."""
    if "again" not in entry:
        return words["disabled"] if entry.get("account", {}).get("disabled") else ""
    kinds = words.kinds([*dict.fromkeys(what for each in entry["observed"]["opened"] for what in each)])
    closed_at = entry["again"]["closed_at"]
    if not closed_at:
        return words["owner_left"].format(kinds)
    closed = datetime.fromisoformat(closed_at).astimezone(words.speech.zone)
    return words["again"].format(kinds, words.day(closed.date().isoformat()))


def _entry(plan: Plan, entry: Mapping[str, Any], words: PlanWords) -> list[str]:
    person = plan.person(entry["person"])
    accounts = [entry["account"]] if "account" in entry else entry["accounts"]
    logins = ", ".join(account["login"] for account in accounts) or "-"
    about = [str(person["number"]), person["name"], entry["system"]]
    return [*about, f"{logins}{_again(entry, words)}", words.because(entry["match"])]
