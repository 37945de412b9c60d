"""Which lists came and were never compared, out of the entries of arrivals and plans."""

from datetime import UTC, datetime, timedelta
from typing import Any

from dulae.ledger.entry import Entry
from dulae.ledger.views.lists import lists

START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def entry(seq: int, kind: str, **body: Any) -> Entry:
    return Entry(seq, START + timedelta(days=seq), kind, "", "access", "", body)


def arrival(seq: int, name: str, rows: int = 3, **more: Any) -> Entry:
    return entry(seq, "list.received", file=f"{name}.csv", origin="lists", sha256=name, rows=rows, **more)


def plan(seq: int, sha256: str, **more: Any) -> Entry:
    return entry(seq, "plan", plan_id="p", plan={"list": {"sha256": sha256, **more}})


def test_what_no_plan_names_was_never_compared() -> None:
    found = lists([arrival(1, "a"), plan(2, "a"), arrival(3, "b"), plan(4, "c")])
    assert [(one.file, one.rows, one.at) for one in found.forgotten] == [
        ("b.csv", 3, START + timedelta(days=3))
    ]
    assert found.compared == {"a", "c"} and found.arrived["b"] == 3


def test_what_was_compared_along_with_another_list_is_not_forgotten() -> None:
    assert lists([arrival(1, "a"), arrival(2, "b"), plan(3, "b", also=["a"])]).forgotten == ()


def test_the_same_persons_under_another_sum_were_compared() -> None:
    entries = [arrival(1, "a", content_sha256="x"), arrival(2, "b", content_sha256="x"), plan(3, "b")]
    assert lists(entries).forgotten == ()


def test_a_list_that_names_nobody_is_not_missed_and_an_erased_entry_says_nothing() -> None:
    assert lists([arrival(1, "a", rows=0), entry(2, "list.received"), entry(3, "plan")]).forgotten == ()


def test_a_plan_without_a_list_compares_nothing() -> None:
    assert lists([arrival(1, "a"), plan(2, "")]).compared == frozenset()
