"""The example's department, its working time, and moments of its clock."""

import pathlib
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from dulae import settings
from dulae.procedure.calendar import WorkingTime
from dulae.settings import Settings

EXAMPLE = pathlib.Path(__file__).parents[3] / "inventory/example"
BANGKOK = ZoneInfo("Asia/Bangkok")


def at(text: str) -> datetime:
    """Return a moment of the office's clock: ``2026-11-23 08:15``."""
    return datetime.fromisoformat(text).replace(tzinfo=BANGKOK)


@pytest.fixture(scope="session")
def example() -> Settings:
    """Return the example's settings."""
    return settings.load(EXAMPLE)


@pytest.fixture(scope="session")
def time(example: Settings) -> WorkingTime:
    """Return the example's calendar."""
    return WorkingTime(example.calendar)
