"""One spelling for what applications hold of their users."""

from dulae.people import spelling
from tests.unit.people.lists import number


def test_names_numbers_and_units_are_brought_into_one_spelling() -> None:
    assert spelling.name_key("น.ส.นํ้าฝน จำนงค์") == "น้ำฝน|จำนงค์"
    assert spelling.citizen_id(float(number(7))) == number(7)
    assert spelling.text(" กอง\u200bคลัง ") == "กองคลัง"


def test_a_number_that_identifies_nobody_is_none() -> None:
    assert spelling.citizen_id("1111111111119") == ""
    assert spelling.citizen_id("AA1234567") == ""
