"""A drill of the department that is killed in the middle: nothing of it stays, and the ledger says what happened."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dulae.checks.finding import Verdict
from dulae.checks.restore_drill import scratch
from tests.integration.procedure import PLAYBOOKS, Office, office_at
from tests.lab.fixture import Department

SCRATCH = Path("/var/tmp")
WAIT_S = 120


@pytest.fixture
def office(lab_to_break: Department, tmp_path: Path) -> Office:
    return office_at(lab_to_break, tmp_path / "inventory")


def workshops() -> list[Path]:
    return [path for path in SCRATCH.glob("dulae-drill-*") if path.is_dir()]


def reached(stage: str) -> bool:
    """Say whether a drill is at a stage now."""
    for workshop in workshops():
        for path in workshop.glob(f"*/{scratch._STAGE}"):
            with contextlib.suppress(FileNotFoundError):
                if path.read_text(encoding="utf-8") == stage:
                    return True
    return False


def processes() -> Iterator[int]:
    yield from (int(name) for name in os.listdir("/proc") if name.isdigit())


def running(office: Office) -> list[int]:
    """Return the processes of Ansible that run a playbook on the office's inventory."""
    found = []
    for process in processes():
        try:
            words = Path(f"/proc/{process}/cmdline").read_bytes()
        except OSError:
            continue
        if str(office.inventory).encode() in words and b"drill_restore" in words:
            found.append(process)
    return found


def drilling() -> list[int]:
    """Return the processes that hold the folder of drills: the module itself."""
    places = {str(path) for path in workshops()}
    found = []
    for process in processes():
        try:
            open_now = {os.readlink(entry) for entry in Path(f"/proc/{process}/fd").iterdir()}
        except OSError:
            continue
        if open_now & places:
            found.append(process)
    return found


def kill(wanted: list[int]) -> None:
    for process in wanted:
        os.kill(process, signal.SIGKILL)


@pytest.mark.parametrize("stage", ["initdb", "restore"])
def test_the_run_after_a_killed_drill_clears_up_and_the_ledger_tells_both(stage: str, office: Office) -> None:
    killed = threading.Thread(target=office.playbook, args=(PLAYBOOKS["drill"],))
    killed.start()
    until = time.monotonic() + WAIT_S
    while not reached(stage):
        assert time.monotonic() < until and killed.is_alive(), f"no drill came to {stage}"
        time.sleep(0.002)
    held = drilling()
    assert held
    kill(running(office))
    kill(held)
    killed.join(WAIT_S)
    assert any(any(workshop.iterdir()) for workshop in workshops())  # the killed one could not clear up

    again, done = office.control("drill")

    first, second = [run for run in office.runs() if run.control == "drill"]
    assert first.interrupted and not first.findings
    assert second.run == again.run and second.done, done.stdout
    reaped = [recorded.finding.measured.get("reaped") for recorded in second.findings]
    assert [stage] in reaped, reaped
    assert all(recorded.finding.verdict is Verdict.PASS for recorded in second.findings)
    assert not workshops()
    assert not drilling()
    assert office.verified().ok
