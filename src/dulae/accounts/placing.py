"""Where each leaver belongs in a plan, for one application, and why. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from dulae.accounts.account import DISABLING, Leaver
from dulae.accounts.applications import Application
from dulae.accounts.matching import PROPOSING, Decision, Match, Outcome, Tier, decide
from dulae.accounts.profiles.shapes import Sign
from dulae.accounts.sheet import Sheet
from dulae.accounts.survey import Survey, Use
from dulae.accounts.telling import told
from dulae.checks.finding import reason

UNCLEAR = reason("access.row_unclear", "the list's row needs a decision: {reason}")
BY_HAND = reason("access.by_hand", "the movement {movement} ({action}) is carried out by hand")
CONTRADICTED = reason("access.contradicted", "other rows of the list speak against it: {rows}")
PROTECTED = reason("access.protected", "the account is protected and may only be changed by hand")
SHARED = reason(
    "access.shared_account",
    "several people use this account: {owner}, who answers for it, changes its password and says whose it is now",
)
LAST_ADMINISTRATOR = reason("access.last_administrator", "nobody else would be left to administer the system")
NO_TRANSACTIONS = reason(
    "access.no_transactions",
    "tables {tables} keep no transactions, so that half of a change could stay; "
    "nothing is changed before that is mended",
)
SECOND_ACCOUNT = reason("access.second_account", "another active account has the same name and unit")
SECOND_OPEN = reason(
    "access.second_open",
    "another account that is, or may be, this person's is disabled, but still has sessions, tokens or roles",
)
SEVERAL_OPEN = reason(
    "access.several_open",
    "several disabled accounts that are, or may be, this person's still have sessions, tokens or roles",
)
REPEATED = reason("access.repeated", "another row of the list says the same of this person")

# The sections of a plan; `repeated` has no entries of its own.
SECTIONS = ("proposed", "protected", "waiting", "review", "already", "no_account", "repeated")


@dataclass(frozen=True, slots=True)
class Placed:
    """One leaver's place in the plan of one application. ``why`` is ``{code, because, ...places}``."""

    leaver: Leaver
    section: str
    why: dict[str, str]
    decision: Decision


def placed(sheet: Sheet, survey: Survey) -> list[Placed]:
    """Return a place for each leaver that is sought; no system is left without an administrator."""
    places = [_placed(sheet, survey, leaver) for leaver in sheet.sought]
    for sign in survey.application.profile.users.signs:
        if sign.apart:
            places = _with_the_last(places, survey.bearers.get(sign.label, 0), partial(_bears, sign))
    places = _with_the_last(places, survey.matches.privileged, _is_administrator)
    return [_stopped(place, survey) for place in places] if survey.obstacles else places


def _with_the_last(places: list[Placed], active: int, is_one: Callable[[Placed], bool]) -> list[Placed]:
    """Protect the administrators of one kind where none of the active ones would be left."""
    proposed = sum(map(is_one, places))
    if not proposed or proposed < active:
        return places
    return [_protected(place) if is_one(place) else place for place in places]


def seconds(place: Placed) -> Iterator[Placed]:
    """Yield a review for each further account that may be the same person's."""
    for match in place.decision.also:
        why = SECOND_ACCOUNT if match.account.active else SECOND_OPEN
        yield Placed(place.leaver, "review", told(why), Decision(Outcome.REVIEW, why, (match,)))


def _placed(sheet: Sheet, survey: Survey, leaver: Leaver) -> Placed:
    matches = survey.matches.by_person.get(leaver.number, ())
    decision = _beside(survey, _still_open(survey, decide(matches)), matches)
    section, why = _section(sheet, leaver, decision)
    if section in ("proposed", "waiting") and (owner := _owner(survey.application, decision)):
        section, why = "review", told(SHARED, owner=owner)
    if section == "proposed" and _protects(survey.application, decision):
        section, why = "protected", told(PROTECTED)
    return Placed(leaver, section, why, decision)


def _still_open(survey: Survey, decision: Decision) -> Decision:
    """Return that a disabled account with something open is to be closed wholly, or that a person must decide it."""
    if decision.outcome is not Outcome.ALREADY:
        return decision
    left = _left_open(survey, decision.matches)
    surely = tuple(match for match in left if match.tier in PROPOSING)
    if len(surely or left) > 1:
        return Decision(Outcome.REVIEW, SEVERAL_OPEN, surely or left, decision.also)
    if surely:
        return replace(decision, outcome=Outcome.PROPOSE, matches=surely)
    return Decision(Outcome.REVIEW, left[0].tier.why, left, decision.also) if left else decision


def _left_open(survey: Survey, matches: Iterable[Match]) -> tuple[Match, ...]:
    """Return the accounts that are somebody's, or may be, are disabled, and have something open all the same.

    A name alone counts for nothing here: it would name a colleague for as long as his roles are there.
    """
    return tuple(
        match
        for match in matches
        if match.tier.is_candidate
        and match.tier is not Tier.NAME_ONLY
        and not match.account.active
        and any(survey.uses.get(match.account.key, Use()).open.values())
    )


def _beside(survey: Survey, decision: Decision, matches: Iterable[Match]) -> Decision:
    """Return a decision with the disabled accounts beside those it rests on that have something open."""
    rested_on = {match.account.key for match in decision.matches}
    beside = [match for match in _left_open(survey, matches) if match.account.key not in rested_on]
    return replace(decision, also=(*decision.also, *beside)) if beside else decision


def _section(sheet: Sheet, leaver: Leaver, decision: Decision) -> tuple[str, dict[str, str]]:
    if decision.outcome in (Outcome.NO_ACCOUNT, Outcome.ALREADY):
        return decision.outcome.value, told(decision.why)
    if doubt := _doubt(sheet, leaver):
        return "review", doubt
    if leaver.citizen_id and sheet.repeats(leaver):
        return "repeated", told(REPEATED)
    if decision.outcome is Outcome.REVIEW:
        return "review", told(decision.why)
    return "proposed" if leaver.standing == "act" else "waiting", told(decision.why)


def _doubt(sheet: Sheet, leaver: Leaver) -> dict[str, str]:
    """Return why the list alone does not suffice, or nothing."""
    if leaver.doubt:
        return dict(leaver.doubt)
    if leaver.standing == "review":
        return {**told(UNCLEAR, reason=leaver.reason), "reason_th": leaver.reason_th}
    if leaver.action not in DISABLING:
        return told(BY_HAND, movement=leaver.movement, action=leaver.action)
    against = sheet.contradictions(leaver) if leaver.citizen_id else []
    return told(CONTRADICTED, rows=", ".join(map(str, against))) if against else {}


def _protects(application: Application, decision: Decision) -> bool:
    return application.protects(decision.matches[0].account.login)


def _owner(application: Application, decision: Decision) -> str:
    """Return who answers for an account that others use too, or nothing."""
    return application.shared.get(decision.matches[0].account.login.casefold(), "")


def _is_administrator(place: Placed) -> bool:
    account = place.decision.matches[0].account if place.section == "proposed" else None
    return account is not None and account.active and account.privileged


def _bears(sign: Sign, place: Placed) -> bool:
    """Say whether an account that would be disabled bears a sign."""
    return _is_administrator(place) and sign.holds(place.decision.matches[0].account.row[sign.label])


def _protected(place: Placed) -> Placed:
    return replace(place, section="protected", why=told(LAST_ADMINISTRATOR))


def _stopped(place: Placed, survey: Survey) -> Placed:
    """Keep from the plan what could not be carried out wholly or not at all."""
    if place.section != "proposed":
        return place
    return replace(place, section="protected", why=told(NO_TRANSACTIONS, tables=tables_of(survey.obstacles)))


def tables_of(obstacles: Mapping[str, str]) -> str:
    """Return the tables without transactions in a line, each with its engine."""
    return ", ".join(f"{table} ({engine})" for table, engine in obstacles.items())
