"""A list that lost half of its rows on the way is told; so little is known of short ones that nothing is said."""

import pytest

from dulae.accounts.completeness import findings
from dulae.accounts.reviewing import review
from tests.unit.accounts.office import PEOPLE, SPELLING, Office, judged, leaver, write_list


def came(work: Office, *lengths: int) -> None:
    """Write that lists of some lengths came before."""
    for number, length in enumerate(lengths):
        body = {"file": f"{number}.xlsx", "sha256": f"{number:064}", "counts": {"received": length}}
        work.ledger.append("list.received", body, control="access")


def said(work: Office, rows: int, **more: object) -> list[tuple[str, str]]:
    document = judged(*(leaver(PEOPLE[0], row=row) for row in range(rows)), **more)
    return [(found.verdict.value, found.code) for found in findings(work.desk, document)]


@pytest.mark.parametrize(("rows", "verdict"), [(4, "warn"), (5, "pass"), (0, "warn"), (40, "pass")])
def test_half_as_long_as_usual_or_shorter_is_told(work: Office, rows: int, verdict: str) -> None:
    came(work, 6, 8, 9, 30)
    assert [one for one, _ in said(work, rows)] == [verdict]


def test_weeks_with_nothing_to_report_and_copies_are_not_usual(work: Office) -> None:
    came(work, 10, 10, 10, 0, 0, 0, 0)
    work.ledger.append("list.received", {"sha256": f"{0:064}", "counts": {"received": 10}}, control="access")
    assert said(work, 1) == []


def test_of_short_or_few_lists_nothing_is_said(work: Office) -> None:
    came(work, 2, 3, 3, 2, 1)
    assert said(work, 1) == []


def test_nothing_to_report_is_signed_for(work: Office) -> None:
    came(work, 10, 10, 10, 10)
    assert said(work, 0, nothing_to_report=True) == [] and said(work, 0, file="") == []


def test_the_list_itself_is_none_of_the_earlier_ones(work: Office) -> None:
    came(work, 10, 10, 10)
    body = {"file": "leavers.xlsx", "sha256": "ab" * 32, "counts": {"received": 10}}
    work.ledger.append("list.received", body, control="access")
    assert said(work, 1) == []


def test_the_weekly_review_tells_it(work: Office) -> None:
    came(work, 10, 10, 10, 10)
    path = write_list(work.folder / "list.json", leaver(PEOPLE[0]))
    codes = {found.code for found in review(work.desk, path, SPELLING).findings}
    assert "access.list_short" in codes
