"""Files of the contractor taken into the ledger, once each."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from dulae.claims import receiving
from dulae.claims.receiving import Request
from dulae.errors import ListError
from dulae.ledger.views import claims as view
from dulae.reports.languages import words
from dulae.reports.period import read
from tests.unit.reports.department import Department, department

NOVEMBER = read("2026-11")
GOOD = b"day,system,work\n5/11/2569,intranet,backup\n6/11/2569,x,backup\n"


@pytest.fixture
def office(tmp_path: Path) -> Department:
    made = department(tmp_path)
    made.settings.claims_dir.mkdir(parents=True)
    return made


def take(office: Department, **more: object) -> tuple[view.Handed, ...]:
    request = replace(Request((NOVEMBER,)), **more)  # type: ignore[arg-type]
    return receiving.take(office.ledger, office.settings, request)


def kept(office: Department) -> tuple[view.Handed, ...]:
    return view.handed(office.ledger.entries((view.KIND,)))


def test_without_a_file_nothing_is_taken(office: Department) -> None:
    assert take(office) == () == kept(office)


def test_a_file_is_found_by_its_period_and_kept_as_it_was_read(office: Department) -> None:
    (office.settings.claims_dir / "2026-11.csv").write_bytes(GOOD)
    [new] = take(office)
    [same] = kept(office)
    assert replace(same, seq=-1, at=None) == new
    assert (same.sha256, same.rows) == (hashlib.sha256(GOOD).hexdigest(), 2)
    assert [claim.work for claim in same.claims] == ["backup_made"]
    assert [row.code for row in same.refused] == ["unknown_system"]
    assert take(office) == ()


def test_a_corrected_file_takes_the_place_of_the_first_and_both_stay_known(office: Department) -> None:
    path = office.settings.claims_dir / "2026-11.csv"
    for data in (GOOD, GOOD.replace(b",x,", b",saraban,"), GOOD):
        path.write_bytes(data)
        assert len(take(office)) == 1
    assert len(list(office.ledger.entries((view.KIND,)))) == 3
    assert [one.sha256 for one in kept(office)] == [hashlib.sha256(GOOD).hexdigest()]


def test_a_file_of_the_folder_that_cannot_be_read_is_told_and_stops_no_report(office: Department) -> None:
    (office.settings.claims_dir / "2026-11.csv").write_bytes(b"%PDF-1.7")
    [told] = take(office)
    assert told.problem == "no_table" and told.rows == 0
    assert told.sha256 == hashlib.sha256(b"%PDF-1.7").hexdigest()
    assert kept(office)[0].problem == told.problem


def test_a_file_that_a_person_names_goes_first_and_must_be_readable(
    office: Department, tmp_path: Path
) -> None:
    (office.settings.claims_dir / "2026-11.csv").write_bytes(b"%PDF-1.7")
    named = tmp_path / "handed.csv"
    named.write_bytes(GOOD)
    assert [one.name for one in take(office, file=named)] == ["handed.csv"]
    with pytest.raises(ListError, match="no such file"):
        take(office, file=tmp_path / "none.csv")


def test_in_check_mode_nothing_is_kept(office: Department) -> None:
    (office.settings.claims_dir / "2026-11.csv").write_bytes(GOOD)
    assert len(take(office, check_mode=True)) == 1
    assert kept(office) == ()


def test_the_file_of_a_period_goes_before_those_within_it(office: Department) -> None:
    quarter = read("2570-Q1")
    for days in (NOVEMBER, quarter):
        (office.settings.claims_dir / f"{days.text}.csv").write_bytes(GOOD)
    receiving.take(office.ledger, office.settings, Request((quarter, NOVEMBER)))

    def of(text: str) -> list[str]:
        days = read(text)
        return [one.period for one in view.of_period(kept(office), text, (days.first, days.last))]

    assert of("2570-Q1") == ["2570-Q1"] and of("2026-11") == ["2026-11"]
    assert of("2570") == ["2570-Q1", "2026-11"] and of("2026-10") == []


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "empty"),
        (b"a,b\n1,2\n", "no_header"),
        (b"x" * (3 << 20), "too_large"),
        (b"\x00\x01", "no_table"),
    ],
)
def test_each_problem_has_a_code_that_both_languages_say(
    office: Department, data: bytes, problem: str
) -> None:
    (office.settings.claims_dir / "2026-11.csv").write_bytes(data)
    assert [one.problem for one in take(office)] == [problem]
    for language in ("th", "en"):
        assert problem in words(language)["maintenance"]["claims"]["problems"]


def test_a_folder_in_the_place_of_a_file_is_told(office: Department) -> None:
    (office.settings.claims_dir / "2026-11.csv").mkdir()
    assert [(one.problem, one.sha256) for one in take(office)] == [("unreadable", "")]
