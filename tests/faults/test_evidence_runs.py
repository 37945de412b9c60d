"""Evidence of real playbooks: what is due is accounted for, whatever happens to hosts, tasks and options."""

import json
import os
import pathlib

import pytest

from dulae.checks.finding import Verdict
from dulae.ledger import Ledger
from tests.faults.evidence_house import (
    House,
    build,
    declare,
    evidence,
    finding,
    own_finding,
    play,
    pretend,
    whole,
)


@pytest.fixture
def house(tmp_path: pathlib.Path) -> House:
    return build(tmp_path)


def codes(house: House) -> dict[str, str]:
    """Return the code of each host's finding in the only run."""
    (run,) = house.runs()
    return {found.host: found.finding.code for found in run.findings}


def test_a_run_that_accounts_for_everything_passes_and_is_sealed(house: House) -> None:
    done = house.run(whole(play("all:!gone", own_finding())))
    (run,) = house.runs()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "availability: 3 pass, 0 warn, 0 fail, 0 unknown; all 3 checks are accounted for" in done.stdout
    assert (run.state, run.verdict, run.evidenced, run.check_mode) == ("sealed", Verdict.PASS, True, False)
    assert run.counts == {"pass": 3, "warn": 0, "fail": 0, "unknown": 0}
    assert {found.host for found in run.findings} == {"alpha", "beta", "localhost"}
    assert house.verified().ok and house.verified().sealed == house.verified().entries


def test_modules_on_this_machine_inherit_the_session(house: House) -> None:
    keep = {"name": "Keep", "register": "kept", "dulae_pretend": {"findings": []}}
    told = {"name": "Tell", "ansible.builtin.assert": {"that": ["kept.session | length == 32"]}}
    assert house.run(whole(play("alpha", keep, told), play("all:!gone", own_finding()))).returncode == 0


def test_a_failed_finding_fails_the_sealing_play_by_default(house: House) -> None:
    done = house.run(whole(play("all:!gone", own_finding("fail"))))
    assert done.returncode == 2
    assert house.runs()[0].verdict is Verdict.FAIL


def test_the_gate_can_be_opened_for_a_failed_finding(house: House) -> None:
    done = house.run(whole(play("all:!gone", own_finding("fail"))), "-e", "evidence_fail_on=never")
    assert done.returncode == 0
    assert house.runs()[0].verdict is Verdict.FAIL


def test_no_gate_lets_a_run_without_all_its_evidence_pass(house: House) -> None:
    done = house.run(whole(play("alpha", own_finding())), "-e", "evidence_fail_on=never")
    (run,) = house.runs()
    assert done.returncode == 2
    assert "is not evidenced: 2 of 3 checks left no evidence" in done.stdout
    assert (run.evidenced, run.verdict, len(run.missing)) == (False, Verdict.UNKNOWN, 2)


def test_an_unreachable_host_is_unknown_and_the_others_are_kept(house: House) -> None:
    declare(house.inventory, "gone", "alpha", "beta", "controller")
    done = house.run(whole(play("all", own_finding())))
    (run,) = house.runs()
    assert done.returncode not in (0, 1)
    assert run.evidenced and run.counts == {"pass": 3, "warn": 0, "fail": 0, "unknown": 1}
    assert codes(house)["gone"] == "run.no_ssh"


def test_when_every_host_is_gone_the_callback_seals_the_run(house: House) -> None:
    declare(house.inventory, "gone", "alpha")
    done = house.run(whole(play("gone", own_finding())))
    (run,) = house.runs()
    assert done.returncode == 1
    assert "the run ended before its sealing play" in done.stderr
    assert run.state == "sealed" and not run.evidenced
    assert [item["host"] for item in run.missing] == ["alpha"]


def test_a_failed_task_makes_unknown_what_its_host_still_owed(house: House) -> None:
    fail = pretend(fail="no database here") | {"when": "inventory_hostname == 'beta'"}
    done = house.run(whole(play("all:!gone", fail, own_finding())))
    (run,) = house.runs()
    assert done.returncode == 2
    assert run.counts == {"pass": 2, "warn": 0, "fail": 0, "unknown": 1}
    lost = next(found for found in run.findings if found.host == "beta")
    assert lost.finding.subject == "intranet/register" and "no database here" in lost.finding.because


def test_a_crashed_module_is_unknown_and_its_secret_is_not_kept(house: House) -> None:
    house.run(whole(play("alpha", pretend(crash=True)), play("all:!gone", own_finding())))
    kept = json.dumps([entry.body for entry in Ledger.open(house.ledger_folder).entries()])
    assert "run.task_failed" in kept
    assert "hunter2" not in kept


def test_what_was_measured_after_a_failure_counts(house: House) -> None:
    rescued = {
        "name": "Try",
        "block": [pretend(fail="first try")],
        "rescue": [own_finding()],
    }
    done = house.run(whole(play("all:!gone", rescued)))
    (run,) = house.runs()
    assert done.returncode == 0, done.stdout
    assert run.verdict is Verdict.PASS and len(run.findings) == 6


def test_a_failed_task_of_a_host_that_owes_nothing_more_is_kept_too(house: House) -> None:
    late = {"name": "Copy the result", "ansible.builtin.fail": {"msg": "the disk is full"}}
    done = house.run(whole(play("all:!gone", own_finding()), play("alpha", late)))
    (run,) = house.runs()
    # Nobody of that play is left, so Ansible ends the playbook and the callback seals the run.
    assert done.returncode == 1
    assert run.counts["unknown"] == 1 and run.result["unexpected"] == 1
    assert run.findings[-1].finding.subject == "Copy the result"


def test_an_ignored_failure_of_another_module_is_no_finding(house: House) -> None:
    ignored = {"name": "Try", "ansible.builtin.fail": {"msg": "never mind"}, "ignore_errors": True}
    assert house.run(whole(play("alpha", ignored), play("all:!gone", own_finding()))).returncode == 0
    assert len(house.runs()[0].findings) == 3


def test_every_turn_of_a_loop_is_kept(house: House) -> None:
    turns = {
        "name": "Turn",
        "dulae_pretend": {"findings": ["{{ item }}"]},
        "loop": [finding("alpha"), finding("alpha", subject="intranet/other")],
    }
    house.run(whole(play("alpha", turns), play("all:!gone:!alpha", own_finding())))
    (run,) = house.runs()
    assert run.evidenced and run.result["unexpected"] == 1


def test_a_delegated_finding_belongs_to_the_host_where_it_was_measured(house: House) -> None:
    task = pretend(findings=[finding("localhost")]) | {"delegate_to": "localhost", "run_once": True}
    done = house.run(whole(play("alpha:beta", task, own_finding())))
    assert done.returncode == 0, done.stdout
    assert codes(house)["localhost"] == "pretend.answer"


def test_what_is_no_finding_is_unknown_and_stops_nobody_else(house: House) -> None:
    odd = {"findings": [{"check": "tcp", "subject": "intranet/login_page", "verdict": "great"}, 7]}
    done = house.run(whole(play("alpha", pretend(**odd)), play("all:!gone:!alpha", own_finding())))
    (run,) = house.runs()
    assert done.returncode == 2
    assert run.evidenced and run.verdict is Verdict.UNKNOWN
    assert codes(house)["alpha"] == "run.finding_malformed"


def test_limit_leaves_out_with_a_reason_and_the_rest_is_evidenced(house: House) -> None:
    done = house.run(whole(play("all:!gone", own_finding())), "--limit", "beta")
    (run,) = house.runs()
    assert done.returncode == 0, done.stdout
    assert [item["host"] for item in run.population] == ["beta"]
    assert [item["host"] for item in run.excluded] == ["alpha", "localhost"]
    assert run.partial and run.intent["limit"] == "beta"


def test_limit_to_a_dead_host_is_unknown(house: House) -> None:
    declare(house.inventory, "gone", "alpha")
    done = house.run(whole(play("all", own_finding())), "--limit", "gone")
    (run,) = house.runs()
    assert done.returncode != 0
    assert run.evidenced and run.counts["unknown"] == 1


def test_limit_that_leaves_nothing_is_refused(house: House) -> None:
    done = house.run(whole(play("all", own_finding())), "--limit", "gone")
    assert done.returncode == 2
    assert "--limit gone leaves nothing to check" in done.stdout
    assert not house.runs()
    (entry,) = Ledger.open(house.ledger_folder).entries(["finding"])
    assert (entry.control, entry.body["finding"]["code"]) == ("availability", "run.not_opened")


def test_a_run_in_check_mode_is_marked(house: House) -> None:
    done = house.run(whole(play("all:!gone", own_finding())), "--check")
    (run,) = house.runs()
    assert done.returncode == 0, done.stdout
    assert run.check_mode and run.evidenced and not run.done


def test_findings_before_the_run_was_opened_stop_the_playbook(house: House) -> None:
    done = house.run([play("all:!gone", own_finding())])
    assert done.returncode == 1
    assert "came before its run was opened" in done.stderr


def test_findings_of_no_control_are_kept_apart(house: House) -> None:
    done = house.run([play("alpha", own_finding(), control="")])
    (entry,) = Ledger.open(house.ledger_folder).entries(["finding"])
    assert done.returncode == 0
    assert (entry.run, entry.control, entry.body["host"]) == ("", "", "alpha")


def test_findings_of_no_control_without_a_ledger_are_said_to_be_no_evidence(house: House) -> None:
    house.ledger_folder.rename(house.folder / "elsewhere")
    done = house.run([play("alpha", own_finding(), control="")])
    assert done.returncode == 0
    assert "is not kept as evidence" in done.stdout


def test_two_controls_in_one_call_are_two_runs(house: House) -> None:
    probes = whole(play("all:!gone", own_finding()))
    mailbox = {
        "check": "incident",
        "subject": "mailbox",
        "verdict": "pass",
        "code": "x.y",
        "because": "it is empty",
    }
    letters = whole(
        play("localhost", pretend(findings=[mailbox]), control="restoration"), control="restoration"
    )
    done = house.run([*probes[:2], *letters])
    assert done.returncode == 0, done.stderr
    assert [(run.control, run.state) for run in house.runs()] == [
        ("availability", "sealed"),
        ("restoration", "sealed"),
    ]


def test_the_same_control_twice_in_one_call_is_two_runs(house: House) -> None:
    one = whole(play("all:!gone", own_finding()))
    done = house.run([*one[:2], *one])
    assert done.returncode == 0, done.stderr
    assert [run.state for run in house.runs()] == ["sealed", "sealed"]


def test_a_playbook_that_forgets_to_seal_is_sealed_by_the_callback(house: House) -> None:
    done = house.run([evidence("opened"), play("all:!gone", own_finding())])
    assert done.returncode == 0, done.stderr
    assert house.runs()[0].state == "sealed"


def test_a_second_run_of_a_day_answers_no_due_time(house: House) -> None:
    for _ in range(2):
        house.run(whole(play("all:!gone", own_finding())))
    assert house.runs()[1].due_at is None


def test_nothing_is_left_of_the_lock_after_a_run(house: House) -> None:
    house.run(whole(play("all:!gone", own_finding())))
    assert os.listdir(house.state / "locks") in (["availability.lock"], [])
