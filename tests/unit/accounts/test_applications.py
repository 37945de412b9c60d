"""Applications out of the settings; what is described wrongly is told before any database is asked."""

import re
from pathlib import Path
from typing import Any

import pytest

from dulae import settings
from dulae.accounts import desk as desks
from dulae.accounts import usage
from dulae.accounts.applications import applications, database
from dulae.errors import LedgerError, PlanError, SettingsError
from tests.unit.accounts.department import change_accounts, department

LOGIN = {"login_url": "https://saraban.example.go.th/login", "logged_in": "ออกจากระบบ"}


@pytest.fixture
def inventory(tmp_path: Path, keys: dict[str, Path]) -> Path:
    return department(tmp_path, keys)


def test_each_system_with_accounts_is_an_application(inventory: Path) -> None:
    intranet, saraban = applications(settings.load(inventory))
    assert (intranet.system, intranet.profile.name, saraban.profile.name) == ("intranet", "scramble", "flag")
    assert saraban.protects("Admin") and not saraban.protects("user1")
    assert (saraban.brake.max_count, saraban.brake.max_percent) == (20, 90)


def test_what_a_system_says_of_its_tables_replaces_the_profiles(inventory: Path) -> None:
    change_accounts(inventory, users={"table": "members"}, zone="UTC")
    intranet, _ = applications(settings.load(inventory))
    assert (intranet.profile.users.table, intranet.profile.zone) == ("members", "UTC")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tablename": "x"}, "accounts.tablename: nobody reads 'tablename' here"),
        ({"profile": "nosuch"}, "'nosuch' is not known for 'profile'"),
        ({"disable": {}}, "accounts.disable"),
        ({"login_probe": {**LOGIN, "nosuch": 1}}, "nosuch"),
        ({"login_probe": {"logged_in": "x"}}, "login_url"),
        ({"login_probe": {**LOGIN, "passwords": {"a": {"word": "x"}}}}, "login_probe.passwords.a"),
        ({"login_probe": {**LOGIN, "passwords": {"a": "hunter2"}}}, "login_probe.passwords.a"),
        ({"login_probe": {**LOGIN, "passwords": ["a"]}}, "'passwords' must have keys"),
        ({"login_probe": {**LOGIN, "timeout_s": "long"}}, "timeout_s must be whole seconds"),
        ({"login_probe": True}, "'login_probe' must have keys"),
        ({"login_probe": {**LOGIN, "colleague": "helper"}}, "no password for helper"),
    ],
)
def test_a_wrong_description_is_told_with_its_line_and_what_to_write(
    inventory: Path, changes: dict[str, Any], words: str
) -> None:
    change_accounts(inventory, **changes)
    with pytest.raises(SettingsError, match=words) as told:
        applications(settings.load(inventory))
    assert re.search(r"systems\.yml:\d+: dulae_systems\[intranet\]\.accounts", str(told.value))
    assert isinstance(told.value, settings.SettingsProblems) and "hunter2" not in str(told.value)
    assert {one.key.split(".")[0] for one in told.value.problems} == {
        "dulae_systems[intranet]",
        "dulae_systems[saraban]",
    }


def test_the_login_probes_passwords_are_revealed_only_when_they_are_used(inventory: Path) -> None:
    change_accounts(
        inventory, login_probe={**LOGIN, "passwords": {"user1": {"file": "secrets/none"}}, "timeout_s": 3}
    )
    intranet, _ = applications(settings.load(inventory))
    probe = intranet.login_probe
    assert probe is not None and probe.knows("user1") and not probe.knows("user2")
    assert probe.colleague_gets_in() is None and probe.timeout_s == 3


def test_a_database_that_the_system_does_not_declare_is_told(inventory: Path) -> None:
    kept = settings.load(inventory)
    with pytest.raises(SettingsError, match="system intranet has no database other"):
        database(kept, kept.systems[0], "other")


def test_usage_queries_are_read_of_one_system_or_all(inventory: Path) -> None:
    kept = settings.load(inventory)
    assert [source.queries[0].subject for source in usage.sources(kept)] == [
        "intranet/users",
        "saraban/users",
    ]
    assert [source.queries[0].subject for source in usage.sources(kept, "saraban")] == ["saraban/users"]


def test_a_desk_knows_who_sits_there_and_who_may_approve(inventory: Path) -> None:
    place = desks.at(inventory, desks.Setting(run="r1", holder="officer1", plan_days=3))
    assert (place.operator.name, place.run, place.max_age.days) == ("officer1", "r1", 3)
    assert [approver.holder for approver in place.approvers] == ["head1"]
    assert place.application("saraban") and not place.application("nosuch")
    place.record("plan", {"plan_id": "x"})
    (entry,) = place.evidence.entries(["plan"])
    assert (entry.run, entry.control) == ("r1", "access")


def test_a_machine_login_that_is_a_holders_name_is_that_holder(inventory: Path) -> None:
    kept = settings.load(inventory)
    assert desks.operator(kept, "engineer1").holder == "engineer1"
    assert desks.operator(kept, "root") == desks.Operator("root", "")
    assert desks.operator(kept, "root").name == "root"
    with pytest.raises(PlanError, match="there is no holder nobody"):
        desks.operator(kept, "root", "nobody")


def test_without_a_ledger_nothing_is_begun(inventory: Path) -> None:
    (inventory / "state").rename(inventory / "elsewhere")
    with pytest.raises(LedgerError, match="dulae ledger init"):
        desks.at(inventory, desks.Setting())
