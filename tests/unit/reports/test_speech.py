from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dulae.checks.backup.sets import BackupSet, Inside
from dulae.checks.finding import Verdict
from dulae.checks.restore_drill.attachments import Attachments
from dulae.checks.restore_drill.request import Drill
from dulae.reports.data.common import Row
from dulae.reports.period import read
from dulae.reports.speech import Speech

BANGKOK = ZoneInfo("Asia/Bangkok")
THAI = Speech("th", "arabic", BANGKOK)
THAI_DIGITS = Speech("th", "thai", BANGKOK)
ENGLISH = Speech("en", "thai", BANGKOK)
MOMENT = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)


def row(code: str, **numbers: Any) -> Row:
    words = "in English"
    return Row(
        1, MOMENT, "", "", "", "disk", "/srv", Verdict.FAIL, code, words, numbers, {"min_free_percent": 10}
    )


def test_times_are_told_by_the_office_clock() -> None:
    assert THAI.moment(MOMENT) == "23 พ.ย. 2569 01:30 น."
    assert ENGLISH.moment(MOMENT) == "23 Nov 2026 01:30"
    assert THAI.iso(MOMENT) == "2026-11-23T01:30:00+07:00"
    assert THAI.moment(None) == THAI.clock(None) == THAI.date(None) == ""


def test_thai_digits_are_a_setting_of_thai_reports_alone() -> None:
    assert THAI_DIGITS.date(MOMENT) == "๒๓ พ.ย. ๒๕๖๙"
    assert THAI_DIGITS.number(12_345) == "๑๒,๓๔๕"
    assert THAI_DIGITS.iso(MOMENT) == "2026-11-23T01:30:00+07:00"
    assert ENGLISH.number(12_345) == "12,345"


@pytest.mark.parametrize(
    ("span", "thai"),
    [
        (0, "0 มิลลิวินาที"),
        (640, "640 มิลลิวินาที"),
        (8_412, "8.4 วินาที"),
        (59_000, "59 วินาที"),
        (61_000, "1 นาที 1 วินาที"),
        (timedelta(hours=3), "3 ชม."),
        (timedelta(days=2, hours=18, minutes=40), "2 วัน 18 ชม."),
        (None, ""),
    ],
)
def test_a_length_of_time_is_told_in_its_two_largest_units(span: Any, thai: str) -> None:
    assert THAI.span(span) == thai


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1536, "1.5 KiB"),
        (48_000_000, "45.8 MiB"),
        (5 << 40, "5.0 TiB"),
    ],
)
def test_sizes_are_told_in_binary_units(number: int, text: str) -> None:
    assert THAI.size(number) == text


def test_an_unknown_size_is_told_as_nothing() -> None:
    assert THAI.size(None) == ""


def test_a_share_is_never_rounded_up_to_all() -> None:
    assert THAI.share(9_999, 10_000) == "99.9"
    assert THAI.share_of(Fraction(99_999), Fraction(100_000)) == "99.99"
    assert THAI.share(1, 0) == ""
    assert THAI.share_of(Fraction(0), Fraction(0)) == "–"


def test_numbers_keep_only_the_decimals_that_say_something() -> None:
    assert THAI.number(Fraction(5, 2), 2) == "2.5"
    assert THAI.number(Decimal("720"), 2) == "720"
    assert THAI.number(1873) == "1,873"
    assert THAI.number("12.3") == "12.3"
    assert THAI.number(None) == THAI.number(True) == ""
    assert THAI.baht(Fraction(1250, 3)) == "416.67"
    assert THAI.signed(-3) == "−3" and THAI.signed(4) == "+4"
    assert THAI.change(100, 97) == "−3.0 %"


def test_a_failed_check_is_told_in_thai_from_its_numbers() -> None:
    told = THAI.sentence(row("disk.free_below_limit", path="/srv", free_percent="4.1"))
    assert "ร้อยละ 4.1" in told and "ร้อยละ 10" in told
    assert ENGLISH.sentence(row("disk.free_below_limit")) == "in English"


def test_an_unknown_code_falls_back_to_english_and_says_so() -> None:
    assert THAI.sentence(row("new.code")) == "in English (ยังไม่มีคำแปล รหัส new.code)"
    assert THAI.sentence(row("")) == "in English (ยังไม่มีคำแปล รหัส -)"


def test_a_sentence_whose_numbers_are_missing_falls_back_to_english() -> None:
    assert THAI.sentence(row("disk.free_below_limit")).startswith("in English (")


def test_limits_are_told_in_words_and_unknown_ones_by_their_name() -> None:
    limits = {
        "max_latency_ms": 3000,
        "status": [200, 204],
        "min_free_bytes": 0,
        "contains": "",
        "new_limit": 5,
    }
    assert THAI.measures(limits) == ["ตอบภายใน 3,000 มิลลิวินาที", "รหัสตอบ 200, 204", "new_limit = 5"]
    assert ENGLISH.measures({"min_free_bytes": 5 << 30}) == ["at least 5.0 GiB free"]


def test_every_limit_of_backups_and_drills_is_told_in_words() -> None:
    backup_set = BackupSet(
        "/srv",
        "pg_dump",
        max_shrink_percent=30,
        max_growth_percent=200,
        retention={"daily": 7, "weekly": 4},
        second_path="/mnt",
        second_max_age_hours=50,
        database="intranet",
        stanza="main",
        inside=Inside("/var/*.dump", "pg_dump"),
    )
    limits = {
        **backup_set.limit(),
        **Drill(backup_set, attachments=Attachments("SELECT 1", folder="/srv")).limit(),
    }
    for told in (THAI.measures(limits), ENGLISH.measures(limits)):
        assert not [words for words in told if " = " in words]
    assert "kept: daily 7, weekly 4" in ENGLISH.measures(limits)


@pytest.mark.parametrize(
    ("text", "thai", "english"),
    [
        ("2026-11-22", "ประจำวันที่ 22 พฤศจิกายน 2569", "for 22 November 2026"),
        ("2026-W47", "ประจำสัปดาห์ 16 พ.ย. 2569 – 22 พ.ย. 2569", "for the week 16 Nov 2026 – 22 Nov 2026"),
        ("2026-11", "ประจำเดือน พฤศจิกายน 2569", "for November 2026"),
        (
            "2570-Q1",
            "ไตรมาสที่ 1 ปีงบประมาณ 2570 (1 ต.ค. 2569 – 31 ธ.ค. 2569)",
            "Quarter 1 of fiscal year 2570 (1 Oct 2026 – 31 Dec 2026)",
        ),
        (
            "2570",
            "ปีงบประมาณ 2570 (1 ต.ค. 2569 – 30 ก.ย. 2570)",
            "Fiscal year 2570 (1 Oct 2026 – 30 Sep 2027)",
        ),
    ],
)
def test_a_period_is_named_as_an_officer_would(text: str, thai: str, english: str) -> None:
    assert THAI.subtitle(read(text)) == thai
    assert ENGLISH.subtitle(read(text)) == english


def test_fiscal_year_and_quarter_are_those_in_which_the_period_ends() -> None:
    assert THAI.fiscal(read("2026-W40")) == "ปีงบประมาณ 2570 ไตรมาสที่ 1"
    assert THAI.fiscal(read("2570")) == "ปีงบประมาณ 2570"


def test_a_text_that_is_no_time_is_told_as_none() -> None:
    assert THAI.moment_of("soon") is None and THAI.moment_of("") is None


def test_what_a_backup_does_not_prove_is_told_in_words() -> None:
    assert THAI.unproven("restorable") != "restorable"
    assert THAI.unproven("something_new") == "something_new"
    assert ENGLISH.unproven("something_new") == "something_new"
