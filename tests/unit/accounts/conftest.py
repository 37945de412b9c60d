"""An office with both applications, for the tests of this room."""

from pathlib import Path

import pytest

from tests.unit.accounts import office
from tests.unit.accounts.office import Office


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the private keys of officers; officer1 makes the plans."""
    folder = tmp_path_factory.mktemp("keys")
    return {name: office.ssh_key(folder, name) for name in ("officer1", "officer2", "officer3")}


@pytest.fixture
def work(tmp_path: Path, keys: dict[str, Path]) -> Office:
    """Return an office with an application of each profile."""
    applications = (office.flag_application(tmp_path), office.scramble_application(tmp_path))
    return office.open_office(tmp_path, *applications, keys=keys)
