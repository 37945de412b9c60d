"""Why a plan may not be made, approved, carried out or taken back, and what to do."""

from __future__ import annotations

from typing import Any

from dulae.errors import PlanError
from dulae.refusals import Refusal, RefusedError, refusal

AGAIN = "Make a new one with: dulae run access"
_NEW = "make a new plan with: dulae run access"
_OWNER = "Run dulae as the user who owns its state folder"
_BACKUP = "Restore it from the backup of dulae's state folder"
_LIST = "Look at what there is with: dulae access list"


class RefusedPlan(RefusedError, PlanError):
    """Something may not be done with a plan."""


def of_plan(refused: Refusal, plan_id: str, **places: Any) -> RefusedPlan:
    """Return the refusal of one plan, known by its number."""
    return RefusedPlan(refused, plan=plan_id, **places)


def _file(code: str, what: str, remedy: str) -> Refusal:
    return refusal(f"plan.{code}", what, remedy)


def _plan(code: str, what: str, remedy: str = "") -> Refusal:
    return refusal(f"plan.{code}", what, remedy, place="plan {plan}")


def _system(code: str, what: str, remedy: str) -> Refusal:
    return refusal(f"plan.{code}", what, remedy, place="system {system}")


# Private files.
UNWRITTEN = _file(
    "unwritten", "it cannot be written ({problem})", "Look at the space and the owner of that folder"
)
UNREAD = _file("unread", "it cannot be read ({problem})", _OWNER)
UNREAD_PLAN = _file("unread_plan", "it cannot be read ({problem})", _LIST)
UNREAD_KEPT = _file("unread_kept", "it cannot be read ({problem})", _BACKUP)
NO_SIGNATURE = _file(
    "no_signature", "it cannot be read ({problem})", "Give the .sig file that ssh-keygen -Y sign has written"
)
NO_JSON = _file("no_json", "it is no JSON", _OWNER)
GONE = _file("gone", "the previous values are not there", _BACKUP)

# Which plan, and whom it concerns.
NO_HOLDER = _file("no_holder", "there is no holder {holder}", "It has {holders}")
NO_PERSON = _plan(
    "no_person", "there is no person {person} in it", "See the numbers with: dulae access show {plan}"
)
NO_PLAN = _plan("no_plan", "there is no such plan", _LIST)
SEVERAL = _plan("several", "several plans begin with this", _LIST)
UNNAMED = refusal("plan.unnamed", "no plan is named", "Say which one: dulae access list", place="undo")
CHANGED = _file("changed", "it is no plan, or was changed", _LIST)
OTHER_NAME = _file("other_name", "it is another plan under this name", _LIST)
NO_LIST = _plan(
    "no_list",
    "no list came for it",
    "It is about leavers of earlier lists; see: dulae report receipt --period WEEK",
)
UNKNOWN = _file("unknown", "the ledger knows no such plan", AGAIN)
NOT_AS_RECORDED = _file("not_as_recorded", "the file is not what the ledger recorded", AGAIN)

# Approval.
CANNOT_SIGN = refusal(
    "plan.cannot_sign",
    "it cannot sign ({problem})",
    "Give the private key that belongs to your public key in people.yml, readable by you alone",
    place="key {key}",
)
NO_APPROVER = _plan(
    "no_approver",
    "{holder} may not approve",
    "Give the holder the role approver and his ssh_public_key in people.yml",
)
OWN_PLAN = _plan("own_plan", "{holder} made it himself", "Ask another approver: a plan needs a second person")
SAME_LOGIN = _plan(
    "same_login",
    "it was made under the login {login}, which is no holder's, and is now approved under the same one",
    "Plan it again with --as HOLDER (or set access_review_operator), or approve it from your own login: "
    "sudo -u keeps your name",
)
CHANGES_NOTHING = _plan("changes_nothing", "it changes nothing, so there is nothing to approve")
DECIDED = _plan("decided", "it is decided already", "See: dulae access list")
EXPIRED = _plan("expired", "it was valid until {until}", AGAIN)
FORGED = refusal(
    "plan.forged",
    "the signature does not hold",
    "Sign with the key whose public half stands in people.yml under {holder}",
    place="approval of {holder}",
)
REJECTED = _plan("rejected", "an approver has rejected it", AGAIN)
NOT_APPROVED = _plan(
    "not_approved",
    "nobody has approved it",
    "Ask an approver: dulae access approve {plan} --as HOLDER --key PATH",
)
NO_SSH_KEYGEN = _file("no_ssh_keygen", "it is not installed", "Install it: apt install openssh-client")
KEY_ASKS = _file("key_asks", "it gave no answer", "Give a key without a passphrase, or an agent")

# Carrying out and taking back.
TAKEN_BACK = _plan("taken_back", "it was taken back", AGAIN)
GIVEN_BACK = _plan("given_back", "access was given back to {names} since it was made", AGAIN)
OTHERWISE = _plan("otherwise", "the newest list says otherwise of {names}", AGAIN)
DECLARED = _plan(
    "declared", "{brake}", "Ask the personnel division which number is right, and read its list again"
)
BRAKED = _plan("braked", "{brake}", "If it is a planned bulk, have it approved with --bulk {accounts}")
NO_SYSTEM = _system("no_system", "it has no accounts in systems.yml", AGAIN)
BUSY = _system("busy", "another run is changing its accounts", "Wait until it has ended, then try again")
NO_REASON = _plan(
    "no_reason", "it is not said why its changes are taken back", "Say it, for the record, with --reason"
)
NOT_CHANGED = _plan(
    "not_changed",
    "it has changed nothing of person {person}, so there is nothing to undo",
    "See the numbers with: dulae access show {plan}",
)
NOT_APPLIED = _plan("not_applied", "it was not applied, so there is nothing to undo", _LIST)
CHANGED_SINCE_PLANNED = _system(
    "changed_since_planned", "changed since it was planned: {logins}", f"Nothing was changed; {_NEW}"
)
CHANGED_MEANWHILE = _system(
    "changed_meanwhile",
    "a row changed while it was being written",
    f"Nothing was changed; {_NEW}; if that does not help, look for a trigger, rule or policy on the users' table",
)
CHANGED_SINCE_DISABLED = _system(
    "changed_since_disabled",
    "changed since it was disabled: {logins}",
    "Nothing was changed; take the others back with --person, and look after these by hand",
)
READS_OTHERWISE = _system(
    "reads_otherwise",
    "a row reads back otherwise than it was written",
    "Nothing was changed; look for a trigger or rule on the users' table",
)
