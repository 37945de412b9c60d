"""Applications that keep who somebody is, and what he has open, in other tables: WordPress' and Django's."""

import base64
import sqlite3
import zlib
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from dulae.accounts.changing import applying, undo
from dulae.accounts.databases.belongings import django_session, owned
from dulae.accounts.databases.database import reading
from dulae.accounts.databases.tables import tables
from dulae.accounts.matching import Index
from dulae.accounts.profiles.shapes import End
from dulae.accounts.survey import survey
from dulae.errors import DatabaseError
from tests.unit.accounts import shapes
from tests.unit.accounts.office import PEOPLE, SPELLING, Office, dump, leaver, listed, open_office, run_sql

SOMCHAI, SOMYING, *_ = PEOPLE
HELPER = PEOPLE[-1]
META = "SELECT meta_key FROM wp_usermeta WHERE user_id = {} ORDER BY meta_key"


@pytest.fixture
def work(tmp_path: Path, keys: dict[str, Path]) -> Office:
    return open_office(tmp_path, shapes.wordpress(tmp_path), shapes.django(tmp_path), keys=keys)


def meta(work: Office, number: int) -> list[str]:
    return [key for (key,) in run_sql(work.database("intranet"), META.format(number))]


def test_who_somebody_is_may_stand_in_another_table(work: Office) -> None:
    plan = work.plan(leaver(SOMCHAI), leaver(HELPER))
    found = [(item["system"], item["account"]["login"], item["account"]["privileged"]) for item in plan.items]
    assert found == [
        ("intranet", "user1", False),
        ("intranet", "helper", True),
        ("saraban", "user1", False),
        ("saraban", "helper", True),
    ]


def privileged(work: Office, *logins: str) -> dict[str, bool]:
    """Return who of some leavers is taken for an administrator of WordPress."""
    plan = work.plan(*(leaver(one) for one in PEOPLE if one.username in logins))
    entries = [*plan.items, *plan.document["protected"]]
    return {
        one["account"]["login"]: one["account"]["privileged"]
        for one in entries
        if one["system"] == "intranet"
    }


def test_an_administrator_of_a_network_is_one_without_any_role(work: Office) -> None:
    assert privileged(work, "user1", "user2") == {"user1": False, "user2": False}
    shapes.network(work.folder, "admin", "user1")
    assert privileged(work, "user1", "user2") == {"user1": True, "user2": False}


def test_the_last_administrator_of_a_network_is_kept_though_sites_have_others(work: Office) -> None:
    shapes.network(work.folder, "user1")
    plan = work.plan(leaver(SOMCHAI), leaver(HELPER))
    found = [
        (entry["account"]["login"], entry["match"]["code"])
        for entry in plan.document["protected"]
        if entry["system"] == "intranet"
    ]
    assert found == [("user1", "access.last_administrator")]
    assert "helper" in [item["account"]["login"] for item in plan.items if item["system"] == "intranet"]


def test_a_network_that_nobody_administers_takes_nobody_for_its_administrator(work: Office) -> None:
    shapes.network(work.folder)
    assert privileged(work, "user1", "helper") == {"user1": False, "helper": True}


def test_a_list_of_administrators_that_cannot_be_read_is_told_and_nobody_is_planned(work: Office) -> None:
    shapes.network(work.folder, "user1")
    run_sql(work.database("intranet"), "UPDATE wp_sitemeta SET meta_value = 'O:8:\"stdClass\":0:{}'")
    plan = work.plan(leaver(SOMCHAI))
    assert plan.unread == ["intranet"]
    (told,) = [one["observed"]["unreadable"] for one in plan.document["systems"] if not one["readable"]]
    assert "the list of administrators in table wp_sitemeta cannot be read" in told


def test_sessions_tokens_and_roles_in_the_user_meta_end_and_no_others(work: Office) -> None:
    others = meta(work, 2)
    results = list(applying.apply(work.desk, work.approved(leaver(SOMCHAI))))
    assert [result.outcome for result in results] == ["applied", "applied"]
    assert meta(work, 1) == ["citizen_id", "nickname", "other_capabilities"] and meta(work, 2) == others
    assert results[0].items[0]["ended"] == {"sessions": 1, "api_tokens": 1, "roles": 2, "levels": 2}
    ((hashed, key, email),) = run_sql(
        work.database("intranet"),
        "SELECT user_pass, user_activation_key, user_email FROM wp_users WHERE ID = 1",
    )
    assert hashed.startswith("$P$B!dulae.disabled.") and key == "" and email.endswith("@dulae.invalid")


def test_sessions_are_found_by_what_they_hold_in_every_form(work: Office) -> None:
    *_, result = applying.apply(work.desk, work.approved(leaver(SOMCHAI)))
    left = [key for (key,) in run_sql(work.database("saraban"), "SELECT session_key FROM django_session")]
    assert result.items[0]["ended"] == {"sessions": 3} and result.items[0]["verified"] == "row_read_back"
    # One that is past its time lets nobody in, and is Django's to clear away.
    assert [key for key in left if key.startswith("1")] == ["1plain2020"]
    assert len([key for key in left if key.startswith("2")]) == 4 and "nobody" in left


def test_undo_restores_all_but_sessions_and_tokens(work: Office) -> None:
    before = dump(work.database("intranet"))
    plan = work.approved(leaver(SOMCHAI))
    list(applying.apply(work.desk, plan))
    results = list(undo.undo(work.desk, plan, person=None, reason="ordered back"))
    assert [result.outcome for result in results] == ["undone", "undone"]
    lost = set(before) - set(dump(work.database("intranet")))
    assert len(lost) == 2 and all(
        "session_tokens" in line or "_application_passwords" in line for line in lost
    )
    assert results[0].items[0]["not_restored"] == {"sessions": 1, "api_tokens": 1}
    assert results[1].items[0]["not_restored"] == {"sessions": 3}


def test_a_session_that_comes_while_the_account_is_disabled_is_not_called_proven(
    work: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = work.approved(leaver(SOMCHAI))
    list(applying.apply(work.desk, plan))
    run_sql(
        work.database("saraban"),
        f"INSERT INTO django_session VALUES ('new', '{shapes.deflated(1)}', '{shapes.LATER}')",
    )
    *_, again = applying.apply(work.desk, plan)
    assert again.outcome == "already" and again.items[0]["verified"] == "still_open"


def test_two_citizen_numbers_of_one_account_are_none(work: Office) -> None:
    run_sql(
        work.database("intranet"),
        f"INSERT INTO wp_usermeta (user_id, meta_key, meta_value) VALUES (1, 'citizen_id', '{SOMYING.identity}')",
    )
    plan = work.plan(leaver(SOMCHAI))
    assert [item["system"] for item in plan.items] == ["saraban"]
    assert [entry["system"] for entry in plan.document["review"]] == ["intranet"]


def test_a_table_that_some_installations_lack_is_told(work: Office) -> None:
    made = survey(work.desk.applications[1], Index(listed(leaver(SOMCHAI)).sought), SPELLING)
    assert (made.ends, made.absent) == (("sessions",), ("api_tokens",))


def test_another_prefix_names_tables_and_keys(tmp_path: Path, keys: dict[str, Path]) -> None:
    path = shapes.wordpress(tmp_path).database.url.removeprefix("sqlite:///")
    run_sql(
        Path(path),
        "ALTER TABLE wp_users RENAME TO gov_users",
        "ALTER TABLE wp_usermeta RENAME TO gov_usermeta",
        "UPDATE gov_usermeta SET meta_key = 'gov' || substr(meta_key, 3) WHERE meta_key LIKE 'wp%'",
    )
    (tmp_path / "other").mkdir()
    application = shapes.wordpress(tmp_path / "other", prefix="gov_")
    Path(path).rename(tmp_path / "other" / "intranet.db")
    work = open_office(tmp_path / "other", application, keys=keys)
    (result,) = applying.apply(work.desk, work.approved(leaver(SOMCHAI)))
    assert result.items[0]["ended"] == {"sessions": 1, "api_tokens": 1, "roles": 2, "levels": 2}


def test_a_key_that_names_two_rows_is_refused(tmp_path: Path, keys: dict[str, Path]) -> None:
    application = shapes.django(
        tmp_path, users={"key": "first_name", "citizen_id": shapes.ELSEWHERE}, ends=[]
    )
    work = open_office(tmp_path, application, keys=keys)
    run_sql(
        work.database("saraban"),
        "UPDATE people_profile SET user_id = (SELECT first_name FROM auth_user WHERE id = user_id)",
    )
    plan = work.approved(leaver(SOMCHAI))
    run_sql(
        work.database("saraban"),
        "INSERT INTO auth_user SELECT 77, password, last_login, 0, 'twin', first_name, last_name, 1"
        " FROM auth_user WHERE id = 1",
    )
    (result,) = applying.apply(work.desk, plan)
    assert result.outcome == "rolled_back" and "names more than one row" in result.because


def test_a_moment_is_written_where_an_account_is_closed_by_one(tmp_path: Path, keys: dict[str, Path]) -> None:
    application = shapes.django(tmp_path, disable={"left_at": {"stamp": "now"}})
    run_sql(tmp_path / "saraban.db", "ALTER TABLE auth_user ADD COLUMN left_at TEXT")
    work = open_office(tmp_path, application, keys=keys)
    plan = work.approved(leaver(SOMCHAI))
    assert plan.items[0]["before"] == {"left_at": None} and plan.items[0]["writes"] == {"left_at": "set"}
    (result,) = applying.apply(work.desk, plan)
    ((stamped,),) = run_sql(work.database("saraban"), "SELECT left_at FROM auth_user WHERE id = 1")
    assert result.outcome == "applied" and stamped.startswith("20")
    list(undo.undo(work.desk, plan, person=None, reason="ordered back"))
    assert run_sql(work.database("saraban"), "SELECT left_at FROM auth_user WHERE id = 1") == [(None,)]


@pytest.mark.parametrize(
    "changed",
    [
        {"users": {"citizen_id": {**shapes.ELSEWHERE, "column": "number"}}},
        {"users": {"citizen_id": {**shapes.ELSEWHERE, "table": "nosuch"}}},
        {"users": {"citizen_id": {**shapes.ELSEWHERE, "of": "nosuch"}}},
        {"users": {"citizen_id": {**shapes.ELSEWHERE, "where": {"kind": "x"}}}},
        {"users": {"citizen_id": shapes.ELSEWHERE, "privileged": {"column": "nosuch", "equals": 1}}},
        {"ends": [{"what": "x", "table": "django_session", "inside": {
            "column": "nosuch", "form": "django_session", "key": "session_key"}}]},
    ],
)  # fmt: skip
def test_a_name_that_the_database_does_not_have_is_told_with_those_that_it_has(
    tmp_path: Path, changed: dict[str, Any]
) -> None:
    application = shapes.django(tmp_path, **changed)
    with (
        pytest.raises(DatabaseError, match=r"there is no table|has no column") as told,
        reading(application.database) as connection,
    ):
        tables(connection, application.profile)
    assert "systems.yml" in str(told.value)


@pytest.mark.parametrize("form", [shapes.plain, shapes.deflated, shapes.old])
def test_a_django_session_says_whose_it_is(form: Any) -> None:
    assert django_session(form(7)) == "7"
    assert django_session(form(7).encode()) == "7"
    number = "6f1c2e34-0000-4000-8000-0000000000aa"
    assert django_session(form(number)) == number


@pytest.mark.parametrize(
    "stored", ["", None, ":", ".:x:y", "e30:x:y", "bm90IGpzb24:x:y", "W10:x:y", "é", ".eJw:x:y"]
)
def test_what_is_no_session_of_anybody_has_no_owner(stored: Any) -> None:
    assert django_session(stored) == ""


def test_a_session_that_unpacks_without_end_is_none() -> None:
    bomb = base64.urlsafe_b64encode(zlib.compress(b" " * (64 << 20) + shapes.content(7))).decode().rstrip("=")
    assert django_session(f".{bomb}:x:y") == ""


def test_capitals_in_another_table_are_the_same_address_where_the_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "mail.db"
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE TABLE resets (email TEXT COLLATE NOCASE); INSERT INTO resets VALUES ('Somchai@Dept.example');"
    )
    connection.close()
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    with engine.connect() as open_one:
        table = sqlalchemy.Table("resets", sqlalchemy.MetaData(), autoload_with=open_one)
        end = End.model_validate({"what": "resets", "table": "resets", "user": "email"})
        found = list(owned(open_one, (end, table), ["somchai@dept.example"]))
    engine.dispose()
    assert found == [("somchai@dept.example", 1, None)]
