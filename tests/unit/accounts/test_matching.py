"""Who owns which account: the tiers, best first; never on a name alone."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dulae.accounts.account import Account, Leaver
from dulae.accounts.matching import SEVERAL, Index, Outcome, Tier, decide
from tests.unit.accounts.office import citizen_id


def leaver(number: int = 1, **more: Any) -> Leaver:
    """Return a row about somebody who resigned."""
    about: dict[str, Any] = {
        "number": number,
        "row": number + 4,
        "sheet": "1",
        "name_key": "สมชาย|ใจดี",
        "display": "นายสมชาย ใจดี",
        "former_surname": "",
        "citizen_id": citizen_id(1),
        "unit": "กองคลัง",
        "movement": "resign",
        "action": "DISABLE",
        "effective_date": datetime(2026, 11, 1, tzinfo=UTC).date(),
        "order_no": "",
        "standing": "act",
        "reason": "",
    }
    return Leaver(**{**about, **more})


def account(key: int = 1, **more: Any) -> Account:
    """Return an active account of the same person."""
    about: dict[str, Any] = {
        "key": key,
        "login": f"user{key}",
        "name_key": "สมชาย|ใจดี",
        "citizen_id": citizen_id(1),
        "unit": "กองคลัง",
        "active": True,
        "privileged": False,
        "last_login_at": None,
        "row": {},
    }
    return Account(**{**about, **more})


def decided(accounts: list[Account], *leavers: Leaver) -> tuple[Outcome, str, list[int]]:
    """Return what follows for the first leaver, why, and on which accounts it rests."""
    people = list(leavers) or [leaver()]
    found = decide(Index(people).matches(accounts).by_person.get(people[0].number, []))
    return found.outcome, found.why.code, [match.account.key for match in found.matches]


@pytest.mark.parametrize(
    ("changed", "outcome", "code"),
    [
        ({}, Outcome.PROPOSE, "access.id_and_name"),
        ({"name_key": "สมชาย|ทองดี"}, Outcome.REVIEW, "access.id_and_first_name"),
        ({"name_key": "วิชัย|ใจดี"}, Outcome.REVIEW, "access.id_other_name"),
        ({"citizen_id": ""}, Outcome.REVIEW, "access.name_and_unit"),
        ({"citizen_id": "", "unit": "กองอื่น"}, Outcome.REVIEW, "access.name_only"),
        ({"citizen_id": citizen_id(2)}, Outcome.NO_ACCOUNT, "access.no_account"),
        ({"citizen_id": citizen_id(2), "name_key": "สมชัย|ใจดี"}, Outcome.NO_ACCOUNT, "access.no_account"),
        ({"active": False}, Outcome.ALREADY, "access.id_and_name"),
    ],
)
def test_each_tier_leads_where_the_domain_says(changed: dict[str, Any], outcome: Outcome, code: str) -> None:
    assert decided([account(**changed)])[:2] == (outcome, code)


def test_a_former_surname_that_the_list_gives_is_the_same_name() -> None:
    changed = leaver(name_key="สมชาย|ทองดี", former_surname="ใจดี")
    assert decided([account()], changed)[:2] == (Outcome.PROPOSE, "access.id_and_former_name")


def test_a_leaver_without_a_number_is_never_proposed() -> None:
    assert decided([account()], leaver(citizen_id=""))[:2] == (Outcome.REVIEW, "access.name_and_unit")


def test_a_homonym_with_another_number_is_only_a_hint() -> None:
    found = Index([leaver()]).matches([account(citizen_id=citizen_id(2))])
    assert [match.tier for match in found.by_person[1]] == [Tier.SAME_NAME_OTHER_ID]


def test_several_active_accounts_with_the_number_go_to_review() -> None:
    assert decided([account(1), account(2)]) == (Outcome.REVIEW, SEVERAL.code, [1, 2])


def test_of_several_accounts_the_only_active_one_is_proposed() -> None:
    assert decided([account(1, active=False), account(2)]) == (Outcome.PROPOSE, "access.id_and_name", [2])


def test_two_homonyms_without_numbers_go_to_review_together() -> None:
    twins = [account(1, citizen_id=""), account(2, citizen_id="")]
    assert decided(twins) == (Outcome.REVIEW, SEVERAL.code, [1, 2])


def test_a_second_account_with_name_and_unit_but_no_number_is_looked_at_beside_the_first() -> None:
    matches = Index([leaver()]).matches([account(1), account(2, citizen_id="")]).by_person[1]
    decision = decide(matches)
    assert decision.outcome is Outcome.PROPOSE
    assert [match.account.key for match in decision.also] == [2]


def test_a_second_account_in_another_unit_is_not_taken_for_his() -> None:
    matches = Index([leaver()]).matches([account(1), account(2, citizen_id="", unit="กองอื่น")]).by_person[1]
    assert decide(matches).also == ()


def test_a_disabled_account_of_the_name_needs_nothing() -> None:
    assert decided([account(citizen_id="", active=False)])[0] is Outcome.ALREADY


def test_accounts_are_counted_as_they_stream_past() -> None:
    everybody = [account(1), account(2, active=False, privileged=True), account(3, privileged=True)]
    found = Index([]).matches(everybody)
    assert (found.accounts, found.active, found.privileged) == (3, 2, 1)


def test_a_similar_name_is_a_hint_and_never_a_candidate() -> None:
    matches = Index([leaver()]).matches([account(citizen_id="", name_key="สมชาย|ใจดื")]).by_person[1]
    assert [match.tier for match in matches] == [Tier.SIMILAR]
    assert decide(matches).outcome is Outcome.NO_ACCOUNT


def test_hints_stay_few() -> None:
    many = [account(key, citizen_id="", name_key="สมชาย|ใจดื") for key in range(20)]
    assert len(Index([leaver()]).matches(many).by_person[1]) == 5


def test_one_account_is_never_taken_for_two_people_by_number_and_name() -> None:
    other = leaver(2, citizen_id=citizen_id(2))
    found = Index([leaver(), other]).matches([account()])
    assert decide(found.by_person[1]).outcome is Outcome.PROPOSE
    assert decide(found.by_person[2]).outcome is Outcome.NO_ACCOUNT
