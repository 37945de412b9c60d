"""The lab for tests: up once for the session, mended after each test that breaks something.

A ``conftest.py`` takes it with ``from tests.lab.fixture import lab, lab_to_break, pytest_collection_modifyitems``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import tuple_row

from tests.lab import faults, mailboxes, spoiled
from tests.lab.browser import Browser
from tests.lab.errors import MissingComponent
from tests.lab.lab import Lab
from tests.lab.layout import HOSTS
from tests.lab.seen import BANGKOK
from tests.lab.state import repository

_FIXTURES = {"lab", "lab_to_break"}


class Department(Lab):
    """A lab that is up, with what tests do to it."""

    hosts = HOSTS

    @property
    def today(self) -> date:
        """Return the day, in Bangkok, to which the personnel list's dates relate."""
        return self.state.now.astimezone(BANGKOK).date()

    def fault(self, name: str) -> None:
        """Make a fault; raise FaultRefused if this machine does not allow it."""
        faults.make(self, name)

    def heal(self, name: str | None = None) -> None:
        """Undo one fault, or all."""
        faults.heal(self, name)

    def mailbox(self, address: str) -> list[EmailMessage]:
        """Return the mails that were delivered to an address, oldest first."""
        return mailboxes.delivered(self.layout.mail, address)

    def browser(self) -> Browser:
        """Return a new browser that trusts the lab's certificates."""
        return Browser(self.ca_file)

    def rows(self, database: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return what the database answers, asked as its superuser; a change is committed."""
        with psycopg.connect(self.database_url(database), row_factory=tuple_row) as connection:
            cursor = connection.execute(query.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def copy_of_inventory(self, into: Path) -> Path:
        """Return a copy of the inventory, with an empty ledger of its own."""
        return spoiled.copy(self, into)

    def ansible(
        self, *words: str, inventory: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run ``ansible`` or ``ansible-playbook`` of this environment on the lab; never raises for its exit status."""
        program, *rest = words
        command = [
            str(Path(sys.executable).with_name(program)),
            "-i",
            str(inventory or self.inventory),
            *rest,
        ]
        own = {
            "ANSIBLE_CONFIG": str(repository() / "ansible.cfg"),
            "LC_ALL": "C.UTF-8",
            **(environment or {}),
        }
        return subprocess.run(
            command,
            cwd=repository(),
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
            stdin=subprocess.DEVNULL,
        )


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Department]:
    """Yield a lab that is up; skip where a component is missing."""
    folder = tmp_path_factory.mktemp("lab")
    department = Department.at(folder / "lab", folder / "inventory")
    try:
        department.up()
    except MissingComponent as missing:
        pytest.skip(str(missing))
    yield department
    department.down()
    assert department.processes() == []


@pytest.fixture
def lab_to_break(lab: Department) -> Iterator[Department]:
    """Yield the lab for a test that makes faults; they are healed when it ends."""
    yield lab
    lab.heal()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use the lab, and keep them in one process: it is brought up once."""
    for item in items:
        uses = _FIXTURES & set(getattr(item, "fixturenames", ()))
        if uses and item.get_closest_marker("lab") is None:
            item.add_marker(pytest.mark.lab)
            item.add_marker(pytest.mark.xdist_group("lab"))
