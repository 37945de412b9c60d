"""A list that came and was not compared is not overwritten by the next one."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dulae.ledger import Ledger
from dulae.people.receiving import Request, receive
from tests.unit.people.lists import as_csv, number, person

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


class Office:
    """A folder where lists arrive, and what is kept of them."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.lists, self.output = folder / "lists", folder / "state" / "access" / "list.json"
        self.lists.mkdir()
        self.ledger = Ledger.create(
            folder / "state" / "ledger", organisation="o", node="n", clock=lambda: self.now
        )

    def arrives(self, name: str, *rows: Any) -> str:
        """Receive a list; return its SHA-256."""
        path = self.lists / name
        path.write_bytes(as_csv(list(rows)))
        return self.received(path)

    def received(self, path: Path, *, check_mode: bool = False) -> str:
        request = Request(path, self.lists, output=self.output, ledger=self.ledger.folder)
        return str(receive(request, self.now, check_mode=check_mode).judged_list["sha256"])

    def compared(self, sha256: str, *also: str) -> None:
        told = {"sha256": sha256, **({"also": list(also)} if also else {})}
        self.ledger.append("plan", {"plan_id": sha256[:8], "plan": {"list": told}})

    @property
    def aside(self) -> dict[str, Any]:
        """Return what is kept aside, by SHA-256."""
        return {
            path.stem: json.loads(path.read_text(encoding="utf-8"))
            for path in (self.output.parent / "uncompared").glob("*.json")
        }


@pytest.fixture
def work(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_what_was_compared_makes_room_for_the_next(work: Office) -> None:
    work.compared(work.arrives("first.csv", person(1)))
    work.arrives("second.csv", person(2))
    assert work.aside == {}


def test_what_was_not_compared_is_kept_aside_whole_and_for_its_owner_only(work: Office) -> None:
    first = work.arrives("first.csv", person(1))
    work.arrives("second.csv", person(2))
    assert list(work.aside) == [first]
    assert work.aside[first]["rows"][0]["citizen_id"] == number(1)
    (path,) = (work.output.parent / "uncompared").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700


def test_the_same_list_again_is_no_other_list(work: Office) -> None:
    work.arrives("first.csv", person(1))
    work.arrives("first.csv", person(1))
    assert work.aside == {}


def test_a_list_that_the_ledger_never_heard_of_is_kept_too(work: Office) -> None:
    first = work.arrives("first.csv", person(1))
    work.ledger = Ledger.create(work.lists.parent / "other", organisation="o", node="n")
    work.arrives("second.csv", person(2))
    assert list(work.aside) == [first]


def test_several_weeks_in_a_row_are_all_kept(work: Office) -> None:
    kept = {work.arrives(f"{week}.csv", person(week)) for week in (1, 2, 3)}
    work.arrives("4.csv", person(4))
    assert set(work.aside) == kept


def test_a_week_without_a_list_overwrites_nothing(work: Office) -> None:
    first = work.arrives("first.csv", person(1))
    (work.lists / "first.csv").unlink()
    work.received(work.lists / "missing.csv")
    assert list(work.aside) == [first]


def test_check_mode_keeps_nothing(work: Office) -> None:
    work.arrives("first.csv", person(1))
    (work.lists / "second.csv").write_bytes(as_csv([person(2)]))
    work.received(work.lists / "second.csv", check_mode=True)
    assert work.aside == {}


@pytest.mark.parametrize("name", ["first.csv", "sent again.csv"])
def test_what_only_the_ledger_remembers_is_read_again_under_whatever_name_it_lies(
    work: Office, name: str
) -> None:
    first = work.arrives("first.csv", person(1))
    work.output.unlink()
    (work.lists / "first.csv").rename(work.lists / name)
    work.arrives("second.csv", person(2))
    assert work.aside[first]["rows"][0]["citizen_id"] == number(1)
    assert work.aside[first]["received_at"]


def test_what_is_gone_is_not_made_up(work: Office) -> None:
    work.arrives("first.csv", person(1))
    work.output.unlink()
    (work.lists / "first.csv").write_bytes(as_csv([person(9)]))
    work.arrives("second.csv", person(2))
    assert work.aside == {}


def test_what_is_older_than_a_quarter_is_left_alone(work: Office) -> None:
    work.arrives("first.csv", person(1))
    work.output.unlink()
    work.now += timedelta(days=36_500)
    work.arrives("second.csv", person(2))
    assert work.aside == {}


def test_the_same_persons_saved_anew_and_compared_are_not_asked_for(work: Office) -> None:
    work.arrives("first.csv", person(1))
    work.output.unlink()
    (work.lists / "first.csv").unlink()
    (work.lists / "again.csv").write_bytes(as_csv([person(1)]) + b"\n")
    work.compared(work.received(work.lists / "again.csv"))
    work.arrives("second.csv", person(2))
    assert work.aside == {}
