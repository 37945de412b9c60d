"""A small department without machines: an inventory of local hosts and a dead one, a ledger, and real playbooks."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import yaml

from dulae.ledger import Ledger, Verification, verify
from dulae.ledger.views.runs import KINDS, Run, runs

ROOT = pathlib.Path(__file__).parents[2]
PLAYBOOK = pathlib.Path(sys.executable).with_name("ansible-playbook")
LIBRARIES = f"{ROOT / 'library'}:{ROOT / 'tests/faults/library'}"
PATIENCE_S = 120
Play = dict[str, Any]

# The hosts and what each must be checked for; `gone` answers to nobody.
PROBES = {"alpha": "login_page", "beta": "register", "controller": "home", "gone": "archive"}


def finding(host: str, verdict: str = "pass", **changed: Any) -> dict[str, Any]:
    """Return the finding that a host owes."""
    return {
        "check": "tcp",
        "subject": f"intranet/{PROBES['controller' if host == 'localhost' else host]}",
        "verdict": verdict,
        "code": "pretend.answer",
        "because": f"it is said to {verdict}",
        "measured": {"latency_ms": 3},
        "limit": {},
        **changed,
    }


def pretend(**options: Any) -> Play:
    """Return a task that calls the pretended module."""
    return {"name": "Pretend", "dulae_pretend": options}


def own_finding(verdict: str = "pass") -> Play:
    """Return a task by which every host returns the finding that it owes."""
    answers = {host: [finding(host, verdict)] for host in ("alpha", "beta", "localhost", "gone")}
    return pretend(findings="{{ answers[inventory_hostname] }}") | {"vars": {"answers": answers}}


def play(hosts: str, *tasks: Play, control: str = "availability", **more: Any) -> Play:
    """Return a play of a control."""
    named = {"vars": {"dulae_control": control}} if control else {}
    return {
        "name": f"Work on {hosts}",
        "hosts": hosts,
        "gather_facts": False,
        "tasks": list(tasks),
        **named,
        **more,
    }


def evidence(state: str, control: str = "availability", hosts: str = "all") -> Play:
    """Return the play that opens or seals a run."""
    return play(hosts, control=control, roles=[{"role": "evidence", "evidence_state": state}])


def whole(*plays: Play, control: str = "availability") -> list[Play]:
    """Return a playbook that opens, works and seals."""
    return [evidence("opened", control), *plays, evidence("sealed", control)]


@dataclass
class House:
    """A folder with the inventory, playbooks, and what Ansible keeps."""

    folder: pathlib.Path

    @property
    def inventory(self) -> pathlib.Path:
        return self.folder / "inventory"

    @property
    def state(self) -> pathlib.Path:
        return self.inventory / "state"

    @property
    def ledger_folder(self) -> pathlib.Path:
        return self.state / "ledger"

    def environment(self, **changed: str) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "DULAE_"))
        }
        return {
            **kept,
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_LIBRARY": LIBRARIES,
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_SSH_RETRIES": "0",
            "ANSIBLE_NOCOLOR": "1",
            "LC_ALL": "C.UTF-8",
            **changed,
        }

    def command(self, plays: list[Play], *arguments: str) -> list[str]:
        path = self.folder / f"playbook{len(list(self.folder.glob('playbook*.yml')))}.yml"
        path.write_text(yaml.safe_dump(plays, allow_unicode=True), encoding="utf-8")
        return [str(PLAYBOOK), "-i", str(self.inventory), str(path), *arguments]

    def run(self, plays: list[Play], *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
        """Run a playbook to its end and return what it said."""
        return subprocess.run(
            self.command(plays, *arguments),
            env=self.environment(**changed),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    def start(self, plays: list[Play], *arguments: str, **changed: str) -> subprocess.Popen[str]:
        """Start a playbook in a process group of its own."""
        return subprocess.Popen(
            self.command(plays, *arguments),
            env=self.environment(**changed),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def runs(self) -> tuple[Run, ...]:
        """Return the runs that the ledger tells of."""
        return runs(Ledger.open(self.ledger_folder).entries(KINDS))

    def verified(self) -> Verification:
        return verify(self.ledger_folder)


def wait_for(path: pathlib.Path) -> None:
    """Wait until a file is there."""
    until = time.monotonic() + PATIENCE_S
    while not path.exists():
        assert time.monotonic() < until, f"{path} never came"
        time.sleep(0.02)


def now() -> datetime:
    return datetime.now(UTC)


def build(root: pathlib.Path, clock: Callable[[], datetime] = now) -> House:
    """Write the inventory and make its ledger, whose first entry is of the clock's moment."""
    folder = root / "inventory"
    shutil.copytree(ROOT / "inventory/example/group_vars", folder / "group_vars")
    interpreter = {"ansible_python_interpreter": sys.executable}
    local = {"ansible_connection": "local", **interpreter}
    dead = {
        "ansible_host": "127.0.0.1",
        "ansible_port": 1,
        "ansible_ssh_common_args": "-F none",
        **interpreter,
    }
    hosts = {"gone": dead, "alpha": local, "beta": local, "localhost": local}
    write(folder / "hosts.yml", {"all": {"hosts": hosts}})
    declare(folder, "alpha", "beta", "controller")
    site = yaml.safe_load((folder / "group_vars/all/site.yml").read_text(encoding="utf-8"))
    site["dulae_site"] |= {"state_dir": "state", "report_dir": "state/reports"}
    write(folder / "group_vars/all/site.yml", site)
    Ledger.create(
        folder / "state/ledger", organisation="Example Department", node="control1", clock=clock
    ).close()
    return House(root)


def declare(inventory: pathlib.Path, *hosts: str) -> None:
    """Write a system whose probes look from these hosts."""
    probes = [
        {
            "name": PROBES[host],
            "title": {"th": PROBES[host], "en": PROBES[host]},
            "kind": "tcp",
            "from": [host],
            "host": "intranet.example.go.th",
            "port": 443,
        }
        for host in hosts
    ]
    names = sorted({host for host in hosts if host != "controller"}) or ["alpha"]
    title = {"th": "ระบบบริหารงานภายใน", "en": "Intranet"}
    system = {"name": "intranet", "title": title, "hosts": names, "weight": 1, "probes": probes}
    write(inventory / "group_vars/all/systems.yml", {"dulae_systems": [system]})


def write(path: pathlib.Path, data: Any) -> None:
    """Write a YAML file."""
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
