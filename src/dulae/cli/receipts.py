"""`dulae access receipt`: the receipts of the day on which a plan's list came."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dulae.accounts import refusing
from dulae.accounts.refusing import of_plan
from dulae.cli import clock

if TYPE_CHECKING:
    from dulae.accounts.plan import Plan
    from dulae.settings import Settings


def written(settings: Settings, plan: Plan, *, pdf: bool) -> Iterator[Path]:
    """Write the receipt for a plan's list and yield its files; raise PlanError where the plan has no list.

    Raise ReportError where it cannot be written.
    """
    from dulae.ledger import Ledger
    from dulae.ledger.views.access import LIST
    from dulae.reports.writing import Order, write

    ledger = Ledger.open(settings.state_dir / "ledger")
    sha256 = plan.document["list"]["sha256"]
    came = [entry.ts for entry in ledger.entries((LIST,)) if entry.body.get("sha256") == sha256]
    if not sha256 or not came:
        raise of_plan(refusing.NO_LIST, plan.plan_id)
    day = came[-1].astimezone(settings.calendar.zone).date()
    today = clock.now().astimezone(settings.calendar.zone).date()
    order = Order(reports=("receipt",), period=day.isoformat(), pdf=pdf)
    yield from (file.path for file in write(ledger, settings, order, today))
