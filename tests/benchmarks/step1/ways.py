"""The two ways: their playbooks, one run of each, and which faults it noticed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.benchmarks.step1.farm import LOOPBACK, ROOT, Farm
from tests.benchmarks.step1.web import MARKER

# Of the ten probes on each name, these must be noticed as failed, and no other.
FAULTS = frozenset({"dead_page", "status_503", "wrong_body", "dead_port"})
Found = set[tuple[str, str]]


@dataclass(frozen=True)
class Way:
    """A way to look: what it is called, its plays, and how its output tells the failed probes."""

    name: str
    plays: Callable[[Farm], list[dict[str, Any]]]
    failed: Callable[[str], Found]


@dataclass(frozen=True)
class Run:
    """One run: seconds on the wall, and the (name, probe) pairs that it found failed."""

    seconds: float
    failed: Found


def pages(farm: Farm) -> list[dict[str, str]]:
    """Return the eight pages that both ways ask for: five good, three bad."""
    site = f"http://{LOOPBACK}:{farm.pages_port}"
    good = [{"name": f"page_{number}", "url": f"{site}/page/{number}"} for number in range(1, 6)]
    bad = [
        {"name": "status_503", "url": f"{site}/down"},
        {"name": "wrong_body", "url": f"{site}/wrong"},
        {"name": "dead_page", "url": f"http://{LOOPBACK}:{farm.dead_port}/"},
    ]
    return good + bad


def ports(farm: Farm) -> list[dict[str, Any]]:
    """Return the two ports that both ways ask: one open, one dead."""
    return [{"name": "open_port", "port": farm.tcp_port}, {"name": "dead_port", "port": farm.dead_port}]


def _play(tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"name": "Look (procedure step 1)", "hosts": "all", "gather_facts": False, "tasks": tasks}]


def dulae(farm: Farm) -> list[dict[str, Any]]:
    """Return the play that asks everything in one call of dulae_health."""
    probes = [{**page, "kind": "http", "contains": MARKER} for page in pages(farm)]
    probes += [{**port, "kind": "tcp", "host": LOOPBACK} for port in ports(farm)]
    return _play([{"name": "Look", "dulae_health": {"probes": probes}}])


def stock(farm: Farm) -> list[dict[str, Any]]:
    """Return the play that an officer would write with what Ansible brings along."""
    about = {"ignore_errors": True, "loop_control": {"label": "{{ item.name }}"}}
    uri = {"url": "{{ item.url }}", "return_content": True, "timeout": 10}
    wrong = ["page.status | default(-1) != 200 or marker not in page.content | default('')"]
    look = {"name": "Look at pages", "ansible.builtin.uri": uri, "loop": pages(farm), "register": "page"}
    knock = {"host": LOOPBACK, "port": "{{ item.port }}", "timeout": 1}
    ask = {"name": "Look at ports", "ansible.builtin.wait_for": knock, "loop": ports(farm)}
    return _play([{**look, **about, "failed_when": wrong, "vars": {"marker": MARKER}}, {**ask, **about}])


def failed_findings(output: str) -> Found:
    """Return what dulae_health found failed, read from Ansible's verbose output."""
    found: Found = set()
    for name, result in re.findall(r"^ok: \[(\w+)\] => (\{.*\})$", output, re.MULTILINE):
        findings = json.loads(result)["findings"]
        found |= {(name, finding["subject"]) for finding in findings if finding["verdict"] == "fail"}
    return found


def failed_items(output: str) -> Found:
    """Return the items that failed in the stock playbook."""
    return set(re.findall(r"^failed: \[(\w+)\] \(item=(\w+)\)", output, re.MULTILINE))


WAYS = (Way("dulae_health", dulae, failed_findings), Way("stock uri + wait_for", stock, failed_items))


def configuration(folder: Path) -> Path:
    """Write the project's own ansible.cfg for both ways, without the evidence that a benchmark does not keep."""
    text = (ROOT / "ansible.cfg").read_text(encoding="utf-8")
    text = re.sub(r"^callbacks_enabled.*\n", "", text, flags=re.MULTILINE)
    for folder_name in ("roles", "library", "src", "plugins/callback", "plugins/filter"):
        text = re.sub(rf"= {folder_name}$", f"= {ROOT}/{folder_name}", text, flags=re.MULTILINE)
    path = folder / "ansible.cfg"
    path.write_text(text, encoding="utf-8")
    return path


def run(way: Way, farm: Farm) -> Run:
    """Run a way once, with new connections; raise RuntimeError where Ansible itself fails."""
    playbook = farm.folder / f"{way.plays.__name__}.yml"
    playbook.write_text(
        yaml.safe_dump(way.plays(farm), allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    # A socket's path may hold 107 bytes, and connections kept from another run would be a gift.
    with tempfile.TemporaryDirectory(prefix="cp") as connections:
        environment = {
            **os.environ,
            "ANSIBLE_CONFIG": str(configuration(farm.folder)),
            "ANSIBLE_SSH_CONTROL_PATH_DIR": connections,
            "ANSIBLE_NOCOLOR": "1",
            "LC_ALL": "C.UTF-8",
        }
        program = str(Path(sys.executable).with_name("ansible-playbook"))
        began = time.perf_counter()
        done = subprocess.run(
            [program, "-v", "-i", str(farm.inventory), str(playbook)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        seconds = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(
            f"{way.name}: ansible-playbook ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
    return Run(seconds, way.failed(done.stdout))
