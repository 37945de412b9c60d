"""The recorder by itself: what a callback tells it, and what it does when evidence cannot be kept."""

import os
import pathlib
from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from typing import Any

import pytest

from dulae.checks.finding import Verdict
from dulae.ledger import Entry, Ledger, running
from dulae.ledger.locks import running as at_work
from dulae.ledger.opening import SESSION
from dulae.ledger.recording import Invocation, Outcome, Recorder
from tests.faults.evidence_house import House, finding

HOSTS = ("alpha", "beta", "localhost")


class Desk:
    """A recorder with what it said and the environment that modules would inherit."""

    def __init__(self, house: House, **call: Any) -> None:
        self.house = house
        self.said: list[str] = []
        self.environ: MutableMapping[str, str] = {}
        call = {"inventory": house.inventory, "playbook": "check_availability.yml", "tags": ("all",), **call}
        self.recorder = Recorder(Invocation(**call), self.said.append, self.environ)

    def seal(self, state: str, control: str = "availability", **changed: Any) -> dict[str, Any]:
        """Do what the module dulae_seal does, and tell the recorder."""
        asked = {
            "state": state,
            "control": control,
            "inventory": str(self.house.inventory),
            "hosts": [],
            "run": "",
        }
        finding, told = running.act({**asked, **changed}, self.environ)
        values = {"findings": [finding.to_dict()], **told}
        outcome = Outcome("localhost", "Seal", "dulae_seal", values)
        (self.recorder.ok if told.get("evidenced", True) else self.recorder.failed)(outcome)
        return values

    def begin(self) -> str:
        self.recorder.play("availability")
        run: str = self.seal("opened")["run"]
        return run

    def tell(self, *hosts: str, verdict: str = "pass") -> None:
        for host in hosts:
            self.recorder.ok(Outcome(host, "Check", "dulae_health", {"findings": [finding(host, verdict)]}))

    def entries(self, *kinds: str) -> list[Entry]:
        return list(Ledger.open(self.house.ledger_folder).entries(kinds))


@pytest.fixture
def desk(house: House) -> Iterator[Desk]:
    made = Desk(house)
    yield made
    if made.recorder._lock:
        made.recorder._lock.free()
    if made.recorder._ledger:
        made.recorder._ledger.close()


def test_a_run_from_its_first_play_to_its_last(desk: Desk) -> None:
    run = desk.begin()
    desk.tell(*HOSTS)
    assert desk.seal("sealed")["evidenced"]
    desk.recorder.finish()
    assert desk.said == [f"dulae: {desk.entries('run.result')[0].body['finding']['because']}"]
    assert {entry.run for entry in desk.entries("finding")} == {run}
    assert SESSION not in desk.environ and at_work(desk.house.state, "availability") is None


def test_who_runs_what_is_told_beside_the_lock(desk: Desk) -> None:
    run = desk.begin()
    holder = at_work(desk.house.state, "availability")
    assert holder and (holder.run, holder.pid, holder.tags) == (run, os.getpid(), ("all",))


def test_plays_of_the_same_control_and_of_none_change_nothing(desk: Desk) -> None:
    desk.begin()
    session = desk.environ[SESSION]
    for control in ("", "availability"):
        desk.recorder.play(control)
    assert desk.environ[SESSION] == session and not desk.entries("run.result")


def test_the_next_control_seals_the_one_before(desk: Desk) -> None:
    desk.begin()
    desk.recorder.play("restoration")
    assert [entry.control for entry in desk.entries("run.result")] == ["availability"]
    with pytest.raises(SystemExit, match="is not evidenced: 3 of 3"):
        desk.recorder.finish()


def test_a_run_that_was_not_sealed_is_sealed_at_the_end(desk: Desk) -> None:
    desk.begin()
    desk.tell(*HOSTS)
    desk.recorder.finish()
    assert "all 3 checks are accounted for" in desk.said[0]


@pytest.mark.parametrize("verdict", ["unknown", "fail"])
def test_a_bad_run_that_was_not_sealed_ends_the_process(desk: Desk, verdict: str) -> None:
    desk.begin()
    desk.tell(*HOSTS, verdict=verdict)
    with pytest.raises(SystemExit, match="the run ended before its sealing play"):
        desk.recorder.finish()


def test_an_unreachable_host_owes_nothing_more(desk: Desk) -> None:
    desk.begin()
    desk.tell("alpha", "localhost")
    desk.recorder.unreachable(Outcome("beta", "Check", "dulae_health", {"msg": "no route, password=hunter2"}))
    sealed = desk.seal("sealed")
    assert sealed["evidenced"] and sealed["counts"]["unknown"] == 1
    lost = desk.entries("finding")[-1].body["finding"]
    assert (lost["code"], lost["subject"], lost["verdict"]) == (
        "run.unreachable",
        "intranet/register",
        "unknown",
    )
    assert "hunter2" not in lost["because"]


def test_a_failed_task_leaves_a_finding_for_each_thing_that_was_owed(desk: Desk) -> None:
    desk.begin()
    desk.recorder.failed(Outcome("beta", "Check", "dulae_health", {"msg": ""}))
    desk.recorder.failed(Outcome("beta", "Copy", "ansible.builtin.copy", {"msg": "full"}))
    subjects = [entry.body["finding"]["subject"] for entry in desk.entries("finding")]
    assert subjects == ["intranet/register", "Copy"]


def test_a_failed_task_with_findings_is_kept_by_them(desk: Desk) -> None:
    desk.begin()
    values = {"findings": [finding("beta", "fail")], "msg": "fail: 1 fail"}
    desk.recorder.failed(Outcome("beta", "Check", "dulae_health", values))
    assert [entry.verdict for entry in desk.entries("finding")] == ["fail"]


@pytest.mark.parametrize(("action", "kept"), [("ansible.builtin.command", 0), ("dulae_health", 1)])
def test_an_ignored_failure_counts_only_where_evidence_was_owed(desk: Desk, action: str, kept: int) -> None:
    desk.begin()
    desk.recorder.failed(Outcome("beta", "Check", action, {"msg": "no"}, ignored=True))
    assert len(desk.entries("finding")) == kept


def test_a_seal_that_crashed_leaves_the_run_to_the_end(desk: Desk) -> None:
    desk.begin()
    desk.tell(*HOSTS)
    desk.recorder.failed(Outcome("localhost", "Seal", "dulae_seal", {"msg": "crashed"}))
    desk.recorder.finish()
    assert len(desk.entries("run.result")) == 1


def test_a_run_that_could_not_be_opened_is_told(desk: Desk) -> None:
    desk.recorder.play("availability")
    desk.recorder.failed(Outcome("localhost", "Open", "dulae_seal", {"msg": "no population"}))
    desk.recorder.finish()
    (entry,) = desk.entries("finding")
    assert (entry.run, entry.control, entry.body["finding"]["code"]) == ("", "availability", "run.not_opened")


def test_failures_of_no_control_are_nobody_s_evidence(desk: Desk) -> None:
    desk.recorder.play("")
    desk.recorder.failed(Outcome("alpha", "Try", "dulae_health", {"msg": "no"}))
    desk.recorder.unreachable(Outcome("alpha", "Try", "dulae_health", {"msg": "no"}))
    desk.recorder.finish()
    assert not desk.entries("finding")


def test_findings_of_no_control_without_a_ledger_are_said_once(desk: Desk) -> None:
    desk.house.ledger_folder.rename(desk.house.folder / "elsewhere")
    desk.tell("alpha", "beta")
    assert len(desk.said) == 1 and "not kept as evidence" in desk.said[0]


def test_findings_before_the_run_end_the_process(desk: Desk) -> None:
    desk.recorder.play("availability")
    with pytest.raises(SystemExit, match="evidence_state: opened"):
        desk.tell("alpha")


def test_a_killed_run_is_told_by_the_next_one(desk: Desk) -> None:
    killed = desk.begin()
    assert desk.recorder._lock
    desk.recorder._lock.lock.release()
    desk.recorder._lock = None
    again = Desk(desk.house)
    again.begin()
    (entry,) = desk.entries("run.interrupted")
    assert (entry.run, entry.control, entry.verdict) == (killed, "availability", "unknown")
    with pytest.raises(SystemExit):
        again.recorder.finish()


def test_a_lock_that_is_taken_ends_the_process(desk: Desk) -> None:
    desk.begin()
    assert desk.recorder._lock
    second = Desk(desk.house)
    second.recorder._lock = None
    with pytest.raises(SystemExit, match="availability is being run by"):
        second.recorder.play("availability")


@pytest.mark.parametrize("control", ["../x", "Availability", "a b", "{{ control }}"])
def test_a_control_s_name_is_a_plain_word(desk: Desk, control: str) -> None:
    with pytest.raises(SystemExit, match="which is no control"):
        desk.recorder.play(control)


def test_without_an_inventory_nothing_begins(house: House) -> None:
    with pytest.raises(SystemExit, match="no inventory folder was named"):
        Desk(house, inventory=None).recorder.play("availability")


def test_wrong_settings_end_the_process_with_their_place(house: House) -> None:
    (house.inventory / "group_vars/all/site.yml").unlink()
    with pytest.raises(SystemExit, match=r"site\.yml"):
        Desk(house).recorder.play("availability")


def test_a_ledger_that_is_gone_ends_the_process(desk: Desk) -> None:
    desk.begin()
    desk.house.ledger_folder.rename(desk.house.folder / "elsewhere")
    with pytest.raises(SystemExit, match="dulae: the run is stopped"):
        desk.tell("alpha")


def test_what_nobody_thought_of_ends_the_process_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("token=hunter2")

    desk.begin()
    monkeypatch.setattr("dulae.ledger.receiving.drafts", broken)
    with pytest.raises(SystemExit, match="its evidence cannot be kept: RuntimeError") as ended:
        desk.tell("alpha")
    assert "hunter2" not in str(ended.value)


def test_ctrl_c_passes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    desk.begin()
    monkeypatch.setattr("dulae.ledger.receiving.drafts", stopped)
    with pytest.raises(KeyboardInterrupt):
        desk.tell("alpha")


def test_an_outcome_is_a_value() -> None:
    outcome = Outcome("alpha", "Check", "dulae_health", {})
    assert replace(outcome, host="beta").host == "beta"


def test_sealing_without_an_open_run_is_told(desk: Desk, tmp_path: pathlib.Path) -> None:
    desk.recorder.play("availability")
    with pytest.raises(Exception, match="no run of availability is open"):
        desk.seal("sealed")
    assert not [run for run in desk.entries("run.result") if run.verdict == Verdict.PASS]
