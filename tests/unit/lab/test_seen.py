"""Before anything goes wrong, nobody of the lab used a system after having left."""

from datetime import UTC, date, datetime, timedelta

import pytest

from dulae.people import dates
from tests.lab import personnel_list
from tests.lab.people import CONTRACT_ENDS, MOVED, PLAYERS, department
from tests.lab.seen import BANGKOK, DORMANT, last_seen, open_session

MOMENTS = [
    datetime(2026, 11, 23, 1, tzinfo=UTC),
    datetime(2027, 9, 30, 18, tzinfo=UTC),
    datetime(2027, 10, 2, tzinfo=UTC),
]


@pytest.mark.parametrize("now", MOMENTS)
def test_everybody_on_the_list_was_last_seen_before_the_first_day_out(now: datetime) -> None:
    today = now.astimezone(BANGKOK).date()
    people = {person.full_name: person for person in department()}
    for row in personnel_list.rows(today):
        person = people.get(row[1])
        effective = dates.read(row[4], today=today).day
        if person is None or effective is None or person.number in (MOVED, CONTRACT_ENDS):
            continue
        for moment in (last_seen("intranet", person, now), open_session("saraban", person, now)):
            assert moment is not None and moment.astimezone(BANGKOK).date() < effective


def test_what_is_seen_is_the_same_at_every_call() -> None:
    now = MOMENTS[0]
    first = [last_seen("saraban", person, now) for person in department()]
    assert [last_seen("saraban", person, now) for person in department()] == first


def test_some_never_came_and_a_few_not_for_months() -> None:
    now = MOMENTS[0]
    seen = {person.number: last_seen("intranet", person, now) for person in department()}
    assert 0 < list(seen.values()).count(None) < 20
    assert {
        number for number, moment in seen.items() if moment and now - moment > timedelta(days=90)
    } == DORMANT | {
        number for number in PLAYERS if (moment := seen[number]) and now - moment > timedelta(days=90)
    }


def test_the_list_of_a_day_knows_a_retirement_of_that_very_day() -> None:
    assert personnel_list.retirement(date(2026, 10, 1)) == date(2026, 10, 1)
