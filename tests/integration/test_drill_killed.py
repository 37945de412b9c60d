"""A drill of the department that is killed in the middle: nothing of it stays, and the ledger says what happened."""

import contextlib
import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dulae.checks.finding import Verdict
from dulae.checks.restore_drill import scratch
from tests.integration.procedure import PLAYBOOKS, Office, office_at
from tests.lab.fixture import Department

WAIT_S = 120
# A stage of a small database passes in a moment, and may not be met at once.
TRIES = 5
STAGES = ["prepare", "initdb", "start", "restore", "prove", "amcheck", "thai_text", "drop"]


@pytest.fixture
def scratch_dir() -> Iterator[Path]:
    """Give a place for these drills alone, for others would find it taken; its path is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="dulae-t-") as place:
        yield Path(place)


@pytest.fixture
def office(lab_to_break: Department, tmp_path: Path, scratch_dir: Path) -> Office:
    made = office_at(lab_to_break, tmp_path / "inventory")
    said = f"---\nrestore_drill_scratch_dir: {scratch_dir}\n"
    (made.inventory / "group_vars/all/drills.yml").write_text(said, encoding="utf-8")
    return made


def workshops(place: Path) -> list[Path]:
    return [path for path in place.glob("dulae-drill-*") if path.is_dir()]


def reached(stage: str, place: Path) -> bool:
    """Say whether a drill is at a stage now."""
    for workshop in workshops(place):
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


def drilling(place: Path) -> list[int]:
    """Return the processes that hold the folder of drills: the module itself."""
    places = {str(path) for path in workshops(place)}
    found = []
    for process in processes():
        try:
            open_now = {os.readlink(entry) for entry in Path(f"/proc/{process}/fd").iterdir()}
        except OSError:
            continue
        if open_now & places:
            found.append(process)
    return found


def met(stage: str, office: Office, place: Path) -> tuple[threading.Thread, list[int]]:
    """Hold drills until one is met at a stage; return what waits for it, and its processes."""
    for _ in range(TRIES):
        waiting = threading.Thread(target=office.playbook, args=(PLAYBOOKS["drill"],))
        waiting.start()
        while waiting.is_alive():
            held = drilling(place) if reached(stage, place) else []
            if held:
                return waiting, held
            time.sleep(0.001)
    raise AssertionError(f"no drill was met at {stage}")


def kill(wanted: list[int]) -> None:
    for process in wanted:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


@pytest.mark.parametrize("stage", ["initdb", "restore"])
def test_the_run_after_a_killed_drill_clears_up_and_the_ledger_tells_both(
    stage: str, office: Office, scratch_dir: Path
) -> None:
    killed, held = met(stage, office, scratch_dir)
    # Ansible first: it would still tell of a module that died under it.
    kill([*running(office), *held])
    killed.join(WAIT_S)
    assert any(
        any(workshop.iterdir()) for workshop in workshops(scratch_dir)
    )  # the killed one could not clear up

    again, done = office.control("drill")

    *_, first, second = [run for run in office.runs() if run.control == "drill"]
    assert first.interrupted and not first.findings
    assert second.run == again.run and second.done, done.stdout
    assert all(recorded.finding.verdict is Verdict.PASS for recorded in second.findings), [
        recorded.finding.because for recorded in second.findings
    ]
    reaped = {at for recorded in second.findings for at in recorded.finding.measured["reaped"]}
    assert len(reaped) == 1 and reaped <= set(STAGES[STAGES.index(stage) :]), reaped
    assert not workshops(scratch_dir)
    assert not drilling(scratch_dir)
    assert office.verified().ok
