"""What the rules of a set say beside its newest copy, and what content says without a manifest."""

import os
import pathlib
import tarfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dulae.checks.backup import copies
from dulae.checks.backup.examine import examine
from dulae.checks.backup.rules import _gap
from dulae.checks.backup.sets import set_from
from dulae.checks.backup.tools import Tools
from dulae.checks.finding import Finding, Verdict

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_SETTLING_S", 0)


def put(folder: pathlib.Path, days_ago: float, names: tuple[str, ...] = ("a", "b"), size: int = 9000) -> None:
    folder.mkdir(exist_ok=True)
    source = folder.parent / "file"
    source.write_bytes(b"x" * size)
    path = folder / f"files-{days_ago}.tar"
    with tarfile.open(path, "w") as archive:
        for name in names:
            archive.add(source, name)
    moment = (NOW - timedelta(days=days_ago, hours=1)).timestamp()
    os.utime(path, (moment, moment))


def judge(folder: pathlib.Path, level: str = "fresh", **rules: Any) -> Finding:
    wanted = set_from({"kind": "tar", "path": str(folder), "level": level, "max_age_hours": 26, **rules})
    return examine(wanted, Tools(), NOW)


@pytest.mark.parametrize(
    ("size", "rules", "code"),
    [
        (50_000, {"max_shrink_percent": 40}, "backup.shrunk"),
        (200_000, {"max_growth_percent": 40}, "backup.grown"),
        (80_000, {"max_shrink_percent": 40, "max_growth_percent": 40}, "backup.fresh"),
        (50_000, {}, "backup.fresh"),
    ],
)
def test_sizes_are_held_against_the_median_of_older_copies(
    tmp_path: pathlib.Path, size: int, rules: dict[str, Any], code: str
) -> None:
    for day, older in ((1, 100_000), (2, 100_000), (3, 900_000)):
        put(tmp_path / "store", day, size=older)
    put(tmp_path / "store", 0, size=size)
    assert judge(tmp_path / "store", **rules).code == code


@pytest.mark.parametrize(
    ("days", "period", "kept", "missing"),
    [
        ([0, 1, 2, 3], 1, 7, None),
        ([0, 1.3, 1.9, 3.2], 1, 7, None),
        ([0, 2, 3], 1, 7, 1),
        ([0, 1, 2, 30], 1, 7, 4),
        ([0, 1, 2, 3, 9], 1, 4, None),
        ([0, 1, 5, 12, 19], 7, 4, None),
        ([0, 1, 19, 26], 7, 4, 2),
        ([0, 29, 60, 91], 31, 4, None),
        ([0, 29, 91], 31, 4, 1),
        ([0], 1, 7, None),
    ],
)
def test_a_gap_counts_only_before_an_older_copy(
    days: list[float], period: int, kept: int, missing: int | None
) -> None:
    gap = _gap([NOW - day * DAY for day in days], (period * DAY, 1.5 * period * DAY), kept)
    assert (gap and gap[0]) == missing


def test_deleted_too_early_names_the_step(tmp_path: pathlib.Path) -> None:
    for day in (0, 1, 5):
        put(tmp_path / "store", day)
    finding = judge(tmp_path / "store", retention={"daily": 7, "weekly": None})
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "backup.gap_daily")
    assert finding.measured["missing_copies"] == 3


# 22 November 2026 is a Sunday: copies are made from Monday to Friday, at night.
WORKING_DAYS = [days for days in range(2, 24) if (NOW - days * DAY).weekday() < 5]


def test_copies_of_working_days_have_no_gap_where_a_weekend_may_pass(tmp_path: pathlib.Path) -> None:
    for day in WORKING_DAYS:
        put(tmp_path / "store", day)
    kept = {"daily": 10, "weekly": 3}
    # Who allows three days and a night for the newest copy has allowed them for every other.
    allowed = judge(tmp_path / "store", retention=kept, max_age_hours=80)
    assert (allowed.verdict, allowed.code) == (Verdict.PASS, "backup.fresh")
    strict = judge(tmp_path / "store", level="present", retention=kept, max_age_hours=26)
    assert (strict.code, strict.measured["missing_copies"]) == ("backup.gap_daily", 2)


def test_what_is_missing_beyond_a_weekend_is_still_a_gap(tmp_path: pathlib.Path) -> None:
    # Wednesday to the Monday before it is gone, so that Thursday follows Friday.
    for day in WORKING_DAYS:
        if day not in (4, 5, 6):
            put(tmp_path / "store", day)
    finding = judge(tmp_path / "store", retention={"daily": 10}, max_age_hours=80)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "backup.gap_daily")


def test_the_second_place_must_have_the_newest_or_a_young_one(tmp_path: pathlib.Path) -> None:
    for day in (0, 1):
        put(tmp_path / "store", day)
    second = {"second_path": str(tmp_path / "second")}
    assert judge(tmp_path / "store", **second).code == "backup.one_place"
    put(tmp_path / "second", 1)
    assert judge(tmp_path / "store", **second).code == "backup.one_place"
    assert judge(tmp_path / "store", **second, second_max_age_hours=26).verdict is Verdict.PASS
    assert judge(tmp_path / "store", **second, second_max_age_hours=24).code == "backup.second_late"
    put(tmp_path / "second", 0, size=20_000)
    assert judge(tmp_path / "store", **second).code == "backup.second_different"
    put(tmp_path / "second", 0)
    assert judge(tmp_path / "store", **second).verdict is Verdict.PASS


def test_a_doubt_does_not_hide_what_content_finds(tmp_path: pathlib.Path) -> None:
    put(tmp_path / "store", 0)
    expect = {"files": [{"pattern": "*.pdf", "min_files": 1}]}
    assert judge(tmp_path / "store", "integrity").code == "backup.unproven"
    finding = judge(tmp_path / "store", "content", expect=expect)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "backup.too_few_files")


def test_nothing_to_compare_with_is_a_doubt(tmp_path: pathlib.Path) -> None:
    put(tmp_path / "store", 0)
    finding = judge(tmp_path / "store", "content")
    assert (finding.verdict, finding.measured["level_reached"]) == (Verdict.WARN, "structure")
    assert "content" in finding.measured["not_proven"]


def test_what_content_proved_without_a_manifest_is_not_called_open(tmp_path: pathlib.Path) -> None:
    put(tmp_path / "store", 0)
    finding = judge(tmp_path / "store", "content", expect={"files": [{"pattern": "a"}]})
    assert (finding.verdict, finding.code) == (Verdict.WARN, "backup.unproven")
    assert finding.measured["not_proven"] == ["unchanged", "restorable"]


def test_most_files_gone_fail_and_some_do_not(tmp_path: pathlib.Path) -> None:
    put(tmp_path / "store", 1, ("a", "b", "c"))
    put(tmp_path / "store", 0, ("a", "b", "d"))
    assert judge(tmp_path / "store", "content").code == "backup.unproven"
    put(tmp_path / "store", 0, ("a", "e", "d"))
    assert judge(tmp_path / "store", "content").code == "backup.emptied"


def test_a_folder_may_be_the_copy_or_hold_dated_ones(tmp_path: pathlib.Path) -> None:
    for name in ("2026-11-21", "25691122", "lost+found"):
        (tmp_path / "store" / name).mkdir(parents=True)
        (tmp_path / "store" / name / "letter.pdf").write_text("x")
        os.utime(tmp_path / "store" / name, (NOW.timestamp(), NOW.timestamp()))
    dated = judge(tmp_path / "store", "structure", kind="files")
    assert (dated.measured["file"], dated.measured["count"]) == ("25691122", 2)
    os.utime(tmp_path / "store", (NOW.timestamp(), NOW.timestamp()))
    itself = judge(tmp_path / "store", "structure", kind="files", pattern=".")
    assert (itself.measured["file"], itself.measured["files"]) == ("store", 3)
