"""A desk with a real ledger in a folder of its own, and the example department's settings."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dulae import settings as settings_room
from dulae.incidents.desk import Desk
from dulae.incidents.register import Register
from dulae.ledger import Ledger
from dulae.settings import Settings

EXAMPLE = Path(__file__).parents[3] / "inventory/example"
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """The example department, with its state in the test's own folder and no mail server."""
    folder = tmp_path / "inventory"
    shutil.copytree(EXAMPLE, folder)
    site = folder / "group_vars/all/site.yml"
    text = site.read_text(encoding="utf-8").replace("state_dir: /var/lib/dulae", "state_dir: state", 1)
    site.write_text(text[: text.index("  # กล่องจดหมาย")] + '  postgres_bin: ""\n', encoding="utf-8")
    return folder


@pytest.fixture
def settings(inventory: Path) -> Settings:
    return settings_room.load(inventory)


@pytest.fixture
def ledger(settings: Settings) -> Ledger:
    return Ledger.create(settings.state_dir / "ledger", organisation="office", node="control1")


@pytest.fixture
def desk(settings: Settings, ledger: Ledger) -> Desk:
    return Desk(settings, ledger, settings.state_dir, "officer1")


@pytest.fixture
def register(desk: Desk) -> Register:
    return desk.register
