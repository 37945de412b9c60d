"""Plans: everybody on the list is somewhere in it, with words; the same input is the same plan."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from dulae.accounts import plan as plans
from dulae.accounts.plan import Plan
from dulae.accounts.reviewing import surveyed
from dulae.errors import PlanError
from tests.unit.accounts import office
from tests.unit.accounts.office import PEOPLE, SPELLING, Office, Person, leaver, listed, run_sql

SOMCHAI, SOMYING, WICHAI, KANDA, ADMIN, HELPER = PEOPLE
NOBODY = Person(70, "ไม่มี", "บัญชี")


def sections(plan: Plan, system: str = "saraban") -> dict[str, list[str]]:
    """Return each section with the reasons of its entries in one system."""
    names = ("items", "protected", "waiting", "review", "already", "no_account")
    return {
        name: codes
        for name in names
        if (codes := [entry["match"]["code"] for entry in plan.document[name] if entry["system"] == system])
    }


def counts(plan: Plan, system: str = "saraban") -> dict[str, int]:
    """Return how many persons are in each section."""
    found: dict[str, int] = next(kept for kept in plan.document["systems"] if kept["system"] == system)[
        "observed"
    ]["counts"]
    return found


def test_a_plan_says_who_how_matched_what_would_be_written_and_what_would_end(work: Office) -> None:
    plan = work.plan(leaver(SOMCHAI))
    saraban, intranet = plan.items
    assert saraban["account"] == {"key": 1, "login": "user1", "privileged": False}
    assert saraban["match"]["because"] == "citizen number and name agree"
    assert (saraban["before"], saraban["writes"]) == ({"is_active": 1}, {"is_active": False})
    assert saraban["ends"] == ["sessions", "api_tokens"]
    assert intranet["before"] == {"password": "set"}
    assert intranet["writes"] == {"password": "scrambled", "remember_token": "empty"}
    assert saraban["observed"]["uses"][0]["open"] == {"sessions": 1, "api_tokens": 1}
    person = plan.document["persons"][0]
    assert person["name"] == "นายสมชาย ใจดี" and person["citizen_id"] == "x-xxxx-xxxxx-01-3"
    assert plan.sha256 == office.sha256_of(plan.path)


def test_the_same_list_gives_the_same_plan_once_in_the_ledger(work: Office) -> None:
    first = work.plan(leaver(SOMCHAI))
    work.clock.forward(hours=2)
    run_sql(work.database("saraban"), "INSERT INTO sessions VALUES ('fresh', 1, '2026-11-22 08:00:00')")
    second = work.plan(leaver(SOMCHAI))
    assert (second.plan_id, second.sha256) == (first.plan_id, first.sha256)
    assert len(work.bodies("plan")) == 1 and len(list(work.desk.plans.iterdir())) == 1


def test_another_leaver_or_a_changed_account_is_another_plan(work: Office) -> None:
    first = work.plan(leaver(SOMCHAI))
    assert work.plan(leaver(SOMCHAI), leaver(WICHAI)).plan_id != first.plan_id
    run_sql(work.database("saraban"), "UPDATE users SET is_active = 0 WHERE id = 1")
    assert work.plan(leaver(SOMCHAI)).plan_id != first.plan_id


def test_an_expired_plan_is_made_anew_and_an_empty_one_lasts(work: Office) -> None:
    first, empty = work.plan(leaver(SOMCHAI)), work.plan()
    work.clock.forward(days=8)
    assert work.plan(leaver(SOMCHAI)).plan_id != first.plan_id
    assert work.plan().plan_id == empty.plan_id


def test_a_plan_that_never_reached_the_ledger_is_recorded_the_next_time(work: Office) -> None:
    made = work.plan(leaver(SOMCHAI))
    forgetful = office.open_office(work.folder / "other", *work.desk.applications, keys=work.keys)
    private = forgetful.desk.plans
    private.mkdir(parents=True)
    (private / made.path.name).write_bytes(made.path.read_bytes())
    (forgetful.desk.state_dir / "access.key").write_bytes((work.desk.state_dir / "access.key").read_bytes())
    assert forgetful.plan(leaver(SOMCHAI)).plan_id == made.plan_id
    assert forgetful.bodies("plan")[0]["sha256"] == made.sha256


def test_of_plans_of_one_second_the_newest_is_the_ledgers(
    work: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = (leaver(SOMCHAI), leaver(WICHAI), leaver(NOBODY))
    numbers = iter(("b0000000", "c0000000", "a0000000"))
    monkeypatch.setattr(plans, "secrets", SimpleNamespace(token_hex=lambda size: next(numbers)))
    made = [work.plan(row).plan_id for row in rows]
    assert [kept.plan_id for kept in plans.plans(work.desk)] == made[::-1]


def test_plans_made_after_a_clock_was_set_back_are_newer_all_the_same(work: Office) -> None:
    first = work.plan(leaver(SOMCHAI))
    work.clock.forward(hours=-1)
    second = work.plan(leaver(WICHAI))
    assert [kept.plan_id for kept in plans.plans(work.desk)] == [second.plan_id, first.plan_id]


def test_a_rehearsed_plan_is_kept_nowhere(work: Office) -> None:
    kept = listed(leaver(SOMCHAI))
    drafted, is_new = plans.draft(work.desk, kept, surveyed(work.desk, kept, SPELLING))
    assert (drafted.plan_id, is_new) == ("", True) and len(drafted.items) == 2
    assert not work.bodies("plan") and not work.desk.plans.exists()


def test_scheduled_persons_wait_in_the_plan(work: Office) -> None:
    plan = work.plan(leaver(SOMCHAI, standing="scheduled", effective_date="2026-12-01"))
    assert sections(plan) == {"waiting": ["access.id_and_name"]} and not plan.items


def test_disabled_accounts_are_said_to_be_so(work: Office) -> None:
    saraban = work.database("saraban")
    ended = ("DELETE FROM sessions WHERE user_id = 1", "DELETE FROM api_tokens WHERE user_id = 1")
    run_sql(saraban, "UPDATE users SET is_active = 0 WHERE id = 1", *ended)
    assert sections(work.plan(leaver(SOMCHAI))) == {"already": ["access.id_and_name"]}


def test_disabled_accounts_in_which_something_is_open_are_closed_wholly(work: Office) -> None:
    run_sql(work.database("saraban"), "UPDATE users SET is_active = 0 WHERE id = 1")
    plan = work.plan(leaver(SOMCHAI))
    assert sections(plan) == {"items": ["access.id_and_name"]}
    (item,) = plan.of("saraban")
    assert item["account"]["disabled"] and item["observed"]["uses"][0]["open"] == {
        "sessions": 1,
        "api_tokens": 1,
    }


def test_a_disabled_account_with_something_open_is_told_beside_another_account_of_the_same_person(
    work: Office,
) -> None:
    run_sql(
        work.database("saraban"),
        "UPDATE users SET is_active = 0 WHERE id = 1",
        "INSERT INTO users SELECT 77, 'again', password_hash, first_name, last_name, citizen_id, unit, 1, 0, NULL"
        " FROM users WHERE id = 1",
    )
    plan = work.plan(leaver(SOMCHAI))
    assert sections(plan) == {"items": ["access.id_and_name"], "review": ["access.second_open"]}
    (told,) = plan.document["review"]
    assert [account["login"] for account in told["accounts"]] == ["user1"]
    assert told["observed"]["uses"][0]["open"] == {"sessions": 1, "api_tokens": 1}


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"name_key": "สมชาย|ทองดี"}, {"review": ["access.id_and_first_name"]}),
        ({"name_key": "วิชัย|ใจดี"}, {"review": ["access.id_other_name"]}),
        ({"citizen_id": ""}, {"review": ["access.name_and_unit"]}),
        # By the name alone it would be told of every namesake whose account is disabled.
        ({"citizen_id": "", "unit": "คลัง"}, {"already": ["access.name_only"]}),
    ],
)
def test_a_disabled_account_with_something_open_that_may_be_the_leavers_waits_for_a_person(
    work: Office, row: dict[str, Any], found: dict[str, list[str]]
) -> None:
    run_sql(work.database("saraban"), "UPDATE users SET is_active = 0 WHERE id = 1")
    assert sections(work.plan(leaver(SOMCHAI, **row))) == found


def test_one_that_may_be_his_is_told_beside_the_one_that_surely_is(work: Office) -> None:
    run_sql(
        work.database("saraban"),
        "UPDATE users SET is_active = 0 WHERE id = 1",
        "INSERT INTO users SELECT 77, 'again', password_hash, first_name, 'ทองดี', citizen_id, unit, 0, 0, NULL"
        " FROM users WHERE id = 1",
        "INSERT INTO sessions VALUES ('s77', 77, '2026-09-01')",
    )
    plan = work.plan(leaver(SOMCHAI))
    assert sections(plan) == {"items": ["access.id_and_name"], "review": ["access.second_open"]}
    (told,) = plan.document["review"]
    assert [account["login"] for account in told["accounts"]] == ["again"]


def test_whoever_has_no_account_is_said_to_have_none(work: Office) -> None:
    assert sections(work.plan(leaver(NOBODY))) == {"no_account": ["access.no_account"]}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"standing": "review", "reason": "no direction"}, "access.row_unclear"),
        ({"action": "TRANSFER_RIGHTS"}, "access.by_hand"),
        ({"name_key": "สมชาย|ทองดี"}, "access.id_and_first_name"),
        ({"name_key": "วิชัย|ใจดี"}, "access.id_other_name"),
        ({"citizen_id": ""}, "access.name_and_unit"),
    ],
)
def test_what_needs_a_person_waits_for_one(work: Office, row: dict[str, Any], code: str) -> None:
    plan = work.plan(leaver(SOMCHAI, **row))
    assert sections(plan) == {"review": [code]} and not plan.items


def test_a_return_or_another_name_on_the_list_speaks_against_a_leaving(work: Office) -> None:
    returned = leaver(SOMCHAI, row=90, action="NO_DISABLE", movement="appoint", standing="no_action")
    assert sections(work.plan(leaver(SOMCHAI), returned)) == {"review": ["access.contradicted"]}
    mistyped = leaver(SOMCHAI, row=91, name_key="วิชัย|มีสุข", first_name="วิชัย")
    assert sections(work.plan(leaver(SOMCHAI), mistyped))["review"] == ["access.contradicted"] * 2


def test_the_same_person_twice_is_proposed_once(work: Office) -> None:
    plan = work.plan(leaver(SOMCHAI, effective_date="2026-11-05"), leaver(SOMCHAI, row=80))
    assert sections(plan) == {"items": ["access.id_and_name"]}
    assert plan.person(plan.items[0]["person"])["row"] == 80
    assert counts(plan)["repeated"] == 1


def test_protected_accounts_are_never_proposed(work: Office) -> None:
    admin = replace(ADMIN, citizen_id=office.citizen_id(90))
    run_sql(work.database("saraban"), f"UPDATE users SET citizen_id = '{admin.citizen_id}' WHERE id = 90")
    assert sections(work.plan(leaver(admin))) == {"protected": ["access.protected"]}


def test_the_last_administrator_is_never_proposed(work: Office) -> None:
    assert sections(work.plan(leaver(HELPER))) == {"items": ["access.id_and_name"]}
    run_sql(work.database("saraban"), "UPDATE users SET is_active = 0 WHERE id = 90")
    plan = work.plan(leaver(HELPER), leaver(SOMCHAI))
    assert sections(plan) == {"items": ["access.id_and_name"], "protected": ["access.last_administrator"]}
    assert counts(plan) == {"proposed": 1, "protected": 1, "set_aside": 0}


def test_a_second_account_beside_the_first_is_shown_for_review(work: Office) -> None:
    second = "INSERT INTO users VALUES (71, 'second', 'h', 'สมชาย', 'ใจดี', NULL, 'กองคลัง', 1, 0, NULL)"
    run_sql(work.database("saraban"), second)
    plan = work.plan(leaver(SOMCHAI))
    assert sections(plan) == {"items": ["access.id_and_name"], "review": ["access.second_account"]}


def test_a_similar_name_is_shown_as_a_hint(work: Office) -> None:
    plan = work.plan(leaver(NOBODY, name_key="กานดา|ทองดื", first_name="กานดา"))
    entry = plan.document["no_account"][0]
    assert [(hint["login"], hint["tier"]) for hint in entry["accounts"]] == [("user4", "access.similar_name")]


def test_every_row_is_counted_once_in_each_system(work: Office) -> None:
    rows = [
        leaver(SOMCHAI),
        leaver(SOMYING, standing="scheduled", effective_date="2026-12-01"),
        leaver(WICHAI, standing="review"),
        leaver(KANDA, row=60),
        leaver(KANDA, row=61),
        leaver(NOBODY),
        leaver(NOBODY, row=62, standing="rejected"),
        leaver(NOBODY, row=63, standing="no_action", action="NO_ACTION", citizen_id=""),
    ]
    plan = work.plan(*rows)
    for system in ("saraban", "intranet"):
        assert sum(counts(plan, system).values()) == len(rows)


def test_a_database_that_cannot_be_read_is_said_and_the_other_is_planned(work: Office) -> None:
    work.database("saraban").unlink()
    plan = work.plan(leaver(SOMCHAI))
    assert plan.systems == ["intranet"]
    assert [kept["readable"] for kept in plan.document["systems"]] == [False, True]


def test_use_after_the_last_day_is_seen_by_login_or_session(work: Office) -> None:
    plan = work.plan(leaver(SOMYING), leaver(SOMCHAI))
    used = {
        (item["system"], item["account"]["login"]): item["observed"]["uses"][0]["used_after_leaving"]
        for item in plan.items
    }
    assert used["saraban", "user2"] and used["intranet", "user2@dept.example"]
    assert not used["saraban", "user1"]
    run_sql(
        work.database("saraban"), "UPDATE sessions SET last_seen = '2026-11-01 00:00:00' WHERE user_id = 1"
    )
    again = work.plan(leaver(SOMYING), leaver(SOMCHAI))
    assert all(item["observed"]["uses"][0]["used_after_leaving"] for item in again.of("saraban"))


def test_plans_are_found_by_the_beginning_of_their_number(work: Office) -> None:
    made = work.plan(leaver(SOMCHAI))
    assert plans.find(work.desk, made.plan_id[:10]).sha256 == made.sha256
    with pytest.raises(PlanError, match="there is no such plan"):
        plans.find(work.desk, "../../etc")
    with pytest.raises(PlanError, match="there is no such plan"):
        plans.find(work.desk, "")
    work.plan(leaver(WICHAI))
    with pytest.raises(PlanError, match="several plans begin with this"):
        plans.find(work.desk, "2026")


@pytest.mark.parametrize("broken", [b"{", b"[]", b'{"plan_id": "x"}'])
def test_a_file_that_is_no_plan_is_told(work: Office, broken: bytes) -> None:
    made = work.plan(leaver(SOMCHAI))
    made.path.write_bytes(broken)
    with pytest.raises(PlanError, match=r"it is no plan|it is another plan"):
        plans.read(made.path)


@pytest.mark.parametrize("more", [{}, {"effective_date": "2026-12-15", "standing": "scheduled"}])
def test_an_account_that_others_use_too_is_left_to_its_owner(work: Office, more: dict[str, str]) -> None:
    shared = {"user1": "officer1", "user1@dept.example": "officer1"}
    plan = work.with_applications(*office.replace_each(work.desk.applications, shared=shared)).plan(
        leaver(SOMCHAI, **more)
    )
    assert sections(plan) == {"review": ["access.shared_account"]} and not plan.items
    (first, _) = plan.document["review"]
    assert "officer1, who answers for it" in first["match"]["because"]
    assert first["account"]["login"] == "user1"
