"""`make demo`: the department's whole procedure on this machine, a bad day included, ending with the reports.

Everything goes through the doors that a department uses: `dulae` on the command line, playbooks beneath it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from dulae import settings
from dulae.ledger import Ledger
from tests.lab import faults
from tests.lab.errors import FaultRefused, LabError
from tests.lab.lab import Lab
from tests.lab.state import repository

DAILY = ("creation", "availability", "restoration", "recoverability", "drill", "usage")
# What breaks on the bad day, each for real, seen by step 1 or step 3.
BAD_DAY = (
    "wrong_page",
    "expired_certificate",
    "full_disk",
    "truncated_dump",
    "missing_backup",
    "forgotten_database",
)
AFTERWARDS = ("availability", "recoverability")
APPROVER = "officer2"
VERDICTS = (0, 1, 2, 3)
_REFUSED = 4
_INTERRUPTED = 130


class DemoFailed(Exception):
    """A step did not end as a demonstration must."""


@dataclass(frozen=True)
class Demo:
    """A lab that is up, and the console on which its day is told."""

    lab: Lab
    console: Console
    began: float

    def say(self, words: str) -> None:
        """Tell a step, with the minutes and seconds since the beginning."""
        minutes, seconds = divmod(int(time.monotonic() - self.began), 60)
        self.console.print(f"[dim]{minutes}:{seconds:02}[/dim]  {words}", highlight=False, soft_wrap=True)

    def dulae(self, *words: str, fine: Sequence[int] = (0,)) -> str:
        """Run a command of dulae and return what it prints; raise DemoFailed with its own words where it is refused."""
        command = [str(Path(sys.executable).with_name("dulae")), "-i", str(self.lab.inventory), *words]
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            command, cwd=repository(), env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode not in fine:
            raise DemoFailed(
                f"`dulae {' '.join(words)}` ended with {done.returncode}: {done.stderr or done.stdout}"
            )
        return done.stdout

    def run(self, *controls: str) -> dict[str, dict[str, Any]]:
        """Run controls one after the other, telling each as it ends; return the outcome of each."""
        outcomes = {}
        for control in controls:
            with self.console.status(f"running {control}"):
                [outcome] = json.loads(self.dulae("run", control, "--format", "json", fine=VERDICTS))
            outcomes[control] = outcome
            self.say(f"  {_coloured(outcome['verdict'])} {control}")
        return outcomes

    @property
    def ledger(self) -> Ledger:
        """Return the department's ledger."""
        return Ledger.open(settings.load(self.lab.inventory).state_dir / "ledger")

    def failures(self, run: str) -> list[str]:
        """Return in words what failed in a run."""
        found = self.ledger.entries(("finding",), run=run)
        words = (str(entry.body["finding"]["because"]) for entry in found if entry.verdict == "fail")
        return list(dict.fromkeys(words))


def _coloured(verdict: str) -> str:
    colours = {"pass": "green", "warn": "yellow", "fail": "red", "unknown": "magenta"}
    return f"[{colours[verdict]}]{verdict:7}[/]"


@contextmanager
def department(folder: Path, inventory: Path, demo_console: Console) -> Iterator[Demo]:
    """Bring the lab up, and take it down whatever happens."""
    demo = Demo(Lab.at(folder, inventory), demo_console, time.monotonic())
    demo.say("bringing up a small department: four hosts over SSH, PostgreSQL, two applications, mail")
    demo.lab.up(lambda line: demo.say(f"[dim]{line}[/dim]"))
    try:
        yield demo
    finally:
        demo.say("taking the department down")
        demo.lab.down()


def normal_day(demo: Demo) -> None:
    """Run every control once on a healthy department."""
    demo.say("[bold]A normal day:[/bold] every control of the procedure, over SSH")
    demo.dulae("ledger", "init")
    demo.run(*DAILY)


def leavers_day(demo: Demo) -> None:
    """Review access: the list, a plan, a second person's signature, the change, the proof."""
    demo.say("[bold]Step 4:[/bold] this week's list of the personnel division")
    demo.run("access")
    plan = [str(entry.body["plan_id"]) for entry in demo.ledger.entries(("plan",))][-1]
    demo.say(f"  plan {plan} waits; a second person ({APPROVER}) signs it, and it is carried out")
    demo.dulae("access", "approve", plan, "--as", APPROVER, "--key", str(demo.lab.layout.keys / APPROVER))
    demo.run("access")


def bad_day(demo: Demo) -> None:
    """Break things, show that each is found, mend them, and show that all passes again."""
    demo.say("[bold]A bad day:[/bold] " + ", ".join(BAD_DAY))
    for name in BAD_DAY:
        try:
            faults.make(demo.lab, name)
        except FaultRefused as refused:
            demo.say(f"  [yellow]{name} cannot be made here:[/yellow] {refused}")
    for outcome in demo.run(*AFTERWARDS).values():
        for words in demo.failures(outcome["run"]):
            demo.say(f"    [red]{words}[/red]")
    demo.run("restoration")
    told = [entry.body["number"] for entry in demo.ledger.entries(("incident.notified",))]
    demo.say(f"  the contractor was told of {len(told)} incidents: {', '.join(told)}")
    demo.say("[bold]Mended:[/bold] the same controls again")
    faults.heal(demo.lab)
    demo.run(*AFTERWARDS, "restoration")


def reports(demo: Demo) -> None:
    """Write all reports, in Thai and English, HTML and Markdown, and check the evidence that they rest on."""
    demo.say("[bold]Reports[/bold] of today, this week, this month and this quarter, in Thai and English")
    demo.dulae("report", "all")
    demo.say("  evidence: " + demo.dulae("ledger", "verify").splitlines()[0])


def summary(demo: Demo) -> None:
    """Show each control: verdict, time used against its limit, and where its report lies."""
    standings = json.loads(demo.dulae("status", "--format", "json"))
    office = settings.load(demo.lab.inventory)
    table = Table("control", "verdict", "time used", "limit", "report (.th.html)", box=None, pad_edge=False)
    newest = _newest_reports(demo)
    for standing in standings:
        last = standing["last"]
        control = office.control(standing["id"]) or next(
            control
            for control in office.procedure.controls
            if standing["id"] in (also.id for also in control.also)
        )
        table.add_row(
            standing["id"],
            _coloured(last["verdict"]),
            f"{last['elapsed_ms'] / 1000:.1f} s",
            f"{last['limit_minutes']} min",
            newest.get(control.report, "-"),
        )
    table.add_row("all (PK.5)", "", "", "", newest.get("internal_control", "-"))
    demo.console.print(table, soft_wrap=True)


def _newest_reports(demo: Demo) -> dict[str, str]:
    folder = settings.load(demo.lab.inventory).report_dir
    found = {}
    for entry in demo.ledger.entries(("report",)):
        if (entry.body["language"], entry.body["format"]) == ("th", "html"):
            path = folder / entry.body["path"]
            found[str(entry.body["report"])] = os.path.relpath(path, repository())
    return found


def main() -> int:
    """Run the demonstration; return an exit status."""
    console = Console()
    try:
        with department(repository() / ".lab/demo", repository() / "inventory/demo", console) as demo:
            normal_day(demo)
            leavers_day(demo)
            bad_day(demo)
            reports(demo)
            summary(demo)
    except (LabError, DemoFailed) as failed:
        console.print(f"[red]demo:[/red] {failed}", highlight=False, soft_wrap=True)
        return _REFUSED
    except KeyboardInterrupt:
        return _INTERRUPTED
    words = "Open the reports in a browser; .en.html beside them are in English, .md in Markdown."
    console.print(words, soft_wrap=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
