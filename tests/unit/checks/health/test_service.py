"""Judging services from what systemd answers, kept in service/, and from silence."""

import pathlib
import subprocess
from collections.abc import Callable, Sequence

import pytest

from dulae.checks import command
from dulae.checks.command import Answer
from dulae.checks.finding import Finding, Verdict
from dulae.checks.health import service
from dulae.checks.health.probing import Trouble

Probe = Callable[..., Finding]
ANSWERS = pathlib.Path(__file__).with_name("service")
NO_BUS = (
    "System has not been booted with systemd as init system (PID 1). Can't operate.\nFailed to connect to bus"
)


@pytest.mark.parametrize(
    ("answer", "verdict", "code"),
    [
        ("running", Verdict.PASS, "health.service_runs"),
        ("exited", Verdict.PASS, "health.service_runs"),
        ("failed", Verdict.FAIL, "health.service_down"),
        ("stopped", Verdict.FAIL, "health.service_down"),
        ("restarting", Verdict.FAIL, "health.service_restarting"),
        ("starting", Verdict.WARN, "health.service_starting"),
        ("masked", Verdict.FAIL, "health.service_masked"),
        ("missing", Verdict.UNKNOWN, "health.service_unknown"),
    ],
)
def test_the_verdict_follows_what_systemd_answered(answer: str, verdict: Verdict, code: str) -> None:
    text = (ANSWERS / f"{answer}.txt").read_text(encoding="utf-8")
    judgement = service.judge(service.measure("x.service", lambda argv: Answer(0, text)))
    assert (judgement.verdict, judgement.why.code) == (verdict, code)


def test_the_words_name_state_result_and_where_to_look(probe: Probe, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ANSWERS / "failed.txt").read_text(encoding="utf-8")
    monkeypatch.setattr(command, "here", lambda argv, **about: Answer(0, text))
    finding = probe("service", unit="nginx.service")
    assert "failed (failed), last result exit-code; look at: journalctl -u nginx.service" in finding.because
    assert finding.measured["restarts"] == 5


@pytest.mark.parametrize("answer", [Answer(1, "", NO_BUS), Answer(0, ""), Answer(1, "")])
def test_a_machine_without_systemd_is_unknown(answer: Answer) -> None:
    with pytest.raises(Trouble) as caught:
        service.measure("x.service", lambda argv: answer)
    assert (caught.value.verdict, caught.value.why) == (Verdict.UNKNOWN, service.NO_SYSTEMD)


@pytest.mark.parametrize(
    "raised", [FileNotFoundError(2, "No such file or directory"), subprocess.TimeoutExpired("systemctl", 1)]
)
def test_a_systemctl_that_is_missing_or_hangs_is_unknown(raised: Exception) -> None:
    def run(argv: object) -> Answer:
        raise raised

    with pytest.raises(Trouble) as caught:
        service.measure("x.service", run)
    assert caught.value.verdict is Verdict.UNKNOWN


def test_the_unit_is_asked_for_without_a_shell_and_never_taken_for_an_option() -> None:
    asked: list[str] = []

    def run(argv: Sequence[str]) -> Answer:
        asked.extend(argv)
        return Answer(0, "ActiveState=active\n")

    service.measure("--help", run)
    assert asked[:2] == ["systemctl", "show"]
    assert asked[-2:] == ["--", "--help"]


def test_this_machines_own_systemd_gives_a_finding(probe: Probe) -> None:
    assert probe("service", unit="no-such-unit-anywhere.service").verdict is Verdict.UNKNOWN
