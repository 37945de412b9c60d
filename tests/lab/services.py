"""The lab's servers: what each is called, how it is started, and how one knows that it answers."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab import keys, postgres
from tests.lab.layout import HOSTS, LONGEST_TMP_FOLDER, Layout, read_json, write_json, write_private
from tests.lab.namespace import DATA_BYTES
from tests.lab.ports import LOOPBACK
from tests.lab.processes import MARK
from tests.lab.sshd import LOGIN
from tests.lab.state import State, repository

_PAGES = Path(__file__).parent / "pages"
# The file system of db1, where that needs a process.
DATA = "data"


@dataclass(frozen=True)
class Service:
    """One server process. ``ready`` is a command that ends well once the server does more than listen."""

    name: str
    host: str
    argv: tuple[str, ...]
    ports: tuple[int, ...]
    stop_signal: signal.Signals = signal.SIGTERM
    ready: tuple[str, ...] = ("true",)


def declared(layout: Layout, state: State) -> dict[str, Service]:
    """Return every server of a lab by its name."""
    port = state.ports
    binaries = Path(state.postgres_bin)
    database = (str(binaries / "postgres"), "-D", str(layout.cluster))
    asked = (str(binaries / "pg_isready"), "-q", "-h", LOOPBACK, "-p", str(port["postgres"]))
    everything = (
        Service("sshd", "all", _python(layout, "sshd"), tuple(port[f"ssh_{host}"] for host in HOSTS)),
        Service("mail", "mail1", _python(layout, "mail"), (port["smtp"], port["imap"])),
        Service("postgres", "db1", database, (port["postgres"],), signal.SIGINT, asked),
        Service("intranet", "web1", _python(layout, "intranet"), (port["intranet"], port["intranet_tls"])),
        Service("saraban", "web1", _python(layout, "saraban"), (port["saraban"],)),
    )
    return {service.name: service for service in (*_data(layout, state), *everything)}


def _data(layout: Layout, state: State) -> tuple[Service, ...]:
    """Return the server of db1's own file system, where that is not the kernel's."""
    if state.disk != "fuse":
        return ()
    words = (sys.executable, "-m", "tests.lab.smallfs", str(layout.data_mount), str(DATA_BYTES))
    return (Service(DATA, "db1", words, (), ready=("mountpoint", "-q", str(layout.data_mount))),)


def _python(layout: Layout, name: str) -> tuple[str, ...]:
    return (sys.executable, "-m", f"tests.lab.{name}", str(settings_file(layout, name)))


def settings_file(layout: Layout, name: str) -> Path:
    """Return the file that a server reads at its start."""
    return layout.run / f"{name}.json"


def pidfile(layout: Layout, name: str) -> Path:
    """Return the file that holds a running server's process number."""
    return layout.run / f"{name}.pid"


def environment(layout: Layout) -> dict[str, str]:
    """Return what the servers find in their environment: nothing of the caller's but the search path."""
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": str(layout.home("mail1")),
        "TMPDIR": str(layout.host("mail1") / "tmp"),
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(repository()),
        "PYTHONDONTWRITEBYTECODE": "1",
        MARK: str(layout.root),
    }


def write_settings(layout: Layout, state: State) -> None:
    """Write what each server reads at its start."""
    write_json(settings_file(layout, "sshd"), {host: _ssh_host(layout, state, host) for host in HOSTS})
    public = "".join(
        keys.public_key(layout.keys / login) + "\n" for login in ("controller", "officer1", "officer2")
    )
    write_private(layout.keys / "authorized_keys", public)
    for system in ("intranet", "saraban"):
        password = state.database_passwords[f"{system}_app"]
        address = postgres.url(state.ports["postgres"], f"{system}_app", password, system)
        settings: dict[str, Any] = {
            "templates": str(layout.templates(system)),
            "files": str(layout.documents),
            "certificate": str(layout.tls / f"{system}.pem"),
            "database_url": address,
            "port": state.ports[system],
            "tls_port": state.ports["intranet_tls"],
        }
        write_json(settings_file(layout, system), settings)
    mail = {"folder": str(layout.mail), "passwords": state.mail_passwords}
    listening = {"smtp_port": state.ports["smtp"], "imap_port": state.ports["imap"]}
    write_json(settings_file(layout, "mail"), mail | listening)


def _ssh_host(layout: Layout, state: State, host: str) -> dict[str, Any]:
    home = str(layout.home(host))
    path = f"{state.postgres_bin}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
    variables = {
        "HOME": home,
        "PWD": home,
        "PATH": path,
        "SHELL": "/bin/sh",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
    }
    variables |= {"USER": LOGIN, "LOGNAME": LOGIN, MARK: str(layout.root)}
    temporary = str(layout.host(host) / "tmp")
    if len(os.fsencode(temporary)) <= LONGEST_TMP_FOLDER:
        variables["TMPDIR"] = temporary
    return {
        "port": state.ports[f"ssh_{host}"],
        "up": True,
        "host_key": str(keys.host_key(layout, host)),
        "authorized_keys": str(layout.keys / "authorized_keys"),
        "environment": variables,
    }


def deploy_pages(layout: Layout) -> None:
    """Copy the applications' pages to web1, from where they are served."""
    for system in ("intranet", "saraban"):
        shutil.copytree(_PAGES / system, layout.templates(system), dirs_exist_ok=True)


def change_ssh_host(layout: Layout, host: str, **changes: Any) -> None:
    """Change one host's entry in the file that the SSH server reads again when it is told to."""
    entries = read_json(settings_file(layout, "sshd"))
    entries[host] |= changes
    write_json(settings_file(layout, "sshd"), entries)
