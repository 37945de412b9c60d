"""Who on the list owns which account: tiers from citizen number and name down to a similar spelling.

The leavers are indexed and the accounts streamed past them. Only number and name together lead to a proposal.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from dulae.accounts.account import Account, Leaver
from dulae.accounts.similar import Similar
from dulae.checks.finding import Reason, reason


class Tier(enum.Enum):
    """How an account was found for a leaver, best first."""

    ID_AND_NAME = reason("access.id_and_name", "citizen number and name agree")
    ID_AND_FORMER_NAME = reason(
        "access.id_and_former_name",
        "citizen number agrees, and so does the name with the former surname of the list",
    )
    ID_AND_FIRST_NAME = reason(
        "access.id_and_first_name", "citizen number and first name agree, the surname differs"
    )
    ID_OTHER_NAME = reason("access.id_other_name", "the citizen number agrees but the first name differs")
    NAME_AND_UNIT = reason(
        "access.name_and_unit", "name and unit agree, but there is no citizen number to compare"
    )
    NAME_ONLY = reason("access.name_only", "only the name agrees, and a name alone proves nothing")
    SAME_NAME_OTHER_ID = reason(
        "access.same_name_other_id", "the name agrees but the citizen number is another person's"
    )
    SIMILAR = reason("access.similar_name", "the name is spelled similarly")

    @property
    def why(self) -> Reason:
        """Return the reason that a plan gives for this match."""
        return self.value

    @property
    def is_candidate(self) -> bool:
        """Say whether the account may be the leaver's; the last two are hints only."""
        return self not in (Tier.SAME_NAME_OTHER_ID, Tier.SIMILAR)


PROPOSING = (Tier.ID_AND_NAME, Tier.ID_AND_FORMER_NAME)
_BY_ID = (*PROPOSING, Tier.ID_AND_FIRST_NAME, Tier.ID_OTHER_NAME)
_BY_NAME = (Tier.NAME_AND_UNIT, Tier.NAME_ONLY)
_ORDER = tuple(Tier)
SEVERAL = reason("access.several_accounts", "several active accounts may be this person's")
# Spelling hints help to find one person; a long row of them helps nobody.
_MOST_HINTS = 5


@dataclass(frozen=True, slots=True)
class Match:
    """An account that was found for a leaver."""

    tier: Tier
    account: Account


@dataclass
class Matches:
    """What one application gave: matches by the person's place in the list, and how many accounts there are."""

    by_person: dict[int, list[Match]] = field(default_factory=lambda: defaultdict(list))
    accounts: int = 0
    active: int = 0
    privileged: int = 0


class Outcome(enum.Enum):
    """What follows for one leaver in one application."""

    PROPOSE = "propose"
    REVIEW = "review"
    ALREADY = "already"
    NO_ACCOUNT = "no_account"


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows for one leaver in one application, why, and on which accounts it rests.

    ``also`` holds active accounts beside these that carry the same name and unit but no citizen number.
    """

    outcome: Outcome
    why: Reason
    matches: tuple[Match, ...] = ()
    also: tuple[Match, ...] = ()


NO_ACCOUNT = reason("access.no_account", "no account carries this citizen number or name")


class Index:
    """Leavers by citizen number, by name, and by similar spelling."""

    def __init__(self, leavers: Sequence[Leaver]) -> None:
        self._by_id: dict[str, list[Leaver]] = defaultdict(list)
        self._by_name: dict[str, list[Leaver]] = defaultdict(list)
        for leaver in leavers:
            if leaver.citizen_id:
                self._by_id[leaver.citizen_id].append(leaver)
            for key in leaver.name_keys:
                self._by_name[key].append(leaver)
        self._similar = Similar((leaver.number, leaver.name_key) for leaver in leavers)

    def matches(self, accounts: Iterable[Account]) -> Matches:
        """Return what a stream of accounts gives for the leavers."""
        found = Matches()
        for account in accounts:
            found.accounts += 1
            found.active += account.active
            found.privileged += account.active and account.privileged
            self._meet(account, found.by_person)
        return found

    def _meet(self, account: Account, by_person: dict[int, list[Match]]) -> None:
        met: set[int] = set()
        for leaver in self._by_id.get(account.citizen_id, ()) if account.citizen_id else ():
            by_person[leaver.number].append(Match(_tier_by_id(leaver, account), account))
            met.add(leaver.number)
        for leaver in self._by_name.get(account.name_key, ()):
            if leaver.number not in met:
                by_person[leaver.number].append(Match(_tier_by_name(leaver, account), account))
                met.add(leaver.number)
        for number in self._similar.numbers(account.name_key):
            if number not in met and len(by_person[number]) < _MOST_HINTS:
                by_person[number].append(Match(Tier.SIMILAR, account))


def _tier_by_id(leaver: Leaver, account: Account) -> Tier:
    if account.name_key == leaver.name_key:
        return Tier.ID_AND_NAME
    if account.name_key in leaver.name_keys:
        return Tier.ID_AND_FORMER_NAME
    first_name = account.name_key.partition("|")[0]
    return Tier.ID_AND_FIRST_NAME if first_name == leaver.first_name else Tier.ID_OTHER_NAME


def _tier_by_name(leaver: Leaver, account: Account) -> Tier:
    if leaver.citizen_id and account.citizen_id:
        return Tier.SAME_NAME_OTHER_ID
    same_unit = bool(leaver.unit) and leaver.unit == account.unit
    return Tier.NAME_AND_UNIT if same_unit else Tier.NAME_ONLY


def decide(matches: Sequence[Match]) -> Decision:
    """Return what follows for one leaver from the accounts that were found for him."""
    by_id = [match for match in matches if match.tier in _BY_ID]
    by_name = [match for match in matches if match.tier in _BY_NAME]
    if not by_id and not by_name:
        return Decision(Outcome.NO_ACCOUNT, NO_ACCOUNT, tuple(matches))
    decision = _decided(by_id or by_name)
    if not by_id:
        return decision
    second = (match for match in by_name if match.account.active and match.tier is Tier.NAME_AND_UNIT)
    return replace(decision, also=tuple(second))


def _decided(rested_on: Sequence[Match]) -> Decision:
    active = tuple(match for match in rested_on if match.account.active)
    if not active:
        best = min(rested_on, key=lambda match: _ORDER.index(match.tier))
        return Decision(Outcome.ALREADY, best.tier.why, tuple(rested_on))
    if len(active) > 1:
        return Decision(Outcome.REVIEW, SEVERAL, active)
    outcome = Outcome.PROPOSE if active[0].tier in PROPOSING else Outcome.REVIEW
    return Decision(outcome, active[0].tier.why, active)
