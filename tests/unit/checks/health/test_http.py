"""Pages that answer wrongly, and servers that do not speak HTTP."""

import gzip
import socket
import time
import zlib
from collections.abc import Callable

import pytest

from dulae.checks.finding import Finding, Verdict
from dulae.checks.health import exchange
from tests.unit.checks.health import servers
from tests.unit.checks.health.servers import HOST, Page, saying, silent, site, talking

Probe = Callable[..., Finding]
LOGIN = "ลงชื่อเข้าใช้"


def test_a_good_page_passes_with_its_status_and_time(probe: Probe) -> None:
    with site({"/login": Page(f"<h1>{LOGIN}</h1>".encode())}) as web:
        finding = probe("http", url=web.url("/login"), contains=LOGIN, max_latency_ms=5000)
    assert (finding.verdict, finding.code) == (Verdict.PASS, "health.http_answers")
    assert finding.measured["http_status"] == 200
    assert isinstance(finding.measured["latency_ms"], int)
    assert finding.limit == {"status": "200", "contains": LOGIN, "max_latency_ms": 5000, "timeout_s": 5}
    assert (finding.check, finding.subject, finding.system) == ("http", "saraban/probe", "saraban")


def test_a_503_fails_and_says_what_was_expected(probe: Probe) -> None:
    with site({"/": Page(status=503)}) as web:
        finding = probe("http", url=web.url(), status=[200, 204])
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.http_status")
    assert "answered 503, expected 200, 204" in finding.because


def test_a_wrong_page_with_status_200_fails(probe: Probe) -> None:
    with site({"/": Page(b"It works!")}) as web:
        finding = probe("http", url=web.url(), contains=LOGIN)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.http_words_missing")
    assert LOGIN in finding.because
    assert "It works" not in str(finding)


def test_forbidden_words_fail_though_the_status_is_200(probe: Probe) -> None:
    with site({"/": Page(b"SQLSTATE[08006] could not connect")}) as web:
        finding = probe("http", url=web.url(), not_contains="SQLSTATE")
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.http_words_forbidden")


def test_a_slow_page_fails_with_its_time(probe: Probe) -> None:
    def slow(_asked: servers.Asked) -> Page:
        time.sleep(0.05)
        return Page()

    with site({"/": slow}) as web:
        finding = probe("http", url=web.url(), max_latency_ms=10)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.http_slow")
    assert finding.measured["latency_ms"] >= 50


def test_a_dead_port_fails(probe: Probe) -> None:
    finding = probe("http", url=f"http://{HOST}:{servers.dead_port()}/")
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.refused")


def test_a_server_that_never_answers_fails_within_the_probes_time(probe: Probe) -> None:
    with talking(silent) as port:
        finding = probe("http", url=f"http://{HOST}:{port}/", timeout_s=0.2)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.timed_out")
    assert "0.2 s" in finding.because


def test_a_header_that_drips_for_ever_fails_within_the_probes_time(probe: Probe) -> None:
    def drip(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X")
            time.sleep(0.02)

    with talking(drip) as port:
        finding = probe("http", url=f"http://{HOST}:{port}/", timeout_s=0.3)
    assert finding.code == "health.timed_out"


@pytest.mark.parametrize("words", [{"contains": "the end"}, {"not_contains": "SQLSTATE"}])
def test_what_a_page_lacks_is_unknown_where_only_part_of_it_was_read(
    probe: Probe, words: dict[str, str]
) -> None:
    page = b"hello" + b" " * exchange.BODY_LIMIT_BYTES + b"SQLSTATE the end"
    with site({"/": Page(page)}) as web:
        finding = probe("http", url=web.url(), **words)
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "health.http_too_long")


def test_a_body_without_end_is_read_up_to_the_limit_and_judged(probe: Probe) -> None:
    def pour(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nhello")
        while True:
            connection.sendall(b" " * 65536)

    with talking(pour) as port:
        finding = probe("http", url=f"http://{HOST}:{port}/", contains="hello")
    assert finding.verdict is Verdict.PASS
    assert finding.measured["body_bytes"] == exchange.BODY_LIMIT_BYTES
    assert finding.measured["is_cut_at_limit"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"", "health.closed"),
        (b"220 mail.example ESMTP\r\n", "health.no_http"),
        (b"HTTP/1.1 two hundred\r\n\r\n", "health.no_http"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello", "health.cut_off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhello", "health.cut_off"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "health.no_http"),
    ],
)
def test_what_is_no_whole_http_answer_fails(probe: Probe, answer: bytes, code: str) -> None:
    with talking(saying(answer)) as port:
        finding = probe("http", url=f"http://{HOST}:{port}/")
    assert (finding.verdict, finding.code) == (Verdict.FAIL, code)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (f"<p>{LOGIN}</p>".encode("cp874"), "text/html; charset=TIS-620"),
        (f"<p>{LOGIN}</p>".encode("cp874"), "text/html; charset=windows-874"),
        (f"<meta charset='tis-620'><p>{LOGIN}</p>".encode("cp874"), "text/html"),
        (
            f'<meta http-equiv="Content-Type" content="text/html; charset=windows-874">{LOGIN}'.encode(
                "cp874"
            ),
            "",
        ),
        (LOGIN.encode("cp874"), "text/html"),
        (LOGIN.encode("utf-8-sig"), "text/html; charset=tis-620"),
        (b"\xff\xfe" + LOGIN.encode("utf-16-le"), ""),
        (LOGIN.encode(), "text/html; charset=no-such-charset"),
        ("".join(f"&#{ord(sign)};" for sign in LOGIN).encode(), "text/html; charset=iso-8859-1"),
    ],
)
def test_thai_words_are_found_in_every_charset(probe: Probe, body: bytes, content_type: str) -> None:
    with site({"/": Page(body, headers={"Content-Type": content_type})}) as web:
        finding = probe("http", url=web.url(), contains=LOGIN)
    assert finding.verdict is Verdict.PASS


@pytest.mark.parametrize(("declared", "written"), [("utf-8", "cp874"), ("tis-620", "utf-8")])
def test_a_page_in_another_charset_than_it_says_fails(probe: Probe, declared: str, written: str) -> None:
    page = Page(LOGIN.encode(written), headers={"Content-Type": f"text/html; charset={declared}"})
    with site({"/": page}) as web:
        finding = probe("http", url=web.url(), contains=LOGIN)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.http_charset")
    assert finding.measured["written_in"] == written


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_body_compressed_without_being_asked_is_unpacked(
    probe: Probe, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    with site({"/": Page(pack(LOGIN.encode()), headers={"Content-Encoding": encoding})}) as web:
        assert probe("http", url=web.url(), contains=LOGIN).verdict is Verdict.PASS
        assert web.asked[0].headers["Accept-Encoding"] == "identity"


def test_a_compression_that_cannot_be_read_here_is_unknown(probe: Probe) -> None:
    with site({"/": Page(b"???", headers={"Content-Encoding": "br"})}) as web:
        finding = probe("http", url=web.url(), contains="x")
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "health.compression_unknown")


def test_a_broken_compression_fails(probe: Probe) -> None:
    with site({"/": Page(b"no gzip", headers={"Content-Encoding": "gzip"})}) as web:
        finding = probe("http", url=web.url())
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.compression_broken")


def test_a_redirect_within_the_host_is_followed_with_its_cookies(probe: Probe) -> None:
    there = {"Location": "/there?lang=th", "Set-Cookie": "seen=1; Path=/\nold=1; Max-Age=0\nlocked=1; Secure"}
    with site({"/": Page(status=302, headers=there), "/there": Page()}) as web:
        finding = probe("http", url=web.url())
        assert finding.verdict is Verdict.PASS
        assert web.asked[-1].headers["Cookie"] == "seen=1"


def test_a_redirect_to_a_thai_path_is_followed(probe: Probe) -> None:
    path = "/%E0%B8%81"
    with site(
        {"/": Page(status=301, headers={"Location": "/ก".encode().decode("latin-1")}), path: Page()}
    ) as web:
        assert probe("http", url=web.url()).verdict is Verdict.PASS


def test_a_redirect_to_another_host_is_not_followed(probe: Probe) -> None:
    away = Page(status=302, headers={"Location": "http://elsewhere.invalid/login?token=abc"})
    with site({"/": away}) as web:
        finding = probe("http", url=web.url())
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.redirect_elsewhere")
    assert "http://elsewhere.invalid/login" in finding.because
    assert "token" not in str(finding)


def test_redirects_in_a_circle_fail(probe: Probe) -> None:
    with site({"/": Page(status=302, headers={"Location": "/"})}) as web:
        finding = probe("http", url=web.url())
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.redirect_loop")


@pytest.mark.parametrize("location", ["javascript:alert(1)", "http://[broken", "ftp://127.0.0.1/"])
def test_a_redirect_to_no_address_fails(probe: Probe, location: str) -> None:
    with site({"/": Page(status=302, headers={"Location": location})}) as web:
        finding = probe("http", url=web.url())
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.redirect_broken")


def test_a_redirect_that_is_expected_is_the_answer_itself(probe: Probe) -> None:
    with site({"/": Page(status=302, headers={"Location": "http://sso.invalid/"})}) as web:
        assert probe("http", url=web.url(), status=302).verdict is Verdict.PASS


def test_a_redirect_without_a_location_is_judged_by_its_status(probe: Probe) -> None:
    with site({"/": Page(status=302)}) as web:
        assert probe("http", url=web.url()).code == "health.http_status"


def test_a_head_request_is_sent_as_one(probe: Probe) -> None:
    with site({"/": Page(b"hello")}) as web:
        assert probe("http", url=web.url(), method="HEAD").verdict is Verdict.PASS
        assert web.asked[0].method == "HEAD"


def test_a_proxy_in_the_environment_is_ignored(probe: Probe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://{HOST}:{servers.dead_port()}")
    with site({"/": Page()}) as web:
        assert probe("http", url=web.url()).verdict is Verdict.PASS


def test_the_query_is_sent_but_not_shown(probe: Probe) -> None:
    with site({"/": Page()}) as web:
        finding = probe("http", url=web.url("/?key=abc"))
        assert web.asked[0].path == "/?key=abc"
    assert "abc" not in str(finding)


def test_a_name_that_cannot_be_looked_up_is_unknown(probe: Probe) -> None:
    finding = probe("http", url="http://no-such-name.invalid/")
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "health.name_unknown")
