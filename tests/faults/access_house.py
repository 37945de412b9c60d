"""An office with one application on one real server, for what can hinder a change of its accounts."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dulae.accounts.changing import applying, undo
from dulae.accounts.changing.result import Result
from dulae.accounts.databases import database
from dulae.accounts.plan import Plan
from tests.faults import access_servers
from tests.faults.access_servers import LEAVERS, SARABAN, Content, Rig
from tests.unit.accounts.office import leaver

ENGINES = [
    pytest.param(kind, marks=pytest.mark.xdist_group(f"access {kind}")) for kind in ("postgresql", "mariadb")
]


@dataclass(frozen=True)
class House:
    """An office with one application on one server, and an approved plan about three leavers."""

    rig: Rig
    plan: Plan
    before: dict[str, Content]

    @property
    def place(self) -> access_servers.Place:
        """Return where the application lies."""
        return self.rig.places[SARABAN]

    def apply(self) -> Result:
        """Carry the plan out."""
        (result,) = applying.apply(self.rig.work.desk, self.plan)
        return result

    def undo(self) -> Result:
        """Take the plan back."""
        (result,) = undo.undo(self.rig.work.desk, self.plan)
        return result

    def undo_all(self) -> list[Result]:
        """Take the plan back; return also what was found out of an attempt before."""
        return list(undo.undo(self.rig.work.desk, self.plan))

    def is_untouched(self) -> bool:
        """Say whether everything is as it was before the plan."""
        return self.rig.content() == self.before

    @contextlib.contextmanager
    def held(self, *statements: str) -> Iterator[None]:
        """Have another session hold what these statements lock."""
        with self.place.engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
            yield
            connection.rollback()

    def ends_well(self) -> None:
        """The next run carries the plan out, once, and it can be taken back."""
        assert self.apply().outcome == "applied"
        assert [body["outcome"] for body in self.rig.work.bodies("change.result")][-1] == "applied"
        assert self.undo().outcome == "undone"
        users = {system: content["users"] for system, content in self.rig.content().items()}
        assert users == {system: content["users"] for system, content in self.before.items()}
        assert access_servers.whole(self.rig.work)


@pytest.fixture(params=ENGINES)
def house(
    request: pytest.FixtureRequest, tmp_path: Path, keys: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> House:
    """Return a house whose waiting is short."""
    server = request.getfixturevalue("postgres" if request.param == "postgresql" else "mariadb")
    rig = access_servers.rig(tmp_path, keys, {SARABAN: access_servers.MADE[request.param](server, SARABAN)})
    plan = rig.work.approved(*map(leaver, LEAVERS))
    monkeypatch.setattr(database, "_LOCK_SECONDS", 1)
    return House(rig, plan, rig.content())


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    for _ in range(400):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it never came so far")
