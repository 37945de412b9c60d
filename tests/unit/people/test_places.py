"""Agencies' names behind a movement: whole and known ones, and no other word."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dulae.people import places
from tests.unit.people.lists import HERE

AGENCIES = HERE.parents[2] / "src/dulae/people/agencies.csv"


def known() -> list[str]:
    with AGENCIES.open(encoding="utf-8", newline="") as stream:
        return [row["name"] for row in csv.DictReader(stream) if row["kind"] == "agency"]


@pytest.mark.parametrize("name", known())
def test_every_agency_is_known_by_its_name_with_and_without_spaces(name: str) -> None:
    assert places.is_agency(name)
    assert places.beginning(f"{name} ตั้งแต่ 1 ต.ค. 69") == name
    assert places.beginning(f"{name[:3]} {name[3:]}") == f"{name[:3]} {name[3:]}"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("กรมการแพทย์แผนไทยและการแพทย์ทางเลือก", "กรมการแพทย์แผนไทยและการแพทย์ทางเลือก"),
        ("กรมอนามัย กระทรวงสาธารณสุข (นนทบุรี)", "กรมอนามัย กระทรวงสาธารณสุข"),
        ("สสจ. เชียงใหม่ 6 เดือน", "สสจ. เชียงใหม่"),
        ("จังหวัดนครศรีธรรมราช", "จังหวัดนครศรีธรรมราช"),
        ("โรงพยาบาลขอนแก่น", "โรงพยาบาลขอนแก่น"),
        ("กองคลัง", ""),
        ("กรมใหม่", ""),
        ("เชียงใหม่", ""),
        ("จังหวัด", ""),
        ("", ""),
    ],
)
def test_a_name_is_taken_from_the_beginning_and_no_further(text: str, name: str) -> None:
    assert places.beginning(text) == name


@given(st.text(max_size=80))
def test_what_is_taken_stands_at_the_beginning(text: str) -> None:
    assert text.startswith(places.beginning(text))


def test_names_are_the_same_where_one_stands_in_the_other() -> None:
    assert places.same("กรมอนามัย", "กรม อนามัย กระทรวงสาธารณสุข")
    assert not places.same("กรมอนามัย", "กรมการแพทย์")
    assert not places.same("", "กรมการแพทย์")
