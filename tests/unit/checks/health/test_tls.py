"""Certificates that are good, end soon, or cannot be trusted."""

import os
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dulae.checks.finding import Finding, Verdict
from dulae.checks.health import certificate, secure
from tests.unit.checks.health import authority, servers
from tests.unit.checks.health.authority import NOW, Pair, Wanted
from tests.unit.checks.health.servers import HOST, Page, saying, silent, site, talking

Probe = Callable[..., Finding]
LookAt = Callable[..., Finding]


def shaking(connection: socket.socket) -> None:
    """Finish the handshake, and leave."""


@pytest.fixture
def look_at(probe: Probe, root: Pair, ca_file: str, tmp_path: Path) -> LookAt:
    """Return a function that serves a certificate of the trusted authority, and probes it."""

    def look(wanted: Wanted, **options: str) -> Finding:
        settings = authority.context(tmp_path, authority.issue(wanted, root))
        with talking(shaking, settings) as port:
            return probe("tls", host=HOST, port=port, ca_file=ca_file, **options)

    return look


@pytest.mark.parametrize(
    ("days", "verdict", "code"),
    [
        (90, Verdict.PASS, "health.tls_valid"),
        (30, Verdict.PASS, "health.tls_valid"),
        (29, Verdict.WARN, "health.tls_expires_soon"),
        (14, Verdict.WARN, "health.tls_expires_soon"),
        (13, Verdict.FAIL, "health.tls_expires_too_soon"),
        (0, Verdict.FAIL, "health.tls_expires_too_soon"),
    ],
)
def test_the_verdict_turns_at_the_days_left(look_at: LookAt, days: int, verdict: Verdict, code: str) -> None:
    finding = look_at(Wanted(ends=datetime.now(UTC) + timedelta(days=days, minutes=5)))
    assert (finding.verdict, finding.code) == (verdict, code)
    assert finding.measured["days_left"] == days
    assert finding.measured["issuer"] == "Department Root"
    assert finding.limit == {"min_days": 14, "warn_days": 30, "timeout_s": 5}


def test_an_expired_certificate_is_called_expired_with_its_date(look_at: LookAt) -> None:
    ended = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    finding = look_at(Wanted(begins=ended - timedelta(days=90), ends=ended))
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.tls_expired")
    assert "expired on 2026-01-02T03:04:05Z" in finding.because


def test_an_expired_certificate_that_is_also_self_signed_is_called_expired(
    probe: Probe, tmp_path: Path
) -> None:
    old = authority.issue(Wanted(begins=NOW - timedelta(days=9), ends=NOW - timedelta(days=2)))
    with talking(shaking, authority.context(tmp_path, old)) as port:
        assert probe("tls", host=HOST, port=port).code == "health.tls_expired"


def test_a_certificate_of_tomorrow_fails(look_at: LookAt) -> None:
    finding = look_at(Wanted(begins=NOW + timedelta(days=1)))
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.tls_not_yet_valid")


def test_a_self_signed_certificate_fails(probe: Probe, ca_file: str, tmp_path: Path) -> None:
    with talking(shaking, authority.context(tmp_path, authority.issue(Wanted()))) as port:
        finding = probe("tls", host=HOST, port=port, ca_file=ca_file)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.tls_self_signed")


def test_a_certificate_for_another_host_fails_and_names_both(
    probe: Probe, root: Pair, ca_file: str, tmp_path: Path
) -> None:
    other = authority.issue(Wanted("intranet.example", ("intranet.example", "10.0.0.1")), root)
    with talking(shaking, authority.context(tmp_path, other)) as port:
        by_name = probe("tls", host=HOST, port=port, ca_file=ca_file, server_name="saraban.example")
        by_address = probe("tls", host=HOST, port=port, ca_file=ca_file)
    assert by_name.code == by_address.code == "health.tls_wrong_host"
    assert "is for intranet.example, 10.0.0.1, not for saraban.example" in by_name.because


def test_a_certificate_without_alternative_names_is_for_no_host(look_at: LookAt) -> None:
    finding = look_at(Wanted("localhost", ()), server_name="localhost")
    assert (finding.code, finding.measured["names"]) == ("health.tls_wrong_host", "localhost")


def test_a_missing_intermediate_is_an_incomplete_chain(
    probe: Probe, root: Pair, ca_file: str, tmp_path: Path
) -> None:
    between = authority.issue(Wanted("Department Intermediate", is_authority=True), root)
    leaf = authority.issue(Wanted(), between)
    with talking(shaking, authority.context(tmp_path, leaf)) as port:
        finding = probe("tls", host=HOST, port=port, ca_file=ca_file)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.tls_incomplete")
    assert "Department Intermediate" in finding.because
    with talking(shaking, authority.context(tmp_path, leaf, between)) as port:
        assert probe("tls", host=HOST, port=port, ca_file=ca_file).verdict is Verdict.PASS


def test_an_authority_that_nobody_trusts_fails(probe: Probe, ca_file: str, tmp_path: Path) -> None:
    stranger = authority.issue(Wanted("Stranger Root", is_authority=True))
    leaf = authority.issue(Wanted(), stranger)
    with talking(shaking, authority.context(tmp_path, leaf, stranger)) as port:
        finding = probe("tls", host=HOST, port=port, ca_file=ca_file)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.tls_untrusted")


def test_an_authority_that_may_sign_nothing_is_not_valid(
    probe: Probe, root: Pair, ca_file: str, tmp_path: Path
) -> None:
    leaf = authority.issue(Wanted("a leaf"), root)
    below = authority.issue(Wanted(), leaf)
    with talking(shaking, authority.context(tmp_path, below, leaf)) as port:
        finding = probe("tls", host=HOST, port=port, ca_file=ca_file)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.tls_invalid")


@pytest.mark.parametrize(
    ("talk", "code"),
    [
        (saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "health.tls_none"),
        (saying(b"220 mail.example ESMTP\r\n"), "health.tls_none"),
        (saying(b""), "health.closed"),
    ],
)
def test_a_port_without_tls_fails(probe: Probe, talk: servers.Talk, code: str) -> None:
    with talking(talk) as port:
        finding = probe("tls", host=HOST, port=port)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, code)


def test_a_server_that_is_silent_in_the_handshake_fails_in_time(probe: Probe) -> None:
    with talking(silent) as port:
        assert probe("tls", host=HOST, port=port, timeout_s=0.2).code == "health.timed_out"


def test_a_server_with_nothing_in_common_fails(
    probe: Probe, root: Pair, ca_file: str, tmp_path: Path
) -> None:
    settings = authority.context(tmp_path, authority.issue(Wanted(), root))
    settings.maximum_version = ssl.TLSVersion.TLSv1_2
    settings.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")
    with talking(shaking, settings) as port:
        finding = probe("tls", host=HOST, port=port, ca_file=ca_file)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.tls_handshake")


@pytest.mark.parametrize("content", [None, "this is no certificate"])
def test_an_authority_file_that_cannot_be_used_is_unknown(
    probe: Probe, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "authority.pem"
    if content is not None:
        path.write_text(content)
    with talking(shaking) as port:
        finding = probe("tls", host=HOST, port=port, ca_file=str(path))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "health.ca_file_unreadable")


def test_a_machine_without_authorities_knows_nothing(
    probe: Probe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = ssl.DefaultVerifyPaths(None, str(tmp_path), "", "", "", "")  # type: ignore[arg-type]
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: empty)
    monkeypatch.setattr(secure, "_context", lambda trust: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    with talking(shaking) as port:
        finding = probe("tls", host=HOST, port=port)
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "health.no_authorities")


def test_a_page_behind_an_expired_certificate_says_so_too(
    probe: Probe, root: Pair, ca_file: str, tmp_path: Path
) -> None:
    ended = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    old = authority.issue(Wanted(begins=ended - timedelta(days=90), ends=ended), root)
    with site({"/": Page()}, authority.context(tmp_path, old)) as web:
        finding = probe("http", url=web.url(), ca_file=ca_file)
        unverified = probe("http", url=web.url(), verify_tls=False)
    assert (finding.code, finding.measured["not_after"]) == ("health.tls_expired", "2026-01-02T03:04:05Z")
    assert unverified.verdict is Verdict.PASS


def test_a_secure_page_keeps_its_secure_cookies_and_may_not_lead_to_an_open_one(
    probe: Probe, root: Pair, ca_file: str, tmp_path: Path
) -> None:
    there = Page(status=302, headers={"Location": "/there", "Set-Cookie": "id=1; Secure"})
    settings = authority.context(tmp_path, authority.issue(Wanted(), root))
    with site({"/": there, "/there": Page()}, settings) as web:
        assert probe("http", url=web.url(), ca_file=ca_file).verdict is Verdict.PASS
        assert web.asked[-1].headers["Cookie"] == "id=1"
        web.pages["/"] = Page(status=302, headers={"Location": f"http://{HOST}:1/"})
        finding = probe("http", url=web.url(), ca_file=ca_file)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.redirect_insecure")


def test_a_server_that_shows_no_certificate_again_is_described_by_question_marks(
    probe: Probe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificate, "parse", lambda der: certificate._certificate(b""))
    with talking(shaking, authority.context(tmp_path, authority.issue(Wanted()))) as port:
        finding = probe("tls", host=HOST, port=port)
    assert (finding.code, finding.measured["not_after"]) == ("health.tls_self_signed", "?")


def test_a_certificate_is_read_as_its_maker_wrote_it() -> None:
    wanted = Wanted(
        "ระบบสารบรรณ",
        ("saraban.example", "10.0.0.1", "::1"),
        begins=datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC),
        ends=datetime(2051, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    seen = certificate.parse(authority.issue(wanted).der)
    assert (seen.subject, seen.issuer, seen.names) == ("ระบบสารบรรณ", "ระบบสารบรรณ", wanted.names)
    assert (seen.not_before, seen.not_after) == (wanted.begins, wanted.ends)


def test_a_certificate_without_common_name_has_an_empty_one() -> None:
    assert certificate.parse(authority.issue(Wanted("")).der).subject == ""


@pytest.mark.parametrize("length", [0, 1, 2, 5, 40, 200])
def test_a_truncated_certificate_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="no certificate"):
        certificate.parse(authority.issue(Wanted()).der[:length])


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_are_refused_as_no_certificate(seed: int) -> None:
    with pytest.raises(ValueError):
        certificate.parse(os.urandom(64))
