"""A plan of step 4 as a person reads it before approving."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from dulae.cli.tables import table

if TYPE_CHECKING:
    from dulae.accounts.plan import Plan

_HEADINGS = (
    "no.",
    "name",
    "citizen id",
    "movement",
    "first day out",
    "system",
    "account",
    "matched",
    "change",
    "ends",
)
_TITLES = {
    "waiting": "Waiting for their day",
    "protected": "Protected: only changed by hand",
    "review": "For a person to decide",
    "already": "Disabled already",
    "no_account": "Without an account",
}


def told(plan: Plan, zone: tzinfo) -> str:
    """Return a plan as text: its head, what would be done, and everybody else on the list with the reason.

    Times are those of the office.
    """
    parts = [_head(plan, zone)]
    if plan.items:
        parts.append(table(_HEADINGS, [_item(plan, item, zone) for item in plan.items]))
    for section, title in _TITLES.items():
        if entries := plan.document[section]:
            rows = [_entry(plan, entry, zone) for entry in entries]
            parts.append(f"{title}\n{table(('no.', 'name', 'system', 'accounts', 'why'), rows)}")
    return "\n\n".join(parts)


def _head(plan: Plan, zone: tzinfo) -> str:
    document = plan.document
    came = document["list"]
    maker = plan.made_by["holder"] or plan.made_by["login"]
    made, until = (
        f"{datetime.fromisoformat(document[name]).astimezone(zone):%Y-%m-%d %H:%M}"
        for name in ("made_at", "valid_until")
    )
    lines = [
        f"plan {plan.plan_id}, made by {maker} at {made}, valid until {until}",
        f"list {came['file']}, {came['rows']} rows, SHA-256 {came['sha256']}",
        f"SHA-256 of the plan {plan.sha256}",
    ]
    for system in document["systems"]:
        if not system["readable"]:
            lines.append(f"{system['system']} could not be read: {system['observed']['unreadable']}")
        lines += [
            f"{system['system']} cannot be changed: table {table} keeps no transactions ({engine})"
            for table, engine in system["observed"].get("obstacles", {}).items()
        ]
        lines += [f"{system['system']} is stopped: {brake['because']}" for brake in system["brakes"]]
    if not plan.items:
        unread = (
            "" if not plan.unread else " Of what could not be read nobody knows: plan again when it can be."
        )
        lines.append(f"It changes nothing, and needs no approval.{unread}")
    return "\n".join(lines)


def _item(plan: Plan, item: Mapping[str, Any], zone: tzinfo) -> list[str]:
    person = plan.person(item["person"])
    about = [person[name] for name in ("name", "citizen_id", "movement", "effective_date")]
    before = {**item["before"], **item["observed"]["also"]}
    change = ", ".join(f"{column} {before[column]} > {value}" for column, value in item["writes"].items())
    late = (
        " (used after leaving)" if any(use["used_after_leaving"] for use in item["observed"]["uses"]) else ""
    )
    login = f"{item['account']['login']}{late}{_again(item, zone)}"
    ends = ", ".join(item["ends"])
    return [str(person["number"]), *about, item["system"], login, item["match"]["because"], change, ends]


def _again(entry: Mapping[str, Any], zone: tzinfo) -> str:
    """Return that an account was closed before, and what of it is open; nothing for a first time."""
    if "again" not in entry:
        return " (disabled; something is open)" if entry.get("account", {}).get("disabled") else ""
    opened = ", ".join(dict.fromkeys(what for each in entry["observed"]["opened"] for what in each))
    closed_at = entry["again"]["closed_at"]
    if not closed_at:
        return f" (open: {opened}; its owner left earlier)"
    return f" (open again: {opened}; disabled {datetime.fromisoformat(closed_at).astimezone(zone):%Y-%m-%d})"


def _entry(plan: Plan, entry: Mapping[str, Any], zone: tzinfo) -> list[str]:
    person = plan.person(entry["person"])
    accounts = [entry["account"]] if "account" in entry else entry["accounts"]
    logins = ", ".join(account["login"] for account in accounts) or "-"
    return [
        str(person["number"]),
        person["name"],
        entry["system"],
        f"{logins}{_again(entry, zone)}",
        entry["match"]["because"],
    ]
