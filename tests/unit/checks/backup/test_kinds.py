"""The list of kinds stands in one place, and every door reads it from there."""

from typing import Any, get_args

import pytest

from dulae.checks.backup import options
from dulae.checks.backup.kinds import KINDS, kind_named
from dulae.checks.backup.kinds.contents import FILES, TABLES
from dulae.checks.backup.level import LEVELS
from dulae.checks.backup_create.making import MAKERS
from dulae.cli.checks.backup import backup
from dulae.settings import systems


def test_the_doors_know_the_same_kinds_and_levels() -> None:
    choices: dict[str, Any] = {one.name or "": one.type for one in backup.params}
    assert options.SET["kind"]["choices"] == list(KINDS)
    assert options.SET["level"]["choices"] == list(LEVELS)
    assert set(choices["kind"].choices) == set(KINDS)
    assert set(choices["level"].choices) == set(LEVELS)
    fields = systems.BackupSet.model_fields
    assert get_args(fields["kind"].annotation) == tuple(KINDS)
    assert get_args(fields["level"].annotation) == LEVELS
    assert get_args(systems.BackupSource.model_fields["kind"].annotation) == tuple(MAKERS)


def test_the_settings_know_every_rule_of_the_module() -> None:
    theirs = {"system", "subject"}
    assert set(options.SET) - theirs <= set(systems.BackupSet.model_fields)


def test_every_kind_says_what_it_is_counted_as() -> None:
    assert {kind.counted_as for kind in KINDS.values()} <= {TABLES, FILES}


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("mariadb-dump", "mariadb_dump"),
        ("mysqldump", "mariadb_dump"),
        ("pg-dump", "pg_dump"),
        ("tar", "tar"),
    ],
)
def test_a_kind_may_be_called_by_its_program(word: str, kind: str) -> None:
    assert kind_named(word) == kind
