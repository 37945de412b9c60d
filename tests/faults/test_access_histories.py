"""Random histories of joiners, leavers, returns, homonyms, cancelled orders and crashes: nobody else is ever touched.

Whatever happens, these hold: only an account whose owner's day has come is changed; once the newest list is carried
out, nobody whose day has come can log in unless a person has been told; every list's rows add up; the ledger is whole.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dulae.accounts.plan import Plan, find, plans
from dulae.accounts.standing import standings
from dulae.errors import PlanError
from dulae.ledger import verify
from tests.faults import access_office
from tests.faults.access_office import Human, Login, killed
from tests.unit.accounts import office

FIRST, LAST = ("สมชาย", "วิชัย"), ("ใจดี", "มีสุข", "ทองดี")
NAMES = st.tuples(st.sampled_from(FIRST), st.sampled_from(LAST))
DAYS = st.integers(-40, 25)
WHICH = st.integers(0, 50)
SLIP, NO_NUMBER = "another's number", "no number"
# Most rows are what lists are for.
KINDS = st.sampled_from(
    (*access_office.LEAVING * 3, *access_office.STAYING, *access_office.UNCLEAR, SLIP, NO_NUMBER)
)
_KEYS: dict[str, Path] = {}


@pytest.fixture(scope="module", autouse=True)
def _keys(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("keys")
    _KEYS.update((name, office.ssh_key(folder, name)) for name in ("officer1", "officer2"))


@dataclass(frozen=True)
class Written:
    """One row of a list, and whom the personnel division means by it."""

    human: Human
    movement: str
    day: date
    number: str


class Histories(RuleBasedStateMachine):
    """One department's history; every rule is something that happens in such a department."""

    @initialize(names=st.lists(NAMES, min_size=4, max_size=6))
    def opens(self, names: list[tuple[str, str]]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dulae-history-"))
        self.department = access_office.opened(self.folder, _KEYS)
        self.keys = 0
        for number, name in enumerate(names):
            # The first one administers both systems, and not everybody's number was typed in when he joined.
            self.joins(name=name, has_id=number % 4 < 3, admin=number == 0)

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)

    # What happens in the department.

    @rule(name=NAMES, has_id=st.booleans(), admin=st.booleans())
    def joins(self, name: tuple[str, str], has_id: bool, admin: bool) -> None:
        """Somebody begins, perhaps with a name that another has, and gets an account in each system."""
        human = Human(len(self.department.people) + 1, *name)
        self.department.people[human.number] = human
        for system in access_office.SYSTEMS:
            self._account(human, system, has_id=has_id, admin=admin)

    @rule(which=WHICH, system=st.sampled_from(access_office.SYSTEMS), has_id=st.booleans())
    def gets_another_account(self, which: int, system: str, has_id: bool) -> None:
        """Somebody in service gets a second account, as a substitute or by mistake."""
        if self._human(which).first_day_out is None:
            self._account(self._human(which), system, has_id=has_id, admin=False)

    @rule(which=WHICH, last=st.sampled_from(LAST), told=st.booleans())
    def changes_surname(self, which: int, last: str, told: bool) -> None:
        """Somebody marries; the applications keep the old name, and the list may give it."""
        human = self._human(which)
        if last != human.last:
            human.former, human.last = (human.last if told else ""), last

    @rule(days=st.integers(1, 12))
    def days_pass(self, days: int) -> None:
        access_office.later(self.department, days)

    @precondition(lambda self: any(self._shut()))
    @rule(which=WHICH, how=st.sampled_from(access_office.OPENINGS))
    def is_opened_again(self, which: int, how: str) -> None:
        """Somebody sets a flag or a password, or is logged in again, for whoever has left and was disabled."""
        self._a_quiet_week_passes()
        shut = self._shut()
        self.department.open_again(shut[which % len(shut)], how)
        self._a_quiet_week_passes()

    @rule(which=WHICH, system=st.sampled_from(access_office.SYSTEMS), has_id=st.booleans())
    def gets_an_account_after_leaving(self, which: int, system: str, has_id: bool) -> None:
        """Somebody who has left is given a new account, for some work or by mistake."""
        human = self._human(which)
        if human.has_left(self.department.today):
            self._account(human, system, has_id=has_id, admin=False)

    @rule(which=WHICH, how=st.sampled_from(access_office.OPENINGS))
    def comes_back_to_work(self, which: int, how: str) -> None:
        """Whoever is in service again, by a list or because an order was void, is given his access by hand."""
        human = self._human(which)
        if human.first_day_out is None:
            self._a_quiet_week_passes()
            for login in (one for one in self.department.logins if one.owner == human.number):
                self.department.open_again(login, how)
            self._a_quiet_week_passes()

    # What the department does.

    @rule(
        written=st.lists(st.tuples(KINDS, WHICH, WHICH, DAYS), max_size=4),
        crash=st.none() | st.integers(1, 90),
        left_alone=st.booleans(),
    )
    def a_week_is_reviewed(
        self, written: list[tuple[str, int, int, int]], crash: int | None, left_alone: bool
    ) -> None:
        """A list comes, is compared, approved and carried out; the power may go out in the middle, once.

        ``left_alone`` says that nobody takes up what was broken off before the next list comes.
        """
        rows = [row for each in written for row in self._rows(*each)]
        path = self.department.deliver([self._typed(row) for row in rows])
        self._take_note(rows, office.sha256_of(path))
        if crash is not None:
            self._crashed(path, crash)
        if crash is None or not left_alone:
            self._settled(path)

    @precondition(lambda self: any(self._done()))
    @rule(which=WHICH, crash=st.none() | st.integers(1, 60))
    def one_is_taken_back(self, which: int, crash: int | None) -> None:
        """An order is found to be void: what was done to one person is taken back."""
        done = self._done()
        plan, person = done[which % len(done)]
        (human,) = {
            one.number: one for one in self.department.people.values() if self._is(plan, person, one)
        }.values()
        before = self.department.state()
        if crash is not None:
            killed(crash, lambda: self.department.undo(plan.plan_id, person))
        self._quietly(lambda: self.department.undo(plan.plan_id, person))
        changed = self._changed(before)
        assert all(login.owner == human.number for login in changed), changed
        if not self._is_taken_back(plan, person):
            # It is refused where a later plan has changed the account again.
            return
        # A later list may have said again that he leaves.
        if plan.person(person)["list_sha256"] == human.order:
            human.first_day_out = None
        human.is_open_question = human.first_day_out is not None
        human.is_clear = False

    # What always holds.

    @invariant()
    def the_ledger_is_whole(self) -> None:
        if hasattr(self, "department"):
            assert verify(self.department.office.desk.state_dir / "ledger").ok

    # How that is done.

    def _account(self, human: Human, system: str, *, has_id: bool, admin: bool) -> None:
        self.keys += 1
        login = Login(system, self.keys, human.number, f"{human.first} {human.last}", has_id, admin=admin)
        self.department.make_login(login)

    def _human(self, which: int) -> Human:
        people = list(self.department.people.values())
        return people[which % len(people)]

    def _rows(self, kind: str, which: int, other: int, days: int) -> Iterator[Written]:
        """Yield what the personnel division writes: with another's number by a slip, without one, or as it is."""
        human, number = self._human(which), self._human(which).identity
        if kind == SLIP:
            another = self._human(other)
            if self._passes_for(human, another):
                return
            number = another.identity
        movement = access_office.LEAVING[0] if kind in (SLIP, NO_NUMBER) else kind
        yield Written(
            human, movement, self.department.today + timedelta(days=days), "" if kind == NO_NUMBER else number
        )

    def _passes_for(self, human: Human, another: Human) -> bool:
        """Say whether somebody's name is another's too, now, before, or in an account: nobody can see such a slip."""
        names = {f"{human.first} {last}" for last in (human.last, human.former) if last}
        own = {f"{another.first} {last}" for last in (another.last, another.former) if last}
        kept = {login.name for login in self.department.logins if login.owner == another.number}
        return bool(names & (own | kept))

    def _typed(self, row: Written) -> tuple[str, str, str, str]:
        return (
            row.human.written,
            row.number,
            row.movement,
            f"{row.day.day}/{row.day.month}/{row.day.year + 543}",
        )

    def _take_note(self, rows: list[Written], listed: str) -> None:
        """Understand a list as a careful person would: what each row means for whom, and whether it is clear."""
        rows_of = Counter(row.number for row in rows)
        for row in rows:
            human = row.human
            human.is_open_question = human.is_open_question and row.number != human.identity
            if row.number != human.identity:
                self._spoils(row.number)
            elif row.movement in access_office.STAYING:
                human.first_day_out, human.is_clear = None, False
            elif row.movement in access_office.LEAVING:
                human.first_day_out = (
                    self.department.today if row.movement == access_office.AT_ONCE else row.day
                )
                human.is_clear, human.order = rows_of[row.number] == 1, listed
                human.listed = (f"{human.first} {human.last}", f"{human.first} {human.former}")
            elif rows_of[row.number] > 1:
                human.is_clear = False

    def _spoils(self, number: str) -> None:
        for human in self.department.people.values():
            if human.identity == number:
                human.is_clear = False

    def _a_quiet_week_passes(self) -> None:
        """Let a week pass in which nobody leaves, so that only the ledger remembers who left before."""
        access_office.later(self.department, 8)
        self._settled(self.department.deliver([]))

    def _settled(self, path: Path) -> None:
        """Do the week's work without a hindrance, and look at what it did."""
        receipt, review = self.department.review(path)
        self._adds_up(receipt, review.plan)
        before = self.department.state()
        self._carried_out()
        self._only_leavers_changed(before)
        self._nobody_is_forgotten(review.plan, before)

    def _carried_out(self) -> None:
        for plan in self.department.approve():
            self._quietly(lambda plan=plan: self.department.apply(plan.plan_id))

    def _crashed(self, path: Path, crash: int) -> None:
        before, carried_out = self.department.state(), self._carried_out_before()

        def the_week() -> None:
            self.department.review(path)
            self._carried_out()

        killed(crash, the_week)
        self.department.office.clock.forward(minutes=5)
        self._only_leavers_changed(before)
        self._wholly_before_or_after(before, carried_out)

    def _quietly(self, step: Any) -> None:
        """Do something that may be refused."""
        with contextlib.suppress(PlanError):
            step()

    def _changed(self, before: dict[tuple[str, int], tuple[Any, ...]]) -> list[Login]:
        after = self.department.state()
        return [
            each
            for each in self.department.logins
            if before[each.system, each.key] != after[each.system, each.key]
        ]

    def _only_leavers_changed(self, before: dict[tuple[str, int], tuple[Any, ...]]) -> None:
        for login in self._changed(before):
            owner = self.department.people[login.owner]
            assert owner.has_left(self.department.today) or owner.is_open_question, (login, owner)
            assert login.has_id and not login.protected, login

    def _carried_out_before(self) -> set[tuple[str, str]]:
        """Return each plan and system in which it was carried out: what changes there later is another's doing."""
        known = standings(self.department.office.desk.evidence)
        return {(plan_id, system) for plan_id, standing in known.items() for system in standing.applied}

    def _wholly_before_or_after(
        self, before: dict[tuple[str, int], tuple[Any, ...]], carried_out: set[tuple[str, str]]
    ) -> None:
        """Each change of a system is part of a plan that was carried out there for all or for nobody."""
        changed = {(login.system, login.key) for login in self._changed(before)}
        whole: set[tuple[str, int]] = set()
        for plan in plans(self.department.office.desk):
            for system in (one for one in plan.systems if (plan.plan_id, one) not in carried_out):
                keys = {(system, item["account"]["key"]) for item in plan.of(system)}
                new = {key for key in keys if before[key][0] or before[key][1]}
                # What a newer plan has left of an older one is no half of the older one.
                whole |= keys if new <= changed else set()
        assert changed <= whole, changed - whole

    def _nobody_is_forgotten(self, plan: Plan | None, before: dict[tuple[str, int], tuple[Any, ...]]) -> None:
        """Whoever has left and stands clearly on a list cannot log in, unless the week's plan names him to a person.

        What is plain is so as the plan saw it: one of two accounts may be closed since by what was approved before.
        """
        told = self._told(plan) if plan else set()
        for human in self.department.people.values():
            if not human.has_left(self.department.today) or human.is_open_question:
                continue
            for login in self.department.logins:
                if login.owner == human.number and login.has_id and self.department.is_open(login):
                    assert (login.system, login.key) in told, (login, human)
                    assert not (human.is_clear and self._is_plain(human, login, before)), (login, human)

    def _told(self, plan: Plan) -> set[tuple[str, int]]:
        entries = [*plan.document["review"], *plan.document["protected"]]
        return {(entry["system"], account["key"]) for entry in entries for account in _accounts(entry)}

    def _is_plain(self, human: Human, login: Login, before: dict[tuple[str, int], tuple[Any, ...]]) -> bool:
        """Say whether number and name agree, and no other account could be meant, and somebody else administers."""
        own = [
            one for one in self.department.logins if (one.system, one.owner) == (login.system, human.number)
        ]
        is_only = sum(one.has_id and any(before[one.system, one.key][:2]) for one in own) == 1
        return login.name in human.listed and is_only and not login.admin

    def _adds_up(self, receipt: Any, plan: Plan | None) -> None:
        counts = dict(receipt.read.counts)
        received = counts.pop("received")
        assert received == sum(counts.values())
        if plan is None:
            return
        for system in plan.document["systems"]:
            observed = system["observed"]["counts"]
            rows = plan.document["list"]["rows"] + plan.document["list"]["carried"]
            assert sum(observed.values()) == rows, (observed, rows)

    def _shut(self) -> list[Login]:
        """Return the accounts of those who have left by which nobody gets in."""
        if not hasattr(self, "department"):
            return []
        department = self.department
        gone = {one.number for one in department.people.values() if one.has_left(department.today)}
        return [one for one in department.logins if one.owner in gone and not department.is_open(one)]

    def _done(self) -> list[tuple[Plan, int]]:
        """Return each plan's person to whom something was done that is not taken back."""
        if not hasattr(self, "department"):
            return []
        desk = self.department.office.desk
        found = []
        for plan_id, standing in standings(desk.evidence).items():
            left = {person for _, person in standing.disabled - standing.undone}
            found += [(find(desk, plan_id), person) for person in sorted(left)]
        return found

    def _is_taken_back(self, plan: Plan, person: int) -> bool:
        known = standings(self.department.office.desk.evidence)[plan.plan_id]
        return person in {number for _, number in known.undone}

    def _is(self, plan: Plan, person: int, human: Human) -> bool:
        """Say whether a plan's person is somebody, known by the account that was changed."""
        keys = {(item["system"], item["account"]["key"]) for item in plan.items if item["person"] == person}
        return any(
            (one.system, one.key) in keys and one.owner == human.number for one in self.department.logins
        )


def _accounts(entry: Any) -> list[Any]:
    return [entry["account"]] if "account" in entry else list(entry["accounts"])


TestHistories = Histories.TestCase
# Found histories are told as they are: making them shorter takes far longer than reading them.
TestHistories.settings = settings(
    max_examples=120,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
