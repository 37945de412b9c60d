"""A second person's word: signed with his own key, over exactly this plan."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from dulae.accounts import approval
from dulae.accounts.approval import Vote
from dulae.accounts.changing import applying
from dulae.accounts.desk import Operator
from dulae.errors import PlanError
from tests.unit.accounts.office import PEOPLE, Office, leaver

SOMCHAI, SOMYING, WICHAI, KANDA, ADMIN, HELPER = PEOPLE


def test_an_approval_binds_the_plans_hash_to_a_second_person(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    (body,) = work.bodies("approval")
    assert (body["plan_sha256"], body["approver"], body["decision"]) == (plan.sha256, "officer2", "approved")
    assert body["key_fingerprint"].startswith("SHA256:")


def test_anybody_can_check_the_signature_with_ssh_keygen_alone(work: Office, tmp_path: Path) -> None:
    plan = work.approved(leaver(SOMCHAI))
    allowed, signature = tmp_path / "allowed", tmp_path / "signature"
    allowed.write_text(f"officer2 {work.keys['officer2'].with_suffix('.pub').read_text()}")
    signature.write_text(work.bodies("approval")[0]["signature"])
    argv = [
        "ssh-keygen",
        "-Y",
        "verify",
        "-f",
        str(allowed),
        "-I",
        "officer2",
        "-n",
        "dulae-approve",
        "-s",
        str(signature),
    ]
    done = subprocess.run(argv, input=f"{plan.sha256}\n", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_maker_may_not_approve_his_own_plan(work: Office) -> None:
    plan = work.plan(leaver(SOMCHAI))
    with pytest.raises(PlanError, match="officer1 made it himself"):
        work.approve(plan, "officer1")


def test_a_maker_who_planned_under_his_machine_login_may_not_approve_either(work: Office) -> None:
    work = replace(work, desk=replace(work.desk, operator=Operator("officer2")))
    plan = work.plan(leaver(SOMCHAI))
    with pytest.raises(PlanError, match="officer2 made it himself"):
        work.approve(plan, "officer2")


@pytest.mark.parametrize("login", ["OFFICER2", "officer2@dept.example", "DEPT\\\\officer2"])
def test_the_makers_login_is_his_however_it_is_written(work: Office, login: str) -> None:
    work = replace(work, desk=replace(work.desk, operator=Operator(login)))
    plan = work.plan(leaver(SOMCHAI))
    with pytest.raises(PlanError, match="officer2 made it himself"):
        work.approve(plan, "officer2")


def test_a_maker_who_is_no_holder_may_not_sign_as_an_approver_under_the_same_login(work: Office) -> None:
    work = replace(work, desk=replace(work.desk, operator=Operator("dulae")))
    plan = work.plan(leaver(SOMCHAI))
    with pytest.raises(PlanError, match="made under the login dulae, which is no holder's"):
        work.approve(plan)
    other = replace(work, desk=replace(work.desk, operator=Operator("somsri")))
    other.approve(plan)
    assert work.bodies("approval")[0]["login"] == "somsri"
    assert {result.outcome for result in applying.apply(work.desk, plan)} == {"applied"}


def test_planned_again_by_a_named_holder_it_is_another_plan_that_can_be_approved(work: Office) -> None:
    nobody = replace(work, desk=replace(work.desk, operator=Operator("dulae")))
    first = nobody.plan(leaver(SOMCHAI))
    common = replace(work, desk=replace(work.desk, operator=Operator("dulae", "officer1")))
    work.clock.forward(minutes=1)
    second = common.plan(leaver(SOMCHAI))
    assert second.plan_id != first.plan_id and common.plan(leaver(SOMCHAI)).plan_id == second.plan_id
    common.approve(second)
    # What is signed stands, whoever asks again.
    assert nobody.plan(leaver(SOMCHAI)).plan_id == second.plan_id


def test_a_plan_that_a_named_holder_made_is_approved_under_a_common_login(work: Office) -> None:
    common = replace(work, desk=replace(work.desk, operator=Operator("dulae", "officer1")))
    plan = common.plan(leaver(SOMCHAI))
    common.approve(plan)
    assert work.bodies("approval")[0]["login"] == "dulae"


def test_somebody_without_the_role_may_not_approve(work: Office) -> None:
    plan = work.plan(leaver(SOMCHAI))
    with pytest.raises(PlanError, match="officer9 may not approve"):
        approval.approve(work.desk, plan, Vote("officer9"), "no signature")


def test_another_persons_key_does_not_count(work: Office) -> None:
    plan = work.plan(leaver(SOMCHAI))
    signature = approval.sign(plan, Vote("officer2"), work.keys["officer3"])
    with pytest.raises(PlanError, match="the signature does not hold"):
        approval.approve(work.desk, plan, Vote("officer2"), signature)


def test_a_signature_over_another_plan_or_number_does_not_count(work: Office) -> None:
    plan, other = work.plan(leaver(SOMCHAI)), work.plan(leaver(WICHAI))
    signature = approval.sign(other, Vote("officer2"), work.keys["officer2"])
    with pytest.raises(PlanError, match="the signature does not hold"):
        approval.approve(work.desk, plan, Vote("officer2"), signature)
    bulk = approval.sign(plan, Vote("officer2", bulk=5), work.keys["officer2"])
    with pytest.raises(PlanError, match="the signature does not hold"):
        approval.approve(work.desk, plan, Vote("officer2", bulk=6), bulk)


def test_a_rejection_cannot_be_turned_into_an_approval(work: Office) -> None:
    plan = work.plan(leaver(SOMCHAI))
    signature = approval.sign(plan, Vote("officer2", "rejected"), work.keys["officer2"])
    with pytest.raises(PlanError, match="the signature does not hold"):
        approval.approve(work.desk, plan, Vote("officer2"), signature)


def test_a_rejected_plan_is_decided(work: Office) -> None:
    plan = work.plan(leaver(SOMCHAI))
    vote = Vote("officer2", "rejected", "wrong unit")
    approval.approve(work.desk, plan, vote, approval.sign(plan, vote, work.keys["officer2"]))
    with pytest.raises(PlanError, match="it is decided already"):
        work.approve(plan, "officer3")
    assert work.plan(leaver(SOMCHAI)).plan_id != plan.plan_id


def test_an_empty_plan_has_nothing_to_approve(work: Office) -> None:
    plan = work.plan()
    with pytest.raises(PlanError, match="it changes nothing"):
        work.approve(plan)


def test_an_old_plan_is_not_approved_any_more(work: Office) -> None:
    plan = work.plan(leaver(SOMCHAI))
    work.clock.forward(days=8)
    with pytest.raises(PlanError, match="it was valid until"):
        work.approve(plan)


def test_an_approver_who_is_one_no_longer_does_not_count(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    left = tuple(kept for kept in work.desk.approvers if kept.holder != "officer2")
    with pytest.raises(PlanError, match="officer2 may not approve"):
        list(applying.apply(replace(work.desk, approvers=left), plan))


def test_a_key_that_cannot_sign_is_told_with_what_to_do(work: Office, tmp_path: Path) -> None:
    plan = work.plan(leaver(SOMCHAI))
    with pytest.raises(PlanError, match="it cannot sign"):
        approval.sign(plan, Vote("officer2"), tmp_path / "missing")


def test_a_machine_without_ssh_keygen_is_told_what_to_install(
    work: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = work.plan(leaver(SOMCHAI))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PlanError, match="apt install openssh-client"):
        approval.sign(plan, Vote("officer2"), work.keys["officer2"])


def test_a_key_that_waits_for_a_passphrase_is_given_up(work: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("ssh-keygen", 1)

    plan = work.plan(leaver(SOMCHAI))
    monkeypatch.setattr(subprocess, "run", slow)
    with pytest.raises(PlanError, match="ssh-keygen: it gave no answer"):
        approval.sign(plan, Vote("officer2"), work.keys["officer2"])
