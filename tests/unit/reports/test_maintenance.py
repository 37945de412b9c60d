import re
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from dulae.reports.data.maintenance import Maintenance
from dulae.reports.evidence import gather
from dulae.reports.making import make
from dulae.reports.period import read
from tests.unit.reports.conftest import Made, Rendered
from tests.unit.reports.department import department
from tests.unit.reports.story import KILLED, MISSED, incidents


@pytest.fixture(scope="module")
def month(made: Made) -> Maintenance:
    body: Maintenance = made("maintenance", "2026-11").body
    return body


def test_the_checklist_says_what_no_program_looked_at(month: Maintenance) -> None:
    grades = {item.name: item.grade for item in month.checklist}
    assert grades["web"] == grades["certificates"] == grades["database"] == "measured"
    assert grades["logs"] == grades["security_updates"] == grades["clock"] == "missing"


def test_a_checklist_item_is_as_bad_as_its_worst_check(month: Maintenance) -> None:
    web = next(item for item in month.checklist if item.name == "web")
    assert web.state == "abnormal"
    assert [row.code for row in web.worst][:2] == ["health.http_words_missing", "health.http_slow"]


def test_a_backup_set_named_like_a_probe_says_nothing_of_the_database(month: Maintenance) -> None:
    database = next(item for item in month.checklist if item.name == "database")
    checked = {line.subject: line.checked.total for line in month.backups}
    assert checked["intranet/database"]
    assert {row.check for row in database.worst} <= {"database"}
    assert database.counts.total == len([run for run in month.runs if run.told.control == "availability"])


def test_downtime_is_weighed_and_compared_with_what_the_contract_allows(month: Maintenance) -> None:
    [sheet] = month.months
    assert sheet.complete and sheet.service_hours == 720
    assert sheet.sheet.allowed_hours == 4
    intranet, saraban = sheet.systems
    assert intranet.down_hours == Fraction(27 * 60 + 40, 60)
    assert saraban.numbers == ("INC-2570-0001", "INC-2570-0002", "INC-2570-0004")
    assert sheet.sheet.weighted_hours == intranet.down_hours + saraban.down_hours


def test_what_was_not_measured_is_told_apart_from_what_was_up(month: Maintenance) -> None:
    assert month.unmeasured_days == (MISSED, KILLED)
    assert len(month.unmeasured) == 10


def test_a_backup_that_failed_in_the_month_is_counted_although_the_newest_is_good(month: Maintenance) -> None:
    saraban = next(line for line in month.backups if line.subject == "saraban/database")
    assert (saraban.checked.normal, saraban.checked.abnormal) == (5, 1)
    assert saraban.newest and saraban.newest.state == "normal"
    assert saraban.second_places == ()


def test_what_was_wrong_stays_in_the_report_though_it_was_put_right(month: Maintenance) -> None:
    told = {(row.subject, row.check): row for row in month.troubles}
    assert told["saraban/database", "backup"].state == "abnormal"
    assert all(row.state in ("abnormal", "unchecked") for row in month.troubles)
    assert len({(row.host, row.check, row.subject, row.code) for row in month.troubles}) == len(
        month.troubles
    )


def test_hours_before_there_was_any_evidence_are_no_hours_of_service(tmp_path: Path) -> None:
    tale = department(tmp_path)
    incidents(tale)
    tale.settle()
    evidence = gather(tale.ledger, tale.settings)
    late = replace(evidence, first_at=datetime(2026, 11, 20, tzinfo=tale.settings.calendar.zone))
    [sheet] = make("maintenance", late, read("2026-11")).body.months
    assert (sheet.begun, sheet.unmeasured_hours) == (True, 19 * 24)
    assert sheet.systems[0].service_hours <= 11 * 24
    [before] = make("maintenance", late, read("2026-10")).body.months
    assert not before.begun
    assert (before.unmeasured_hours, before.systems[0].service_hours) == (31 * 24, 0)


def test_a_month_without_a_drill_has_none(month: Maintenance, made: Made) -> None:
    assert month.drills == ()
    assert [row.subject for row in made("maintenance", "2026-10").body.drills] == [
        "intranet/database",
        "saraban/database",
    ]


def test_space_is_compared_with_the_start_of_the_period(month: Maintenance) -> None:
    space = next(space for space in month.spaces if space.newest.subject == "/srv/saraban/files")
    assert space.newest.measured["used_bytes"] > space.first.measured["used_bytes"]
    assert space.newest.state == "watch"


def test_space_is_foreseen_from_the_whole_history_and_not_from_the_month_alone(
    month: Maintenance, made: Made
) -> None:
    files = next(space for space in month.spaces if space.newest.subject == "/srv/saraban/files")
    assert files.forecast and files.forecast.state == "full_in"
    assert files.forecast.days == len(files.peaks) == 11
    assert files.forecast.earliest and files.forecast.latest
    # A percent of the disk each third day: 17 % were free on the last day, and 10 % are the limit.
    assert date(2026, 12, 14) <= files.forecast.earliest <= date(2026, 12, 21) <= files.forecast.latest
    october = made("maintenance", "2026-10").body
    assert {space.forecast.state for space in october.spaces} == {"insufficient_history"}


@pytest.mark.parametrize(("report", "period"), [("maintenance", "2026-11"), ("usage", "2570-Q1")])
@pytest.mark.parametrize("output", ["html", "markdown"])
@pytest.mark.parametrize("language", ["th", "en"])
def test_both_reports_say_when_space_ends(
    rendered: Rendered, report: str, period: str, output: str, language: str
) -> None:
    told = rendered(report, period, language, output)
    section = told[told.index("/srv/saraban/files") :]
    assert re.search(r"\d+ (ธ.ค. 2569 ถึง|Dec 2026 to) \d+ ", section)
    assert ("iB a day (" if language == "en" else "เพิ่มวันละ") in section


@pytest.mark.parametrize("output", ["html", "markdown"])
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("th", ("การสำรองครั้งต่อไปต้องใช้ 986 MiB", "สำเนาที่เก็บมีที่พอถึง 18 มิ.ย. 2570")),
        ("en", ("next backups need 986 MiB", "what is kept fits until 18 Jun 2027")),
    ],
)
def test_the_report_says_whether_backups_will_fit(
    rendered: Rendered, output: str, language: str, words: tuple[str, str]
) -> None:
    told = rendered("maintenance", "2026-11", language, output)
    assert all(text in told for text in words)


def test_too_short_a_history_is_said_with_its_days(rendered: Rendered) -> None:
    assert "not enough data for a forecast<br>5 of 7 days measured" in rendered(
        "maintenance", "2026-10", "en"
    )


def test_the_trend_is_drawn_with_words_for_who_cannot_see_it(rendered: Rendered) -> None:
    told = rendered("maintenance", "2026-11", "en")
    assert told.count('<figure class="trend">') == 4
    identities = re.findall(r' id="([^"]+)"', told)
    assert len(identities) == len(set(identities))
    assert "Space used by day: /srv/saraban/files on web1" in told
    section = told[told.index("Remaining space") :]
    assert section.count("<polyline") == 4 and section.count('fill="#ccc"') == 3


def test_lateness_under_the_contract_counts_no_hour_twice(month: Maintenance) -> None:
    late = {one.case.incident.number: one.sheet for one in month.lateness}
    # Started 62.9 h late and finished 42.4 h late: both ended on 2 November, so only the longer counts, up to 10:30.
    assert late["INC-2570-0001"].over_hours == 65
    assert late["INC-2570-0005"].over_hours == 3
    assert "INC-2570-0002" not in late


def test_the_draft_adds_up_and_the_facts_to_consider_are_listed(month: Maintenance) -> None:
    fines = [one.sheet.fine_thb for one in month.months] + [one.sheet.fine_thb for one in month.lateness]
    assert month.penalty_thb == sum(fines, Decimal(0)) > 0
    considered = dict(month.considered)
    assert considered["drill"] == 1 and considered["days"] == 2 and considered["second"] == 3
    assert considered["troubles"] == 1
    assert considered["penalty"] == month.penalty_thb


@pytest.mark.parametrize("output", ["html", "markdown"])
@pytest.mark.parametrize(
    ("language", "draft"), [("th", "ร่าง – โปรแกรมรวบรวม"), ("en", "Draft – the program gathers")]
)
def test_the_worksheet_is_shown_as_a_draft_with_its_figures(
    rendered: Rendered, month: Maintenance, output: str, language: str, draft: str
) -> None:
    told = rendered("maintenance", "2026-11", language, output)
    sheet = told[told.index(draft) : told.index({"th": "9. ข้อเสนอ", "en": "9. Proposal"}[language])]
    fines = [one.sheet.fine_thb for one in month.months] + [one.sheet.fine_thb for one in month.lateness]
    amounts = [*fines, month.penalty_thb]
    assert all(f"{amount:,.2f}" in sheet for amount in amounts)
    assert "สามหมื่นเก้าพันแปดร้อยแปดสิบสามบาทสามสิบสามสตางค์" in sheet


def test_a_month_that_is_not_over_says_so(made: Made) -> None:
    [sheet] = made("maintenance", "2026-12").body.months
    assert sheet.begun and not sheet.complete
    assert sheet.systems[0].service_hours < sheet.service_hours


def test_service_in_office_hours_alone_leaves_nights_out_of_the_downtime(tmp_path: Path) -> None:
    tale = department(tmp_path)
    incidents(tale)
    tale.settle()
    contract = tale.settings.contract
    hours = contract.service_hours.model_copy(update={"around_the_clock": False})
    settings = tale.settings.model_copy(
        update={"contract": contract.model_copy(update={"service_hours": hours})}
    )
    [sheet] = make("maintenance", gather(tale.ledger, settings), read("2026-11")).body.months
    assert sheet.service_hours == 21 * 8
    # 24 November 08:30 to 16:30, and 25 November 08:30 to 11:56.
    assert sheet.systems[0].down_hours == 8 + Fraction(206, 60)


def test_a_quiet_department_has_nothing_to_remark_on_but_what_nobody_looked_at(tmp_path: Path) -> None:
    tale = department(tmp_path)
    body = make("maintenance", gather(tale.ledger, tale.settings), read("2026-10")).body
    assert body.penalty_thb == 0 and body.runs == () and body.spaces == ()
    assert all(line.newest is None for line in body.backups)
    assert {name for name, _ in body.considered} == {"drill", "second", "missing"}
