"""A line that is cut at the commit: whether the server heard of it is found out, and nothing is done twice."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults import access_servers
from tests.faults.access_house import House, house, wait_until
from tests.faults.access_servers import SARABAN
from tests.faults.relay import Relay, relayed
from tests.integration.mariadb import mariadb
from tests.integration.postgres import postgres
from tests.unit.accounts.conftest import keys

__all__ = ["house", "keys", "mariadb", "postgres"]

_SOCKETS = {"postgresql": ".s.PGSQL.5432", "mariadb": "socket"}


def through(house: House, folder: str) -> House:
    """Return the house with another way to its database."""
    url = house.place.url.replace(house.place.folder, folder)
    kept = access_servers.application(SARABAN, house.place, house.rig.work.folder, url)
    return replace(house, rig=replace(house.rig, work=house.rig.work.with_applications(kept)))


def cut(house: House, moment: str, step: Callable[[House], object]) -> Relay:
    """Take a step whose commit is cut; return the relay, which is at an end unless the commit is late."""
    # The name of a socket may not be long.
    with tempfile.TemporaryDirectory(prefix="dulae-relay-") as folder:
        name = _SOCKETS[house.place.kind]
        with relayed(Path(folder), name, moment, f"{house.place.folder}/{name}") as relay:
            step(through(house, folder))
    return relay


def outcomes(house: House, kind: str) -> list[str]:
    """Return what the ledger tells of each attempt."""
    return [body["outcome"] for body in house.rig.work.bodies(kind)]


def unclear(house: House) -> None:
    """The plan is carried out, and nobody knows whether it was."""
    result = house.apply()
    assert result.outcome == "unclear" and "Run it again: it finds out" in result.because


def unclear_undo(house: House) -> None:
    """The plan is taken back, and nobody knows whether it was."""
    result = house.undo()
    assert result.outcome == "unclear" and "Run it again: it finds out" in result.because


def test_a_commit_that_the_server_never_heard_of(house: House) -> None:
    cut(house, "lost", unclear)
    assert house.is_untouched() and not outcomes(house, "change.result")
    house.ends_well()
    assert outcomes(house, "change.result") == ["rolled_back", "applied"]


def test_a_commit_whose_answer_is_lost(house: House) -> None:
    cut(house, "unanswered", unclear)
    after = house.rig.content()
    assert after != house.before and not outcomes(house, "change.result")
    recovered = house.apply()
    assert recovered.outcome == "recovered" and house.rig.content() == after
    assert house.apply().outcome == "already" and outcomes(house, "change.result") == ["applied"]
    assert house.undo().outcome == "undone" and access_servers.whole(house.rig.work)


@pytest.mark.parametrize(
    ("moment", "told"), [("lost", ["rolled_back", "undone"]), ("unanswered", ["undone"])]
)
def test_the_same_while_it_is_taken_back(house: House, moment: str, told: list[str]) -> None:
    assert house.apply().outcome == "applied"
    after = house.rig.content()
    cut(house, moment, unclear_undo)
    assert (house.rig.content() == after) == (moment == "lost") and not outcomes(house, "undo.result")
    assert house.undo_all()[0].outcome == "undone"
    assert house.rig.content()[SARABAN]["users"] == house.before[SARABAN]["users"]
    assert outcomes(house, "undo.result") == told and access_servers.whole(house.rig.work)


def test_a_commit_that_the_server_hears_of_only_after_the_next_run(house: House) -> None:
    """The next run may not take for undone what is still on its way."""
    with tempfile.TemporaryDirectory(prefix="dulae-relay-") as folder:
        name = _SOCKETS[house.place.kind]
        with relayed(Path(folder), name, "late", f"{house.place.folder}/{name}") as relay:
            unclear(through(house, folder))
            early = house.apply()
            assert early.outcome == "unreadable" and "table users" in early.because
            assert house.is_untouched() and not outcomes(house, "change.result")
            relay.release.set()
            wait_until(lambda: not house.is_untouched())
    assert house.apply().outcome == "recovered"
    assert outcomes(house, "change.result") == ["applied"] and house.undo().outcome == "undone"
