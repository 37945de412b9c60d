"""Which marks a broken encoding leaves in a text, and how many texts of a table are looked at."""

from __future__ import annotations

from typing import Iterable

_MOST_VALUES = 200_000
_LEAST_ROWS = 200
_MOST_ROWS = 10_000
MOST_LETTERS = 2_000
# Thai UTF-8 read as Latin-1 or CP1252; CP874 read as Latin-1; UTF-8 read as CP874.
_MISTAKEN = "à[¸¹]|[¡-û]{4}|(เ[ธน].?){4}"
# Regular expressions that PostgreSQL and MariaDB read alike.
MARKS = {"text_replaced": "\ufffd", "text_mistaken": _MISTAKEN, "text_question_marks": "[?]{4}"}
THAI = "[ก-๛]"


def rows_each(columns: int) -> int:
    """Return how many rows of each table are looked at, if all tables together have so many columns of text."""
    return min(_MOST_ROWS, max(_LEAST_ROWS, _MOST_VALUES // max(1, columns)))


def summed(answers: Iterable[dict[str, int]], columns: int) -> dict[str, int]:
    """Return the sums of what was found in each table."""
    total = {"text_columns": columns, "text_values": 0, "text_thai": 0, "text_damaged": 0}
    total.update(dict.fromkeys(MARKS, 0))
    for answer in answers:
        for name, number in answer.items():
            total[name] += number
    return total
