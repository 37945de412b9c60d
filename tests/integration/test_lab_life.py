"""The lab's life: up and down leave nothing behind, side by side, after a kill, and in folders that are not its own."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import ports
from tests.lab.errors import LabError
from tests.lab.fixture import Department
from tests.lab.processes import gone, identify
from tests.lab.state import repository


@pytest.fixture
def other(tmp_path: Path, lab: Department) -> Iterator[Department]:
    """Yield a second lab, not yet up, beside the session's own."""
    department = Department.at(tmp_path / "a folder" / "lab", tmp_path / "inventory")
    yield department
    department.down()


def door(lab: Department, *words: str) -> subprocess.CompletedProcess[str]:
    """Run scripts/lab as a person would."""
    command = [
        str(repository() / "scripts/lab"),
        "--dir",
        str(lab.layout.root),
        "--inventory",
        str(lab.inventory),
    ]
    return subprocess.run([*command, *words], capture_output=True, text=True, check=False)


def test_two_labs_run_side_by_side_even_where_a_path_has_a_space(lab: Department, other: Department) -> None:
    other.up()
    taken = other.state.ports
    assert not set(taken.values()) & set(lab.state.ports.values())
    assert other.ssh("web1", "pwd").stdout.strip() == str(other.layout.home("web1"))
    done = other.ansible("ansible", "all", "-m", "ping", environment={"ANSIBLE_CALLBACKS_ENABLED": "minimal"})
    assert done.stdout.count('"ping": "pong"') == 5, done.stdout + done.stderr
    running = other.processes()
    assert len(running) >= 6
    other.down()
    assert gone(running, 0) and other.processes() == []
    assert not other.layout.root.exists()
    assert not any(map(ports.answers, taken.values()))
    assert lab.ssh("web1", "true").returncode == 0


def test_what_a_killed_supervisor_left_is_removed_by_the_next_up(other: Department) -> None:
    other.up()
    supervisor = other.state.supervisor
    assert supervisor is not None
    left = [process for process in other.processes() if process != supervisor]
    os.kill(supervisor.pid, signal.SIGKILL)
    assert gone([supervisor], 10)
    assert other.processes(), "the servers outlive their supervisor"
    other.up()
    assert gone(left, 0)
    assert other.ssh("db1", "true").returncode == 0


def test_down_after_a_kill_leaves_no_process(other: Department) -> None:
    other.up()
    supervisor = other.state.supervisor
    assert supervisor is not None
    left = other.processes()
    os.kill(supervisor.pid, signal.SIGKILL)
    other.down()
    assert gone(left, 0) and other.processes() == []


def test_a_lab_that_is_up_is_not_brought_up_twice(lab: Department) -> None:
    with pytest.raises(LabError, match="up already"):
        lab.up()
    assert lab.running()


def test_a_folder_that_is_no_labs_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "letter.txt").write_text("keep me")
    with pytest.raises(LabError, match="is no lab's folder"):
        Department.at(tmp_path / "work", tmp_path / "inventory").up()
    assert (tmp_path / "work" / "letter.txt").read_text() == "keep me"


def test_an_inventory_that_is_no_labs_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "inventory").mkdir()
    (tmp_path / "inventory" / "hosts.yml").write_text("all: {}\n")
    with pytest.raises(LabError, match="was not made by the lab"):
        Department.at(tmp_path / "lab", tmp_path / "inventory").up()
    assert (tmp_path / "inventory" / "hosts.yml").read_text() == "all: {}\n"


def test_a_server_that_cannot_start_is_named_with_its_own_words(
    other: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_claim = ports.claim

    def taken() -> ports.Claim:
        claim = real_claim()
        claim.ports["imap"] = claim.socket.getsockname()[1]
        return claim

    monkeypatch.setattr("tests.lab.lab.ports.claim", taken)
    with pytest.raises(LabError, match=r"mail does not answer.*address already in use"):
        other.up()
    assert other.processes() == []


def test_the_door_shows_servers_faults_and_exit_status(lab_to_break: Department) -> None:
    lab = lab_to_break
    shown = door(lab, "status")
    assert shown.returncode == 0, shown.stderr
    assert all(word in shown.stdout for word in ("postgres", "saraban", "faults: none", str(lab.inventory)))
    assert door(lab, "fault", "mail_down").returncode == 0
    shown = door(lab, "status")
    assert (shown.returncode, "faults: mail_down" in shown.stdout) == (1, True)
    assert "healed: mail_down" in door(lab, "heal").stdout
    assert "nothing was broken" in door(lab, "heal").stdout


def test_the_door_lists_faults_and_refuses_unknown_ones(lab: Department) -> None:
    assert "expired_certificate" in door(lab, "faults").stdout
    refused = door(lab, "fault", "earthquake")
    assert refused.returncode == 2
    assert "earthquake" in refused.stderr


def test_the_door_says_in_one_line_that_there_is_no_lab(tmp_path: Path) -> None:
    absent = Department.at(tmp_path / "none", tmp_path / "inventory")
    for words in (["status"], ["fault", "mail_down"]):
        done = door(absent, *words)
        assert done.returncode == 4
        assert (
            done.stderr.startswith("lab: ")
            and "scripts/lab up" in done.stderr
            and "Traceback" not in done.stderr
        )


def test_a_process_is_known_by_its_start_and_not_by_its_number_alone() -> None:
    child = subprocess.Popen(["sleep", "60"])
    known = identify(child.pid)
    assert known is not None and known.alive()
    child.kill()
    child.wait()
    assert not known.alive()
    assert identify(child.pid) != known
