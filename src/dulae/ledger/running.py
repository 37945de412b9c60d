"""What the module dulae_seal does: open or seal the run of the process that it was started by."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dulae import settings as office
from dulae.checks.finding import Finding
from dulae.errors import LedgerError
from dulae.ledger.locks import Holder
from dulae.ledger.opening import ledger_of, open_run, session_of
from dulae.ledger.sealing import seal
from dulae.settings import Settings

Told = tuple[Finding, dict[str, Any]]


def act(asked: Mapping[str, Any], environ: Mapping[str, str] = os.environ) -> Told:
    """Return the run's finding and what else is told of it; raise LedgerError, SettingsError, OSError.

    ``asked`` has the module's options: state, control, inventory, hosts, run.
    """
    settings = office.load(Path(asked["inventory"]))
    holder = session_of(settings, asked["control"], environ)
    return (
        _opened(settings, holder, asked) if asked["state"] == "opened" else _sealed(settings, holder, asked)
    )


def _opened(settings: Settings, holder: Holder, asked: Mapping[str, Any]) -> Told:
    opened = open_run(settings, holder, asked["hosts"], datetime.now(UTC))
    told = {"run": opened.run, "population": list(opened.population), "excluded": list(opened.excluded)}
    return opened.finding, told


def _sealed(settings: Settings, holder: Holder, asked: Mapping[str, Any]) -> Told:
    run = asked["run"] or holder.run
    if not run:
        raise LedgerError(
            f"no run of {holder.control} is open",
            remedy="Let the first play of the playbook use the role evidence with evidence_state: opened",
        )
    ended = seal(ledger_of(settings), run)
    told = {
        "run": run,
        "sealed": True,
        "evidenced": ended.evidenced,
        "counts": dict(ended.counts),
        "missing": [dict(item) for item in ended.missing],
    }
    return ended.finding, told
