"""A pen for plans of step 4: who is on a list, what was planned, approved and done."""

from datetime import datetime
from typing import Any

from tests.unit.reports.department import Department


def person(number: int, **more: Any) -> dict[str, Any]:
    kept = {"number": number, "row": number, "name": f"นาย{number}", "citizen_id": "", "ref": f"ref{number}"}
    return {
        **kept,
        "unit": "",
        "movement": "resign",
        "action": "DISABLE",
        "effective_date": "2026-11-10",
        **more,
    }


def entry(number: int, system: str = "saraban", code: str = "access.id_and_name") -> dict[str, Any]:
    account = {"login": f"user{number}", "key": number}
    match = {"code": code, "because": "why"}
    return {"person": number, "system": system, "match": match, "account": account, "accounts": [account]}


def planned(tale: Department, when: datetime, name: str, content: dict[str, Any], of: str = "list1") -> None:
    """Write that a plan was made for a list."""
    body = {"plan_id": name, "sha256": name, "plan": {"list": {"sha256": of}, **content}}
    tale.write(when, "plan", body, control="access")


def approved(tale: Department, when: datetime, name: str, decision: str = "approved") -> None:
    body = {"plan_id": name, "plan_sha256": name, "approver": "head1", "decision": decision}
    tale.write(when, "approval", body, control="access")


def done(tale: Department, when: datetime, name: str, *numbers: int, **more: Any) -> None:
    """Write that a plan was carried out in one system; without numbers it came to nothing."""
    system, outcome = more.get("system", "saraban"), more.get("outcome", "applied")
    items = [
        {
            "person": one,
            "login": f"user{one}",
            "done": more.get("done", ["disabled"]),
            "verified": "row_read_back",
        }
        for one in numbers
    ]
    body = {"plan_id": name, "plan_sha256": name, "system": system, "attempt": f"{name}-{system}"}
    tale.write(when, "change.result", {**body, "outcome": outcome, "items": items}, control="access")
