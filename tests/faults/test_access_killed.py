"""Killed before any statement, commit, file or entry, on real servers: wholly before or after, and then told."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from dulae.accounts.changing import applying, keeping, undo
from dulae.accounts.changing.keeping import Change
from dulae.accounts.changing.result import Result
from dulae.accounts.plan import Plan
from tests.faults import access_servers
from tests.faults.access_servers import LEAVERS, SARABAN, SYSTEMS, WICHAI, Content, Rig
from tests.faults.killing import CATALOG, killed_before, steps_of
from tests.integration.mariadb import MariaDb, mariadb
from tests.integration.postgres import Server, postgres
from tests.unit.accounts.conftest import keys
from tests.unit.accounts.office import Office, leaver

__all__ = ["keys", "mariadb", "postgres"]

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="forks"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]
LAYOUTS = {
    "flag on postgresql, scramble on mariadb": ("postgresql", "mariadb"),
    "flag on mariadb, scramble on postgresql": ("mariadb", "postgresql"),
}


@dataclass(frozen=True)
class History:
    """What both databases hold before a plan, after it, and after it was taken back; and what was kept for that."""

    start: Rig
    plan: Plan
    before: dict[str, Content]
    after: dict[str, Content]
    undone: dict[str, Content]
    kept: dict[str, list[tuple[object, ...]]]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(kinds, id=name, marks=pytest.mark.xdist_group(f"access {kinds[0]}"))
        for name, kinds in LAYOUTS.items()
    ],
)
def history(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    keys: dict[str, Path],
    postgres: Server,
    mariadb: MariaDb,
) -> History:
    """Return an approved plan about three leavers in both applications; one was locked in the meantime by hand."""
    servers = {"postgresql": postgres, "mariadb": mariadb}
    places = {
        system: access_servers.MADE[kind](servers[kind], system)
        for system, kind in zip(SYSTEMS, request.param, strict=True)
    }
    start = access_servers.rig(tmp_path_factory.mktemp("start"), keys, places)
    plan = start.work.approved(*map(leaver, LEAVERS))
    places[SARABAN].run(f"UPDATE users SET is_active = FALSE WHERE id = {WICHAI.number}")
    before = {system: place.content() for system, place in places.items()}
    done = start.elsewhere(tmp_path_factory.mktemp("done") / "work")
    assert [result.outcome for result in applying.apply(done.desk, plan)] == ["applied", "applied"]
    after, how_far = start.content(), access_servers.standing(done, plan)
    kept = {
        system: [previous(change) for change in loaded.changes]
        for system, attempt in how_far.applied.items()
        if (loaded := keeping.load(done.desk, plan.plan_id, system, attempt))
    }
    assert [result.outcome for result in undo.undo(done.desk, plan)] == ["undone", "undone"]
    return History(start, plan, before, after, start.content(), kept)


def steps_to_try(steps: list[str]) -> Iterator[int]:
    """Yield the number of each step; of many questions about tables and columns in a row, the first."""
    for number, step in enumerate(steps):
        if step != CATALOG or steps[number - 1] != CATALOG:
            yield number


def test_killed_while_applying_each_application_is_wholly_before_or_after_and_the_next_run_ends_it(
    history: History, tmp_path: Path
) -> None:
    def apply(work: Office) -> list[Result]:
        return list(applying.apply(work.desk, history.plan))

    first = history.start.copied(tmp_path / "first", history.before)
    steps = steps_of(partial(apply, first.work))
    assert first.content() == history.after and len(steps) > 100
    for number in steps_to_try(steps):
        tried = history.start.copied(tmp_path / str(number), history.before)
        assert killed_before(number, partial(apply, tried.work))
        found = tried.content()
        assert all(found[system] in (history.before[system], history.after[system]) for system in SYSTEMS), (
            steps[number]
        )
        assert access_servers.whole(tried.work)
        committed = [system for system in SYSTEMS if found[system] == history.after[system]]
        apply(tried.work)
        demand_applied(history, tried, committed)
        shutil.rmtree(tried.work.folder)


def demand_applied(history: History, tried: Rig, committed: list[str]) -> None:
    """What was committed is told as applied and was not touched again; undo finds the values that stood there."""
    assert tried.content() == history.after
    how_far = access_servers.standing(tried.work, history.plan)
    assert not how_far.open_intents and set(how_far.applied) == set(SYSTEMS)
    for system in SYSTEMS:
        outcomes = [
            body["outcome"] for body in tried.work.bodies("change.result") if body["system"] == system
        ]
        assert outcomes == ["applied"] or (system not in committed and outcomes == ["rolled_back", "applied"])
        kept = keeping.load(tried.work.desk, history.plan.plan_id, system, how_far.applied[system])
        assert kept and [previous(change) for change in kept.changes] == history.kept[system]
    assert access_servers.whole(tried.work)


def previous(change: Change) -> tuple[object, ...]:
    """Return what undo would bring back of one account."""
    return (change.person, change.key, change.before, change.is_new, change.ended, change.kept)


def test_killed_while_taking_back_each_application_is_wholly_before_or_after_and_undo_ends_it(
    history: History, tmp_path: Path
) -> None:
    def take_back(work: Office) -> list[Result]:
        return list(undo.undo(work.desk, history.plan))

    applied = history.start.copied(tmp_path / "applied", history.before)
    list(applying.apply(applied.work.desk, history.plan))
    contents = {system: place.content() for system, place in applied.places.items()}
    first = applied.copied(tmp_path / "first", contents)
    steps = steps_of(partial(take_back, first.work))
    assert first.content() == history.undone and len(steps) > 50
    for number in steps_to_try(steps):
        tried = applied.copied(tmp_path / str(number), contents)
        assert killed_before(number, partial(take_back, tried.work))
        found = tried.content()
        assert all(found[system] in (history.after[system], history.undone[system]) for system in SYSTEMS), (
            steps[number]
        )
        assert access_servers.whole(tried.work)
        committed = [system for system in SYSTEMS if found[system] == history.undone[system]]
        take_back(tried.work)
        demand_undone(history, tried, committed)
        shutil.rmtree(tried.work.folder)


def demand_undone(history: History, tried: Rig, committed: list[str]) -> None:
    """What was committed is told as taken back, once; and nothing is left to take back."""
    assert tried.content() == history.undone
    how_far = access_servers.standing(tried.work, history.plan)
    assert not how_far.open_intents and how_far.undone == how_far.disabled
    for system in SYSTEMS:
        outcomes = [body["outcome"] for body in tried.work.bodies("undo.result") if body["system"] == system]
        assert outcomes == ["undone"] or (system not in committed and outcomes == ["rolled_back", "undone"])
    assert {result.outcome for result in undo.undo(tried.work.desk, history.plan)} == {"restored_before"}
    assert tried.content() == history.undone and access_servers.whole(tried.work)
