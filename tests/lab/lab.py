"""A lab as its users see it: up, down, what runs, faults, and ways in for tests."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from tests.lab import (
    components,
    control,
    inventory,
    keys,
    mailboxes,
    namespace,
    ports,
    postgres,
    services,
    smallfs,
    sshd,
    state,
)
from tests.lab.errors import LabError
from tests.lab.layout import Layout, read_json
from tests.lab.processes import Process, gone, identify, marked, postmaster, send, stop
from tests.lab.seen import BANGKOK

# A folder with this file is a lab's own, and may be emptied by it.
OWN = ".dulae-lab"
_END_SECONDS = 25
_RELOAD_SECONDS = 10
Say = Callable[[str], None]


def _silent(line: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Lab:
    """The lab of one folder, with the inventory folder that it writes."""

    layout: Layout
    inventory: Path

    @classmethod
    def at(cls, folder: Path, inventory_folder: Path) -> Self:
        """Return the lab of a folder, whether it is up or not."""
        return cls(Layout(folder.absolute()), inventory_folder.absolute())

    @property
    def state(self) -> state.State:
        """Return what this lab is made of; raise LabError if it was never brought up."""
        present = state.load(self.layout)
        if present is None:
            raise LabError(f"there is no lab in {self.layout.root}: scripts/lab up")
        return present

    def running(self) -> bool:
        """Say whether the supervisor of this lab runs."""
        present = state.load(self.layout)
        return bool(present and present.supervisor and present.supervisor.alive())

    def up(self, say: Say = _silent) -> None:
        """Bring the lab up anew, after removing what an earlier one left; raise LabError with the reason and remedy."""
        components.check()
        with self._alone():
            if self.running():
                raise LabError(f"the lab in {self.layout.root} is up already: scripts/lab down")
            self._clear(say)
            inventory.clear(self.inventory)
            self._build(say)

    def down(self, say: Say = _silent) -> None:
        """Stop every process of this lab and remove its folder; the inventory stays."""
        with self._alone():
            self._clear(say)
            self.layout.root.rmdir()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lab's folder against another scripts/lab that works on it at the same time."""
        self.layout.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = os.open(self.layout.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise LabError(f"another scripts/lab works on {self.layout.root}. Wait for it") from error
        finally:
            os.close(folder)

    def _clear(self, say: Say) -> None:
        """End every process of an earlier lab in this folder, and empty the folder."""
        root = self.layout.root
        if any(root.iterdir()) and not (root / OWN).exists():
            raise LabError(f"{root} is no lab's folder. Name another with --dir")
        left = self.processes()
        present = state.load(self.layout)
        if present and present.supervisor and present.supervisor.alive():
            say("stopping the servers")
            send(present.supervisor, signal.SIGTERM)
            gone([present.supervisor], _END_SECONDS)
        elif left:
            say(f"stopping {len(left)} processes that an earlier lab left")
        server = postmaster(self.layout.cluster)
        if server:
            send(server, signal.SIGINT)
            gone([server], _END_SECONDS)
        stop(self.processes())
        smallfs.unmount_left(self.layout.data_mount)
        for path in root.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()

    def processes(self) -> list[Process]:
        """Return every process of this lab that runs now, whoever started it."""
        found = {process.pid: process for process in marked(self.layout.root)}
        server = postmaster(self.layout.cluster)
        if server:
            found[server.pid] = server
        return list(found.values())

    def _build(self, say: Say) -> None:
        self.layout.make_folders()
        (self.layout.root / OWN).touch()
        way = namespace.choose(self.layout.data_mount)
        claim = ports.claim()
        present = state.State(
            inventory=str(self.inventory),
            started_at=datetime.now(UTC).isoformat(timespec="seconds"),
            ports=claim.ports,
            database_passwords=postgres.make_passwords(),
            mail_passwords=mailboxes.make_passwords(),
            postgres_bin=str(components.postgres_bin()),
            target_python=components.target_python(),
            disk=way.disk,
            why_no_disk=way.why_not,
        )
        say("keys and certificates")
        keys.make_ssh_keys(self.layout)
        keys.write_known_hosts(self.layout, present.ports)
        keys.make_certificates(self.layout)
        services.write_settings(self.layout, present)
        services.deploy_pages(self.layout)
        state.save(self.layout, present)
        supervisor = self._supervise(way, claim, say)
        state.save(self.layout, replace(present, supervisor=supervisor))
        inventory.write(self.layout, present, present.now.astimezone(BANGKOK).date())

    def _supervise(self, way: namespace.Namespace, claim: ports.Claim, say: Say) -> Process:
        """Start the supervisor and tell its progress; return its identity once the department is ready."""
        # The supervisor outlives this process: `setsid --fork` makes it nobody's child.
        words = ["setsid", "--fork", *way.prefix, sys.executable, "-m", "tests.lab.supervisor"]
        log_path = self.layout.run / "supervisor.log"
        with log_path.open("ab") as log:
            child = subprocess.Popen(
                [*words, str(self.layout.root)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=services.environment(self.layout),
                cwd=state.repository(),
                pass_fds=[claim.socket.fileno()],
            )
        claim.socket.close()
        supervisor, said = None, ""
        try:
            with child:
                for said in map(str.strip, child.stdout or ()):
                    if said.startswith("pid "):
                        supervisor = identify(int(said.removeprefix("pid ")))
                    elif said == "ready" or said.startswith("failed: "):
                        break
                    else:
                        say(said)
        finally:
            if said != "ready":
                stop(self.processes())
        if said != "ready" or supervisor is None:
            last = log_path.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]
            raise LabError(
                said.removeprefix("failed: ") if said.startswith("failed: ") else last or "no supervisor"
            )
        return supervisor

    def start(self, service: str) -> None:
        """Start one of the servers."""
        control.ask(self.layout, "start", service)

    def stop(self, service: str) -> None:
        """Stop one of the servers."""
        control.ask(self.layout, "stop", service)

    def restart(self, service: str) -> None:
        """Stop and start one of the servers."""
        self.stop(service)
        self.start(service)

    def reload_ssh(self, host: str, **changes: object) -> None:
        """Change one SSH host's entry and have the SSH server take it up."""
        services.change_ssh_host(self.layout, host, **changes)
        control.ask(self.layout, "reload", "sshd")
        settings = services.settings_file(self.layout, "sshd")
        deadline = time.monotonic() + _RELOAD_SECONDS
        while read_json(sshd.loaded_file(settings)) != read_json(settings):
            if time.monotonic() > deadline:
                raise LabError("the SSH server did not take up the change: see run/sshd.log")
            time.sleep(0.02)

    def ssh(self, host: str, command: str, *, login: str = "controller") -> subprocess.CompletedProcess[str]:
        """Run a command on a host through the system's own ssh client; never raises for its exit status."""
        options = shlex.split(" ".join(inventory.ssh_options(self.layout, host)))
        address = ["-p", str(self.state.ports[f"ssh_{host}"]), "-i", str(self.layout.keys / login)]
        words = ["ssh", *options, "-o", "BatchMode=yes", *address, f"officer@{ports.LOOPBACK}", command]
        return subprocess.run(
            words, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL
        )

    def database_url(self, database: str, role: str = "postgres") -> str:
        """Return libpq's address of a database, with the password of a role."""
        present = self.state
        return postgres.url(present.ports["postgres"], role, present.database_passwords[role], database)

    def web(self, system: str, path: str = "/") -> str:
        """Return the address of a page: the Intranet's over HTTP, the correspondence system's over HTTPS."""
        scheme = "https" if system == "saraban" else "http"
        return f"{scheme}://{ports.LOOPBACK}:{self.state.ports[system]}{path}"

    @property
    def ca_file(self) -> Path:
        """Return the certificate authority that both applications' certificates come from."""
        return self.layout.tls / "ca.pem"

    def key(self, holder: str) -> Path:
        """Return a private SSH key: ``controller``, ``officer1`` (maker), ``officer2`` (approver), ``stranger``."""
        return self.layout.keys / holder
