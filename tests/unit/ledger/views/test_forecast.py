"""What daily peaks foretell: growth is seen, deletions and resizing do not fool it, and nothing is made up."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dulae.ledger.views.forecast import LEAST_DAYS, State, forecast
from dulae.ledger.views.space import Peak

FIRST = date(2026, 10, 1)
GIB = 1 << 30
CEILING = 900 * GIB


def days(used: Sequence[int], ceiling: int = CEILING, skipped: Sequence[int] = ()) -> list[Peak]:
    """Return one peak a day, but for days that were skipped."""
    made = [Peak(FIRST + timedelta(days=day), bytes_, bytes_, ceiling) for day, bytes_ in enumerate(used)]
    return [peak for day, peak in enumerate(made) if day not in skipped]


def test_linear_growth_is_full_on_the_day_that_arithmetic_says() -> None:
    told = forecast(days([(100 + 2 * day) * GIB for day in range(30)]))
    assert (told.state, told.slope, told.low, told.high) == (State.FULL_IN, 2 * GIB, 2 * GIB, 2 * GIB)
    assert told.earliest == told.latest == FIRST + timedelta(days=400)


def test_days_that_were_not_measured_change_nothing() -> None:
    used = [(100 + 2 * day) * GIB for day in range(30)]
    whole = forecast(days(used))
    gaps = forecast(days(used, skipped=[*range(3, 12), 20, 28]))
    assert (gaps.state, gaps.slope, gaps.earliest) == (whole.state, whole.slope, whole.earliest)


@pytest.mark.parametrize("count", range(1, LEAST_DAYS))
def test_fewer_than_seven_days_say_nothing(count: int) -> None:
    told = forecast(days([day * GIB for day in range(count)]))
    assert (told.state, told.days, told.earliest) == (State.INSUFFICIENT_HISTORY, count, None)


def test_seven_days_are_enough() -> None:
    assert forecast(days([day * GIB for day in range(LEAST_DAYS)])).state is State.FULL_IN


def test_what_does_not_grow_is_flat() -> None:
    assert forecast(days([300 * GIB] * 30)).state is State.FLAT


def test_what_shrinks_is_shrinking() -> None:
    told = forecast(days([(300 - day) * GIB for day in range(30)]))
    assert (told.state, told.earliest) == (State.SHRINKING, None)


@pytest.mark.parametrize("period", [3, 5, 7, 10, 14])
@pytest.mark.parametrize("begins", range(3))
def test_a_retention_that_cleans_up_again_and_again_is_not_growth(period: int, begins: int) -> None:
    used = [(500 + 20 * ((day + begins) % period)) * GIB for day in range(60)]
    assert forecast(days(used)).state is State.FLAT


def test_growth_is_seen_through_the_teeth_of_a_retention() -> None:
    told = forecast(days([(200 + 2 * day + 20 * (day % 7)) * GIB for day in range(60)]))
    assert told.state is State.FULL_IN and told.earliest and told.latest
    # The teeth's tips, 120 GiB above the slope's line, reach 900 GiB after 290 days.
    assert told.earliest <= FIRST + timedelta(days=290) <= told.latest + timedelta(days=7)
    assert told.low <= 2 * GIB <= told.high


@pytest.mark.parametrize("at", [1, 5, 15, 25, 29])
def test_one_large_deletion_does_not_hide_growth(at: int) -> None:
    told = forecast(days([(500 + 2 * day - (300 if day >= at else 0)) * GIB for day in range(30)]))
    assert (told.state, told.slope) == (State.FULL_IN, 2 * GIB)
    assert told.earliest == FIRST + timedelta(days=350)


@pytest.mark.parametrize("step", [200, -200])
@pytest.mark.parametrize("at", [1, 10, 15, 29])
def test_one_step_is_no_trend(step: int, at: int) -> None:
    assert forecast(days([(300 + (step if day >= at else 0)) * GIB for day in range(30)])).state is State.FLAT


def test_a_stair_of_bulk_loads_is_growth() -> None:
    assert forecast(days([(100 + 70 * (day // 7)) * GIB for day in range(35)])).state is State.FULL_IN


def test_noise_alone_is_flat_most_of_the_time_and_never_near() -> None:
    flat = 0
    for seed in range(60):
        chance = random.Random(seed)
        told = forecast(days([300 * GIB + round(chance.gauss(0, 5 * GIB)) for _ in range(40)]))
        flat += told.state is State.FLAT
        assert told.earliest is None or told.earliest > FIRST + timedelta(days=200)
    # The range is one of 90 %.
    assert flat >= 48


def test_the_true_slope_lies_in_the_range_most_of_the_time() -> None:
    held = 0
    for seed in range(60):
        chance = random.Random(seed)
        told = forecast(days([(100 + day) * GIB + round(chance.gauss(0, 3 * GIB)) for day in range(40)]))
        held += told.low <= GIB <= told.high
    assert held >= 48


def test_one_mad_day_is_not_believed() -> None:
    used = [(100 + 2 * day) * GIB for day in range(30)]
    used[12] = 890 * GIB
    told = forecast(days(used))
    assert told.slope == 2 * GIB and told.earliest == FIRST + timedelta(days=400)


def test_a_larger_disk_is_full_later_and_its_past_stays_a_trend() -> None:
    peaks = days([(100 + 2 * day) * GIB for day in range(30)])
    enlarged = [*peaks[:20], *(replace(peak, ceiling_bytes=2 * CEILING) for peak in peaks[20:])]
    assert forecast(enlarged).earliest == FIRST + timedelta(days=850)
    assert forecast(enlarged).slope == forecast(peaks).slope


def test_what_has_reached_its_limit_is_full_today_whatever_the_trend() -> None:
    told = forecast(days([CEILING - day for day in range(10)], CEILING - 9))
    assert (told.state, told.earliest, told.latest) == (State.FULL_IN, told.newest.day, told.newest.day)
    assert forecast(days([CEILING])).state is State.FULL_IN


@pytest.mark.parametrize(("count", "state"), [(1, State.INSUFFICIENT_HISTORY), (20, State.FLAT)])
def test_a_disk_that_was_full_today_and_was_cleaned_is_not_at_its_limit(count: int, state: State) -> None:
    peaks = days([300 * GIB] * count)
    peaks[-1] = replace(peaks[-1], used_bytes=CEILING + GIB)
    assert forecast([*peaks[:-1], replace(peaks[-1], last_bytes=CEILING + GIB)]).state is State.FULL_IN
    assert forecast(peaks).state is state


def test_growth_that_fills_nothing_in_ten_years_is_none() -> None:
    assert forecast(days([300 * GIB + day for day in range(30)])).state is State.FLAT


def test_no_measurement_is_refused() -> None:
    with pytest.raises(ValueError, match="no measurement"):
        forecast([])


AMOUNTS = st.lists(st.integers(0, CEILING - 1), min_size=LEAST_DAYS, max_size=40)


@given(AMOUNTS)
def test_the_dates_are_in_order_and_not_past(used: list[int]) -> None:
    told = forecast(days(used))
    assert told.low <= told.slope <= told.high
    assert (told.earliest is not None) == (told.state is State.FULL_IN)
    if told.earliest:
        assert told.newest.day <= told.earliest <= (told.latest or date.max)


@given(AMOUNTS, st.integers(1, CEILING))
def test_only_the_newest_size_of_the_disk_counts(used: list[int], more: int) -> None:
    peaks = days(used)
    resized = [*(replace(peak, ceiling_bytes=peak.ceiling_bytes + more) for peak in peaks[:-1]), peaks[-1]]
    assert forecast(resized) == forecast(peaks)


@given(st.lists(st.integers(0, 10**6), min_size=LEAST_DAYS, max_size=40), st.integers(2, 1000))
def test_the_unit_does_not_matter(used: list[int], factor: int) -> None:
    one = forecast(days(used, 10**7))
    other = forecast(days([amount * factor for amount in used], 10**7 * factor))
    assert (one.state, one.earliest) == (other.state, other.earliest)


@given(st.integers(0, 10**9), st.integers(1, 10**6), st.integers(LEAST_DAYS, 60))
def test_steady_growth_is_always_foreseen_exactly(base: int, growth: int, count: int) -> None:
    ceiling = base + growth * (count + 100)
    told = forecast(days([base + growth * day for day in range(count)], ceiling))
    assert told.earliest == told.latest == FIRST + timedelta(days=count + 100)
