"""Profiles as data: what disabling writes, how it is recognised, and what of it may be shown."""

from typing import Any

import pytest

from dulae.accounts.profiles import profile
from dulae.accounts.profiles.shapes import Scramble
from dulae.errors import SettingsError

ROW = {"is_active": True, "password": "hash", "remember_token": None}


@pytest.mark.parametrize("name", profile.names())
def test_every_profile_that_dulae_brings_is_whole(name: str) -> None:
    kept = profile.load(name)
    assert kept.name == name and kept.title.th and kept.disable


def test_a_system_says_only_what_differs() -> None:
    kept = profile.load("flag", {"users": {"table": "accounts"}, "disable": {"status": "N"}, "ends": []})
    assert (kept.users.table, kept.users.key) == ("accounts", "id")
    assert (dict(kept.disable), kept.ends) == ({"status": "N"}, ())


def test_a_flag_is_written_shown_and_recognised() -> None:
    kept = profile.load("flag")
    assert not kept.is_disabled(ROW) and kept.is_disabled({"is_active": 0})
    assert (kept.shown(ROW), kept.values(), kept.is_random) == (
        {"is_active": True},
        {"is_active": False},
        False,
    )


def test_a_scrambled_hash_is_new_each_time_recognised_and_never_shown() -> None:
    kept = profile.load("scramble")
    one, other = kept.values()["password"], kept.values()["password"]
    assert one != other and kept.is_random
    assert kept.is_disabled({"password": one}) and not kept.is_disabled(ROW)
    assert (kept.shown(ROW), kept.shown({"password": one})) == (
        {"password": "set"},
        {"password": "scrambled"},
    )
    assert kept.shown({"password": None}) == {"password": "empty"}
    assert kept.shown_also(ROW) == {"remember_token": "empty"}
    assert kept.shown_after == {"password": "scrambled", "remember_token": "empty"}


def test_a_scrambled_hash_has_the_form_of_bcrypt_and_fits_no_password() -> None:
    made = str(profile.load("scramble").values()["password"])
    assert len(made) == 60 and made.startswith("$2y$12$") and "?" not in made


def test_only_what_was_made_by_the_pattern_fits_it() -> None:
    scramble = Scramble(scramble="!dulae.disabled." + "?" * 16)
    assert scramble.fits(scramble.made())
    assert not scramble.fits("!dulae.disabled.") and not scramble.fits(None)
    assert not scramble.fits("!dulaeXdisabled." + "a" * 16)


def test_other_values_that_are_written_are_shown_as_set() -> None:
    kept = profile.load("flag", {"also": {"note": "left"}})
    assert kept.shown_after == {"is_active": False, "note": "set"}


@pytest.mark.parametrize(
    ("name", "changed", "words"),
    [
        ("nosuch", {}, "Take one of: django, flag, laravel, scramble, wordpress"),
        ("flag", {"users": {"primary": "id"}}, "accounts.users.primary"),
        ("flag", {"disable": {}}, "accounts.disable"),
        ("flag", {"disable": {"password": {"scramble": "short?"}}}, "accounts.disable.password"),
        (
            "flag",
            {"disable": {"until": {"expires": "tomorrow"}}},
            r"accounts.disable.until\S*expires: .*'now'",
        ),
        ("flag", {"users": {"name": []}}, "accounts.users.name"),
        (
            "flag",
            {"ends": [{"what": "a", "table": "t", "user": "u"}, {"what": "a", "table": "s", "user": "u"}]},
            "twice",
        ),
        ("flag", {"zone": "Asia/Nowhere"}, "Asia/Nowhere"),
    ],
)
def test_what_does_not_fit_together_is_told_with_the_place(
    name: str, changed: dict[str, Any], words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        profile.load(name, changed, place="systems.yml, system saraban")


@pytest.mark.parametrize(
    "sign",
    [
        {"column": "x", "listed": "php_array"},
        {"column": "x", "listed": "php_array", "table": "t", "user": "u"},
        {"column": "x", "listed": "pickle", "table": "t"},
        {"column": "x", "listed": "php_array", "equals": 1, "table": "t"},
        {"column": "x", "table": "t"},
    ],
)
def test_a_list_of_administrators_lies_in_a_table_of_its_own(sign: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="privileged"):
        profile.load("flag", {"users": {"privileged": sign}})
