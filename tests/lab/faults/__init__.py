"""What can be broken in the lab, each for real, and mended again by name."""

from __future__ import annotations

from typing import Any

from tests.lab.errors import FaultRefused, LabError
from tests.lab.faults import backup, hosts, people, web
from tests.lab.faults.fault import Fault
from tests.lab.lab import Lab
from tests.lab.layout import read_json, write_json

__all__ = ["FAULTS", "active", "heal", "make"]

FAULTS: dict[str, Fault] = {**web.FAULTS, **hosts.FAULTS, **backup.FAULTS, **people.FAULTS}


def active(lab: Lab) -> list[str]:
    """Return the faults in force, in the order in which they were made."""
    return [entry["name"] for entry in _entries(lab)]


def make(lab: Lab, name: str) -> None:
    """Make a fault; one that is in force already stays as it is. Raise LabError if it cannot be made."""
    if not lab.running():
        raise LabError(f"the lab in {lab.layout.root} does not run: scripts/lab up")
    if name in active(lab):
        return
    memory = FAULTS[name].make(lab)
    write_json(lab.layout.faults_file, [*_entries(lab), {"name": name, "memory": memory}])


def heal(lab: Lab, name: str | None = None) -> list[str]:
    """Undo one fault or all, the latest first; return their names. Raise FaultRefused if one is not in force."""
    entries = _entries(lab)
    chosen = [entry for entry in reversed(entries) if name in (None, entry["name"])]
    if name is not None and not chosen:
        raise FaultRefused(f"{name} is not in force. In force: {', '.join(active(lab)) or 'nothing'}")
    for entry in chosen:
        FAULTS[entry["name"]].heal(lab, entry["memory"])
        entries = [kept for kept in entries if kept["name"] != entry["name"]]
        write_json(lab.layout.faults_file, entries)
    return [entry["name"] for entry in chosen]


def _entries(lab: Lab) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = read_json(lab.layout.faults_file, [])
    return entries
