"""How far a plan has come, from the ledger alone."""

import pytest

from dulae.accounts.standing import Standing, standings
from dulae.ledger import Ledger
from tests.unit.accounts.office import Office

BOTH = ["saraban", "intranet"]
APPROVED = {"decision": "approved"}


@pytest.mark.parametrize(
    ("standing", "systems", "expired", "state"),
    [
        (Standing(), [], True, "empty"),
        (Standing(), BOTH, False, "open"),
        (Standing(), BOTH, True, "expired"),
        (Standing(approvals=[APPROVED]), BOTH, False, "approved"),
        (Standing(approvals=[APPROVED]), BOTH, True, "expired"),
        (Standing(approvals=[{"decision": "rejected"}]), BOTH, True, "rejected"),
        (Standing(open_intents={"saraban": {}}), BOTH, True, "interrupted"),
        (Standing(applied={"saraban": "a"}), BOTH, False, "partly_applied"),
        (Standing(applied={"saraban": "a", "intranet": "b"}), BOTH, True, "applied"),
        (
            Standing(disabled={("saraban", 1), ("saraban", 2)}, undone={("saraban", 1)}),
            BOTH,
            False,
            "partly_undone",
        ),
        (Standing(disabled={("saraban", 1)}, undone={("saraban", 1)}), BOTH, False, "undone"),
    ],
)
def test_one_word_says_how_far_a_plan_has_come(
    standing: Standing, systems: list[str], expired: bool, state: str
) -> None:
    assert standing.state(systems, expired=expired) == state


def test_entries_of_other_plans_and_without_a_plan_do_not_mix(work: Office) -> None:
    ledger: Ledger = work.ledger
    ledger.append("plan", {"plan_id": "a", "sha256": "1"})
    ledger.append("approval", {"plan_id": "b", **APPROVED})
    ledger.append("approval", {"other": "x"})
    found = standings(ledger)
    assert (found["a"].sha256, found["a"].approvals, len(found["b"].approvals)) == ("1", [], 1)


def test_a_refused_undoing_takes_nothing_back(work: Office) -> None:
    head = {"plan_id": "a", "system": "saraban", "attempt": "x"}
    work.ledger.append("undo.intent", {**head, "items": [{"person": 1}]})
    assert standings(work.ledger)["a"].open_intents["saraban"]["kind"] == "undo.intent"
    work.ledger.append("undo.result", {**head, "outcome": "refused", "items": []})
    assert not standings(work.ledger)["a"].undone and not standings(work.ledger)["a"].open_intents
