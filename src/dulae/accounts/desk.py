"""Where an access plan is worked on: the evidence, the folders, who sits there, and what time it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from dulae.accounts import private, refusing
from dulae.accounts.applications import Application, applications
from dulae.accounts.refusing import RefusedPlan
from dulae.ledger import provenance
from dulae.ledger.opening import ledger_of
from dulae.settings import load

if TYPE_CHECKING:
    from dulae.ledger import Entry
    from dulae.settings import Settings

PLAN_DAYS = 7
APPROVER_ROLE = "approver"
_BANGKOK = ZoneInfo("Asia/Bangkok")


class Evidence(Protocol):
    """The part of a ledger that this room uses."""

    def append(
        self, kind: str, body: Mapping[str, Any], *, run: str = "", control: str = "", verdict: str = ""
    ) -> Entry:
        """Keep one entry, or raise LedgerError."""
        ...

    def entries(self, kinds: Collection[str] = ()) -> Iterable[Entry]:
        """Yield the entries of some kinds in order."""
        ...

    def entries_without(self, part: str, kinds: Collection[str]) -> Iterable[Entry]:
        """Yield the entries of some kinds in order, a part of their bodies left out."""
        ...


@dataclass(frozen=True)
class Operator:
    """Who is at work: the name that this machine knows, and the holder in people.yml where one is known."""

    login: str
    holder: str = ""

    @property
    def name(self) -> str:
        """Return the name under which the work is recorded."""
        return self.holder or self.login


@dataclass(frozen=True)
class Approver:
    """A holder who may approve, with the public half of his SSH key."""

    holder: str
    public_key: str
    logins: frozenset[str] = frozenset()


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """All that planning, approving and applying need besides the list."""

    state_dir: Path
    evidence: Evidence
    operator: Operator
    applications: tuple[Application, ...]
    approvers: tuple[Approver, ...] = ()
    zone: ZoneInfo = _BANGKOK
    max_age: timedelta = timedelta(days=PLAN_DAYS)
    run: str = ""
    clock: Callable[[], datetime] = field(default=_now)

    @property
    def plans(self) -> Path:
        """Return the folder of plans."""
        return self.state_dir / "plans"

    @property
    def kept(self) -> Path:
        """Return the folder of previous values, for undo."""
        return self.state_dir / "undo"

    @property
    def judged_list(self) -> Path:
        """Return the newest list as ``dulae_leavers`` has judged it."""
        return self.state_dir / "access" / "list.json"

    @property
    def uncompared(self) -> Path:
        """Return the folder of lists that came and were not compared before the next one did."""
        return self.state_dir / "access" / "uncompared"

    @property
    def outstanding(self) -> Path:
        """Return the file of leavers of earlier lists whose access has not ended."""
        return self.state_dir / "access" / "outstanding.json"

    @property
    def staying(self) -> Path:
        """Return the file of those who stay by a list, and until when an earlier plan may say otherwise."""
        return self.state_dir / "access" / "staying.json"

    @property
    def locks(self) -> Path:
        """Return the folder of locks."""
        return self.state_dir / "locks"

    @cached_property
    def key(self) -> bytes:
        """Return this node's key for comparing personal data without keeping them; raise PlanError."""
        return private.key(self.state_dir / "access.key")

    def application(self, system: str) -> Application | None:
        """Return the application of a system, or None."""
        return next((kept for kept in self.applications if kept.system == system), None)

    def told(self, moment: datetime) -> str:
        """Return a moment as the office's clocks show it, with the name of its zone."""
        return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M} ({self.zone.key})"

    def record(self, kind: str, body: Mapping[str, Any], verdict: str = "") -> None:
        """Keep one entry of control ``access``; raise LedgerError if it cannot be kept."""
        self.evidence.append(kind, body, run=self.run, control="access", verdict=verdict)


@dataclass(frozen=True)
class Setting:
    """How a door calls: in which run of Ansible, as which holder, and after how many days a plan is too old."""

    run: str = ""
    holder: str = ""
    plan_days: int = PLAN_DAYS


def at(inventory: Path, setting: Setting) -> Desk:
    """Return the desk of an inventory; raise SettingsError, LedgerError or PlanError if it is not ready for work."""
    settings = load(inventory)
    return Desk(
        state_dir=settings.state_dir,
        evidence=ledger_of(settings),
        operator=operator(settings, provenance.operator()["operator"], setting.holder),
        applications=applications(settings),
        approvers=tuple(approvers(settings)),
        zone=settings.calendar.zone,
        max_age=timedelta(days=setting.plan_days),
        run=setting.run,
    )


def approvers(settings: Settings) -> Iterable[Approver]:
    """Yield everybody who may approve and has given a public key."""
    for holder in settings.people.holding(APPROVER_ROLE):
        if holder.ssh_public_key:
            yield Approver(
                holder.id, holder.ssh_public_key, frozenset({holder.id, holder.email.partition("@")[0]})
            )


def operator(settings: Settings, login: str, holder: str = "") -> Operator:
    """Return who is at work; a machine login that is a holder's id or mail name is that holder.

    Raise PlanError where people.yml has no such holder.
    """
    holders = settings.people.holders
    if holder and not settings.people.holder(holder):
        known_ones = ", ".join(kept.id for kept in holders)
        raise RefusedPlan(refusing.NO_HOLDER, "people.yml", holder=holder, holders=known_ones)
    known = (kept.id for kept in holders if login and login in (kept.id, kept.email.partition("@")[0]))
    return Operator(login, holder or next(known, ""))
