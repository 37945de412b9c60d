"""The probes of step 1 on the lab's real applications, database and mail server, whole and broken."""

from collections.abc import Callable

import pytest

from dulae.checks import health
from dulae.checks.finding import Finding, Verdict
from dulae.procedure import work
from dulae.settings import load
from tests.lab.fixture import Department

Look = Callable[[], dict[str, Finding]]


@pytest.fixture
def look(lab_to_break: Department) -> Look:
    """Return a function that runs every declared probe here, and gives back the findings by subject."""
    settings = load(lab_to_break.inventory)
    systems = [system.model_dump(mode="json", by_alias=True) for system in settings.systems]
    declared = {
        probe["subject"]: probe for host in settings.hosts for probe in work.probes(systems, host)
    }.values()

    def run() -> dict[str, Finding]:
        secrets = work.secrets(declared, str(settings.inventory))
        findings = health.run(health.probes_from([*declared]), secrets)
        return {finding.subject: finding for finding in findings}

    return run


def test_everything_passes_in_a_department_that_works(look: Look) -> None:
    findings = look()
    assert {kind.check for kind in findings.values()} >= {
        "http",
        "journey",
        "tls",
        "tcp",
        "process",
        "database",
    }
    assert {
        subject: one.because for subject, one in findings.items() if one.verdict is not Verdict.PASS
    } == {}


@pytest.mark.parametrize(
    ("fault", "subject", "code"),
    [
        ("service_stopped", "saraban/web_service", "health.pidfile_missing"),
        ("wrong_page", "intranet/login_page", "health.http_words_missing"),
        ("slow_answer", "intranet/news", "health.http_slow"),
        ("expired_certificate", "intranet/certificate", "health.tls_expired"),
    ],
)
def test_a_fault_is_found_in_its_own_words(
    lab_to_break: Department, look: Look, fault: str, subject: str, code: str
) -> None:
    lab_to_break.fault(fault)
    found = look()[subject]
    assert (found.verdict, found.code) == (Verdict.FAIL, code)
    lab_to_break.heal()
    assert look()[subject].verdict is Verdict.PASS


def test_a_journey_leaves_no_session_behind(lab_to_break: Department, look: Look) -> None:
    def sessions() -> int:
        ((count,),) = lab_to_break.rows("intranet", "SELECT count(*) FROM sessions")
        return int(count)

    look()
    before = sessions()
    assert look()["intranet/sign_in"].measured["is_logged_out"] is True
    assert sessions() <= before


def test_the_database_server_is_asked_without_leaving_errors_in_its_log(
    lab_to_break: Department, look: Look
) -> None:
    log = lab_to_break.layout.run / "postgres.log"
    before = log.stat().st_size
    assert look()["saraban/database"].verdict is Verdict.PASS
    with log.open("rb") as lines:
        lines.seek(before)
        written = lines.read()
    assert b"FATAL" not in written
    assert b"reset by peer" not in written
