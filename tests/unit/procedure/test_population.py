"""What each run must account for is computed from the systems."""

import pytest

from dulae.errors import SettingsError
from dulae.procedure.population import Item, population
from dulae.procedure.sop import works
from dulae.settings import Settings


def test_all_work_has_a_population(example: Settings) -> None:
    assert all(population(example, work.id) for work in works(example.procedure))


def test_a_probe_is_due_from_each_place_and_controller_is_this_machine(example: Settings) -> None:
    items = population(example, "availability")
    assert Item("localhost", "saraban/login_page", "http") in items
    assert Item("web1", "saraban/login_page", "http") in items
    assert Item("web1", "intranet/web_service", "service") in items


def test_backups_and_space_are_both_due(example: Settings) -> None:
    items = population(example, "recoverability")
    assert Item("db1", "/var/lib/postgresql", "disk") in items
    assert Item("backup1", "saraban/database", "backup") in items


def test_a_path_that_two_systems_share_is_due_once(example: Settings) -> None:
    intranet = example.systems[0]
    shared = example.model_copy(update={"systems": (intranet, intranet.model_copy(update={"name": "other"}))})
    disks = [item for item in population(shared, "recoverability") if item.check == "disk"]
    assert disks == [item for item in population(example, "recoverability") if item.check == "disk"][:3]


def test_only_sets_that_are_drilled_are_due_in_a_drill(example: Settings) -> None:
    assert {item.subject for item in population(example, "drill")} == {
        "intranet/database",
        "saraban/database",
    }


def test_access_is_due_for_the_list_and_each_system_with_accounts(example: Settings) -> None:
    assert population(example, "access") == (
        Item("localhost", "leavers_list", "leavers"),
        Item("localhost", "intranet", "access"),
        Item("localhost", "saraban", "access"),
    )


def test_other_work_is_due_as_declared(example: Settings) -> None:
    assert population(example, "restoration") == (Item("localhost", "mailbox", "incident"),)
    assert population(example, "creation") == (Item("db1", "saraban/database", "backup_create"),)
    assert Item("localhost", "saraban/active_users", "usage") in population(example, "usage")


def test_a_system_without_parts_owes_nothing(example: Settings) -> None:
    bare = example.systems[0].model_copy(update={"accounts": None, "usage": None})
    alone = example.model_copy(update={"systems": (bare,)})
    assert population(alone, "usage") == ()
    assert len(population(alone, "access")) == 1


def test_unknown_work_is_refused(example: Settings) -> None:
    with pytest.raises(SettingsError, match="Name one of: availability"):
        population(example, "other")
