"""The lab's people are synthetic, distinct, and have IDs that every reader accepts."""

import pytest

from dulae.people import citizen_id as reader
from tests.lab.people import (
    HOMONYM,
    HOMONYM_TWIN,
    Person,
    citizen_id,
    department,
    on_intranet,
    on_saraban,
    somebody_else,
)

EVERYBODY = [*department(), somebody_else()]


def test_the_department_is_the_same_at_every_call() -> None:
    department.cache_clear()
    first = department()
    department.cache_clear()
    assert department() == first


def test_a_known_citizen_id_is_made_from_its_parts() -> None:
    assert citizen_id(1, 1001) == "1999900010019"


@pytest.mark.parametrize("person", EVERYBODY[::20], ids=lambda person: person.username)
def test_a_citizen_id_is_synthetic_and_well_formed(person: Person) -> None:
    identity = person.citizen_id
    assert identity[1:5] == "9999"
    assert reader.read(identity).value == identity


def test_nobody_shares_an_id_or_a_login() -> None:
    for attribute in ("citizen_id", "username", "email"):
        assert len({getattr(person, attribute) for person in EVERYBODY}) == len(EVERYBODY)


def test_two_people_share_a_name_and_nothing_else() -> None:
    names = [(person.first, person.last) for person in department()]
    assert len(set(names)) == len(names) - 1
    one, other = department()[HOMONYM], department()[HOMONYM_TWIN]
    assert (one.first, one.last) == (other.first, other.last)
    assert one.unit != other.unit


def test_some_have_one_account_only_and_nobody_has_none() -> None:
    intranet, saraban = set(on_intranet()), set(on_saraban())
    assert intranet - saraban and saraban - intranet
    assert intranet | saraban == set(department())
