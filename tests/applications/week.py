"""A week of step 4 against one application, through an inventory folder: list, plan, approval, application, undo."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dulae.accounts import desk, reviewing
from dulae.accounts.approval import Vote, approve, sign
from dulae.accounts.changing import carrying
from dulae.accounts.changing.carrying import Carried, Order
from dulae.accounts.desk import Desk
from dulae.accounts.plan import Plan, find
from dulae.accounts.reviewing import Review
from dulae.ledger import verify
from dulae.people import spelling
from tests.unit.accounts.department import inventory_of, system
from tests.unit.accounts.office import Person, leaver, write_list

SYSTEM = "site"


@dataclass(frozen=True)
class Week:
    """An office that looks after one application; officer1 plans and carries out, head1 approves."""

    inventory: Path
    key: Path

    @classmethod
    def of(cls, folder: Path, keys: dict[str, Path], url: str, accounts: Mapping[str, Any]) -> "Week":
        """Return an office with a database and what its settings say of its accounts."""
        made = inventory_of(folder / "office", keys, [system(SYSTEM, url, dict(accounts))])
        return cls(made, keys["officer2"])

    @property
    def desk(self) -> Desk:
        """Return the desk as a door finds it: the settings are read anew."""
        return desk.at(self.inventory, desk.Setting(holder="officer1"))

    def secret(self, name: str, text: str) -> dict[str, str]:
        """Keep a password where settings refer to it; return how they do."""
        path = self.inventory / "secrets" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return {"file": f"secrets/{name}"}

    def review(self, *people: Person) -> Review:
        """Compare a list on which some people have left with the application."""
        path = write_list(self.inventory / "state" / "list.json", *(leaver(person) for person in people))
        return reviewing.review(self.desk, path, spelling)

    def plan(self, *people: Person) -> Plan:
        """Return the plan of such a list."""
        made = self.review(*people)
        assert made.plan is not None and not made.plan.unread, made.findings
        return made.plan

    def carried_out(self, plan: Plan) -> Carried:
        """Have a plan approved by a second person, and carry it out."""
        found = find(self.desk, plan.plan_id)
        approve(self.desk, found, Vote("head1"), sign(found, Vote("head1"), self.key))
        return self.again(plan)

    def again(self, plan: Plan) -> Carried:
        """Carry out a plan that was approved before."""
        return carrying.carry_out(self.desk, Order(plan.plan_id))

    def undone(self, plan: Plan, person: int | None = None) -> Carried:
        """Take back what a plan did."""
        order = Order(plan.plan_id, restore=True, person=person, reason="the order was cancelled")
        return carrying.carry_out(self.desk, order)

    def evidence_holds(self) -> bool:
        """Say whether the ledger verifies."""
        return verify(self.inventory / "state" / "ledger").ok


def said(carried: Carried) -> list[str]:
    """Return the codes of what was said."""
    return [finding.code for finding in carried.findings]


def items(carried: Carried) -> dict[str, dict[str, Any]]:
    """Return what was done to each account, by its login."""
    return {
        item["login"]: item
        for plan in carried.plans
        for result in plan["results"]
        for item in result["items"]
    }
