"""Step 4 in the lab: over real SSH to real applications, whoever has left cannot get in, and nobody else is touched."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dulae.accounts import desk, reviewing
from dulae.accounts.approval import Vote, approve, sign
from dulae.accounts.changing import carrying
from dulae.accounts.changing.carrying import Carried, Order
from dulae.accounts.desk import Desk
from dulae.accounts.plan import find
from dulae.accounts.reviewing import Review
from dulae.ledger import Ledger, verify
from dulae.people import receiving, spelling
from tests.lab import spoiled
from tests.lab.browser import Browser
from tests.lab.fixture import Department
from tests.lab.people import RESIGNED, RETIRED, department

WELCOME = "ออกจากระบบ"
COLLEAGUES_KEY = 902
LEAVER, RETIREE, COLLEAGUE = department()[RESIGNED], department()[RETIRED], department()[70]
# What the plan changes in each database, and what a test must put back although undo cannot.
TABLES = {
    "intranet": ("sessions", "personal_access_tokens", "password_reset_tokens", "model_has_roles"),
    "saraban": ("sessions", "api_tokens"),
}


@pytest.fixture
def office(lab_to_break: Department) -> Iterator[Department]:
    """Yield the lab; afterwards its accounts, sessions and tokens are as they were."""
    for system, tables in TABLES.items():
        for table in ("users", *tables):
            lab_to_break.rows(system, f"CREATE TABLE kept_{table} AS TABLE {table}")
    yield lab_to_break
    columns = {"intranet": "password, remember_token, last_login_at", "saraban": "is_active, last_login"}
    for system, tables in TABLES.items():
        put_back = f"SELECT {columns[system]} FROM kept_users kept WHERE kept.id = users.id"
        lab_to_break.rows(system, f"UPDATE users SET ({columns[system]}) = ({put_back})")
        for table in tables:
            lab_to_break.rows(system, f"DELETE FROM {table}")
            lab_to_break.rows(system, f"INSERT INTO {table} SELECT * FROM kept_{table}")
        for table in ("users", *tables):
            lab_to_break.rows(system, f"DROP TABLE kept_{table}")


@pytest.fixture
def inventory(office: Department, tmp_path: Path) -> Path:
    """Return an inventory with an own ledger."""
    made = office.copy_of_inventory(tmp_path / "inventory")
    Ledger.create(made / "state" / "ledger", organisation="lab", node="control1")
    return made


def at(inventory: Path, holder: str = "officer1") -> Desk:
    return desk.at(inventory, desk.Setting(holder=holder))


def reviewed(lab: Department, inventory: Path) -> Review:
    """Receive the week's list and review it."""
    kept = inventory / "state" / "list.json"
    request = receiving.Request(
        folder=inventory / "lists", output=kept, ledger=inventory / "state" / "ledger"
    )
    receiving.receive(request, lab.state.now)
    return reviewing.review(at(inventory), kept, spelling)


def carried_out(lab: Department, inventory: Path, plan_id: str, **more: Any) -> Carried:
    """Approve a plan as officer2, unless it is taken back, and carry it out."""
    place = at(inventory)
    if not more:
        plan = find(place, plan_id)
        approve(place, plan, Vote("officer2"), sign(plan, Vote("officer2"), lab.key("officer2")))
    return carrying.carry_out(place, Order(plan_id, **more))


def said(made: Review | Carried, check: str = "access") -> dict[str, str]:
    """Return the code of what was said of each system."""
    return {found.subject: found.code for found in made.findings if found.check == check}


def log_in(lab: Department, system: str, person: Any) -> Browser:
    browser = lab.browser()
    browser.log_in(
        lab.web(system, "/login"), person.email if system == "intranet" else person.username, person.password
    )
    return browser


def is_in(lab: Department, system: str, browser: Browser) -> bool:
    page = browser.get(lab.web(system, "/bookings" if system == "intranet" else "/register"))
    return WELCOME in page.text and not page.url.endswith("/login")


def test_a_leaver_cannot_get_in_any_more_not_even_with_an_open_session(
    office: Department, inventory: Path
) -> None:
    leavers = {system: log_in(office, system, LEAVER) for system in TABLES}
    colleagues = {system: log_in(office, system, COLLEAGUE) for system in TABLES}
    assert all(is_in(office, system, browser) for system, browser in leavers.items())
    made = reviewed(office, inventory)
    assert set(said(made).values()) == {"access.still_active"}
    assert set(said(made, "access_use").values()) == {"access.used_after_leaving"}
    carried = carried_out(office, inventory, made.told()["plan_id"])
    assert carried.changed and set(said(carried, "access_change").values()) == {"access.applied"}
    proofs = {
        item["login"]: item["verified"] for result in carried.plans[0]["results"] for item in result["items"]
    }
    assert proofs[LEAVER.email] == proofs[LEAVER.username] == "login_refused"
    assert proofs[RETIREE.email] == "row_read_back"
    for system in TABLES:
        assert not is_in(office, system, leavers[system])
        assert not is_in(office, system, log_in(office, system, LEAVER))
        assert is_in(office, system, colleagues[system])
    assert set(said(reviewed(office, inventory)).values()) == {"access.to_review"}
    assert verify(inventory / "state" / "ledger").ok


def test_undo_lets_him_in_again_with_his_old_password(office: Department, inventory: Path) -> None:
    plan = reviewed(office, inventory).told()["plan_id"]
    carried_out(office, inventory, plan)
    assert not is_in(office, "intranet", log_in(office, "intranet", LEAVER))
    undone = carried_out(office, inventory, plan, restore=True, person=1, reason="the order was cancelled")
    assert set(said(undone, "access_change").values()) == {"access.undone"}
    for system in TABLES:
        assert is_in(office, system, log_in(office, system, LEAVER))
        assert not is_in(office, system, log_in(office, system, RETIREE))


def test_the_second_time_nothing_changes(office: Department, inventory: Path) -> None:
    plan = reviewed(office, inventory).told()["plan_id"]
    carried_out(office, inventory, plan)
    again = carrying.carry_out(at(inventory), Order(plan))
    assert not again.changed and set(said(again, "access_change").values()) == {"access.applied_before"}
    second = reviewed(office, inventory)
    assert not reviewed(office, inventory).changed and second.told()["proposed"] == 0


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (spoiled.wrong_host_key, "the host key is not the known one"),
        (spoiled.refused_login, "the login of"),
        (spoiled.dead_port, "it cannot be reached"),
    ],
)
def test_a_database_behind_a_host_that_cannot_be_trusted_or_reached_is_unknown(
    lab: Department, tmp_path: Path, spoil: Any, words: str
) -> None:
    made = spoil(lab, lab.copy_of_inventory(tmp_path / "inventory"), "db1")
    path = made / "group_vars" / "all" / "systems.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("via_ssh: false", "via_ssh: true"), encoding="utf-8"
    )
    Ledger.create(made / "state" / "ledger", organisation="lab", node="control1")
    found = reviewed(lab, made)
    assert set(said(found).values()) == {"access.unreadable"}
    assert {one.verdict.value for one in found.findings} == {"unknown"}
    assert words in found.findings[0].because


def test_a_dead_database_is_unknown(lab_to_break: Department, tmp_path: Path) -> None:
    made = lab_to_break.copy_of_inventory(tmp_path / "inventory")
    Ledger.create(made / "state" / "ledger", organisation="lab", node="control1")
    lab_to_break.fault("database_down")
    assert set(said(reviewed(lab_to_break, made)).values()) == {"access.unreadable"}


def test_the_accounts_of_everybody_else_are_untouched(office: Department, inventory: Path) -> None:
    # The colleague's account, with which dulae looks whether others still get in, remembers its last login.
    played = [*(person.number + 1 for person in department()[RESIGNED : RESIGNED + 8]), COLLEAGUES_KEY]
    others = "SELECT * FROM users WHERE id <> ALL (%s) ORDER BY id"
    before = {system: office.rows(system, others, played) for system in TABLES}
    carried_out(office, inventory, reviewed(office, inventory).told()["plan_id"])
    assert {system: office.rows(system, others, played) for system in TABLES} == before
