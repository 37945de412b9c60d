"""Which rows a statement is for: as few statements as a database takes, and no value changed on the way."""

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, Dialect, Integer, String
from sqlalchemy.dialects import mysql, oracle, postgresql

from dulae.accounts.databases.tables import among


def conditions(dialect: Dialect, column: Column[Any], values: list[Any]) -> list[str]:
    connection: Any = SimpleNamespace(dialect=dialect)
    return [str(some.compile(dialect=dialect)) for some in among(connection, column, values)]


def test_numbers_are_one_parameter_where_the_database_has_lists() -> None:
    made = conditions(postgresql.dialect(), Column("id", Integer), list(range(25_000)))
    assert len(made) == 3
    # As wide as numbers are: a session may name a number that no account can have.
    assert all("ANY" in one and "BIGINT[]" in one for one in made)


@pytest.mark.parametrize(
    ("dialect", "kind", "values"),
    [
        (postgresql.dialect(), String(4), [f"user{number}" for number in range(1001)]),
        (postgresql.dialect(), BigInteger(), [*range(1000), None]),
        (oracle.dialect(), Integer(), list(range(1001))),
        (mysql.dialect(), Integer(), list(range(1001))),
    ],
)
def test_what_is_cut_off_or_unknown_to_a_database_goes_one_by_one(
    dialect: Dialect, kind: Any, values: list[Any]
) -> None:
    made = conditions(dialect, Column("id", kind), values)
    assert len(made) == 3 and all(" IN " in one and "[]" not in one for one in made)


def test_nobody_needs_no_statement() -> None:
    assert conditions(postgresql.dialect(), Column("id", Integer), []) == []
