"""The SOP's work, each piece by its name."""

import pytest

from dulae.errors import SettingsError
from dulae.procedure.sop import work, works
from dulae.settings import Settings


def test_all_work_stands_in_the_order_of_the_steps(example: Settings) -> None:
    assert [each.id for each in works(example.procedure)] == [
        "availability", "restoration", "recoverability", "drill", "creation", "access", "usage",
    ]  # fmt: skip


def test_what_a_control_also_does_has_its_playbook_and_the_control_s_limit(example: Settings) -> None:
    drill = work(example.procedure, "drill")
    assert (drill.playbook, drill.control.id, drill.limit_minutes) == (
        "drill_restore.yml",
        "recoverability",
        480,
    )


@pytest.mark.parametrize(
    ("name", "says"), [("availabilty", "Did you mean 'availability'"), ("x", "Name one of")]
)
def test_unknown_work_is_refused_with_what_may_be_meant(name: str, says: str, example: Settings) -> None:
    with pytest.raises(SettingsError, match=says):
        work(example.procedure, name)
