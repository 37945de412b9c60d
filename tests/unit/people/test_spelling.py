"""One spelling for what applications hold of their users."""

from hypothesis import example, given
from hypothesis import strategies as st

from dulae.people import citizen_id, spelling
from tests.unit.people.lists import number


def test_names_numbers_and_units_are_brought_into_one_spelling() -> None:
    assert spelling.name_key("น.ส.นํ้าฝน จำนงค์") == "น้ำฝน|จำนงค์"
    assert spelling.citizen_id(float(number(7))) == number(7)
    assert spelling.text(" กอง\u200bคลัง ") == "กองคลัง"


def test_a_number_that_identifies_nobody_is_none() -> None:
    assert spelling.citizen_id("1111111111119") == ""
    assert spelling.citizen_id("AA1234567") == ""


@given(st.text("0123456789๑-", min_size=12, max_size=14) | st.integers(0, 10**14) | st.none())
@example("1111111111119")
@example("1999900001010")
@example("9999900001010")
def test_a_number_is_the_same_whether_its_fault_is_asked_for_or_not(raw: object) -> None:
    found = citizen_id.read(raw)
    assert spelling.citizen_id(raw) == ("" if found.status != "ok" or found.is_placeholder else found.value)
