"""Inventories that are wrong on purpose: copies of the lab's own in which one host cannot be trusted or reached."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.lab.lab import Lab
from tests.lab.layout import write_private

_LEFT_OUT = ("state", "reports")


def copy(lab: Lab, into: Path) -> Path:
    """Copy the lab's inventory without its ledger and reports; return the copy."""
    shutil.copytree(lab.inventory, into, ignore=lambda folder, names: set(names) & set(_LEFT_OUT))
    return into


def wrong_host_key(lab: Lab, inventory: Path, host: str = "web1") -> Path:
    """Expect another key of a host than it shows: what somebody sees whose connection is led elsewhere."""
    known = inventory / "secrets" / "known_hosts"
    right = (lab.layout.keys / "known_hosts").read_text(encoding="ascii").splitlines(keepends=True)
    impostor = (lab.layout.keys / "host_impostor.pub").read_text(encoding="ascii").split()[1]
    lines = [re.sub(r"\S+$", impostor, line) if line.startswith(f"{host},") else line for line in right]
    write_private(known, "".join(lines))

    def change(entry: dict[str, Any]) -> None:
        old = str(lab.layout.keys / "known_hosts")
        entry["ansible_ssh_common_args"] = entry["ansible_ssh_common_args"].replace(old, str(known))

    return _change(inventory, host, change)


def refused_login(lab: Lab, inventory: Path, host: str = "web1") -> Path:
    """Log in to a host with a key that it does not accept."""
    stranger = str(lab.key("stranger"))
    return _change(inventory, host, lambda entry: entry.update(ansible_ssh_private_key_file=stranger))


def dead_port(lab: Lab, inventory: Path, host: str = "web1") -> Path:
    """Look for a host's SSH server on a port where nobody listens."""
    return _change(inventory, host, lambda entry: entry.update(ansible_port=lab.state.ports["dead"]))


def _change(inventory: Path, host: str, change: Callable[[dict[str, Any]], None]) -> Path:
    path = inventory / "hosts.yml"
    hosts = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(hosts["all"]["hosts"][host])
    # A connection that is open already, made with the right settings, would hide what is wrong.
    hosts["all"]["hosts"][host]["ansible_ssh_args"] = ""
    write_private(path, yaml.safe_dump(hosts, allow_unicode=True, sort_keys=False))
    return inventory
