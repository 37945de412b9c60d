"""A department that keeps its state in itself, a ledger whose clock can be set, and the command line."""

import pathlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dulae.cli import clock, main
from dulae.ledger import Ledger

EXAMPLE = pathlib.Path(__file__).parents[3] / "inventory/example"
BANGKOK = ZoneInfo("Asia/Bangkok")
BEGAN = "2026-11-16 08:00"


def at(text: str) -> datetime:
    """Return a moment of the office's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=BANGKOK)


def example(folder: pathlib.Path) -> pathlib.Path:
    """Copy the example, let it keep its state in itself, and give it the files of its secrets."""
    inventory = pathlib.Path(shutil.copytree(EXAMPLE, folder / "department"))
    site = inventory / "group_vars/all/site.yml"
    site.write_text(site.read_text(encoding="utf-8").replace("/var/lib/dulae", "state"), encoding="utf-8")
    (inventory / "secrets").mkdir(mode=0o700)
    for name in ("mailbox", "intranet_probe", "intranet_database", "saraban_probe", "saraban_database"):
        (inventory / "secrets" / name).touch(mode=0o600)
    return inventory


@dataclass(frozen=True)
class Kept:
    """A ledger into which a test writes runs as if they had happened at some time."""

    folder: pathlib.Path

    @classmethod
    def begun(cls, inventory: pathlib.Path, moment: str = BEGAN) -> "Kept":
        """Make a ledger at some time."""
        folder = inventory / "state/ledger"
        Ledger.create(folder, organisation="example", node="control1", clock=lambda: at(moment))
        return cls(folder)

    def intent(self, run: str, moment: str, control: str = "availability", **body: Any) -> None:
        """Write that a run began."""
        told = {"limit_minutes": 5, "check_mode": False, "population": [], "started_at": text(moment), **body}
        self._ledger(moment).append("run.intent", told, run=run, control=control)

    def result(self, run: str, moment: str, verdict: str = "pass", **body: Any) -> None:
        """Write that a run was sealed."""
        control = body.pop("control", "availability")
        told = {
            "evidenced": True,
            "elapsed_ms": 12_000,
            "within_limit": True,
            "finished_at": text(moment),
            **body,
        }
        self._ledger(moment).append("run.result", told, run=run, control=control, verdict=verdict)

    def _ledger(self, moment: str) -> Ledger:
        return Ledger.open(self.folder, clock=lambda: at(moment))


def text(moment: str) -> str:
    """Return a moment as bodies have it."""
    return at(moment).isoformat()


Call = Callable[..., tuple[int, str, str]]


def caller(inventory: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """Return a function that runs `dulae ...` and gives back exit status, output and errors."""

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["-i", str(inventory), *arguments])
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err

    return call


def set_clock(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Let the commands believe that it is some time."""
    monkeypatch.setattr(clock, "now", lambda: at(moment))
