"""Many inventory names on this machine: one SSH server of the lab, a port and a host key for each name."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.lab import keys, namespace, sshd
from tests.lab.layout import write_json, write_private

ROOT = Path(__file__).parents[3]
LOOPBACK = "127.0.0.1"
_PATIENCE_S = 30


@dataclass(frozen=True)
class Farm:
    """A folder with the inventory of many names, and the ports that they are asked about."""

    folder: Path
    names: tuple[str, ...]
    pages_port: int
    tcp_port: int
    dead_port: int

    @property
    def inventory(self) -> Path:
        """Return the inventory file."""
        return self.folder / "hosts.yml"


def free_ports(count: int) -> list[int]:
    """Return ports on which nothing listens now."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.create_server((LOOPBACK, 0))) for _ in range(count)]
        return [int(one.getsockname()[1]) for one in sockets]


@contextlib.contextmanager
def up(folder: Path, count: int) -> Iterator[Farm]:
    """Start the servers, and end them afterwards."""
    names = tuple(f"n{number:03}" for number in range(1, count + 1))
    *ssh_ports, pages, tcp, dead = free_ports(count + 3)
    farm = Farm(folder, names, pages, tcp, dead)
    settings = _write(farm, dict(zip(names, ssh_ports, strict=True)))
    with contextlib.ExitStack() as running:
        _start(running, [sys.executable, "-m", "tests.benchmarks.step1.web", str(pages), str(tcp)])
        # The SSH server refuses uid 0; where the lab can mount a file system, it does so there.
        (folder / "data").mkdir()
        become = namespace.choose(folder / "data").prefix if os.getuid() == 0 else ()
        _start(running, [*become, sys.executable, "-m", "tests.lab.sshd", str(settings)])
        _until_loaded(settings)
        yield farm


def _start(running: contextlib.ExitStack, argv: list[str]) -> None:
    """Start a server that ends with the stack."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(argv, cwd=ROOT, **quiet)  # type: ignore[call-overload]
    running.callback(process.wait, 10)
    running.callback(process.terminate)


def _until_loaded(settings: Path) -> None:
    """Wait until the SSH server says that it serves; raise TimeoutError."""
    began = time.monotonic()
    while not sshd.loaded_file(settings).exists():
        if time.monotonic() - began > _PATIENCE_S:
            raise TimeoutError("the SSH server of the lab does not start")
        time.sleep(0.05)


def _write(farm: Farm, ports: dict[str, int]) -> Path:
    """Write keys, the SSH server's settings and the inventory; return the settings' path."""
    folder = farm.folder
    keys.make_ssh_key(folder / "controller", "controller")
    write_private(folder / "authorized_keys", keys.public_key(folder / "controller") + "\n")
    hosts: dict[str, Any] = {}
    served: dict[str, Any] = {}
    known = ""
    for name, port in ports.items():
        keys.make_ssh_key(folder / name, name)
        known += f"{name} {keys.public_key(folder / name).rsplit(' ', 1)[0]}\n"
        home = folder / f"home_{name}"
        home.mkdir(mode=0o700)
        environment = {"HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        served[name] = {
            "port": port,
            "up": True,
            "host_key": str(folder / name),
            "authorized_keys": str(folder / "authorized_keys"),
            "environment": environment,
        }
        hosts[name] = {
            "ansible_port": port,
            "ansible_ssh_common_args": f"{_ssh(folder)} -o HostKeyAlias={name}",
        }
    write_private(folder / "known_hosts", known)
    common = {
        "ansible_host": LOOPBACK,
        "ansible_user": sshd.LOGIN,
        "ansible_ssh_private_key_file": str(folder / "controller"),
        "ansible_python_interpreter": "/usr/bin/python3",
    }
    write_private(farm.inventory, yaml.safe_dump({"all": {"vars": common, "hosts": hosts}}, sort_keys=False))
    write_json(folder / "sshd.json", served)
    return folder / "sshd.json"


def _ssh(folder: Path) -> str:
    """Return what keeps the user's own SSH settings out."""
    return (
        f"-F /dev/null -o UserKnownHostsFile={folder}/known_hosts -o GlobalKnownHostsFile=/dev/null"
        " -o StrictHostKeyChecking=yes -o UpdateHostKeys=no -o IdentitiesOnly=yes"
    )
