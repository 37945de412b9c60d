"""`dulae check health`: each kind of probe as one command, with a Nagios plugin's exit status."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dulae.checks import health as room
from dulae.cli import main
from dulae.cli.checks import health
from tests.unit.checks.health.servers import HOST, Page, dead_port, silent, site, talking

Run = Callable[..., tuple[int, str]]
FORM = (
    b'<form method="post" action="/in"><input name="username"><input type="password" name="password"></form>'
)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs `dulae check health ...` and gives back exit status and all that was said."""

    def call(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            main(["check", "health", *arguments])
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out + said.err

    return call


def test_a_page_that_answers_is_ok(run: Run) -> None:
    with site({"/": Page("ลงชื่อเข้าใช้".encode())}) as web:
        status, said = run(
            "http", web.url(), "--contains", "ลงชื่อเข้าใช้", "--max-latency-ms", "9000", "--format", "nagios"
        )
    assert status == 0
    assert said.startswith(f"DULAE HEALTH OK - {web.url()}: answered 200 in ")
    assert ";;9000" in said


def test_a_page_with_another_status_is_critical(run: Run) -> None:
    with site({"/": Page(status=503)}) as web:
        status, said = run("http", web.url(), "--status", "200", "--status", "204")
    assert status == 2
    assert "expected 200, 204" in said


def test_a_port_is_asked_by_host_and_port(run: Run) -> None:
    with talking(silent) as port:
        assert run("tcp", f"{HOST}:{port}")[0] == 0
    assert run("tcp", f"[::1]:{dead_port()}", "--format", "nagios")[0] == 2


def test_the_format_may_stand_before_the_kind(run: Run) -> None:
    status, said = run("--format", "json", "process", "no-such-program")
    assert (status, json.loads(said)["verdict"]) == (2, "fail")


def test_a_name_that_cannot_be_looked_up_is_unknown(run: Run) -> None:
    assert run("tls", "no-such-name.invalid", "--timeout", "5")[0] == 3


def test_a_service_a_program_and_a_database_can_be_asked(run: Run) -> None:
    assert run("service", "no-such-unit-anywhere.service")[0] == 3
    assert run("process", "--pidfile", "/no/such/pidfile")[0] == 2
    assert run("database", f"{HOST}:{dead_port()}")[0] == 2
    assert run("database", "/no/such/folder")[0] == 2


def test_a_journey_takes_the_password_from_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "PROBE_WORD", "s3cr3t")
    with site({"/": Page(FORM), "/in": Page(b"welcome")}) as web:
        asked = ("journey", web.url(), "--username", "probe", "--logged-in", "welcome")
        assert run(*asked, "--password-env", "PROBE_WORD")[0] == 0
        assert run(*asked)[0] == 3
        sent = [one.form["password"] for one in web.asked if one.method == "POST"]
    assert sent == [["s3cr3t"]]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ((), "name what to look at"),
        (("tcp", "a:b:c"), "'a:b:c' is no host and port; write HOST:PORT"),
        (("tcp", "db1"), "port: it is missing"),
        (("http", "intranet"), "'intranet' is no web address"),
        (("process",), "name either process or pidfile"),
        (("http", "http://a/", "--method", "POST"), "'POST' is not one of"),
        (("--system", "saraban", "tcp", "a:1"), "leave it out to name a probe"),
    ],
)
def test_a_wrong_call_says_what_to_write_and_is_unknown(run: Run, call: tuple[str, ...], words: str) -> None:
    status, said = run(*call)
    assert status == 3
    assert words in said


@pytest.mark.parametrize("kind", room.KINDS)
def test_every_kind_has_help_with_an_example(run: Run, kind: str) -> None:
    status, said = run(kind, "--help")
    assert status == 0
    assert f"dulae check health {kind} " in said
    assert "C(" not in said


class _System:
    """A system as the settings hold it."""

    def __init__(self, name: str, probes: list[dict[str, Any]]) -> None:
        self.name = name
        self._probes = probes

    def model_dump(self, **_how: Any) -> dict[str, Any]:
        return {"name": self.name, "probes": self._probes}


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Declare two systems, one with a probe from this machine and one from a host."""
    here = {
        "name": "port",
        "title": {},
        "kind": "tcp",
        "host": HOST,
        "port": dead_port(),
        "from": ["controller"],
    }
    there = {**here, "name": "inside", "from": ["web1"]}
    systems = (_System("saraban", [here, there]), _System("intranet", [there]))
    settings = SimpleNamespace(systems=systems, inventory=tmp_path)
    monkeypatch.setattr(health, "settings_of", lambda ctx: settings)


def test_a_system_is_looked_at_as_the_settings_declare_it(run: Run, declared: None) -> None:
    status, said = run("--system", "saraban", "--format", "json")
    assert status == 2
    assert [finding["subject"] for finding in json.loads(said)["findings"]] == ["saraban/port"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("payroll", "'payroll' is no system; name one of saraban, intranet"),
        ("intranet", "no probe of intranet"),
    ],
)
def test_a_system_without_anything_to_look_at_is_unknown(
    run: Run, declared: None, name: str, words: str
) -> None:
    status, said = run("--system", name)
    assert status == 3
    assert words in said


def test_a_person_who_waits_is_told_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_PATIENCE_S", 0.01)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with talking(silent) as port:
        said = run("http", f"http://{HOST}:{port}/", "--timeout", "0.3")[1]
    assert "looking at 1 ..." in said
