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

from tests.lab import faults
from tests.lab.errors import LabError
from tests.lab.lab import Lab
from tests.lab.state import repository

DAILY = ("creation", "availability", "restoration", "recoverability", "drill", "usage")
# What breaks on the bad day: three systems' worth of trouble, each seen by another control.
BAD_DAY = ("wrong_page", "expired_certificate", "truncated_dump", "missing_backup", "full_disk")
AFTERWARDS = ("availability", "recoverability")
_REFUSED = 4


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
        self.console.print(f"[dim]{minutes}:{seconds:02}[/dim]  {words}", highlight=False)

    def dulae(self, *words: str, fine: Sequence[int] = (0, 1, 2, 3)) -> str:
        """Run a command of dulae and return what it prints; raise DemoFailed with its own words where it is refused."""
        command = [str(Path(sys.executable).with_name("dulae")), "-i", str(self.lab.inventory), *words]
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            command, cwd=repository(), env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode not in fine:
            raise DemoFailed(f"`dulae {' '.join(words)}` ended with {done.returncode}: {done.stderr or done.stdout}")
        return done.stdout

    def run(self, *controls: str) -> dict[str, dict[str, Any]]:
        """Run controls one after the other, telling each as it ends; return the outcome of each."""
        outcomes = {}
        for control in controls:
            [outcome] = json.loads(self.dulae("run", control, "--format", "json"))["runs"]
            outcomes[control] = outcome
            self.say(f"{_coloured(outcome['verdict'])} {control}")
        return outcomes


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
