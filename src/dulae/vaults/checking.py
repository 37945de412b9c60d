"""The examination of backup sets that lie in a vault: the same as of those on a machine's own disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dulae.checks.backup.copies import shown
from dulae.checks.backup.examine import check as examined
from dulae.checks.backup.level import not_proven
from dulae.checks.backup.medium import Lost
from dulae.checks.backup.sets import BackupSet
from dulae.checks.backup.tools import Tools
from dulae.checks.finding import Finding, Verdict, judged
from dulae.checks.outcome import Stopwatch
from dulae.remote import Host
from dulae.vaults.vault import named, reached

# A vault that says nothing for so long is not waited for.
SILENCE_S = 60.0


def check(
    sets: Sequence[BackupSet], vault: Host, tools: Tools, silence_s: float = SILENCE_S
) -> list[Finding]:
    """Return one finding for each set; all are unknown where the vault cannot be reached or trusted."""
    watch = Stopwatch()
    try:
        with reached(vault, silence_s) as medium:
            found = examined(sets, replace(tools, medium=medium))
    except Lost as lost:
        return [_unknown(one, lost, watch) for one in sets]
    return [replace(one, measured={**one.measured, "vault": named(vault)}) for one in found]


def _unknown(backup_set: BackupSet, lost: Lost, watch: Stopwatch) -> Finding:
    """Return the finding of a set that nobody could look at."""
    measured = {
        "kind": backup_set.kind,
        "path": shown(backup_set.path),
        "level_reached": "nothing",
        "not_proven": not_proven(""),
        **lost.numbers,
    }
    made = judged(
        "backup", backup_set.name, Verdict.UNKNOWN, lost.why, measured=measured, limit=backup_set.limit()
    )
    return replace(made, system=backup_set.system, started_at=watch.started_at, elapsed_ms=watch.elapsed_ms)
