"""What one lab is made of: ports, processes, passwords; kept in its folder, private."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.lab.layout import Layout, read_json, write_json
from tests.lab.processes import Process


@dataclass(frozen=True)
class State:
    """A lab as it was brought up. ``disk`` is db1's own file system, ``tmpfs`` or ``fuse``, or nothing."""

    inventory: str
    started_at: str
    ports: dict[str, int]
    database_passwords: dict[str, str]
    mail_passwords: dict[str, str]
    postgres_bin: str
    target_python: str
    disk: str
    why_no_disk: str
    supervisor: Process | None = None

    @property
    def now(self) -> datetime:
        """Return the moment of ``up``, to which all of the lab's dates relate."""
        return datetime.fromisoformat(self.started_at)


def save(layout: Layout, state: State) -> None:
    """Write the state, whole or not at all."""
    write_json(layout.state_file, asdict(state))


def load(layout: Layout) -> State | None:
    """Return the state of the lab in this folder, or None where no lab was brought up."""
    plain: dict[str, Any] | None = read_json(layout.state_file)
    if plain is None:
        return None
    supervisor = plain.pop("supervisor")
    return State(**plain, supervisor=Process(**supervisor) if supervisor else None)


def repository() -> Path:
    """Return the top folder of this checkout, from which the servers are started."""
    return Path(__file__).resolve().parents[2]
