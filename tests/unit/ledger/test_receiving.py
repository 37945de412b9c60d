from typing import Any

import pytest

from dulae.ledger import Ledger, receiving
from tests.faults.evidence_house import finding


def received(plain: Any) -> dict[str, Any]:
    """Return the finding that is kept of what a module sent."""
    (draft,) = receiving.drafts("alpha", "Check", [plain])
    kept: dict[str, Any] = draft.body["finding"]
    return kept


def test_a_finding_is_kept_with_host_task_and_grade() -> None:
    (draft,) = receiving.drafts("alpha", "Check", [finding("alpha", "warn")])
    assert (draft.kind, draft.verdict) == ("finding", "warn")
    assert {name: draft.body[name] for name in ("host", "task", "grade")} == {
        "host": "alpha",
        "task": "Check",
        "grade": "measured",
    }
    assert receiving.key_of(draft) == ("alpha", "tcp", "intranet/login_page")


@pytest.mark.parametrize(
    "plain",
    [
        None,
        7,
        "pass",
        [],
        {},
        finding("alpha", "good"),
        finding("alpha", other=1),
        finding("alpha", measured={"free_percent": 12.5}),
        finding("alpha", measured={"bytes": 2**60}),
        finding("alpha", measured={"\U0001f600": 1}),
        finding("alpha", measured=[1]),
        finding("alpha", limit="x"),
        finding("alpha", because=["x"]),
        finding("alpha", because="x" * receiving.LARGEST_FINDING),
        finding("alpha", subject=None),
        {name: value for name, value in finding("alpha").items() if name != "code"},
    ],
)
def test_what_is_no_finding_is_unknown_and_says_so(plain: Any, ledger: Ledger) -> None:
    kept = received(plain)
    assert (kept["verdict"], kept["code"]) == ("unknown", "run.finding_malformed")
    ledger.append("finding", kept)


def test_a_malformed_finding_still_accounts_for_what_it_was_about() -> None:
    kept = received(finding("alpha", "good"))
    assert (kept["check"], kept["subject"]) == ("tcp", "intranet/login_page")


def test_text_that_could_drive_a_terminal_is_cleaned(ledger: Ledger) -> None:
    kept = received(
        finding("alpha", because="\x1b[31mred\x07\ud800 ก\tข\nค\x9b", measured={"list": ["\x00a"]})
    )
    assert kept["because"] == "[31mred? ก\tข\nค"
    assert kept["measured"] == {"list": ["a"]}
    ledger.append("finding", kept)


@pytest.mark.parametrize(
    ("action", "values", "ours"),
    [
        ("dulae_health", {"findings": []}, True),
        ("ansible.legacy.dulae_health", {"findings": []}, True),
        ("ansible.builtin.async_status", {"findings": []}, True),
        ("ansible.builtin.debug", {"findings": []}, False),
        ("dulae_health", {"findings": {}}, False),
        ("dulae_health", {}, False),
    ],
)
def test_only_modules_of_ours_give_findings(action: str, values: dict[str, Any], ours: bool) -> None:
    assert receiving.has_findings(action, values) is ours
