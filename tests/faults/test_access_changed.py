"""Rows that somebody changes between plan, application and return, on real servers: told, and never touched blindly."""

from __future__ import annotations

import pytest

from dulae.accounts.changing import carrying
from dulae.accounts.changing.carrying import Order
from tests.faults import access_servers
from tests.faults.access_house import House, house
from tests.faults.access_servers import SARABAN, SOMCHAI
from tests.integration.mariadb import mariadb
from tests.integration.postgres import postgres
from tests.unit.accounts.conftest import keys
from tests.unit.accounts.office import citizen_id

__all__ = ["house", "keys", "mariadb", "postgres"]

HIS = f"WHERE id = {SOMCHAI.number}"
GONE = (
    "DELETE FROM sessions WHERE user_id = 1",
    "DELETE FROM roles WHERE user_id = 1",
    f"DELETE FROM users {HIS}",
)
ANOTHER = (
    *GONE,
    f"INSERT INTO users VALUES (1, 'user1', 'h', 'มานี', 'มีนา', '{citizen_id(77)}', 'กองคลัง', {{}}, FALSE, NULL)",
)
CHANGES = {
    "renamed": ((f"UPDATE users SET last_name = 'คนอื่น' {HIS}",), "user1 (renamed, or another's by now)"),
    "another login": (
        (f"UPDATE users SET username = 'somebody' {HIS}",),
        "user1 (renamed, or another's by now)",
    ),
    "deleted": (GONE, "user1 (gone)"),
    "key reused": (ANOTHER, "user1 (renamed, or another's by now)"),
}


def order(house: House, *, restore: bool = False) -> tuple[str, str]:
    """Carry out an order as a door does; return the code that is told, and the words."""
    (found,) = carrying.carry_out(
        house.rig.work.desk, Order(house.plan.plan_id, restore=restore, reason="void")
    ).findings
    assert found.verdict.value == "fail"
    return found.code, found.because


@pytest.mark.parametrize("change", [*CHANGES, "administrator"])
def test_changed_since_the_plan(house: House, change: str) -> None:
    made = (f"UPDATE users SET is_admin = TRUE {HIS}",), "user1 (an administrator by now)"
    statements, words = CHANGES.get(change, made)
    house.place.run(*(statement.format("TRUE") for statement in statements))
    before = house.rig.content()
    code, because = order(house)
    assert code == "access.refused" and f"changed since it was planned: {words}" in because
    assert house.rig.content() == before and access_servers.whole(house.rig.work)


def test_a_password_changed_since_the_plan_saves_nobody(house: House) -> None:
    house.place.run(f"UPDATE users SET password_hash = 'newer' {HIS}")
    assert house.apply().outcome == "applied"
    assert house.undo().outcome == "undone"
    assert house.place.run(f"SELECT password_hash, is_active FROM users {HIS}") == [("newer", True)]


def test_disabled_by_hand_since_the_plan_is_told_and_stays_so_when_the_plan_is_taken_back(
    house: House,
) -> None:
    house.place.run(f"UPDATE users SET is_active = FALSE {HIS}")
    carried = carrying.carry_out(house.rig.work.desk, Order(house.plan.plan_id))
    assert [found.code for found in carried.findings] == ["access.applied", "access.disabled_before"]
    assert "user1" in carried.findings[1].because and carried.findings[1].verdict.value == "pass"
    assert house.undo().outcome == "undone"
    users = house.rig.content()[SARABAN]["users"]
    assert [row[7] for row in users if row[0] == 1] == [False] and all(row[7] for row in users if row[0] != 1)


@pytest.mark.parametrize("change", CHANGES)
def test_changed_since_it_was_disabled(house: House, change: str) -> None:
    assert house.apply().outcome == "applied"
    statements, words = CHANGES[change]
    house.place.run(*(statement.format("FALSE") for statement in statements))
    before = house.rig.content()
    code, because = order(house, restore=True)
    assert code == "access.undo_refused" and f"changed since it was disabled: {words}" in because
    assert house.rig.content() == before and access_servers.whole(house.rig.work)


def test_opened_by_hand_since_it_was_disabled(house: House) -> None:
    assert house.apply().outcome == "applied"
    house.place.run(f"UPDATE users SET is_active = TRUE {HIS}")
    before = house.rig.content()
    code, because = order(house, restore=True)
    assert code == "access.undo_refused" and "changed since it was disabled: user1 (changed)" in because
    assert house.rig.content() == before
