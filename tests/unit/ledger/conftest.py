"""A ledger with a clock that tests move, and a small department's inventory."""

import pathlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from dulae import settings
from dulae.ledger import Ledger
from dulae.settings import Settings
from tests.faults.evidence_house import House, build


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 1, 15, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: pathlib.Path, clock: Clock) -> Iterator[Ledger]:
    made = Ledger.create(tmp_path / "ledger", organisation="Example Department", node="control1", clock=clock)
    yield made
    made.close()


@pytest.fixture
def house(tmp_path: pathlib.Path, clock: Clock) -> House:
    return build(tmp_path / "house", clock)


@pytest.fixture
def office(house: House) -> Settings:
    return settings.load(house.inventory)
