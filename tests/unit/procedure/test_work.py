"""The raw variable as module arguments, on plain data as Ansible hands it over."""

import pathlib
from typing import Any

import pytest
import yaml

from dulae.errors import SettingsError
from dulae.procedure import work
from dulae.procedure.population import population
from dulae.settings import Settings

from .conftest import EXAMPLE

Systems = list[dict[str, Any]]


@pytest.fixture(scope="module")
def systems() -> Systems:
    text = (EXAMPLE / "group_vars/all/systems.yml").read_text(encoding="utf-8")
    found: Systems = yaml.safe_load(text)["dulae_systems"]
    return found


def test_a_host_gets_the_probes_that_look_from_it(systems: Systems) -> None:
    (service, database, page) = work.probes(systems, "web1")
    assert service == {
        "name": "web_service",
        "kind": "service",
        "unit": "nginx.service",
        "system": "intranet",
        "subject": "intranet/web_service",
    }
    assert (database["subject"], page["subject"]) == ("intranet/database", "saraban/login_page")
    assert work.probes(systems, "db1") == []


def test_a_probe_that_says_no_place_looks_from_the_controller() -> None:
    systems: Systems = [{"name": "a", "probes": [{"name": "b", "kind": "tcp"}]}, {"name": "c"}]
    assert [probe["subject"] for probe in work.probes(systems, "localhost")] == ["a/b"]


def test_of_a_shared_path_the_stricter_limits_hold() -> None:
    systems: Systems = [
        {
            "name": "a",
            "mounts": [{"host": "web1", "path": "/srv", "min_free_percent": 15, "warn_free_percent": 16}],
        },
        {
            "name": "b",
            "mounts": [{"host": "web1", "path": "/srv", "min_free_bytes": 7}, {"host": "x", "path": "/"}],
        },
    ]
    assert work.mounts(systems, "web1") == [
        {
            "path": "/srv",
            "system": "a",
            "warn_free_percent": 20,
            "min_free_percent": 15,
            "min_free_bytes": 7,
            "min_free_inodes_percent": 5,
        }
    ]


def test_backup_sets_and_sources_go_to_their_hosts(systems: Systems) -> None:
    sets = work.backup_sets(systems, "backup1")
    assert [each["subject"] for each in sets] == ["intranet/database", "intranet/files", "saraban/database"]
    assert "host" not in sets[0] and "title" not in sets[0]
    (source,) = work.backups_made_here(systems, "db1")
    assert (source["subject"], source["keep"]) == ("saraban/database", 7)


def test_sets_in_a_vault_are_examined_from_the_controller_only() -> None:
    here = {"name": "b", "host": "nas1", "kind": "tar", "path": "/srv", "vault": False}
    systems: Systems = [{"name": "a", "backup_sets": [here, {**here, "name": "c", "vault": True}]}]
    assert [each["subject"] for each in work.backup_sets(systems, "nas1")] == ["a/b"]
    (kept,) = work.vault_sets(systems, "nas1")
    assert kept["subject"] == "a/c" and "vault" not in kept
    assert work.vault_sets(systems, "db1") == []


def test_only_drills_are_told_what_only_they_ask_for() -> None:
    kept = {"name": "b", "host": "backup1", "kind": "tar", "path": "/srv", "drill": True, "max_rpo_hours": 24}
    systems: Systems = [{"name": "a", "backup_sets": [kept, {**kept, "name": "c", "drill": False}]}]
    assert [each["subject"] for each in work.drill_sets(systems, "backup1")] == ["a/b"]
    assert work.drill_sets(systems, "backup1")[0]["max_rpo_hours"] == 24
    assert all("max_rpo_hours" not in each for each in work.backup_sets(systems, "backup1"))


def test_what_hosts_get_is_what_the_run_must_account_for(systems: Systems, example: Settings) -> None:
    for name, filled in (
        ("availability", (work.probes,)),
        ("recoverability", (work.mounts, work.backup_sets, work.vault_sets, work.data_stores)),
    ):
        # Forecasts are made on the controller, of all hosts at once.
        due = {(item.host, item.subject) for item in population(example, name) if item.check != "forecast"}
        given = {
            (host, item.get("subject") or item["path"])
            for host in example.hosts
            for items in filled
            for item in items(systems, host)
        }
        assert given == due


def test_secrets_are_revealed_by_subject(tmp_path: pathlib.Path) -> None:
    (tmp_path / "word").write_text("sesame\n")
    listed: Systems = [{"subject": "a/b", "password": {"file": "word"}}, {"subject": "a/c"}]
    assert work.secrets(listed, str(tmp_path)) == {"a/b": "sesame"}


def test_a_secret_that_is_not_there_is_refused(tmp_path: pathlib.Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        work.secrets([{"subject": "a/b", "password": {"file": "word"}}], str(tmp_path))


def test_forecasts_are_made_where_they_are_asked_for(systems: Systems, example: Settings) -> None:
    due = [item.subject for item in population(example, "recoverability") if item.check == "forecast"]
    assert due == ["web1:/srv/saraban/files"]
    assert work.forecast_mounts(systems) == ["/srv/saraban/files"]
    assert not [mount for mount in work.mounts(systems, "web1") if "warn_days_until_full" in mount]


def test_what_any_system_covers_on_a_host_is_covered_there_and_only_there(systems: Systems) -> None:
    [databases] = work.data_stores(systems, "db1")
    assert databases["covered"] == ["intranet", "saraban"]
    [folder] = work.data_stores(systems, "web1")
    assert (folder["covered"], folder["subject"]) == (["/srv/intranet/files"], "intranet/file_folder")
    assert work.data_stores(systems, "backup1") == []


def test_modules_that_read_copies_are_not_told_what_they_cover(systems: Systems) -> None:
    for listed in (work.backup_sets, work.drill_sets):
        assert not [item for item in listed(systems, "backup1") if "covers" in item]


def _with_sets(*sets: dict[str, Any], made: tuple[dict[str, Any], ...] = ()) -> Systems:
    mounts = [
        {"host": "b", "path": "/", "warn_days_until_full": 5},
        {"host": "b", "path": "/srv", "warn_days_until_full": 9},
        {"host": "b", "path": "/srv2"},
    ]
    return [{"name": "a", "mounts": mounts, "backup_sets": sets, "backups_made_here": made}]


def _stores(systems: Systems) -> dict[str, Any]:
    return {mount["path"]: mount.get("stores") for mount in work.mounts(systems, "b")}


def test_a_mount_knows_the_stores_that_are_nearest_to_it() -> None:
    about = {"host": "b", "kind": "tar", "pattern": "x-*"}
    systems = _with_sets(
        {
            **about,
            "name": "one",
            "path": "/srv/x",
            "retention": {"daily": 7, "weekly": 4},
            "second_path": "/far",
        },
        {**about, "name": "two", "path": "/srv2"},
        {**about, "name": "other", "host": "c", "path": "/srv/y"},
        {**about, "name": "mirror", "path": "/srv/z", "pattern": "."},
        {**about, "name": "repository", "path": "/srv/r", "kind": "restic"},
    )
    assert _stores(systems) == {
        "/": [{"path": "/far", "pattern": "x-*", "keep": 11}],
        "/srv": [{"path": "/srv/x", "pattern": "x-*", "keep": 11}],
        "/srv2": [{"path": "/srv2", "pattern": "x-*", "keep": 0}],
    }
    warned = {mount["path"]: mount.get("warn_days_until_full") for mount in work.mounts(systems, "b")}
    assert warned == {"/": 5, "/srv": 9, "/srv2": None}


def test_copies_that_are_made_and_looked_at_on_one_host_are_counted_once() -> None:
    made = {"name": "one", "host": "b", "kind": "tar", "source": "/d", "path": "/srv/x", "prefix": "x"}
    looked = {"name": "one", "host": "b", "kind": "tar", "path": "/srv/x", "pattern": "x-*.tar.gz"}
    kept = [{"path": "/srv/x", "pattern": "x-*", "keep": 7}]
    assert _stores(_with_sets(looked, made=(made,)))["/srv"] == kept
    assert _stores(_with_sets(looked, looked))["/srv"] == [
        {"path": "/srv/x", "pattern": "x-*.tar.gz", "keep": 0}
    ]


def test_a_ladder_keeps_more_copies_than_the_newest() -> None:
    made = {
        "name": "one",
        "host": "b",
        "kind": "tar",
        "source": "/d",
        "path": "/srv/x",
        "prefix": "x",
        "keep": 7,
    }
    ladder = {"daily": 14, "weekly": 4, "monthly": 12}
    assert _stores(_with_sets(made=({**made, "retention": ladder},)))["/srv"][0]["keep"] == 30
    assert _stores(_with_sets(made=({**made, "retention": {"weekly": 4}},)))["/srv"][0]["keep"] == 11
    assert _stores(_with_sets(made=({**made, "keep": 0, "retention": ladder},)))["/srv"][0]["keep"] == 0
