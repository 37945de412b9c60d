"""The example department with a real ledger whose clock is moved, and a pen to write its story."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from dulae.checks.finding import REASONS, Finding, Verdict, judged, utc_text
from dulae.ledger import Draft, Ledger
from dulae.settings import Settings, load

ROOT = Path(__file__).parents[3]
PASS, WARN, FAIL, UNKNOWN = Verdict.PASS, Verdict.WARN, Verdict.FAIL, Verdict.UNKNOWN


@dataclass
class Clock:
    """The time that the ledger believes."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Department:
    """Settings and ledger, with a pen to write the story."""

    settings: Settings
    ledger: Ledger
    clock: Clock
    drafts: list[tuple[datetime, Draft]] = field(default_factory=list)

    def at(self, day: date, clock: str) -> datetime:
        return datetime.combine(day, time.fromisoformat(clock), self.settings.calendar.zone)

    def write(self, moment: datetime, kind: str, body: Mapping[str, Any], **header: str) -> None:
        self.drafts.append((moment, Draft(kind, body, **header)))

    def settle(self) -> None:
        """Put everything into the ledger in the order of time."""
        moments = [moment for moment, _ in sorted(self.drafts, key=lambda pair: pair[0])]
        drafts = [draft for _, draft in sorted(self.drafts, key=lambda pair: pair[0])]
        ticking = iter(moments)
        self.ledger.clock = lambda: next(ticking)
        for start in range(0, len(drafts), 500):
            self.ledger.append_many(drafts[start : start + 500])
        self.drafts.clear()
        self.ledger.clock = self.clock


Seen = tuple[str, Finding]


def department(folder: Path, begins: date = date(2026, 10, 1), **site: Any) -> Department:
    """Return the example department with a new ledger that begins early on a day."""
    inventory = folder / "inventory"
    shutil.copytree(ROOT / "inventory/example", inventory)
    path = inventory / "group_vars/all/site.yml"
    text = path.read_text(encoding="utf-8").replace("/var/lib/dulae/reports", "reports")
    text = text.replace("/var/lib/dulae", "state").replace("/srv/dulae/lists", "lists")
    text = text.replace("/srv/dulae/claims", "lists/claims")
    for name, value in site.items():
        text = "\n".join(
            f"  {name}: {value}" if line.startswith(f"  {name}:") else line for line in text.splitlines()
        )
    path.write_text(text + "\n", encoding="utf-8")
    settings = load(inventory)
    clock = Clock(datetime.combine(begins, time(7), settings.calendar.zone).astimezone(UTC))
    organisation = settings.site.organisation.en
    ledger = Ledger.create(
        settings.state_dir / "ledger", organisation=organisation, node=settings.site.node, clock=clock
    )
    return Department(settings, ledger, clock)


@dataclass(frozen=True)
class Plan:
    """One run to be told: when, which work, what was seen, and what was missing."""

    when: datetime
    control: str
    seen: tuple[Seen, ...]
    missing: tuple[Mapping[str, str], ...] = ()
    took_ms: int = 21_400
    killed: bool = False
    limit_minutes: int = 5
    playbook: str = "check_availability.yml"


def run(tale: Department, plan: Plan) -> None:
    """Write one run: intent, findings, result."""
    name = f"{plan.control}-{plan.when.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    population = [{"host": host, "subject": f.subject, "check": f.check} for host, f in plan.seen]
    intent = {
        "run": name,
        "control": plan.control,
        "playbook": plan.playbook,
        "trigger": "timer",
        "operator": "dulae",
        "population": [*population, *plan.missing],
        "limit_minutes": plan.limit_minutes,
        "started_at": utc_text(plan.when),
        "check_mode": False,
    }
    header = {"run": name, "control": plan.control}
    tale.write(plan.when, "run.intent", intent, **header)
    step = timedelta(milliseconds=plan.took_ms / (len(plan.seen) + 2))
    moment = plan.when
    counts = {verdict.value: 0 for verdict in Verdict}
    for host, finding in plan.seen[: 3 if plan.killed else None]:
        moment += step
        counts[finding.verdict.value] += 1
        stamped = replace(finding, started_at=utc_text(moment - step))
        body = {"host": host, "task": "probe", "grade": "measured", "finding": stamped.to_dict()}
        tale.write(moment, "finding", body, verdict=finding.verdict.value, **header)
    if plan.killed:
        return
    verdict = _verdict(plan)
    result = {
        "counts": counts,
        "expected": len(population) + len(plan.missing),
        "observed": len(population),
        "missing": list(plan.missing),
        "started_at": utc_text(plan.when),
        "finished_at": utc_text(plan.when + timedelta(milliseconds=plan.took_ms)),
        "elapsed_ms": plan.took_ms,
        "limit_minutes": plan.limit_minutes,
        "within_limit": plan.took_ms <= plan.limit_minutes * 60_000,
        "evidenced": not plan.missing,
        "check_mode": False,
    }
    ended = plan.when + timedelta(milliseconds=plan.took_ms)
    tale.write(ended, "run.result", {**intent, **result}, verdict=verdict, **header)


def _verdict(plan: Plan) -> str:
    verdicts = [finding.verdict for _, finding in plan.seen] + [UNKNOWN] * bool(plan.missing)
    return next((v.value for v in (FAIL, UNKNOWN, WARN) if v in verdicts), "pass")


def find(check: str, subject: str, verdict: Verdict, code: str, **numbers: Mapping[str, Any]) -> Finding:
    """Return a finding with the words of a registered reason."""
    made = judged(check, subject, verdict, REASONS[code], **numbers)
    return replace(made, system=subject.partition("/")[0] if not subject.startswith("/") else "")
