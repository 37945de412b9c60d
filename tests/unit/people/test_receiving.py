"""Receiving the weekly list: a week without a proper list is a finding, never a success."""

import json
import os
import stat
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dulae.ledger import Ledger
from dulae.people import arrivals
from dulae.people.receiving import Receipt, Request, receive
from tests.unit.people.lists import HEADER, as_csv, as_xlsx, number, person

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "lists"
    made.mkdir()
    return made


@pytest.fixture
def arrive(folder: Path) -> Callable[..., Path]:
    """Return a function that lets a list arrive some days before NOW."""

    def put(data: bytes, name: str = "week.csv", *, days: float = 1) -> Path:
        path = folder / name
        path.write_bytes(data)
        moment = (NOW - timedelta(days=days)).timestamp()
        os.utime(path, (moment, moment))
        return path

    return put


def said(receipt: Receipt) -> list[tuple[str, str]]:
    assert {(found.check, found.subject) for found in receipt.findings} == {("leavers", "leavers_list")}
    return [(found.verdict.value, found.code.removeprefix("list.")) for found in receipt.findings]


def test_a_proper_list_passes_with_its_counts(folder: Path, arrive: Callable[..., Path]) -> None:
    arrive(as_csv([person(1), person(2, date="1 ธ.ค. 2569")]))
    receipt = receive(Request(folder=folder), NOW)
    assert said(receipt) == [("pass", "received")]
    assert receipt.findings[0].measured["scheduled"] == 1
    assert receipt.findings[0].limit == {"max_age_days": 7}


def test_a_folder_without_list_fails(folder: Path) -> None:
    (folder / ".hidden.csv").write_text("x")
    (folder / "~$week.xlsx").write_text("x")
    (folder / "notes.md").write_text("x")
    assert said(receive(Request(folder=folder), NOW)) == [("fail", "missing")]


def test_a_folder_that_is_not_there_fails(tmp_path: Path) -> None:
    assert said(receive(Request(folder=tmp_path / "nowhere"), NOW)) == [("fail", "missing")]


def test_a_file_that_is_not_there_fails(tmp_path: Path) -> None:
    assert said(receive(Request(path=tmp_path / "week.csv"), NOW)) == [("fail", "missing")]


def test_the_newest_list_is_the_one(folder: Path, arrive: Callable[..., Path]) -> None:
    arrive(as_csv([person(1)]), "b.csv", days=1)
    arrive(as_csv([person(2)]), "a.csv", days=3)
    assert receive(Request(folder=folder), NOW).judged_list["file"] == "b.csv"


@pytest.mark.parametrize(("days", "expected"), [(7.5, ("pass", "received")), (8.1, ("fail", "stale"))])
def test_a_list_older_than_a_week_fails(
    arrive: Callable[..., Path], days: float, expected: tuple[str, str]
) -> None:
    path = arrive(as_csv([person()]), days=days)
    assert said(receive(Request(path=path), NOW)) == [expected]


def test_a_copy_of_an_earlier_list_fails(arrive: Callable[..., Path], tmp_path: Path) -> None:
    Ledger.create(tmp_path / "ledger", organisation="test", node="control1")
    first = arrive(as_csv([person()]), "week1.csv", days=6)
    assert said(receive(Request(path=first, ledger=tmp_path / "ledger"), NOW)) == [("pass", "received")]
    second = arrive(as_csv([person()]), "week2.csv", days=1)
    receipt = receive(Request(path=second, ledger=tmp_path / "ledger"), NOW)
    assert said(receipt) == [("fail", "repeated")]
    assert "week1.csv" in receipt.findings[0].because


def test_the_same_arrival_read_again_is_no_copy_and_changes_nothing(
    arrive: Callable[..., Path], tmp_path: Path
) -> None:
    ledger = Ledger.create(tmp_path / "ledger", organisation="test", node="control1")
    path = arrive(as_csv([person(), person(2, id="")]))
    request = Request(
        path=path, ledger=tmp_path / "ledger", output=tmp_path / "judged.json", errors=tmp_path / "back.xlsx"
    )
    assert receive(request, NOW).changed
    again = receive(request, NOW)
    assert not again.changed
    assert ("fail", "repeated") not in said(again)
    assert len(list(ledger.entries(["list.received"]))) == 1


def test_a_sum_that_was_seen_marks_a_copy(arrive: Callable[..., Path]) -> None:
    path = arrive(as_csv([person()]))
    sha256 = receive(Request(path=path), NOW).judged_list["sha256"]
    assert said(receive(Request(path=path, seen=[sha256]), NOW)) == [("fail", "repeated")]


def weeks(arrive: Callable[..., Path], ledger: Path, *lengths: int) -> Receipt:
    """Let lists of these lengths arrive, a week apart, and return what came of the last."""
    receipt = None
    for back, length in zip(range(len(lengths), 0, -1), lengths, strict=True):
        people = [person(back * 100 + at) for at in range(length)] or [["ไม่มีข้อมูล"]]
        path = arrive(as_csv(people), f"week-{back}.csv", days=back * 7 - 6)
        receipt = receive(Request(path=path, ledger=ledger), NOW - timedelta(days=back * 7 - 7))
    assert receipt
    return receipt


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ((10, 10, 5), ("warn", "short")),
        ((10, 8, 12, 3), ("warn", "short")),
        ((10, 0, 10, 5), ("warn", "short")),
        ((10, 10, 6), ("pass", "received")),
        ((10, 5), ("pass", "received")),
        ((3, 3, 1), ("pass", "received")),
        ((10, 10, 0), ("pass", "nothing_to_report")),
        ((60, 5, 5, 5, 5), ("pass", "received")),
    ],
)
def test_a_list_half_as_long_as_usual_warns(
    arrive: Callable[..., Path], tmp_path: Path, lengths: tuple[int, ...], expected: tuple[str, str]
) -> None:
    Ledger.create(tmp_path / "ledger", organisation="test", node="control1")
    receipt = weeks(arrive, tmp_path / "ledger", *lengths)
    assert said(receipt) == [expected]
    if expected[1] == "short":
        assert str(lengths[-1]) in receipt.findings[0].because


def test_a_copy_does_not_make_a_length_usual(arrive: Callable[..., Path], tmp_path: Path) -> None:
    Ledger.create(tmp_path / "ledger", organisation="test", node="control1")
    for name, days in (("week1.csv", 20), ("week2.csv", 13)):
        path = arrive(as_csv([person(at) for at in range(10)]), name, days=days)
        receive(Request(path=path, ledger=tmp_path / "ledger"), NOW - timedelta(days=days - 1))
    short = arrive(as_csv([person(50)]), "week3.csv")
    assert said(receive(Request(path=short, ledger=tmp_path / "ledger"), NOW)) == [("pass", "received")]


def test_the_same_persons_saved_anew_warn(arrive: Callable[..., Path], tmp_path: Path) -> None:
    Ledger.create(tmp_path / "ledger", organisation="test", node="control1")
    first = arrive(as_csv([person(1), person(2, name="นางกานดา มีสุข")]), "week1.csv", days=6)
    receive(Request(path=first, ledger=tmp_path / "ledger"), NOW)
    rows = [
        list(HEADER),
        person(1, name="นาย สมชาย  ใจดี"),
        person(2, name="นางกานดา มีสุข", date=date(2026, 10, 1)),
    ]
    again = arrive(as_xlsx(rows), "week2.xlsx", days=1)
    receipt = receive(Request(path=again, ledger=tmp_path / "ledger"), NOW)
    assert said(receipt) == [("warn", "same_persons")]
    assert "week1.csv" in receipt.findings[0].because


def test_two_weeks_without_anybody_are_no_copy(arrive: Callable[..., Path], tmp_path: Path) -> None:
    Ledger.create(tmp_path / "ledger", organisation="test", node="control1")
    for name, words, days in (("week1.csv", "ไม่มีข้อมูล", 6), ("week2.csv", "ไม่มีรายชื่อ", 1)):
        path = arrive(as_csv([[words]]), name, days=days)
        assert said(receive(Request(path=path, ledger=tmp_path / "ledger"), NOW)) == [
            ("pass", "nothing_to_report")
        ]


@pytest.mark.parametrize("name", ["week.docx", "week.zip", "week.mht", "week.xlsb"])
def test_a_list_sent_as_something_else_is_told_and_not_called_missing(
    arrive: Callable[..., Path], name: str
) -> None:
    path = arrive(b"PK\x03\x04 no list", name)
    assert said(receive(Request(folder=path.parent), NOW)) == [("unknown", "list_file.half")]


def test_an_empty_list_needs_the_words_that_there_is_nothing(arrive: Callable[..., Path]) -> None:
    assert said(receive(Request(path=arrive(as_csv([]))), NOW)) == [("fail", "empty")]
    nothing = as_csv([["ไม่มีข้อมูล"]])
    assert said(receive(Request(path=arrive(nothing)), NOW)) == [("pass", "nothing_to_report")]


def test_what_is_no_list_is_unknown(arrive: Callable[..., Path]) -> None:
    receipt = receive(Request(path=arrive(b"%PDF-1.7", "week.xlsx")), NOW)
    assert said(receipt) == [("unknown", "list_file.pdf")]
    assert "week.xlsx: the file is a PDF document" in receipt.findings[0].because
    assert "save it as .xlsx" in receipt.findings[0].because


def test_rows_that_need_somebody_are_told_beside_the_rest(arrive: Callable[..., Path]) -> None:
    path = arrive(as_csv([person(1), person(2, id=""), person(3, date="29/02/2568")]))
    assert said(receive(Request(path=path), NOW)) == [
        ("pass", "received"),
        ("warn", "to_review"),
        ("fail", "rejected"),
    ]


def test_a_total_that_differs_fails(arrive: Callable[..., Path]) -> None:
    path = arrive(as_xlsx([["จำนวน 3 ราย"], list(HEADER), person()]), "week.xlsx")
    assert said(receive(Request(path=path), NOW)) == [("pass", "received"), ("fail", "total_differs")]


def test_sheets_left_unread_are_named(arrive: Callable[..., Path]) -> None:
    path = arrive(as_xlsx([list(HEADER), person()], [["บันทึก"]]), "week.xlsx")
    assert said(receive(Request(path=path), NOW)) == [("pass", "received"), ("warn", "sheets_unread")]


def test_the_judged_list_is_private_and_holds_whole_numbers(
    arrive: Callable[..., Path], tmp_path: Path
) -> None:
    output = tmp_path / "access" / "judged.json"
    receipt = receive(Request(path=arrive(as_csv([person()])), output=output), NOW)
    assert stat.S_IMODE(output.parent.stat().st_mode) == 0o700
    kept: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    assert kept["rows"][0]["citizen_id"] == number(1)
    assert kept["received_at"] == "2026-11-21T03:00:00.000+00:00"
    assert number(1) not in json.dumps(receipt.masked)


@pytest.mark.parametrize("data", [None, b"%PDF-1.7"])
def test_a_week_without_a_readable_list_leaves_no_old_one_behind(
    arrive: Callable[..., Path], tmp_path: Path, data: bytes | None
) -> None:
    output = tmp_path / "judged.json"
    path = arrive(as_csv([person()]))
    receive(Request(path=path, output=output), NOW)
    path.unlink()
    if data:
        arrive(data)
    receipt = receive(Request(path=path, output=output), NOW)
    assert json.loads(output.read_text(encoding="utf-8"))["rows"] == []
    assert receipt.masked == {"rows": [], "counts": receipt.judged_list["counts"], "dropped_columns": []}


def test_check_mode_writes_nothing(arrive: Callable[..., Path], tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path / "ledger", organisation="test", node="control1")
    request = Request(
        path=arrive(as_csv([person(id="")])),
        output=tmp_path / "judged.json",
        errors=tmp_path / "back.xlsx",
        ledger=tmp_path / "ledger",
    )
    assert not receive(request, NOW, check_mode=True).changed
    assert not (tmp_path / "judged.json").exists()
    assert not (tmp_path / "back.xlsx").exists()
    assert list(ledger.entries([arrivals.ENTRY])) == []


def test_the_ledger_keeps_who_goes_back_without_whole_numbers(
    arrive: Callable[..., Path], tmp_path: Path
) -> None:
    ledger = Ledger.create(tmp_path / "ledger", organisation="test", node="control1")
    receive(Request(path=arrive(as_csv([person(1), person(2, date="")])), ledger=tmp_path / "ledger"), NOW)
    (entry,) = ledger.entries(["list.received"])
    assert entry.body["rows"] == 2
    assert [row["row"] for row in entry.body["returned"]] == [3]
    assert number(2) not in json.dumps(entry.body)
    assert {found["code"] for found in entry.body["findings"]} == {"list.received", "list.to_review"}
