"""The department's procedure as a person starts it: playbooks and commands on a copy of the lab's inventory."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import yaml

from dulae.checks.finding import Finding
from dulae.ledger import Ledger, Verification, verify
from dulae.ledger.views.runs import KINDS, Recorded, Run, runs
from tests.lab.fixture import Department
from tests.lab.state import repository

PLAYBOOKS = {
    "availability": "check_availability",
    "restoration": "restore_service",
    "creation": "create_backups",
    "recoverability": "verify_backups",
    "drill": "drill_restore",
    "access": "review_access",
    "usage": "evaluate_usage",
}
LANGUAGES = ("th", "en")
_REASONS = repository() / "src/dulae/reports/languages/reasons"
_RECAP = re.compile(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)", re.MULTILINE)
Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Office:
    """One inventory with its own ledger, in a lab that is up."""

    lab: Department
    inventory: Path

    @property
    def state(self) -> Path:
        return self.inventory / "state"

    @property
    def reports(self) -> Path:
        return self.inventory / "reports"

    @property
    def ledger(self) -> Ledger:
        return Ledger.open(self.state / "ledger")

    def playbook(self, name: str, *options: str, **environment: str) -> Done:
        """Run a playbook; it may end as it likes."""
        words = ("ansible-playbook", *options, f"playbooks/{name}.yml")
        return self.lab.ansible(*words, inventory=self.inventory, environment=environment)

    def control(self, control: str, *options: str) -> tuple[Run, Done]:
        """Run the playbook of a control; return what the ledger tells of it, and what Ansible said."""
        done = self.playbook(PLAYBOOKS[control], *options)
        made = [run for run in self.runs() if run.control == control]
        assert made, done.stdout + done.stderr
        return made[-1], done

    def dulae(self, *words: str) -> Done:
        """Run a command of dulae; it may end as it likes."""
        command = [str(Path(sys.executable).with_name("dulae")), "-i", str(self.inventory), *words]
        return subprocess.run(
            command,
            cwd=self.inventory,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
            stdin=subprocess.DEVNULL,
        )

    def runs(self) -> tuple[Run, ...]:
        """Return all runs, oldest first."""
        return runs(self.ledger.entries(KINDS))

    def verified(self) -> Verification:
        return verify(self.state / "ledger")

    def bring_lists(self) -> None:
        """Let the inventory's folder of lists be what arrived in the lab's."""
        shutil.rmtree(self.inventory / "lists")
        shutil.copytree(self.lab.inventory / "lists", self.inventory / "lists")

    def written(self, report: str) -> Mapping[tuple[str, str], str]:
        """Write a report of this period; return its text by language and format, as a reader sees it."""
        done = self.dulae("report", report)
        assert done.returncode == 0, done.stderr
        return self.read(done.stdout.splitlines())

    def read(self, paths: Iterable[str]) -> Mapping[tuple[str, str], str]:
        """Return the texts of reports' files by language and format, as a reader sees them."""
        texts = {}
        for path in map(Path, paths):
            language, kind = path.suffixes[-2].strip("."), path.suffix.strip(".")
            told = path.read_text(encoding="utf-8")
            texts[language, kind] = _of_html(told) if kind == "html" else _of_markdown(told)
        return texts

    def snapshot(self, *left_out: str) -> Mapping[str, bytes]:
        """Return every file of the inventory and its content, but for some folders."""
        return _files(self.inventory, left_out)


def office_at(lab: Department, folder: Path) -> Office:
    """Copy the lab's inventory and begin a ledger in the copy, as an officer does."""
    office = Office(lab, lab.copy_of_inventory(folder))
    done = office.dulae("ledger", "init")
    assert done.returncode == 0, done.stderr
    return office


def findings(run: Run, code: str) -> list[Recorded]:
    """Return what a run found for one reason."""
    return [recorded for recorded in run.findings if recorded.finding.code == code]


def verdicts(run: Run) -> dict[tuple[str, str, str], str]:
    """Return the verdict on each thing that a run looked at."""
    return {
        (each.host, each.finding.check, each.finding.subject): each.finding.verdict.value
        for each in run.findings
    }


def thai(finding: Finding) -> str:
    """Return the Thai sentence for a finding's code, with its numbers."""
    sentences: dict[str, str] = {}
    for path in _REASONS.glob("*.th.yml"):
        sentences |= yaml.safe_load(path.read_text(encoding="utf-8"))
    return sentences[finding.code].format(**{"subject": finding.subject, **finding.limit, **finding.measured})


def changed(done: Done) -> dict[str, int]:
    """Return how many things Ansible says it changed on each host."""
    found = {host: int(count) for host, count in _RECAP.findall(done.stdout)}
    assert found, done.stdout + done.stderr
    return found


def no_traceback(done: Done) -> bool:
    """Say whether a program kept its own insides to itself."""
    return "Traceback (most recent call last)" not in done.stdout + done.stderr


def store(lab: Department) -> Mapping[str, bytes]:
    """Return every file of backup1's store and its content."""
    return _files(lab.layout.vault)


def rows(lab: Department) -> Mapping[str, Any]:
    """Return a digest of all rows of each table of both applications."""
    tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
    digest = "SELECT md5(coalesce(string_agg(told, '|' ORDER BY told), '')) FROM (SELECT t::text AS told FROM {} t) x"
    return {
        f"{system}.{table}": lab.rows(system, digest.format(f'"{table}"'))[0][0]
        for system in ("intranet", "saraban")
        for (table,) in lab.rows(system, tables)
    }


def _files(folder: Path, left_out: Iterable[str] = ()) -> Mapping[str, bytes]:
    skipped = tuple(left_out)
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not str(path.relative_to(folder)).startswith(skipped or ("\0",))
    }


class _Words(HTMLParser):
    """Collects what a browser shows."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden = tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.said.append(data)


def _of_html(told: str) -> str:
    words = _Words()
    words.feed(told)
    return " ".join("".join(words.said).split())


def _of_markdown(told: str) -> str:
    return html.unescape(re.sub(r"\\(\W|_)", r"\1", told))
