import hashlib
import stat
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dulae.checks.finding import Verdict
from dulae.errors import ReportError
from dulae.reports import printing, writing
from dulae.reports.evidence import gather
from dulae.reports.making import chosen, make, period_for
from dulae.reports.period import read
from dulae.reports.rendering import render
from dulae.reports.speech import Speech
from dulae.reports.writing import Order, findings, told, write
from tests.unit.reports.department import Department
from tests.unit.reports.story import autumn

TODAY = date(2026, 12, 1)
MONTH = Order(("incidents",), "2026-11")


@pytest.fixture
def office(tmp_path: Path) -> Department:
    return autumn(tmp_path)


def test_files_are_private_and_known_to_the_ledger(office: Department) -> None:
    written = list(write(office.ledger, office.settings, MONTH, TODAY))
    assert [(file.language, file.format) for file in written] == [
        ("th", "html"),
        ("th", "markdown"),
        ("en", "html"),
        ("en", "markdown"),
    ]
    for file in written:
        assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
        assert hashlib.sha256(file.path.read_bytes()).hexdigest() == file.sha256
    entries = list(office.ledger.entries(("report",)))
    assert [entry.body["sha256"] for entry in entries] == [file.sha256 for file in written]
    assert entries[0].body["evidence"]["count"] == entries[0].seq


def test_what_has_not_changed_is_not_written_again(office: Department) -> None:
    first = list(write(office.ledger, office.settings, MONTH, TODAY))
    times = [file.path.stat().st_mtime_ns for file in first]
    count = office.ledger.anchor().count
    again = list(write(office.ledger, office.settings, MONTH, TODAY))
    assert not any(file.changed for file in again)
    assert [file.path.stat().st_mtime_ns for file in again] == times
    assert office.ledger.anchor().count == count


def test_a_file_that_somebody_changed_is_written_anew(office: Department) -> None:
    first = next(iter(write(office.ledger, office.settings, MONTH, TODAY)))
    first.path.write_text("forged", encoding="utf-8")
    again = next(iter(write(office.ledger, office.settings, MONTH, TODAY)))
    assert again.changed and hashlib.sha256(again.path.read_bytes()).hexdigest() == first.sha256


def test_a_file_that_the_ledger_does_not_know_is_recorded(office: Department) -> None:
    order = Order(("usage",), "2570-Q1", ("th",), ("html",))
    [file] = write(office.ledger, office.settings, order, TODAY, check_mode=True)
    file.path.parent.mkdir(parents=True)
    evidence = gather(office.ledger, office.settings)
    speech = Speech("th", "arabic", office.settings.calendar.zone)
    page = render(make("usage", evidence, read("2570-Q1")), speech, "html")
    file.path.write_text(page, encoding="utf-8")
    [found] = write(office.ledger, office.settings, order, TODAY)
    assert found.changed and [entry.body["sha256"] for entry in office.ledger.entries(("report",))] == [
        found.sha256
    ]


def test_check_mode_writes_nothing(office: Department) -> None:
    count = office.ledger.anchor().count
    written = list(
        write(office.ledger, office.settings, Order(tuple(chosen("all")), "2570-Q1"), TODAY, check_mode=True)
    )
    assert all(file.changed for file in written) and len(written) == 28
    assert not office.settings.report_dir.exists() and office.ledger.anchor().count == count
    assert {finding.verdict for finding in findings(written, check_mode=True)} == {Verdict.UNKNOWN}


def test_findings_say_how_many_files_are_new(office: Department) -> None:
    written = list(write(office.ledger, office.settings, MONTH, TODAY))
    [finding] = findings(written)
    assert (finding.verdict, finding.because) == (Verdict.PASS, "IR-2026-11: 4 files, 4 of them new")
    assert told(written)["changed"] and told(written)["files"][0]["path"] == str(written[0].path)


def test_the_columns_of_people_are_kept_between_runs(office: Department) -> None:
    order = Order(("internal_control",), "2570-Q1", ("th",), ("html",))
    [first] = write(office.ledger, office.settings, order, TODAY)
    path = office.settings.report_dir / "typed/2570-Q1.yml"
    text = path.read_text(encoding="utf-8").replace("remaining_risk:", "remaining_risk: ไฟฟ้าดับนานกว่า UPS", 1)
    path.write_text(text, encoding="utf-8")
    [second] = write(office.ledger, office.settings, order, TODAY)
    assert second.changed and second.sha256 != first.sha256
    assert "ไฟฟ้าดับนานกว่า UPS" in second.path.read_text(encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_a_folder_that_cannot_be_written_is_told_with_its_place(office: Department) -> None:
    office.settings.report_dir.write_text("a file stands here", encoding="utf-8")
    with pytest.raises(ReportError, match="cannot be") as refused:
        list(write(office.ledger, office.settings, MONTH, TODAY))
    assert str(office.settings.report_dir) in str(refused.value)


def test_a_page_that_cannot_be_read_is_told_with_its_place(office: Department) -> None:
    (office.settings.report_dir / "incidents/IR-2026-11.th.html").mkdir(parents=True)
    with pytest.raises(ReportError, match=r"IR-2026-11\.th\.html: it cannot be read"):
        list(write(office.ledger, office.settings, MONTH, TODAY))


def test_a_pdf_is_printed_once_for_each_page(office: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[str] = []

    def pdf(html: bytes, source: str) -> bytes:
        printed.append(source)
        return b"%PDF-1.4 made now\n%dulae-source " + source.encode() + b"\n"

    monkeypatch.setattr(printing, "pdf", pdf)
    order = Order(("incidents",), "2026-11", ("th",), ("html",), pdf=True)
    page, first = write(office.ledger, office.settings, order, TODAY)
    _, again = write(office.ledger, office.settings, order, TODAY)
    assert printed == [page.sha256]
    assert first.format == "pdf" and first.changed and not again.changed


def test_a_pdf_in_check_mode_starts_no_program(office: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "program", lambda: pytest.fail("Chromium was looked for"))
    order = Order(("incidents",), "2026-11", ("th",), ("html",), pdf=True)
    written = list(write(office.ledger, office.settings, order, TODAY, check_mode=True))
    assert [file.format for file in written] == ["html", "pdf"] and all(file.changed for file in written)


def test_without_chromium_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ReportError, match="sudo apt install chromium"):
        printing.pdf(b"<p>", "0" * 64)


@pytest.mark.parametrize(
    ("script", "problem"), [("exit 3", "could not print"), ("exit 0", "printed nothing")]
)
def test_a_chromium_that_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, problem: str
) -> None:
    program = tmp_path / "chromium"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ReportError, match=problem):
        printing.pdf(b"<p>", "0" * 64)


def test_a_chromium_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\nexec /bin/sleep 60\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(printing, "_PATIENCE_S", 0.2)
    with pytest.raises(ReportError, match="did not end within"):
        printing.pdf(b"<p>", "0" * 64)


def test_a_period_is_that_of_the_report_seen_from_today() -> None:
    assert period_for("maintenance", "this", TODAY).text == "2026-12"
    assert period_for("maintenance", "last", TODAY).text == "2026-11"
    assert period_for("access", "this", TODAY).text == "2026-W49"
    assert period_for("usage", "last", TODAY).text == "2569-Q4"
    assert period_for("availability", "", TODAY).text == "2026-12-01"
    assert period_for("availability", "2026-11", TODAY).text == "2026-11"


def test_an_unknown_report_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ReportError, match=r"there is no report 'weather'.*maintenance"):
        chosen("weather")


def test_an_order_is_read_from_a_modules_parameters() -> None:
    given = {
        "reports": ["usage"],
        "period": "last",
        "languages": ["en"],
        "formats": ["html"],
        "pdf": True,
        "folder": "/x",
        "claims": None,
    }
    wanted = Order(("usage",), "last", ("en",), ("html",), True, Path("/x"))
    assert writing.order_from(given) == wanted
    assert writing.order_from({**given, "claims": "/c.csv"}) == replace(wanted, claims=Path("/c.csv"))


CLAIMS = "date,system,work\n9/11/2569,intranet,backup made\n"
MAINTENANCE = Order(("maintenance",), "2026-11", ("en",), ("html",))


def test_claims_in_their_folder_are_taken_in_once_and_told(office: Department) -> None:
    office.settings.claims_dir.mkdir(parents=True)
    path = office.settings.claims_dir / "2026-11.csv"
    path.write_text(CLAIMS, encoding="utf-8")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    for _ in range(2):
        [file] = write(office.ledger, office.settings, MAINTENANCE, TODAY)
        assert sha256 in file.path.read_text(encoding="utf-8")
    assert not file.changed
    newest = [entry.body for entry in office.ledger.entries(("claim",))][-1]
    assert (newest["sha256"], newest["rows"]) == (sha256, 1)
    assert len(list(office.ledger.entries(("claim",)))) == 2


def test_in_check_mode_claims_are_told_of_but_not_taken_in(office: Department, tmp_path: Path) -> None:
    path = tmp_path / "handed.csv"
    path.write_text(CLAIMS, encoding="utf-8")
    list(write(office.ledger, office.settings, MAINTENANCE, TODAY))
    count = office.ledger.anchor().count
    order = replace(MAINTENANCE, claims=path)
    [file] = write(office.ledger, office.settings, order, TODAY, check_mode=True)
    assert file.changed and office.ledger.anchor().count == count


def test_claims_of_another_report_are_refused(office: Department, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="only the report 'maintenance' holds claims"):
        list(write(office.ledger, office.settings, replace(MONTH, claims=tmp_path / "x.csv"), TODAY))


def test_a_quarter_holds_the_claims_of_its_months(office: Department) -> None:
    office.settings.claims_dir.mkdir(parents=True)
    for month, day in (("2026-10", "9/10/2569"), ("2026-12", "1/12/2569")):
        text = CLAIMS.replace("9/11/2569", day)
        (office.settings.claims_dir / f"{month}.csv").write_text(text, encoding="utf-8")
    [file] = write(office.ledger, office.settings, replace(MAINTENANCE, period="2570-Q1"), TODAY)
    told = file.path.read_text(encoding="utf-8")
    assert told.index("2026-10.csv") < told.index("ผู้รับจ้าง.csv") < told.index("2026-12.csv")
