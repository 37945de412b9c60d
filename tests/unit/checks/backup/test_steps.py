"""What the levels up to integrity make of what a copy lists."""

import pytest

from dulae.checks.backup import steps
from dulae.checks.backup.kinds.contents import Contents
from dulae.checks.backup.manifest import Manifest, TableCount


def manifest_of(schema: str, name: str) -> Manifest:
    moment = "2026-11-01T00:00:00+00:00"
    return Manifest("pg_dump", "copy", 1, "", moment, moment, tables=(TableCount(schema, name, 1, ""),))


# A list holds the names of a table's schema, the table and its owner, line breaks of either kind as spaces.
@pytest.mark.parametrize(
    ("schema", "name", "listed"),
    [
        ("public", "letters", "public letters"),
        ("my schema", "two words", "my schema two words"),
        ("public", "letters", "public letters ฝ่าย"),
        ("public", "line\r\nbreak", "public line  break"),
        ("wide\u2002schema", "wide\u2002name", "wide\u2002schema wide\u2002name"),
    ],
)
def test_a_table_is_found_in_a_list_whatever_its_names_hold(schema: str, name: str, listed: str) -> None:
    assert steps._missing(Contents("custom", with_data=frozenset({listed})), manifest_of(schema, name)) == 0


def test_a_table_that_a_list_lacks_is_missing() -> None:
    listed = Contents("custom", with_data=frozenset({"public letters_old dulae"}))
    assert steps._missing(listed, manifest_of("public", "letters")) == 1
