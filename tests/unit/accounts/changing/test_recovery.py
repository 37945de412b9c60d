"""Killed at any moment: afterwards each application is wholly before or wholly after, and the ledger says which.

A forked child carries the plan out and kills itself at one of its steps: a statement, the commit, a file, an entry.
"""

import itertools
import os
import signal
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy.engine import Engine

from dulae.accounts import private
from dulae.accounts.changing import applying, undo
from dulae.accounts.plan import Plan
from dulae.accounts.standing import standings
from dulae.ledger import Ledger, verify
from tests.unit.accounts import office
from tests.unit.accounts.office import PEOPLE, Office, leaver, run_sql

SOMCHAI, SOMYING, WICHAI, *_ = PEOPLE
ACTIVE = "SELECT count(*) FROM users WHERE id IN (1, 3) AND is_active = 1"
SESSIONS = "SELECT count(*) FROM sessions WHERE user_id IN (1, 3)"
HASHES = "SELECT count(*) FROM users WHERE id IN (1, 3) AND password LIKE 'hash%'"
ROLES = "SELECT count(*) FROM model_has_roles WHERE model_id IN (1, 3)"


def killed(prepare: Callable[[], None], carry_out: Callable[[], object]) -> bool:
    """Carry something out in a child that is prepared to kill itself; say whether it did."""
    child = os.fork()
    if child == 0:
        prepare()
        try:
            carry_out()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before_the_commit() -> None:
    """Die when all is written, and the commit is to follow."""
    sqlalchemy.event.listen(Engine, "commit", lambda *_: _die())


def before_the_result() -> None:
    """Die when the first result is to be recorded, after its commit."""
    append = Ledger.append

    def counted(self: Ledger, kind: str, *arguments: Any, **more: Any) -> object:
        if kind == "change.result":
            _die()
        return append(self, kind, *arguments, **more)

    Ledger.append = counted  # type: ignore[assignment,method-assign]


def at(step: int) -> None:
    """Die at a step: around each file and entry, before each statement that matters, before each commit."""
    left = [step]

    def count(*_: object) -> None:
        if not left[0]:
            _die()
        left[0] -= 1

    def counted_statement(*about: Any) -> None:
        # What SQLAlchemy asks of SQLite about its tables changes nothing between one moment and the next.
        if not about[2].startswith(("PRAGMA", "SELECT sql", "SELECT name")):
            count()

    sqlalchemy.event.listen(Engine, "before_cursor_execute", counted_statement)
    sqlalchemy.event.listen(Engine, "commit", count)
    append, write = Ledger.append, private._write

    def counted_append(*arguments: Any, **more: Any) -> object:
        count()
        made = append(*arguments, **more)
        count()
        return made

    def counted_write(path: Path, pieces: Iterable[bytes]) -> None:
        count()
        write(path, pieces)
        count()

    Ledger.append = counted_append  # type: ignore[assignment,method-assign]
    private._write = counted_write


def _states(work: Office) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return what is left open of the two leavers: users and sessions, hashes, sessions and roles."""
    saraban = tuple(run_sql(work.database("saraban"), query)[0][0] for query in (ACTIVE, SESSIONS))
    intranet = tuple(run_sql(work.database("intranet"), query)[0][0] for query in (HASHES, SESSIONS, ROLES))
    return saraban, intranet


BEFORE = ((2, 2), (2, 4, 4))
AFTER = ((0, 0), (0, 0, 0))
UNDONE = ((2, 0), (2, 0, 4))


def in_two_applications(folder: Path, keys: dict[str, Path]) -> tuple[Office, Plan]:
    """Return an office and an approved plan about two people in both applications."""
    folder.mkdir()
    applications = (office.flag_application(folder), office.scramble_application(folder))
    work = office.open_office(folder, *applications, keys=keys)
    return work, work.approved(leaver(SOMCHAI), leaver(WICHAI))


@pytest.mark.skipif(sys.platform != "linux", reason="forks")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_killed_at_any_step_of_applying_it_is_wholly_before_or_after_and_the_next_run_ends_it(
    tmp_path: Path, keys: dict[str, Path]
) -> None:
    ready, plan = in_two_applications(tmp_path / "ready", keys)
    for step in itertools.count():
        work = ready.copied(tmp_path / str(step))
        if not killed(partial(at, step), partial(carried_out, work, plan)):
            break
        for found, before, after in zip(_states(work), BEFORE, AFTER, strict=True):
            assert found in (before, after), f"step {step}: {found}"
        committed = [found == after for found, after in zip(_states(work), AFTER, strict=True)]
        assert verify(work.desk.state_dir / "ledger").ok
        carried_out(work, plan)
        assert _states(work) == AFTER
        _demand_told(work, plan, committed)
    assert step > 30


def carried_out(work: Office, plan: Plan) -> None:
    """Carry the plan out where it may be; a copy has its own files."""
    list(applying.apply(work.desk, plan))


def taken_back(work: Office, plan: Plan) -> None:
    """Take the plan back."""
    list(undo.undo(work.desk, plan))


def _demand_told(work: Office, plan: Plan, committed: list[bool]) -> None:
    """What was committed has one intent and is told as applied; what was not, was told and done again."""
    standing = standings(work.ledger)[plan.plan_id]
    assert not standing.open_intents and set(standing.applied) == {"saraban", "intranet"}
    for system, was_committed in zip(("saraban", "intranet"), committed, strict=True):
        outcomes = [body["outcome"] for body in work.bodies("change.result") if body["system"] == system]
        assert outcomes in (["applied"], ["rolled_back", "applied"])
        if was_committed:
            assert outcomes == ["applied"]


@pytest.mark.skipif(sys.platform != "linux", reason="forks")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_killed_at_any_step_of_undoing_it_is_wholly_before_or_after_and_undo_ends_it(
    tmp_path: Path, keys: dict[str, Path]
) -> None:
    ready, plan = in_two_applications(tmp_path / "ready", keys)
    carried_out(ready, plan)
    for step in itertools.count():
        work = ready.copied(tmp_path / str(step))
        if not killed(partial(at, step), partial(taken_back, work, plan)):
            break
        for found, applied, undone in zip(_states(work), AFTER, UNDONE, strict=True):
            assert found in (applied, undone), f"step {step}: {found}"
        taken_back(work, plan)
        assert _states(work) == UNDONE
        assert not standings(work.ledger)[plan.plan_id].open_intents
        assert verify(work.desk.state_dir / "ledger").ok
    assert step > 15


def test_an_interrupted_attempt_stays_open_while_its_database_is_away(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    assert killed(before_the_result, partial(carried_out, work, plan))
    work.database("saraban").rename(work.folder / "away.db")
    assert [result.outcome for result in applying.apply(work.desk, plan)] == ["unreadable", "applied"]
    assert "saraban" in standings(work.ledger)[plan.plan_id].open_intents
    (work.folder / "away.db").rename(work.database("saraban"))
    assert [result.outcome for result in applying.apply(work.desk, plan)] == ["recovered", "already"]
    assert work.bodies("change.result")[-1]["examined"]


@pytest.mark.parametrize(
    ("prepare", "outcome"), [(before_the_commit, "rolled_back"), (before_the_result, "applied")]
)
def test_where_only_sessions_were_to_end_the_rows_say_whether_they_did(
    work: Office, prepare: Callable[[], None], outcome: str
) -> None:
    run_sql(work.database("saraban"), "UPDATE users SET is_active = 0 WHERE id = 1")
    work = work.with_applications(work.desk.applications[0])
    plan = work.approved(leaver(SOMCHAI))
    assert plan.items[0]["account"]["disabled"]
    assert killed(prepare, lambda: list(applying.apply(work.desk, plan)))
    list(applying.apply(work.desk, plan))
    outcomes = [body["outcome"] for body in work.bodies("change.result")]
    assert outcomes[0] == outcome and outcomes[-1] == "applied"
    assert "ended_late" not in work.bodies("change.result")[-1]["items"][0]
    assert run_sql(work.database("saraban"), SESSIONS) == [(1,)]
