"""What the contractor claims, beside what was measured in the story."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dulae.checks.finding import Finding, Verdict
from dulae.ledger.views.claims import Claim, Handed
from dulae.reports.data.claims import STATES, Claims, claims
from dulae.reports.evidence import Evidence, gather
from dulae.reports.languages import words
from dulae.reports.making import make
from dulae.reports.period import read
from dulae.reports.rendering import render
from dulae.reports.speech import Speech
from tests.unit.reports.conftest import Made, Rendered
from tests.unit.reports.department import FAIL, PASS, Plan, department, find, run
from tests.unit.reports.story import backup, space

NOVEMBER = read("2026-11")


@pytest.fixture(scope="module")
def month(made: Made) -> Claims:
    told: Claims = made("maintenance", "2026-11").body.claims
    return told


def outcomes(told: Claims) -> dict[int, tuple[str, str]]:
    return {one.claim.row: (one.outcome.state, one.outcome.why) for one in told.files[0].judged}


def judge(evidence: Evidence, *rows: Claim) -> list[tuple[str, str]]:
    handed = Handed("2026-11", NOVEMBER.first, NOVEMBER.last, "c.csv", "0", claims=rows)
    return list(outcomes(claims(replace(evidence, pending=(handed,)), NOVEMBER)).values())


def claim(day: int, work: str, system: str = "intranet", reference: str = "", result: str = "done") -> Claim:
    row = hash((day, work, system, reference, result))
    return Claim(row, date(2026, 11, day), "", system, work, work, reference, result)


def test_each_claim_is_held_against_what_was_measured_that_day(month: Claims) -> None:
    assert outcomes(month) == {
        3: ("agreed", "finished"),
        4: ("agreed", "shown"),
        5: ("unsupported", "nothing"),
        6: ("agreed", "shown"),
        7: ("repeated", "repeated"),
        8: ("contradicted", "bad"),
        9: ("contradicted", "finished_later"),
        10: ("unsupported", "not_less"),
        11: ("unsupported", "nothing"),
    }


def test_every_row_is_counted_once_and_the_counts_add_up(month: Claims) -> None:
    assert dict(month.counts) == {
        "agreed": 3,
        "unsupported": 3,
        "contradicted": 2,
        "repeated": 1,
        "refused": 5,
    }
    assert sum(count for _, count in month.counts) == month.rows == 14
    assert [(row.row, row.code) for row in month.files[0].refused] == [
        (12, "bad_date"),
        (13, "unknown_system"),
        (14, "unknown_work"),
        (15, "unknown_work"),
        (16, "other_period"),
    ]


def test_a_claim_that_is_made_twice_names_the_first(month: Claims) -> None:
    assert [one.first for one in month.files[0].judged if one.outcome.state == "repeated"] == [6]


def test_the_evidence_of_a_claim_is_an_entry_of_the_ledger(month: Claims, evidence: Evidence) -> None:
    for one in month.files[0].judged:
        if one.outcome.state in ("agreed", "contradicted"):
            assert one.outcome.proofs
        for proof in one.outcome.proofs:
            assert evidence.ledger.entry(proof.seq).kind in (
                "finding",
                "incident.closed",
                "incident.finished",
            )


def test_facts_to_consider_name_what_speaks_against_the_claims(made: Made) -> None:
    considered = dict(made("maintenance", "2026-11").body.considered)
    assert (considered["contradicted"], considered["unsupported"], considered["refused"]) == (2, 3, 5)
    assert "contradicted" not in dict(made("maintenance", "2026-10").body.considered)


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        (claim(25, "backup_made", "saraban", result="failed"), ("agreed", "bad")),
        (claim(9, "backup_made", result="failed"), ("contradicted", "shown")),
        (claim(9, "backup_made", reference="files"), ("agreed", "shown")),
        (claim(25, "backup_checked", "saraban"), ("contradicted", "bad")),
        (claim(24, "backup_checked", "saraban"), ("unsupported", "nothing")),
        (claim(9, "restore_drill"), ("unsupported", "nothing")),
        (claim(9, "incident_fixed", "", "INC-2570-9999"), ("unsupported", "no_incident")),
        (claim(9, "incident_fixed", "intranet", "INC-2570-0002"), ("unsupported", "other_system")),
        (claim(30, "incident_fixed", "saraban", "inc-2570-0004"), ("contradicted", "not_finished")),
        (claim(30, "incident_fixed", "", "INC-2570-0004", "failed"), ("agreed", "not_finished")),
    ],
)
def test_rules(evidence: Evidence, row: Claim, outcome: tuple[str, str]) -> None:
    assert judge(evidence, row) == [outcome]


def test_a_drill_of_the_day_shows_a_drill(made: Made, evidence: Evidence) -> None:
    october = read("2026-10")
    row = replace(claim(1, "restore_drill"), day=date(2026, 10, 1))
    handed = Handed("2026-10", october.first, october.last, "c.csv", "0", claims=(row,))
    told = claims(replace(evidence, pending=(handed,)), october)
    assert outcomes(told)[row.row] == ("agreed", "shown")


def tell(folder: Path, *seen: tuple[int, Finding]) -> Evidence:
    """Return the evidence of a month in which only this was seen."""
    tale = department(folder)
    for day, finding in seen:
        plan = Plan(tale.at(date(2026, 11, day), "09:00"), "recoverability", (("backup1", finding),))
        run(tale, plan)
    tale.settle()
    return gather(tale.ledger, tale.settings)


def made_on(day: int, verdict: Verdict = PASS, code: str = "backup.integrity", **more: object) -> Finding:
    good = backup(date(2026, 11, day), "saraban/database", 9_000_000)
    return find("backup", good.subject, verdict, code, measured={**good.measured, **more}, limit=good.limit)


def test_a_later_look_that_saw_only_an_older_copy_contradicts(tmp_path: Path) -> None:
    late = made_on(4, FAIL, "backup.late")
    evidence = tell(tmp_path, (9, late))
    rows = [claim(day, "backup_made", "saraban") for day in (3, 4, 5, 8, 9, 10)]
    assert judge(evidence, *rows) == [
        ("unsupported", "nothing"),
        ("agreed", "shown"),
        ("contradicted", "older"),
        ("contradicted", "older"),
        ("unsupported", "nothing"),
        ("unsupported", "nothing"),
    ]


def test_a_store_without_any_copy_contradicts_earlier_backups(tmp_path: Path) -> None:
    measured = {"path": "/srv/backup/saraban", "pattern": "*", "count": 0, "unfinished": 0}
    evidence = tell(
        tmp_path, (9, find("backup", "saraban/database", FAIL, "backup.missing", measured=measured))
    )
    assert judge(evidence, claim(8, "backup_made", "saraban")) == [("contradicted", "older")]


def test_a_claim_about_a_whole_system_needs_each_of_its_sets(tmp_path: Path) -> None:
    evidence = tell(tmp_path, (9, backup(date(2026, 11, 9), "intranet/database", 9_000_000)))
    whole, one = claim(9, "backup_made"), claim(9, "backup_made", reference="Database")
    assert judge(evidence, whole, one) == [("unsupported", "some"), ("agreed", "shown")]


def test_a_file_s_name_says_which_set_is_meant(tmp_path: Path) -> None:
    seen = backup(date(2026, 11, 9), "intranet/database", 9_000_000)
    row = claim(9, "backup_made", reference=seen.measured["file"])
    assert judge(tell(tmp_path, (9, seen)), row) == [("agreed", "shown")]


@pytest.mark.parametrize(
    ("free", "outcome"),
    [
        ((12, 30), ("agreed", "less")),
        ((12, 11), ("unsupported", "not_less")),
        ((9, 8), ("contradicted", "still_full")),
    ],
)
def test_a_disk_that_was_cleaned_has_less_on_it(
    tmp_path: Path, free: tuple[int, int], outcome: tuple[str, str]
) -> None:
    seen = [
        (day, space("/srv/saraban/files", "saraban", part)) for day, part in zip((9, 11), free, strict=True)
    ]
    row = claim(10, "disk_cleaned", "saraban", "/srv/saraban/files")
    assert judge(tell(tmp_path, *seen), row) == [outcome]


def test_growth_that_is_weeks_away_says_nothing_of_a_cleaning(tmp_path: Path) -> None:
    seen = [(day, space("/srv/saraban/files", "saraban", part)) for day, part in ((1, 12), (28, 40))]
    assert judge(tell(tmp_path, *seen), claim(10, "disk_cleaned", "saraban")) == [("unsupported", "nothing")]


@pytest.mark.parametrize("output", ["html", "markdown"])
@pytest.mark.parametrize("language", ["th", "en"])
def test_the_report_tells_the_claims_in_both_languages(
    rendered: Rendered, month: Claims, language: str, output: str
) -> None:
    told = rendered("maintenance", "2026-11", language, output)
    assert month.files[0].handed.sha256 in told
    expected = {
        "th": ("ไม่มีหลักฐานรองรับ 3", "ขัดแย้ง", "31/11/2569"),
        "en": ("unsupported 3", "contradicted", "31/11/2569"),
    }
    assert all(text in told for text in expected[language])
    quiet = rendered("maintenance", "2026-10", language, output)
    assert {"th": "ผู้รับจ้างไม่ได้ส่งรายการ", "en": "handed in no claims"}[language] in quiet


def test_thai_reports_say_no_english_about_claims(rendered: Rendered) -> None:
    told = rendered("maintenance", "2026-11")
    section = told[told.index("สิ่งที่ผู้รับจ้างแจ้งว่า") : told.index("ร่างการคำนวณค่าปรับ")]
    text = re.sub(r"<[^>]*>", " ", section)
    shown = set(re.findall(r"[A-Za-z]{4,}", text)) - {"xxxx", "xxxxx", "http", "example", "alert", "script"}
    assert shown <= {"intranet", "database", "saraban", "Intranet", "files", "dump", "Saraban", "SHA"}


def test_untrusted_words_are_harmless_in_both_formats(rendered: Rendered) -> None:
    html, markdown = (rendered("maintenance", "2026-11", "th", output) for output in ("html", "markdown"))
    assert "<script>alert" not in html and "&lt;script&gt;" in html
    row = next(line for line in markdown.splitlines() if line.startswith("| 14 |"))
    assert r"\|" in row and "&lt;script&gt;" in row and r"\[กด\]" in row and "\u202e" not in row
    assert row.count("|") - row.count(r"\|") == 4
    assert "&#39;=1+1" in html and "'=1+1" in markdown


def test_states_have_words_and_forms_of_their_own(rendered: Rendered) -> None:
    for language in ("th", "en"):
        assert set(words(language)["maintenance"]["claims"]["states"]) == set(STATES)


@pytest.mark.parametrize("output", ["html", "markdown"])
def test_a_file_that_could_not_be_read_is_told_in_thai(evidence: Evidence, output: str) -> None:
    handed = Handed("2026-11", NOVEMBER.first, NOVEMBER.last, "c.csv", "0", problem="no_header")
    report = make("maintenance", replace(evidence, pending=(handed,)), NOVEMBER)
    told = render(report, Speech("th", "arabic", evidence.settings.calendar.zone), output)
    assert "อ่านไฟล์ไม่ได้" in told and "ไม่มีแถวหัวตาราง" in told
    assert ("unread", 1) in report.body.considered
