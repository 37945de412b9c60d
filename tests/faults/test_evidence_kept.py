"""Evidence fails closed: kills, a second run, a missing callback, a ledger that cannot be written."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from dulae.ledger import Ledger
from dulae.ledger.locks import running
from tests.faults.evidence_house import (
    PATIENCE_S,
    House,
    build,
    declare,
    evidence,
    own_finding,
    play,
    pretend,
    wait_for,
    whole,
    write,
)


@pytest.fixture
def house(tmp_path: pathlib.Path) -> House:
    return build(tmp_path)


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate(timeout=PATIENCE_S)


def wait_for_entry(house: House, kind: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while not list(Ledger.open(house.ledger_folder).entries([kind])):
        assert time.monotonic() < until, f"no {kind} ever came"
        time.sleep(0.02)


def wait_until_free(house: House) -> None:
    """Wait until the tasks that outlived a killed playbook have ended."""
    until = time.monotonic() + PATIENCE_S
    while subprocess.run(
        ["flock", "-n", house.state / "locks/availability.lock", "true"], check=False
    ).returncode:
        assert time.monotonic() < until, "the lock was never freed"
        time.sleep(0.1)


@pytest.mark.parametrize("moment", ["run.intent", "during a task", "finding"])
def test_a_killed_run_stays_open_in_a_ledger_that_verifies(house: House, moment: str) -> None:
    begun = house.folder / "begun"
    slow = pretend(before=str(begun), seconds=3)
    process = house.start(whole(play("all:!gone", own_finding(), slow)))
    if moment == "during a task":
        wait_for(begun)
    else:
        wait_for_entry(house, moment)
    kill(process)
    (run,) = house.runs()
    assert run.open and not run.evidenced and run.verdict.value == "unknown"
    verified = house.verified()
    assert verified.ok and verified.open_runs == (run.run,)
    assert running(house.state, "availability") is None

    wait_until_free(house)
    assert house.run(whole(play("all:!gone", own_finding()))).returncode == 0
    killed, again = house.runs()
    assert killed.interrupted and again.done
    assert house.verified().open_runs == ()


def test_a_killed_run_leaves_no_lock_behind(house: House) -> None:
    begun = house.folder / "begun"
    process = house.start(whole(play("alpha", pretend(before=str(begun), seconds=8))))
    wait_for(begun)
    assert running(house.state, "availability")
    kill(process)
    assert running(house.state, "availability") is None
    wait_until_free(house)


def test_a_second_run_at_the_same_time_is_refused_and_told_by_whom(house: House) -> None:
    begun = house.folder / "begun"
    first = house.start(
        whole(play("alpha", pretend(before=str(begun), seconds=8)), play("all:!gone", own_finding()))
    )
    wait_for(begun)
    second = house.run(whole(play("all:!gone", own_finding())), DULAE_TRIGGER="timer")
    mailbox = {
        "check": "incident",
        "subject": "mailbox",
        "verdict": "pass",
        "code": "x.y",
        "because": "it is empty",
    }
    letters = play("localhost", pretend(findings=[mailbox]), control="restoration")
    other = house.run(whole(letters, control="restoration"))
    first.communicate(timeout=PATIENCE_S)
    assert first.returncode == 0
    assert second.returncode == 1
    assert (
        f"availability is being run by {os.environ.get('USER', 'root')} (process {first.pid}, manual"
        in second.stderr
    )
    assert other.returncode == 0
    assert [(run.control, run.done) for run in house.runs()] == [
        ("availability", True),
        ("restoration", True),
    ]


def test_without_the_callback_no_run_opens(house: House) -> None:
    done = house.run(whole(play("all:!gone", own_finding())), ANSIBLE_CALLBACKS_ENABLED="minimal")
    assert done.returncode == 2
    assert "the callback dulae_evidence is not at work" in done.stdout
    assert not house.runs()


def test_without_the_callback_no_run_is_sealed(house: House) -> None:
    done = house.run([evidence("sealed")], ANSIBLE_CALLBACKS_ENABLED="minimal", DULAE_EVIDENCE="made-up")
    assert done.returncode == 2
    assert "the callback dulae_evidence is not at work" in done.stdout


def test_sealing_what_was_never_opened_fails(house: House) -> None:
    done = house.run([evidence("sealed")])
    assert done.returncode != 0
    assert "no run of availability is open" in done.stdout


def test_without_a_ledger_nothing_begins(house: House) -> None:
    shutil.rmtree(house.ledger_folder)
    begun = house.folder / "begun"
    done = house.run(whole(play("all:!gone", pretend(before=str(begun)))))
    assert done.returncode == 1
    assert "there is no ledger" in done.stderr and "dulae ledger init" in done.stderr
    assert not begun.exists()


def test_wrong_settings_stop_the_run_with_their_place(house: House) -> None:
    write(house.inventory / "group_vars/all/calendar.yml", {"dulae_calendar": {"zone": "here"}})
    done = house.run(whole(play("all:!gone", own_finding())))
    assert done.returncode == 1
    assert "calendar.yml:" in done.stderr and "Traceback" not in done.stderr


def test_a_control_that_is_none_is_refused(house: House) -> None:
    done = house.run([play("alpha", pretend(), control="../../etc")])
    assert done.returncode == 1
    assert "which is no control" in done.stderr


def test_an_inventory_that_is_no_folder_is_refused(house: House) -> None:
    command = house.command(whole(play("all:!gone", own_finding())))
    command[2] = "alpha,"
    done = subprocess.run(command, env=house.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "no inventory folder was named" in done.stderr


def test_a_ledger_that_vanishes_while_the_run_is_on_stops_it(house: House) -> None:
    remove = {"name": "Remove", "ansible.builtin.file": {"path": str(house.ledger_folder), "state": "absent"}}
    never = house.folder / "never"
    done = house.run(
        whole(
            play("localhost", remove),
            play("all:!gone", own_finding()),
            play("alpha", pretend(before=str(never))),
        )
    )
    assert done.returncode == 1
    assert "the run is stopped" in done.stderr and "Traceback" not in done.stderr
    assert not never.exists()


def test_without_the_key_no_run_is_sealed(house: House) -> None:
    (house.ledger_folder / "key.pem").rename(house.folder / "key.pem")
    done = house.run(whole(play("all:!gone", own_finding())))
    assert done.returncode == 1
    assert "the key that signs the ledger cannot be read" in done.stderr


@contextlib.contextmanager
def mounted(place: pathlib.Path, options: str) -> Iterator[None]:
    if os.geteuid() != 0:
        pytest.skip("a small file system can be mounted by root only")
    place.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], capture_output=True, text=True, check=False
    )
    if made.returncode:
        pytest.skip(f"no file system can be mounted here: {made.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@pytest.mark.root
def test_a_full_disk_ends_the_run_as_not_evidenced(house: House) -> None:
    kept = house.folder / "kept"
    house.state.rename(kept)
    with mounted(house.state, "size=2m"):
        shutil.copytree(kept, house.state, dirs_exist_ok=True)
        fill = {
            "name": "Fill",
            "ansible.builtin.command": f"sh -c 'cat /dev/zero > {house.state}/zeros || true'",
        }
        done = house.run(
            whole(play("localhost", fill | {"changed_when": False}), play("all:!gone", own_finding()))
        )
        assert done.returncode == 1
        assert "evidence cannot be kept" in done.stderr and "free space" in done.stderr
        (house.state / "zeros").unlink()
        assert house.verified().ok
        assert house.runs()[0].open


@pytest.mark.root
def test_a_read_only_ledger_stops_the_run_before_anything_is_done(house: House) -> None:
    kept = house.folder / "kept"
    house.state.rename(kept)
    begun = house.folder / "begun"
    with mounted(house.state, "size=20m"):
        shutil.copytree(kept, house.state, dirs_exist_ok=True)
        subprocess.run(["mount", "-o", "remount,ro", house.state], check=True)
        done = house.run(whole(play("all:!gone", pretend(before=str(begun)))))
        assert done.returncode == 1
        assert "Read-only file system" in done.stderr
        assert not begun.exists()
        assert house.verified().ok


def test_a_stopped_playbook_ends_in_order_and_its_run_stays_open(house: House) -> None:
    begun = house.folder / "begun"
    process = house.start(whole(play("alpha", pretend(before=str(begun), seconds=20))))
    wait_for(begun)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode != 0
    assert house.runs()[0].open and house.verified().ok


def test_a_finding_survives_the_kill_that_follows_it(house: House) -> None:
    declare(house.inventory, "alpha")
    process = house.start(whole(play("alpha", own_finding(), pretend(seconds=3))))
    wait_for_entry(house, "finding")
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=PATIENCE_S)
    kept = json.dumps([entry.body for entry in Ledger.open(house.ledger_folder).entries(["finding"])])
    assert "intranet/login_page" in kept
