"""Values as JSON and back, exactly; private files."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from dulae.accounts import private
from dulae.accounts.databases import values
from dulae.errors import PlanError

NUMBER = UUID("12345678-1234-5678-1234-567812345678")


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        7,
        2**60,
        "ข้อความ",
        1.5,
        Decimal("1.10"),
        b"\x00\xff",
        NUMBER,
        date(2026, 11, 1),
        datetime(2026, 11, 1, 8, 30),
        datetime(2026, 11, 1, 8, 30, tzinfo=UTC),
        time(8, 30),
        {"a": [1, "b"]},
        [1, 2],
    ],
)
def test_a_database_value_comes_back_exactly(value: Any) -> None:
    kept = values.encoded_row({"column": value})
    back = values.decoded_row(kept)["column"]
    assert back == value and type(back) is type(value)


def test_a_value_that_cannot_come_back_is_not_kept() -> None:
    with pytest.raises(TypeError, match="complex"):
        values.encoded(1j)


def test_a_plan_shows_values_without_tags() -> None:
    assert (values.words(date(2026, 11, 1)), values.words(3)) == ("2026-11-01", 3)


def test_a_keyed_hash_depends_on_the_key() -> None:
    assert values.keyed(b"a", ["x"]) != values.keyed(b"b", ["x"])


def test_private_files_are_for_their_owner_and_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "state" / "plans" / "x.json"
    private.write_json(path, {"b": 1, "a": "ก"})
    assert path.read_bytes() == '{"a":"ก","b":1}\n'.encode()
    assert path.stat().st_mode & 0o777 == 0o600
    assert {path.parent.stat().st_mode & 0o777, path.parent.parent.stat().st_mode & 0o777} == {0o700}
    assert [kept.name for kept in path.parent.iterdir()] == ["x.json"]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PlanError, match="it cannot be written"):
        private.write(tmp_path / "file" / "x", b"")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="it cannot be read"):
        private.read(tmp_path / "missing")
    (tmp_path / "broken").write_text("{")
    with pytest.raises(PlanError, match="it is no JSON"):
        private.read_json(tmp_path / "broken")


def test_the_nodes_key_is_made_once(tmp_path: Path) -> None:
    first = private.key(tmp_path / "access.key")
    assert private.key(tmp_path / "access.key") == first and len(first) == 32
