"""A plan on disk: canonical JSON whose SHA-256 is what a second person approves; never changed once written."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from dulae.accounts import private
from dulae.accounts.databases.values import sha256
from dulae.accounts.desk import Desk
from dulae.accounts.earlier.departing import taken_back_since
from dulae.accounts.planning import ITEMS, Ground, document, fingerprint
from dulae.accounts.sheet import Sheet
from dulae.accounts.standing import Standing, standings
from dulae.accounts.survey import Survey
from dulae.errors import PlanError

_NAME = re.compile(r"\d{8}-[0-9a-f]{8}")
_LIST = "Look at what there is with: dulae access list"


@dataclass(frozen=True)
class Plan:
    """A plan as it was written; ``sha256`` is that of the file's bytes."""

    document: Mapping[str, Any]
    sha256: str
    path: Path

    @property
    def plan_id(self) -> str:
        """Return the plan's number."""
        return str(self.document["plan_id"])

    @property
    def items(self) -> list[dict[str, Any]]:
        """Return what the plan would do."""
        return list(self.document[ITEMS])

    @property
    def made_by(self) -> Mapping[str, str]:
        """Return who made it: ``{login, holder}``."""
        maker: Mapping[str, str] = self.document["made_by"]
        return maker

    @property
    def valid_until(self) -> datetime:
        """Return the moment from which it may no longer be applied."""
        return datetime.fromisoformat(self.document["valid_until"])

    @property
    def systems(self) -> list[str]:
        """Return the systems in which it would change something, in the plan's order."""
        return list(dict.fromkeys(item["system"] for item in self.items))

    @property
    def unread(self) -> list[str]:
        """Return the systems that could not be read when it was made: nobody knows whom it should name there."""
        return [system["system"] for system in self.document["systems"] if not system["readable"]]

    def of(self, system: str) -> list[dict[str, Any]]:
        """Return what the plan would do in one system."""
        return [item for item in self.items if item["system"] == system]

    @cached_property
    def persons(self) -> dict[int, Mapping[str, Any]]:
        """Return the persons by their number in the plan."""
        return {person["number"]: person for person in self.document["persons"]}

    def person(self, number: int) -> Mapping[str, Any]:
        """Return one person by his number in the plan; raise PlanError if there is none."""
        if number not in self.persons:
            remedy = f"See the numbers with: dulae access show {self.plan_id}"
            raise PlanError(f"there is no person {number} in it", place=f"plan {self.plan_id}", remedy=remedy)
        return self.persons[number]


def draft(desk: Desk, sheet: Sheet, surveys: list[Survey]) -> tuple[Plan, bool]:
    """Return the plan for a list, and whether it is new: what is planned already is not planned again.

    A new one has no number yet; ``keep`` gives it one.
    """
    content = _content(desk, sheet, surveys)
    plan = _standing_plan(desk, content, standings(desk.evidence))
    return (plan, False) if plan else (Plan({**content, "plan_id": ""}, "", Path()), True)


def keep(desk: Desk, drafted: Plan) -> Plan:
    """Keep a drafted plan, and return it with its number.

    The file is on the disk before the ledger tells of it. Raise PlanError or LedgerError if it cannot be kept.
    """
    is_new = not drafted.plan_id
    plan = _write(desk, drafted.document) if is_new else drafted
    if is_new or plan.plan_id not in standings(desk.evidence):
        _record(desk, plan if is_new else read(plan.path))
    return plan


def _content(desk: Desk, sheet: Sheet, surveys: list[Survey]) -> dict[str, Any]:
    content = document(Ground(sheet, desk.key, desk.zone), surveys)
    return {**content, "content_sha256": fingerprint(content)}


def _standing_plan(desk: Desk, content: Mapping[str, Any], known: Mapping[str, Standing]) -> Plan | None:
    """Return the plan that says the same already, with what was observed now; None where there is none."""
    for plan in plans(desk):
        same = plan.document["content_sha256"] == content["content_sha256"]
        if same and _may_stand(desk, plan, known) and not _wants_maker(desk, plan, known):
            return replace(plan, document={**content, **_made(plan)})
    return None


def _made(plan: Plan) -> dict[str, Any]:
    return {name: plan.document[name] for name in ("plan_id", "made_at", "valid_until", "made_by")}


def _may_stand(desk: Desk, plan: Plan, known: Mapping[str, Standing]) -> bool:
    standing = known.get(plan.plan_id, Standing())
    if not plan.items or standing.is_over or desk.clock() >= plan.valid_until:
        return not plan.items
    return not given_back_since(desk, plan, known)


def given_back_since(desk: Desk, plan: Plan, known: Mapping[str, Standing]) -> list[str]:
    """Return the names of those who were given their access back after a plan that would end it was made."""
    refs = taken_back_since(desk.evidence, plan.plan_id, known)
    persons = (plan.person(item["person"]) for item in plan.items) if refs else ()
    return sorted({str(person["name"]) for person in persons if person["ref"] in refs})


def _wants_maker(desk: Desk, plan: Plan, known: Mapping[str, Standing]) -> bool:
    """Say whether a named holder now answers for what was planned under a login that is nobody's, and not signed."""
    signed = known.get(plan.plan_id, Standing()).approvals
    return bool(plan.items and desk.operator.holder and not plan.made_by["holder"] and not signed)


def _write(desk: Desk, content: Mapping[str, Any]) -> Plan:
    now = desk.clock()
    plan_id = f"{now.astimezone(desk.zone):%Y%m%d}-{secrets.token_hex(4)}"
    whole = {
        **content,
        "plan_id": plan_id,
        "made_at": now.isoformat(timespec="seconds"),
        "valid_until": (now + _whole(desk.max_age)).isoformat(timespec="seconds"),
        "made_by": {"login": desk.operator.login, "holder": desk.operator.holder},
    }
    path = desk.plans / f"{plan_id}.json"
    return Plan(whole, private.write_json(path, whole), path)


def _whole(age: timedelta) -> timedelta:
    return timedelta(seconds=int(age.total_seconds()))


def _record(desk: Desk, plan: Plan) -> None:
    desk.record("plan", {"plan_id": plan.plan_id, "sha256": plan.sha256, "plan": dict(plan.document)})


def plans(desk: Desk) -> Iterator[Plan]:
    """Yield the plans on disk, newest first; raise PlanError where one cannot be read.

    Their order is the ledger's: numbers end in chance, and clocks go back. What it does not know yet was made last.
    """
    found = [read(path) for path in desk.plans.glob("*.json") if _NAME.fullmatch(path.stem)]
    order = {plan_id: place for place, plan_id in enumerate(standings(desk.evidence))} if found else {}
    last = len(order)
    yield from sorted(
        found,
        key=lambda plan: (order.get(plan.plan_id, last), plan.document["made_at"], plan.plan_id),
        reverse=True,
    )


def find(desk: Desk, name: str) -> Plan:
    """Return a plan by its number or the beginning of it; raise PlanError if there is not exactly one."""
    named = [
        path
        for path in desk.plans.glob("*.json")
        if _NAME.fullmatch(path.stem) and path.stem.startswith(name)
    ]
    if not name or len(named) != 1:
        what = "several plans begin with this" if name and named else "there is no such plan"
        raise PlanError(what, place=f"plan {name or '(none)'}", remedy=_LIST)
    return read(named[0])


def read(path: Path) -> Plan:
    """Return the plan in a file; raise PlanError if there is none."""
    data = private.read(path, _LIST)
    try:
        kept = json.loads(data)
        return Plan(kept, sha256(data), path) if kept["plan_id"] == path.stem else _not_a_plan(path)
    except (ValueError, KeyError, TypeError) as error:
        raise PlanError("it is no plan, or was changed", place=str(path), remedy=_LIST) from error


def _not_a_plan(path: Path) -> Plan:
    raise PlanError("it is another plan under this name", place=str(path), remedy=_LIST)
