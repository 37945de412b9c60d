"""Names one letter apart, against the given pairs."""

import csv
import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dulae.accounts.similar import Similar, is_similar
from dulae.people import names

PAIRS = pathlib.Path(__file__).parents[1] / "people" / "vectors" / "name_pair_vectors.csv"


def pairs() -> list[tuple[str, str, str, str]]:
    """Return id, the two names' keys and what is expected."""
    text = PAIRS.read_text(encoding="utf-8-sig") if PAIRS.is_file() else ""
    return [
        (row["id"], key(row["a_escaped"]), key(row["b_escaped"]), row["expected"])
        for row in csv.DictReader(text.splitlines())
    ]


def key(escaped: str) -> str:
    """Return the key of a name whose signs are written as escapes."""
    return names.read(escaped.encode().decode("unicode_escape")).key


@pytest.mark.parametrize(("number", "one", "other", "expected"), pairs() or [("none", "", "", "skip")])
def test_only_the_pairs_that_are_similar_are_hints(number: str, one: str, other: str, expected: str) -> None:
    if expected == "skip":
        pytest.skip("the given pairs are not here")
    found = list(Similar([(1, one)]).numbers(other))
    assert bool(found) == expected.startswith("similar")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("ปาน", "ป้าน", True),
        ("ปาน", "ปาน", False),
        ("ชนิดา", "ชณิดา", True),
        ("วิทย์", "วิทย", False),
        ("สมชาย", "สมหญิง", False),
        ("กข", "ขก", True),
    ],
)
def test_one_letter_apart_is_similar_but_a_lost_thanthakhat_is_not(
    one: str, other: str, expected: bool
) -> None:
    assert is_similar(one, other) is expected


def test_both_parts_different_is_no_hint() -> None:
    assert not list(Similar([(1, "ชนิดา|ดีงาม")]).numbers("ชณิดา|ดีงามม"))


def test_very_short_names_meet_only_by_insertion() -> None:
    assert list(Similar([(1, "นก|ดี")]).numbers("นกก|ดี")) == [1]


WORD = st.text("กขค์", min_size=0, max_size=6)
NAME = st.tuples(WORD, WORD).map("|".join)


def apart(one: str, other: str) -> bool:
    """Say whether two names are similar, by comparing them letter by letter."""
    (first, _, last), (other_first, _, other_last) = one.partition("|"), other.partition("|")
    pairs = (
        [(first, other_first)] if last == other_last else [(last, other_last)] if first == other_first else []
    )
    return any(is_similar(*pair) and max(map(len, pair)) > 2 for pair in pairs)


@given(st.lists(NAME, max_size=12), NAME)
def test_none_is_missed_and_none_is_told_that_is_not_similar(leavers: list[str], account: str) -> None:
    found = list(Similar(enumerate(leavers)).numbers(account))
    assert len(found) == len(set(found))
    assert set(found) == {number for number, name in enumerate(leavers) if apart(name, account)}
