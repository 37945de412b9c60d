from typing import Any

from dulae.ledger import Ledger
from dulae.ledger.views.access import Plan, access


def tell(ledger: Ledger, kind: str, **body: Any) -> None:
    ledger.append(kind, {"plan_sha256": "a" * 64, **body}, control="access")


def plan(ledger: Ledger) -> None:
    body = {"plan_id": "p1", "sha256": "a" * 64, "plan": {"items": [1]}}
    ledger.append("plan", body, control="access")


def only(ledger: Ledger) -> Plan:
    (made,) = access(ledger.entries()).plans
    return made


def test_lists_are_told_as_they_came(ledger: Ledger) -> None:
    ledger.append("list.received", {"file": "leavers.csv", "rows": 3}, control="access")
    (received,) = access(ledger.entries()).lists
    assert received.body["rows"] == 3 and received.kind == "list.received"


def test_a_plan_goes_from_proposed_to_undone(ledger: Ledger) -> None:
    plan(ledger)
    assert only(ledger).status == "proposed" and only(ledger).content == {"items": [1]}
    tell(ledger, "approval", decision="approved", approver="head1")
    assert only(ledger).status == only(ledger).decision == "approved"
    tell(ledger, "change.intent", system="intranet")
    assert only(ledger).status == "interrupted" and only(ledger).interrupted[0].body["system"] == "intranet"
    tell(ledger, "change.result", system="intranet", outcome="applied")
    assert only(ledger).status == "applied"
    tell(ledger, "change.intent", system="saraban")
    tell(ledger, "change.result", system="saraban", outcome="rolled_back")
    assert only(ledger).status == "applied+rolled_back" and len(only(ledger).results) == 2
    tell(ledger, "undo.intent", system="intranet")
    assert only(ledger).status == "interrupted"
    tell(ledger, "undo.result", system="intranet", outcome="applied")
    assert only(ledger).status == "undone"


def test_the_newest_decision_counts(ledger: Ledger) -> None:
    plan(ledger)
    tell(ledger, "approval", decision="refused")
    tell(ledger, "approval", decision="approved")
    assert only(ledger).decision == "approved"


def test_the_same_plan_twice_is_one(ledger: Ledger) -> None:
    plan(ledger)
    plan(ledger)
    assert only(ledger).made.seq == 1


def test_what_tells_of_no_known_plan_is_left_out(ledger: Ledger) -> None:
    tell(ledger, "approval", decision="approved")
    ledger.append("claim", {})
    assert access(ledger.entries()).plans == ()
