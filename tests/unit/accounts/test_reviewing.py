"""The weekly word on each system; not to know is never a pass."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from dulae.accounts.applications import Brake
from dulae.accounts.changing import applying
from dulae.accounts.reviewing import Manner, Review, review
from dulae.accounts.telling import shown
from dulae.reports.speech import Speech
from tests.unit.accounts import office
from tests.unit.accounts.office import PEOPLE, SPELLING, Office, Person, leaver, run_sql, write_list

SOMCHAI, SOMYING, WICHAI, KANDA, ADMIN, HELPER = PEOPLE
NOBODY = Person(70, "ไม่มี", "บัญชี")


def reviewed(work: Office, *rows: dict[str, object], check_mode: bool = False, **more: object) -> Review:
    """Review a list of these rows."""
    path = write_list(work.folder / "list.json", *rows, **more)
    return review(work.desk, path, SPELLING, Manner(check_mode))


def said(made: Review, system: str = "saraban", check: str = "access") -> tuple[str, str]:
    """Return verdict and code of what was said of one system."""
    (found,) = [kept for kept in made.findings if kept.system == system and kept.check == check]
    return found.verdict.value, found.code


def test_nobody_who_has_left_can_log_in(work: Office) -> None:
    made = reviewed(work, leaver(NOBODY))
    assert said(made) == ("pass", "access.none_active")
    assert made.plan is not None and not made.plan.items


def test_a_leaver_who_is_still_active_fails_until_the_plan_is_carried_out(work: Office) -> None:
    made = reviewed(work, leaver(SOMCHAI))
    assert said(made) == ("fail", "access.still_active") and made.changed
    found = made.findings[0]
    assert found.subject == "saraban" and "user1" in found.because and made.told()["plan_id"] in found.because
    assert made.plan is not None
    work.approve(made.plan)
    again = reviewed(work, leaver(SOMCHAI))
    assert said(again) == ("fail", "access.not_applied") and not again.changed
    list(applying.apply(work.desk, made.plan))
    assert said(reviewed(work, leaver(SOMCHAI))) == ("pass", "access.none_active")


def test_an_account_used_after_its_owners_last_day_is_told_as_well_and_once_disabled_only_once(
    work: Office,
) -> None:
    made = reviewed(work, leaver(SOMYING))
    assert said(made, check="access_use") == ("fail", "access.used_after_leaving")
    assert made.plan is not None
    work.approve(made.plan)
    list(applying.apply(work.desk, made.plan))
    late = reviewed(work, leaver(SOMYING))
    assert said(late, check="access_use")[1] == "access.used_after_leaving"
    for finding in late.findings:
        work.desk.evidence.append("finding", {"finding": finding.to_dict()})
    assert "access_use" not in {kept.check for kept in reviewed(work, leaver(SOMYING)).findings}


def test_a_disabled_account_with_an_open_session_is_told(work: Office) -> None:
    run_sql(work.database("saraban"), "UPDATE users SET is_active = 0 WHERE id = 1")
    assert said(reviewed(work, leaver(SOMCHAI)), check="access_use") == (
        "fail",
        "access.open_after_disabling",
    )


@pytest.mark.parametrize(
    ("row", "is_told"),
    [
        ({"standing": "review"}, True),
        ({"name_key": "สมชาย|ทองดี"}, True),
        ({"name_key": "วิชัย|ใจดี"}, False),
        ({"citizen_id": ""}, False),
    ],
)
def test_one_that_a_person_must_decide_is_told_too_where_the_number_and_first_name_are_his(
    work: Office, row: dict[str, Any], is_told: bool
) -> None:
    run_sql(work.database("saraban"), "UPDATE users SET is_active = 0 WHERE id = 1")
    made = reviewed(work, leaver(SOMCHAI, **row))
    assert said(made) == ("warn", "access.to_review")
    assert ("access.open_after_disabling" in {kept.code for kept in made.findings}) == is_told


def test_a_disabled_account_with_an_open_session_is_closed_wholly_by_a_plan(work: Office) -> None:
    run_sql(work.database("saraban"), "UPDATE users SET is_active = 0 WHERE id = 1")
    made = reviewed(work, leaver(SOMCHAI))
    assert made.plan is not None
    work.approve(made.plan)
    (result,) = [one for one in applying.apply(work.desk, made.plan) if one.system == "saraban"]
    assert result.items[0]["done"] == ["was_disabled", "sessions_ended", "api_tokens_ended"]
    assert result.items[0]["verified"] == "row_read_back"
    again = reviewed(work, leaver(SOMCHAI))
    assert said(again) == ("pass", "access.none_active")
    assert "access_use" not in {kept.check for kept in again.findings}


def test_rows_that_wait_for_a_person_are_a_warning(work: Office) -> None:
    assert said(reviewed(work, leaver(SOMCHAI, standing="review"))) == ("warn", "access.to_review")


def test_a_protected_account_of_a_leaver_fails(work: Office) -> None:
    identity = office.citizen_id(90)
    run_sql(work.database("saraban"), f"UPDATE users SET citizen_id = '{identity}' WHERE id = 90")
    row = leaver(ADMIN, citizen_id=identity)
    assert said(reviewed(work, row)) == ("fail", "access.protected_leaver")


def test_a_plan_that_a_brake_stops_says_which(work: Office) -> None:
    braked = office.replace_each(work.desk.applications, brake=Brake(1, 90))
    made = reviewed(work.with_applications(*braked), leaver(SOMCHAI), leaver(WICHAI))
    assert said(made) == ("fail", "access.braked")
    assert "at most 1 without a bulk approval" in made.findings[0].because
    thai = Speech("th", "arabic", work.desk.zone).sentence(made.findings[0])
    assert "ถูกระงับไว้: จะปิดการใช้งาน 2 บัญชี เกิน 1 บัญชี" in thai and "without" not in thai


def test_a_database_that_is_away_is_unknown_and_the_others_are_judged(work: Office) -> None:
    work.database("saraban").unlink()
    made = reviewed(work, leaver(NOBODY))
    assert said(made) == ("unknown", "access.unreadable")
    assert said(made, "intranet") == ("pass", "access.none_active")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "it cannot be read"),
        ("", "it is no judged list"),
        ('{"rows": []}', "it is no judged list"),
        ('{"file": "x", "sha256": "y", "rows": [{"row": "z"}]}', "ValueError"),
        ('{"file": "", "sha256": "", "rows": []}', "did not come"),
    ],
)
def test_without_a_list_nothing_is_known(work: Office, content: str | None, words: str) -> None:
    path = work.folder / "list.json"
    if content is not None:
        path.write_text(content)
    made = review(work.desk, path, SPELLING)
    assert {(kept.verdict.value, kept.code) for kept in made.findings} == {("unknown", "access.no_list")}
    assert words in made.findings[0].because
    assert made.told() == {
        "plan_id": "",
        "plan_sha256": "",
        "plan_path": "",
        "proposed": 0,
        "opened_again": 0,
    }


def test_a_list_that_was_written_masked_is_not_matched(work: Office) -> None:
    made = reviewed(work, leaver(SOMCHAI, citizen_id="x-xxxx-xxxxx-01-3"))
    assert said(made) == ("unknown", "access.no_list") and "masked" in made.findings[0].because


def test_check_mode_keeps_no_plan(work: Office) -> None:
    made = reviewed(work, leaver(SOMCHAI), check_mode=True)
    assert said(made) == ("fail", "access.still_active") and not made.changed
    assert made.told()["plan_path"] == "" and not work.bodies("plan")


def test_many_names_are_shown_short() -> None:
    assert shown([f"user{number}" for number in range(13)]).endswith("user9, +3")


def test_reading_writes_nothing_into_the_applications(work: Office) -> None:
    before = {path: path.read_bytes() for path in work.folder.glob("*.db")}
    reviewed(work, *(leaver(person) for person in PEOPLE))
    assert {path: path.read_bytes() for path in work.folder.glob("*.db")} == before


def test_a_table_that_is_not_as_described_is_told_with_its_columns(work: Office) -> None:
    connection = sqlite3.connect(Path(work.database("saraban")))
    connection.execute("ALTER TABLE users RENAME COLUMN is_active TO enabled")
    connection.close()
    made = reviewed(work, leaver(SOMCHAI))
    found = next(kept for kept in made.findings if kept.system == "saraban")
    assert (
        found.verdict.value == "unknown"
        and "no column is_active" in found.because
        and "enabled" in found.because
    )
