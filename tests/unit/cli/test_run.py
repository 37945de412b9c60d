"""`dulae run`: playbooks as processes of their own. A small program stands where ansible-playbook is."""

import json
import os
import pathlib
import stat
import sys
from collections.abc import Callable
from typing import Any

import pytest

from dulae.cli import runner
from dulae.ledger import Ledger
from dulae.ledger.locks import TAKEN, ControlLock, Holder
from dulae.procedure.launching import Launch, last_words

from .department import Call, Kept, caller, example, set_clock

# Does what the playbooks' seals do, as its environment tells it: PLAY maps a playbook to open, sealed or nothing.
PLAYER = """#!{python}
import json, os, pathlib, sys, time
from dulae.ledger import Ledger
plan = json.loads(os.environ["PLAY"]).get(pathlib.Path(sys.argv[-1]).name, {{}})
print("PLAY", *sys.argv[1:], os.environ.get("LC_ALL"), os.getcwd())
ledger = Ledger.open(pathlib.Path(sys.argv[2]) / "state/ledger")
control = plan.get("control", "availability")
if plan.get("open", True):
    body = {{"limit_minutes": 5, "check_mode": "--check" in sys.argv, "population": []}}
    ledger.append("run.intent", body, run="run-" + control, control=control)
for number in range(plan.get("troubles", 0)):
    finding = {{"check": "http", "subject": f"a/b{{number}}", "verdict": "fail" if number else "warn", "code": "x",
               "because": f"it is {{number}}", "measured": {{}}, "limit": {{}}}}
    ledger.append("finding", {{"host": "web1", "task": "t", "grade": "measured", "finding": finding}},
                  run="run-" + control, control=control, verdict=finding["verdict"])
if plan.get("verdict"):
    finding = {{"check": "control", "subject": control, "verdict": plan["verdict"], "code": "run.test",
               "because": "it was played", "measured": {{}}, "limit": {{}}}}
    body = {{"evidenced": plan.get("evidenced", True), "elapsed_ms": 1500, "within_limit": plan.get("within", True),
            "counts": {{"pass": 1}}, "finding": finding}}
    ledger.append("run.result", body, run="run-" + control, control=control, verdict=plan["verdict"])
print("dulae: " + plan.get("says", "it was played"))
sys.exit(plan.get("rc", 0))
"""

Play = Callable[..., None]


@pytest.fixture
def inventory(tmp_path: pathlib.Path) -> pathlib.Path:
    return example(tmp_path)


@pytest.fixture
def kept(inventory: pathlib.Path) -> Kept:
    return Kept.begun(inventory)


@pytest.fixture
def play(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    """Put the player where ansible-playbook is looked for, and return a function that tells it what to do."""
    programs = tmp_path / "bin"
    programs.mkdir()
    player = programs / "ansible-playbook"
    player.write_text(PLAYER.format(python=sys.executable))
    player.chmod(stat.S_IRWXU)
    monkeypatch.setattr(sys, "executable", str(programs / "python"))

    def tell(**playbooks: dict[str, object]) -> None:
        monkeypatch.setenv("PLAY", json.dumps({f"{name}.yml": plan for name, plan in playbooks.items()}))

    tell()
    return tell


@pytest.fixture
def call(inventory: pathlib.Path, capsys: pytest.CaptureFixture[str], kept: Kept, play: Play) -> Call:
    return caller(inventory, capsys)


def logs(inventory: pathlib.Path) -> list[pathlib.Path]:
    return sorted((inventory / "state/logs").iterdir())


VERDICTS = {"pass": 0, "warn": 1, "fail": 2, "unknown": 3}


@pytest.mark.parametrize("verdict", VERDICTS)
def test_the_exit_status_is_the_run_s_verdict(verdict: str, call: Call, play: Play) -> None:
    play(check_availability={"verdict": verdict})
    status, shown, _ = call("run", "availability")
    assert status == VERDICTS[verdict]
    assert shown.splitlines()[1].split()[:2] == ["availability", verdict]
    assert "1.5 s / 5 min" in shown
    assert "it was played" in shown


def test_what_did_not_pass_is_told_the_worst_first(call: Call, play: Play) -> None:
    play(check_availability={"verdict": "fail", "troubles": 3})
    lines = call("run", "availability")[1].splitlines()
    assert lines[3:] == [
        "availability:",
        "fail  a/b1 (web1): it is 1",
        "fail  a/b2 (web1): it is 2",
        "warn  a/b0 (web1): it is 0",
    ]


def test_of_many_troubles_the_rest_is_counted(call: Call, play: Play) -> None:
    play(check_availability={"verdict": "fail", "troubles": 13})
    assert call("run", "availability")[1].endswith(
        "... and 3 more: dulae ledger show --run run-availability\n"
    )


def test_of_several_the_worst_verdict_counts_and_each_has_a_line(call: Call, play: Play) -> None:
    play(
        check_availability={"verdict": "warn"},
        review_access={"verdict": "pass", "control": "access"},
    )
    status, shown, errors = call("run", "access", "availability", "access")
    assert status == 1
    assert [line.split()[0] for line in shown.splitlines()[1:]] == ["access", "availability"]
    assert "[2/2] availability: Check that the systems can be used" in errors


def test_what_ansible_says_is_kept_in_a_private_file_of_the_run(
    call: Call, play: Play, inventory: pathlib.Path
) -> None:
    play(check_availability={"verdict": "fail"})
    _, shown, errors = call("run", "availability")
    (log,) = logs(inventory)
    assert log.name == "run-availability.log"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert "PLAY" not in shown and "PLAY" not in errors
    assert f"What Ansible said: {log}" in errors


def test_verbose_shows_what_ansible_says(call: Call, play: Play) -> None:
    play(check_availability={"verdict": "pass"})
    assert "PLAY -i" in call("run", "availability", "--verbose")[2]


def test_check_and_limit_are_passed_on(call: Call, play: Play, inventory: pathlib.Path) -> None:
    play(check_availability={"verdict": "pass"})
    call("run", "availability", "--check", "--limit", "web1,localhost")
    assert "--check --limit web1,localhost" in logs(inventory)[0].read_text()


def test_a_run_over_its_limit_says_so(call: Call, play: Play) -> None:
    play(check_availability={"verdict": "warn", "within": False})
    assert "(over the limit)" in call("run", "availability")[1]


def test_a_playbook_that_cannot_begin_is_unknown_with_its_last_words(
    call: Call, play: Play, inventory: pathlib.Path
) -> None:
    play(check_availability={"open": False, "rc": 1, "says": "the lock is taken"})
    status, shown, _ = call("run", "availability")
    assert status == 3
    assert "availability could not begin: dulae: the lock is taken" in shown
    assert logs(inventory)[0].name.endswith(".log")


def test_a_run_that_came_to_no_end_is_unknown(call: Call, play: Play) -> None:
    play(check_availability={"open": True, "rc": 250, "says": "killed"})
    status, shown, _ = call("run", "availability")
    assert status == 3
    assert "the run of availability came to no end: dulae: killed" in shown


def test_an_unknown_control_is_refused(call: Call) -> None:
    status, _, errors = call("run", "availabilty")
    assert status == 4
    assert "Did you mean 'availability'" in errors


def test_without_ansible_it_is_refused(
    call: Call, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin/ansible-playbook").unlink()
    monkeypatch.setenv("PATH", str(tmp_path))
    status, _, errors = call("run", "availability")
    assert status == 4
    assert "cannot be started" in errors


def test_without_a_ledger_nothing_is_started(
    inventory: pathlib.Path, capsys: pytest.CaptureFixture[str], play: Play
) -> None:
    status, _, errors = caller(inventory, capsys)("run", "availability")
    assert status == 4
    assert "dulae ledger init" in errors
    assert not (inventory / "state/logs").exists()


def test_without_a_name_all_that_is_due_is_run(
    call: Call, play: Play, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, "2026-11-16 08:20")
    for control in ("recoverability", "drill", "access", "usage"):
        kept.intent(control, "2026-11-16 08:10", control)
        kept.result(control, "2026-11-16 08:11", control=control)
    play(check_availability={"verdict": "pass"})
    shown = call("run", "--format", "json")[1]
    assert [each["control"] for each in json.loads(shown)] == ["availability"]


def test_when_nothing_is_due_it_says_what_is_next(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, "2026-11-16 08:10")
    assert call("run", "--due", "availability", "restoration") == (
        0,
        "Nothing is due. Next: availability at 16 Nov 2026 08:15.\n",
        "",
    )


def test_json_is_for_programs(call: Call, play: Play, inventory: pathlib.Path) -> None:
    play(check_availability={"verdict": "pass"})
    (told,) = json.loads(call("run", "availability", "--format", "json")[1])
    assert (told["run"], told["verdict"], told["evidenced"]) == ("run-availability", "pass", True)
    assert (told["elapsed_ms"], told["limit_minutes"], told["within_limit"]) == (1500, 5, True)
    assert told["log"] == str(logs(inventory)[0])


def test_in_thai_verdicts_and_progress_are_thai(call: Call, play: Play) -> None:
    play(check_availability={"verdict": "unknown"})
    _, shown, errors = call("run", "availability", "--language", "th")
    assert "ไม่สามารถตรวจสอบได้" in shown
    assert "[1/1] availability: ตรวจสอบความพร้อมใช้งานของระบบ (เกณฑ์ 5 นาที)" in errors


@pytest.fixture
def other_run(inventory: pathlib.Path, kept: Kept) -> ControlLock:
    """Return a lock that somebody else holds."""
    lock = ControlLock(inventory / "state", Holder("availability", "s", os.getpid(), "somchai", "08:15"))
    lock.take()
    return lock


@pytest.mark.usefixtures("other_run")
def test_a_control_that_somebody_runs_is_left_alone_and_told(call: Call, inventory: pathlib.Path) -> None:
    status, shown, _ = call("run", "availability")
    assert status == 3
    assert f"availability is being run by somchai (process {os.getpid()}, since 08:15)" in shown
    assert not (inventory / "state/logs").exists()


def test_it_waits_for_the_other_run_where_that_is_wanted(
    call: Call, play: Play, other_run: ControlLock, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(check_availability={"verdict": "pass"})
    monkeypatch.setattr("dulae.cli.runner.time.sleep", lambda seconds: other_run.free())
    assert call("run", "availability", "--wait", "60")[0] == 0


def test_an_interruption_ends_the_rest_and_tells_what_was_found(
    call: Call, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    play(check_availability={"verdict": "pass"}, review_access={"verdict": "pass", "control": "access"})
    monkeypatch.setattr("dulae.cli.run._Teller.tick", interrupt)
    status, shown, _ = call("run", "availability", "access")
    assert status == 3
    assert [line.split()[0] for line in shown.splitlines()[1:]] == ["availability"]


def test_a_terminal_sees_a_line_that_moves(call: Call, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    play(check_availability={"verdict": "pass"})
    monkeypatch.setattr("dulae.cli.run._on_a_terminal", lambda: True)
    assert call("run", "availability")[0] == 0


def test_the_environment_names_the_project_and_utf8(tmp_path: pathlib.Path) -> None:
    launch = Launch(tmp_path, tmp_path / "inventory")
    told = launch.environment({"LC_ALL": "C", "LANG": "th_TH.UTF-8", "PATH": "/bin"})
    assert (told["LC_ALL"], told["LANG"], told["PATH"]) == ("C.UTF-8", "th_TH.UTF-8", "/bin")
    assert told["ANSIBLE_CONFIG"] == str(tmp_path / "ansible.cfg")
    assert launch.environment({"LC_ALL": "th_TH.UTF-8"})["LC_ALL"] == "th_TH.UTF-8"


@pytest.mark.parametrize(
    ("said", "told"),
    [("", ""), ("PLAY\nend\n\n", "end"), ("fatal: [web1]\nPLAY RECAP\nweb1 : ok\n", "fatal: [web1]")],
)
def test_the_last_words_are_those_that_tell_why(said: str, told: str, tmp_path: pathlib.Path) -> None:
    log = tmp_path / "log"
    log.write_text(said)
    assert last_words(log) == told


def once(asked: Callable[[Any], bool], then: Callable[..., None]) -> Callable[[Any], bool]:
    """Return a question that is followed by something each time it is answered with yes."""

    def ask(came: Any) -> bool:
        answer = asked(came)
        if answer:
            then()
        return answer

    return ask


def test_an_own_check_of_the_ledger_holds_after_runs(call: Call, play: Play, kept: Kept) -> None:
    play(check_availability={"verdict": "pass"})
    call("run", "availability")
    assert len(list(Ledger.open(kept.folder).entries(("run.result",)))) == 1


def test_a_run_whose_seal_failed_is_no_pass(call: Call, play: Play) -> None:
    play(check_availability={"verdict": "pass", "rc": 2, "says": "key.pem: the key cannot be read"})
    status, out, _ = call("run", "availability")
    assert status == 3 and "could not be sealed: dulae: key.pem" in " ".join(out.split())


def test_whoever_lost_the_race_for_the_lock_waits_and_runs(
    call: Call, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(check_availability={"open": False, "says": f"availability {TAKEN} officer2 (process 1)", "rc": 1})

    def later(*_: object) -> None:
        play(check_availability={"verdict": "pass"})

    monkeypatch.setattr("dulae.cli.runner._was_taken", once(runner._was_taken, later))
    assert call("run", "availability", "--wait", "60")[0] == 0


def test_without_waiting_a_lost_race_is_told(call: Call, play: Play) -> None:
    play(check_availability={"open": False, "says": f"availability {TAKEN} officer2 (process 1)", "rc": 1})
    status, out, _ = call("run", "availability")
    assert status == 3 and TAKEN in out
