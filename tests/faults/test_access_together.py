"""Two processes that carry out the same plan at once: in one office, and on two control hosts that know nothing of it.

They are held until both are about to begin, so that neither has ended before the other is there.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest

from dulae.accounts.changing import applying, undo
from dulae.accounts.plan import Plan
from dulae.errors import PlanError
from tests.faults import access_servers
from tests.faults.access_house import House, house
from tests.faults.access_servers import LEAVERS, SARABAN
from tests.integration.mariadb import mariadb
from tests.integration.postgres import postgres
from tests.unit.accounts.conftest import keys
from tests.unit.accounts.office import Office

__all__ = ["house", "keys", "mariadb", "postgres"]

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="forks"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]
_PATIENCE_S = 60


def _carry_out(work: Office, plan: Plan, start: Barrier, answer: Path) -> None:
    start.wait(_PATIENCE_S)
    try:
        (result,) = applying.apply(work.desk, plan)
        told: dict[str, Any] = {"outcome": result.outcome, "items": result.items}
    except PlanError as error:
        told = {"outcome": "", "because": str(error)}
    answer.write_text(json.dumps(told))


def at_once(plan: Plan, folder: Path, *offices: Office) -> list[dict[str, Any]]:
    """Carry a plan out in a process for each office; return what each of them tells."""
    forked = multiprocessing.get_context("fork")
    start, answers = forked.Barrier(len(offices)), [folder / f"answer{at}" for at in range(len(offices))]
    children = [
        forked.Process(target=_carry_out, args=(work, plan, start, answer))
        for work, answer in zip(offices, answers, strict=True)
    ]
    for child in children:
        child.start()
    for child in children:
        child.join(_PATIENCE_S)
    return [json.loads(answer.read_text()) for answer in answers]


def done(told: dict[str, Any]) -> set[str]:
    """Return what was done with the accounts themselves: ``disabled``, or ``was_disabled``."""
    return {item["done"][0] for item in told["items"]}


def users(house: House) -> list[tuple[Any, ...]]:
    """Return the users as the database has them now."""
    return house.rig.content()[SARABAN]["users"]


def restored(work: Office, plan: Plan) -> list[str]:
    """Take a plan back; return the columns that came back, of everybody."""
    (result,) = undo.undo(work.desk, plan)
    return [column for item in result.items for column in item["restored"]]


def test_two_in_one_office_carry_it_out_once(house: House, tmp_path: Path) -> None:
    told = at_once(house.plan, tmp_path, house.rig.work, house.rig.work)
    outcomes = sorted(one["outcome"] for one in told)
    assert outcomes in (["", "applied"], ["already", "applied"])
    refused = [one["because"] for one in told if not one["outcome"]]
    assert all("another run is changing its accounts" in because for because in refused)
    (result,) = house.rig.work.bodies("change.result")
    assert len(result["items"]) == len(LEAVERS) and access_servers.whole(house.rig.work)
    assert house.undo().outcome == "undone" and users(house) == house.before[SARABAN]["users"]


def test_two_control_hosts_disable_everybody_once_and_one_of_them_can_give_it_back(
    house: House, tmp_path: Path
) -> None:
    offices = (house.rig.work, house.rig.elsewhere(tmp_path / "second"))
    told = at_once(house.plan, tmp_path, *offices)
    assert [one["outcome"] for one in told] == ["applied", "applied"]
    first, second = sorted(zip(map(done, told), offices, strict=True), key=lambda one: sorted(one[0]))
    assert (first[0], second[0]) == ({"disabled"}, {"was_disabled"})
    ended = [sum(sum(item["ended"].values()) for item in one["items"]) for one in told]
    assert sorted(ended) == [0, 5 * len(LEAVERS)]
    assert all(access_servers.whole(work) for work in offices)
    after = users(house)
    assert restored(second[1], house.plan) == [] and users(house) == after
    assert restored(first[1], house.plan) == ["is_active"] * len(LEAVERS)
    assert users(house) == house.before[SARABAN]["users"]
