"""The table of every form of backup x every fault: which level catches it, and whether any is missed."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dulae.checks.backup.level import LEVELS
from dulae.checks.finding import Finding, Verdict

ROW = "fault row"
GOOD = "good set"
MISSED = "MISSED"
Record = Callable[[str, Mapping[str, str]], None]
Note = Callable[[str], None]
_LETTERS = {level: level[0] for level in LEVELS} | {MISSED: "!!"}
_ACROSS = 4


def caught_at(judge: Callable[[str], Finding]) -> str:
    """Return the first level at which a set fails that fails at the last one, else MISSED."""

    def fails(level: str) -> bool:
        return judge(level).verdict is Verdict.FAIL

    told = told_at(judge(LEVELS[-1]))
    if told == MISSED or not any(map(fails, LEVELS[: LEVELS.index(told)][-1:])):
        return told
    return next(level for level in LEVELS if fails(level))


def told_at(finding: Finding) -> str:
    """Return the level that a finding of the last one says a set failed at, else MISSED.

    Each level begins with the steps of those before it. A rule about all copies fails a set at the first level, though
    the newest copy may reach the last.
    """
    reached = finding.measured["level_reached"]
    if finding.verdict is not Verdict.FAIL:
        return MISSED
    return LEVELS[(LEVELS.index(reached) + 1) % len(LEVELS)] if reached in LEVELS else LEVELS[0]


def lines(noted: Iterable[tuple[str, Any]]) -> list[str]:
    """Return the table of what tests noted, none where they noted no row.

    A fault has a number across; below it stands the first letter of the level that catches it.
    """
    notes = list(noted)
    rows: dict[str, Mapping[str, str]] = dict(sorted(value for name, value in notes if name == ROW))
    good = {value for name, value in notes if name == GOOD}
    if not rows:
        return [_total(rows, good)] if good else []
    faults = sorted({fault for caught in rows.values() for fault in caught})
    width = max(map(len, rows))
    return [
        *(", ".join(legend) for legend in _legend(faults)),
        "",
        " " * width + "".join(f"{number:>3}" for number in range(1, len(faults) + 1)),
        *(
            f"{form:<{width}}" + "".join(f"{_letter(caught, fault):>3}" for fault in faults)
            for form, caught in rows.items()
        ),
        "",
        _total(rows, good),
    ]


def _legend(faults: list[str]) -> list[list[str]]:
    """Return what numbers and letters mean, some on each line."""
    numbered = [f"{number} {fault}" for number, fault in enumerate(faults, 1)]
    meant = [f"{_LETTERS[level]} {level}" for level in (*LEVELS, MISSED)]
    cut = [numbered[start : start + _ACROSS] for start in range(0, len(numbered), _ACROSS)]
    return [*cut, [*meant, "- cannot happen to it, or is not tried"]]


def _letter(caught: Mapping[str, str], fault: str) -> str:
    return _LETTERS[caught[fault]] if fault in caught else "-"


def _total(rows: Mapping[str, Mapping[str, str]], good: set[str]) -> str:
    tried = [level for caught in rows.values() for level in caught.values()]
    missed = sum(level == MISSED for level in tried)
    return f"{len(rows)} forms, {len(tried)} faults, {missed} missed at content; {len(good)} good sets passed"
