"""What declared queries must give, and which declarations are refused."""

from decimal import Decimal
from typing import Any

import pytest

from dulae.checks.restore_drill.assertions import Assertion, assertion_from
from dulae.checks.restore_drill.attachments import attachments_from


@pytest.mark.parametrize(
    ("given", "agree", "differ", "expected"),
    [
        ({"expect": "t"}, ["t", " t "], ["f", ""], "t"),
        ({"expect": 3}, ["3"], ["3.0", "4"], "3"),
        (
            {"expect": "100", "tolerance_percent": 5},
            ["95", "105.0"],
            ["94.9", "106", "", "NaN", "x"],
            "100 ± 5 %",
        ),
        ({"expect": "-100", "tolerance_percent": "5"}, ["-95", "-105"], ["-94", "100"], "-100 ± 5 %"),
        ({"min": 0}, ["0", "9e9"], ["-1", "Infinity", "none"], ">= 0"),
        ({"max": "2.5"}, ["2.5", "-7"], ["2.6"], "<= 2.5"),
        ({"min": 1, "max": 2}, ["1", "2"], ["0", "3"], "1 .. 2"),
    ],
)
def test_an_answer_agrees_or_differs(
    given: dict[str, Any], agree: list[str], differ: list[str], expected: str
) -> None:
    made = assertion_from(1, {"sql": "SELECT 1", **given})
    assert made.expected == expected
    assert [got for got in agree if not made.agrees(got)] == []
    assert [got for got in differ if made.agrees(got)] == []


def test_large_numbers_are_compared_exactly() -> None:
    assert not Assertion("", minimum=Decimal(2**60 + 1)).agrees(str(2**60))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"expect": "1", "min": 1},
        {"min": 2, "max": 1},
        {"min": "many"},
        {"expect": "t", "tolerance_percent": 5},
        {"expect": "1", "tolerance_percent": -5},
        {"max": 1, "tolerance_percent": 5},
    ],
)
def test_what_makes_no_sense_is_refused_with_its_number(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="assertion 7: "):
        assertion_from(7, {"sql": "SELECT 1", **given})


@pytest.mark.parametrize("given", [{}, {"set": "files", "folder": "/srv"}])
def test_attachments_lie_in_one_place(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="write either set"):
        attachments_from({"sql": "SELECT 1", **given}, "saraban")


def test_a_set_of_the_same_system_is_meant() -> None:
    made = attachments_from({"sql": "SELECT 1", "set": "files", "sample": 0}, "saraban")
    assert (made.files_set, made.sample) == ("saraban/files", 0)
