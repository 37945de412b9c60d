"""A second person's word on a plan: a signature over its SHA-256 with his own SSH key.

What is signed is the line ``SHA256`` (or ``SHA256 bulk NUMBER`` for a planned bulk), so that anybody can check it with
``ssh-keygen -Y verify`` alone.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dulae.accounts import refusing
from dulae.accounts.desk import Approver, Desk
from dulae.accounts.plan import Plan
from dulae.accounts.refusing import RefusedPlan, of_plan
from dulae.accounts.standing import Standing, standings

APPROVE = "dulae-approve"
REJECT = "dulae-reject"
_DECISIONS = {"approved": APPROVE, "rejected": REJECT}
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]+")
_PATIENCE_S = 120


@dataclass(frozen=True)
class Vote:
    """What an approver decides about a plan. ``bulk`` is the number of accounts of a planned bulk, or None."""

    holder: str
    decision: str = "approved"
    reason: str = ""
    bulk: int | None = None


def statement(plan_sha256: str, bulk: int | None = None) -> str:
    """Return the line that an approver signs."""
    return f"{plan_sha256}\n" if bulk is None else f"{plan_sha256} bulk {bulk}\n"


def sign(plan: Plan, vote: Vote, key: Path) -> str:
    """Return an approver's signature over a plan; raise PlanError if his key cannot make one.

    A key with a passphrase is asked for on the terminal; the public half of a key in an agent does as well.
    """
    with tempfile.TemporaryDirectory(prefix="dulae-sign-") as folder:
        message = Path(folder, "statement")
        message.write_text(statement(plan.sha256, vote.bulk), encoding="ascii")
        argv = ["ssh-keygen", "-Y", "sign", "-f", str(key), "-n", _DECISIONS[vote.decision], str(message)]
        done = _asked(argv)
        if done.returncode:
            problem = _last_line(done.stderr)
            raise RefusedPlan(refusing.CANNOT_SIGN, key=str(key), problem=problem)
        return Path(folder, "statement.sig").read_text(encoding="ascii")


def approve(desk: Desk, plan: Plan, vote: Vote, signature: str) -> Mapping[str, Any]:
    """Record an approver's decision and return the entry's body.

    Raise PlanError where he may not decide it, or the signature is not his.
    """
    approver = _approver(desk, plan, vote.holder)
    _refuse_maker(plan, approver, desk.operator.login)
    standing = standings(desk.evidence).get(plan.plan_id, Standing())
    _demand_open(desk, plan, standing)
    fingerprint = verified(approver, statement(plan.sha256, vote.bulk), signature, _DECISIONS[vote.decision])
    body = {
        "plan_id": plan.plan_id,
        "plan_sha256": plan.sha256,
        "approver": approver.holder,
        "login": desk.operator.login,
        "key_fingerprint": fingerprint,
        "signature": signature,
        "decision": vote.decision,
        "reason": vote.reason,
        "bulk": vote.bulk,
    }
    desk.record("approval", body)
    return body


def _approver(desk: Desk, plan: Plan, holder: str) -> Approver:
    for approver in desk.approvers:
        if approver.holder == holder:
            return approver
    raise of_plan(refusing.NO_APPROVER, plan.plan_id, holder=holder)


def _refuse_maker(plan: Plan, approver: Approver, login: str) -> None:
    """Raise PlanError where the approver is the maker by any name known, or may be, for nobody knows who made it.

    ``login`` is the one under which the approver works.
    """
    makers = {_bare(name) for name in plan.made_by.values() if name}
    if makers & {_bare(name) for name in (*approver.logins, approver.holder)}:
        raise of_plan(refusing.OWN_PLAN, plan.plan_id, holder=approver.holder)
    if not plan.made_by["holder"] and _bare(login) in makers:
        raise of_plan(refusing.SAME_LOGIN, plan.plan_id, login=login)


def _bare(name: str) -> str:
    r"""Return a login without its domain, in small letters: ``DEPT\Head1`` and ``head1@dept`` are one person's."""
    return name.rpartition("\\")[2].partition("@")[0].casefold()


def _demand_open(desk: Desk, plan: Plan, standing: Standing) -> None:
    demand_known(plan, standing)
    if not plan.items:
        raise of_plan(refusing.CHANGES_NOTHING, plan.plan_id)
    if standing.is_over:
        raise of_plan(refusing.DECIDED, plan.plan_id)
    if desk.clock() >= plan.valid_until:
        raise of_plan(refusing.EXPIRED, plan.plan_id, until=desk.told(plan.valid_until))


def demand_known(plan: Plan, standing: Standing) -> None:
    """Raise PlanError where the ledger knows no such plan, or knows it with another hash."""
    if standing.sha256 != plan.sha256:
        refused = refusing.NOT_AS_RECORDED if standing.sha256 else refusing.UNKNOWN
        raise RefusedPlan(refused, str(plan.path))


def verified(approver: Approver, signed: str, signature: str, namespace: str) -> str:
    """Return the fingerprint of the key that made a signature; raise PlanError if it is not the approver's."""
    with tempfile.TemporaryDirectory(prefix="dulae-verify-") as folder:
        allowed, kept = Path(folder, "allowed_signers"), Path(folder, "statement.sig")
        public = " ".join(approver.public_key.split()[:2])
        allowed.write_text(f'{approver.holder} namespaces="{namespace}" {public}\n', encoding="utf-8")
        kept.write_text(signature, encoding="utf-8")
        argv = ["ssh-keygen", "-Y", "verify", "-f", str(allowed), "-I", approver.holder, "-n", namespace]
        done = _asked([*argv, "-s", str(kept)], signed)
    found = _FINGERPRINT.search(done.stdout)
    if done.returncode or not found:
        raise RefusedPlan(refusing.FORGED, holder=approver.holder)
    return found.group()


def standing_approval(desk: Desk, plan: Plan, standing: Standing) -> Mapping[str, Any]:
    """Return the approval that lets a plan be applied; raise PlanError if there is none that holds today.

    Signatures are verified again: an approver who is one no longer does not count.
    """
    if standing.is_rejected:
        raise of_plan(refusing.REJECTED, plan.plan_id)
    for approval in reversed(standing.approvals):
        if approval["plan_sha256"] == plan.sha256:
            approver = _approver(desk, plan, approval["approver"])
            _refuse_maker(plan, approver, str(approval.get("login", "")))
            verified(approver, statement(plan.sha256, approval.get("bulk")), approval["signature"], APPROVE)
            found: Mapping[str, Any] = approval
            return found
    raise of_plan(refusing.NOT_APPROVED, plan.plan_id)


def _asked(argv: Sequence[str], text: str | None = None) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603
            list(argv), input=text, capture_output=True, text=True, check=False, timeout=_PATIENCE_S
        )
    except FileNotFoundError as error:
        raise RefusedPlan(refusing.NO_SSH_KEYGEN, "ssh-keygen") from error
    except subprocess.TimeoutExpired as error:
        raise RefusedPlan(refusing.KEY_ASKS, "ssh-keygen") from error


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[-1].strip()
