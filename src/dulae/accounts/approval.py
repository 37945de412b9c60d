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

from dulae.accounts.desk import Approver, Desk
from dulae.accounts.plan import Plan
from dulae.accounts.standing import Standing, standings
from dulae.errors import PlanError

APPROVE = "dulae-approve"
REJECT = "dulae-reject"
_DECISIONS = {"approved": APPROVE, "rejected": REJECT}
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]+")
_PATIENCE_S = 120
_SAY_WHO = (
    "Plan it again with --as HOLDER (or set access_review_operator), or approve it from your own login: "
    "sudo -u keeps your name"
)


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
            remedy = (
                "Give the private key that belongs to your public key in people.yml, readable by you alone"
            )
            raise PlanError(f"it cannot sign ({_last_line(done.stderr)})", place=f"key {key}", remedy=remedy)
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
    remedy = "Give the holder the role approver and his ssh_public_key in people.yml"
    raise PlanError(f"{holder} may not approve", place=f"plan {plan.plan_id}", remedy=remedy)


def _refuse_maker(plan: Plan, approver: Approver, login: str) -> None:
    """Raise PlanError where the approver is the maker by any name known, or may be, for nobody knows who made it.

    ``login`` is the one under which the approver works.
    """
    place = f"plan {plan.plan_id}"
    makers = {_bare(name) for name in plan.made_by.values() if name}
    if makers & {_bare(name) for name in (*approver.logins, approver.holder)}:
        remedy = "Ask another approver: a plan needs a second person"
        raise PlanError(f"{approver.holder} made it himself", place=place, remedy=remedy)
    if not plan.made_by["holder"] and _bare(login) in makers:
        what = f"it was made under the login {login}, which is no holder's, and is now approved under the same one"
        raise PlanError(what, place=place, remedy=_SAY_WHO)


def _bare(name: str) -> str:
    r"""Return a login without its domain, in small letters: ``DEPT\Head1`` and ``head1@dept`` are one person's."""
    return name.rpartition("\\")[2].partition("@")[0].casefold()


def _demand_open(desk: Desk, plan: Plan, standing: Standing) -> None:
    place = f"plan {plan.plan_id}"
    demand_known(plan, standing)
    if not plan.items:
        raise PlanError("it changes nothing, so there is nothing to approve", place=place)
    if standing.is_over:
        raise PlanError("it is decided already", place=place, remedy="See: dulae access list")
    if desk.clock() >= plan.valid_until:
        raise PlanError(
            f"it was valid until {plan.valid_until:%Y-%m-%d %H:%M} UTC", place=place, remedy=AGAIN
        )


AGAIN = "Make a new one with: dulae run access"


def demand_known(plan: Plan, standing: Standing) -> None:
    """Raise PlanError where the ledger knows no such plan, or knows it with another hash."""
    if standing.sha256 != plan.sha256:
        what = (
            "the file is not what the ledger recorded" if standing.sha256 else "the ledger knows no such plan"
        )
        raise PlanError(what, place=str(plan.path), remedy=AGAIN)


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
        remedy = f"Sign with the key whose public half stands in people.yml under {approver.holder}"
        raise PlanError("the signature does not hold", place=f"approval of {approver.holder}", remedy=remedy)
    return found.group()


def standing_approval(desk: Desk, plan: Plan, standing: Standing) -> Mapping[str, Any]:
    """Return the approval that lets a plan be applied; raise PlanError if there is none that holds today.

    Signatures are verified again: an approver who is one no longer does not count.
    """
    place = f"plan {plan.plan_id}"
    if standing.is_rejected:
        raise PlanError("an approver has rejected it", place=place, remedy=AGAIN)
    for approval in reversed(standing.approvals):
        if approval["plan_sha256"] == plan.sha256:
            approver = _approver(desk, plan, approval["approver"])
            _refuse_maker(plan, approver, str(approval.get("login", "")))
            verified(approver, statement(plan.sha256, approval.get("bulk")), approval["signature"], APPROVE)
            found: Mapping[str, Any] = approval
            return found
    remedy = f"Ask an approver: dulae access approve {plan.plan_id} --as HOLDER --key PATH"
    raise PlanError("nobody has approved it", place=place, remedy=remedy)


def _asked(argv: Sequence[str], text: str | None = None) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603
            list(argv), input=text, capture_output=True, text=True, check=False, timeout=_PATIENCE_S
        )
    except FileNotFoundError as error:
        remedy = "Install it: apt install openssh-client"
        raise PlanError("ssh-keygen is not installed", remedy=remedy) from error
    except subprocess.TimeoutExpired as error:
        raise PlanError(
            "ssh-keygen gave no answer", remedy="Give a key without a passphrase, or an agent"
        ) from error


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[-1].strip()
