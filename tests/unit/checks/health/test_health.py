"""Many probes in one call: side by side, each within its time, and the call within its own."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from dulae.checks import health
from dulae.checks.finding import Finding, Verdict
from dulae.checks.health import tcp
from dulae.checks.health.probing import Around, Judgement
from tests.unit.checks.health.servers import HOST, Page, silent, site, talking

Probe = Callable[..., Finding]


def declared(**given: Any) -> dict[str, Any]:
    return {"system": "saraban", "name": "probe", "kind": "tcp", "host": HOST, "port": 1, **given}


def test_findings_come_in_the_probes_order(monkeypatch: pytest.MonkeyPatch) -> None:
    with talking(silent) as port, site({"/": Page()}) as web:
        given: list[dict[str, Any]] = [
            {"name": "silent", "kind": "http", "url": f"http://{HOST}:{port}/", "timeout_s": 0.3},
            {"name": "page", "kind": "http", "url": web.url()},
            {"name": "port", "kind": "tcp", "host": HOST, "port": web.port},
        ]
        findings = health.run(health.probes_from(given))
    assert [finding.subject for finding in findings] == ["silent", "page", "port"]
    assert [finding.verdict for finding in findings] == [Verdict.FAIL, Verdict.PASS, Verdict.PASS]
    assert json.dumps([finding.to_dict() for finding in findings])


def test_probes_run_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(5)

    def check(asked: tcp.Tcp, around: Around) -> Judgement:
        together.wait(10)
        return Judgement(Verdict.PASS, tcp.OPEN, {"latency_ms": 1})

    monkeypatch.setattr(tcp, "check", check)
    probes = health.probes_from([declared(name=f"p{number}") for number in range(5)])
    assert {finding.verdict for finding in health.run(probes)} == {Verdict.PASS}


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make every tcp probe hang where no deadline reaches it, as in looking up a name."""
    released = threading.Event()

    def check(asked: tcp.Tcp, around: Around) -> Judgement:
        released.wait(30)
        return Judgement(Verdict.PASS, tcp.OPEN, {"latency_ms": 1})

    monkeypatch.setattr(tcp, "check", check)
    yield
    released.set()


def test_a_probe_that_hangs_is_unknown_within_its_own_time(
    hanging: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_GRACE_S", 0.05)
    (finding,) = health.run(health.probes_from([declared(timeout_s=0.1)]), timeout_s=20)
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "health.probe_hung")


def test_the_whole_call_ends_in_time_and_keeps_what_the_others_found(hanging: None) -> None:
    with site({"/": Page()}) as web:
        page = {"system": "saraban", "name": "page", "kind": "http", "url": web.url()}
        began = time.monotonic()
        findings = health.run(health.probes_from([declared(), page]), timeout_s=0.5)
    assert time.monotonic() - began < 15
    assert [finding.code for finding in findings] == ["health.call_over", "health.http_answers"]
    assert "the whole call's 0.5 s" in findings[0].because


def test_a_probe_that_breaks_is_unknown_never_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(asked: tcp.Tcp, around: Around) -> Judgement:
        raise RuntimeError("a mistake of ours")

    shown = threading.Event()
    monkeypatch.setattr(threading, "excepthook", lambda raised: shown.set())
    monkeypatch.setattr(tcp, "check", check)
    (finding,) = health.run(health.probes_from([declared()]))
    assert shown.wait(10)
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "health.probe_broke")


def test_a_machine_without_a_thread_left_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    (finding,) = health.run(health.probes_from([declared()]))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "health.probe_broke")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "the list is empty"),
        (["http"], "probe 1: 'http' is no probe"),
        ([{"kind": "tcp"}], "probe 1: it has no name"),
        ([declared(kind="htp")], "(saraban/probe): kind: 'htp' is no kind of probe; did you mean http?"),
        ([declared(kind="ping6")], "write one of http, journey"),
        ([declared(kind=None)], "kind: None is no kind"),
        ([declared(portt=1)], "(saraban/probe): portt: there is no such option; did you mean port?"),
        ([declared(zzz=1)], "zzz: there is no such option; write one of host, max_latency_ms, port"),
        ([declared(unit="x")], "unit: there is no such option"),
        ([declared(port=None)], "port: it is missing"),
        ([declared(host="")], "host: it is empty"),
        ([declared(host=["a"])], "host: ['a'] is no text"),
        ([declared(port="https")], "port: 'https' is no whole number"),
        ([declared(port=True)], "port: True is no whole number"),
        ([declared(port=0)], "port: 0 is out of range; write a number from 1 to 65535"),
        ([declared(max_latency_ms=0)], "max_latency_ms: 0 is out of range; write at least 1"),
        ([declared(timeout_s=-1)], "-1 is no time in seconds"),
        ([declared(timeout_s="soon")], "'soon' is no time in seconds"),
        ([declared(timeout_s=True)], "True is no time in seconds"),
        ([declared(system=["a"])], "['a'] is no text"),
        ([declared(password="x")], "password: it may not stand in a probe; give it in secrets"),
        ([declared(), declared()], "saraban/probe: two probes have this name"),
        ([{"name": "a", "kind": "http", "url": "intranet"}], "url: 'intranet' is no web address"),
        (
            [{"name": "a", "kind": "http", "url": "http://a:99999/"}],
            "url: 'http://a:99999/' is no web address",
        ),
        (
            [{"name": "a", "kind": "http", "url": "http://u:p@a/"}],
            "url: the address holds a user or password",
        ),
        ([{"name": "a", "kind": "http", "url": "http://a/", "status": []}], "status: the list is empty"),
        ([{"name": "a", "kind": "http", "url": "http://a/", "status": [99]}], "status: 99 is out of range"),
        (
            [{"name": "a", "kind": "http", "url": "http://a/", "method": "POST"}],
            "method: 'POST' is no choice",
        ),
        (
            [{"name": "a", "kind": "http", "url": "http://a/", "verify_tls": "maybe"}],
            "verify_tls: 'maybe' is neither",
        ),
        (
            [{"name": "a", "kind": "http", "url": "http://a/", "method": "HEAD", "contains": "x"}],
            "contains: HEAD brings no page",
        ),
        ([{"name": "a", "kind": "process"}], "process: name either process or pidfile"),
        (
            [{"name": "a", "kind": "process", "process": "a", "pidfile": "b"}],
            "name either process or pidfile",
        ),
        ([{"name": "a", "kind": "service", "unit": "nginx*"}], "unit: a pattern names many units"),
        (
            [{"name": "a", "kind": "database", "host": "a", "engine": "oracle"}],
            "engine: 'oracle' is no choice",
        ),
        (
            [{"name": "a", "kind": "journey", "login_url": "x", "username": "u", "logged_in": "y"}],
            "login_url: 'x' is no web address",
        ),
        (
            [
                {
                    "name": "a",
                    "kind": "journey",
                    "login_url": "http://a/",
                    "username": "u",
                    "logged_in": "y",
                    "then_url": "http://b/",
                }
            ],
            "then_url: it leaves the host a",
        ),
        (
            [
                {
                    "name": "a",
                    "kind": "journey",
                    "login_url": "http://a/",
                    "username": "u",
                    "logged_in": "y",
                    "logout_url": "ftp://a/",
                }
            ],
            "logout_url: 'ftp://a/' is no web address",
        ),
    ],
)
def test_a_probe_that_is_declared_wrongly_is_refused_with_its_name_and_option(
    given: list[Any], words: str
) -> None:
    with pytest.raises(health.ProbeError) as caught:
        health.probes_from(given)
    assert words in str(caught.value)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(health.ProbeError) as caught:
        health.probes_from([declared(name="a", port=0, hots="x"), declared(name="b", kind="x")])
    assert str(caught.value).count("saraban/") == 3


def test_what_templates_made_texts_of_is_read_as_meant() -> None:
    given = {
        "name": "a",
        "kind": "http",
        "url": "http://a/",
        "status": ["200"],
        "verify_tls": "no",
        "contains": 42,
    }
    (probe,) = health.probes_from([{**given, "timeout_s": "2.5", "max_latency_ms": " 10 "}])
    asked = vars(probe.asked)
    assert (asked["status"], asked["verify_tls"], asked["contains"], asked["max_latency_ms"]) == (
        (200,),
        False,
        "42",
        10,
    )
    assert probe.limits["timeout_s"] == "2.5"


def test_what_only_the_controller_needs_is_passed_over() -> None:
    title = {"th": "ฐานข้อมูล", "en": "Database"}
    (probe,) = health.probes_from([declared(title=title, password={"env": "X"}, **{"from": ["web1"]})])
    assert probe.subject == "saraban/probe"
