import ast
import csv
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from dulae.reports.penalty import DowntimeTerms, Outage, baht, downtime_sheet, late_sheet, weighted_downtime

FILE = Path(__file__).parent / "vectors/penalty_vectors.csv"
VECTORS = list(csv.DictReader(FILE.read_text(encoding="utf-8").splitlines()))


def inputs(row: dict[str, str]) -> dict[str, Any]:
    """Return the inputs of a vector, written as ``name=value`` with Python literals."""
    pairs = re.findall(r"(\w+)=(\[.*?\]|\S+)", row["inputs"])
    return {name: ast.literal_eval(value) for name, value in pairs}


def exact(value: Any) -> Fraction:
    return Fraction(str(value))


@pytest.mark.parametrize("row", [row for row in VECTORS if row["clause"] == "5"], ids=lambda row: row["id"])
def test_downtime_is_worked_out_as_the_contract_says(row: dict[str, str]) -> None:
    given = inputs(row)
    outages = [Outage(exact(start), exact(end), exact(weight)) for start, end, weight in given["outages"]]
    terms = DowntimeTerms(
        exact(given["service_hours"]),
        exact(given["max_hours"]),
        exact(given["max_pct"]),
        exact(given["rate_thb_h"]),
    )
    sheet = downtime_sheet(outages, terms)
    assert sheet.weighted_hours == exact(row["weighted_downtime_h"])
    assert sheet.allowed_hours == exact(row["allowed_h"])
    assert sheet.over_hours == exact(row["over_h"])
    assert sheet.fine_thb == Decimal(row["fine_thb"])


@pytest.mark.parametrize("row", [row for row in VECTORS if row["clause"] == "6"], ids=lambda row: row["id"])
def test_lateness_is_worked_out_as_the_contract_says(row: dict[str, str]) -> None:
    given = inputs(row)
    late = exact(given["done_h"]) - exact(given["due_h"])
    sheet = late_sheet(late, exact(given["period_fee_thb"]), exact(given["pct_per_hour"]))
    assert sheet.over_hours == int(row["over_h"])
    assert sheet.fine_thb == Decimal(row["fine_thb"])


def test_every_vector_is_of_a_clause_that_is_tested() -> None:
    assert {row["clause"] for row in VECTORS} == {"5", "6"} and len(VECTORS) == 6


def test_a_part_of_a_late_hour_counts_as_a_whole_one() -> None:
    assert late_sheet(Fraction(1, 60), Fraction(50_000), Fraction(1, 10)).over_hours == 1


def test_an_outage_that_ends_before_it_begins_counts_for_nothing() -> None:
    assert weighted_downtime([Outage(Fraction(5), Fraction(3), Fraction(1))]) == 0


def test_the_same_outage_told_twice_counts_once() -> None:
    outage = Outage(Fraction(1), Fraction(4), Fraction(1))
    assert weighted_downtime([outage, outage]) == 3


def test_half_a_satang_is_rounded_up() -> None:
    assert baht(Fraction(1, 200)) == Decimal("0.01")
