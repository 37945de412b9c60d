"""The schedule as it is installed: real units that systemd reads, real lines for cron."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from tests.unit.cli.department import Kept, example

ROOT = pathlib.Path(__file__).parents[2]
PLAYBOOK = pathlib.Path(sys.executable).with_name("ansible-playbook")
WORKS = ["access", "availability", "creation", "drill", "recoverability", "restoration", "usage"]
UNITS = sorted(f"dulae-{work}.{kind}" for work in WORKS for kind in ("service", "timer"))


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    folder = example(tmp_path_factory.mktemp("schedule"))
    Kept.begun(folder)
    return folder


def install(inventory: pathlib.Path, *options: str, **variables: object) -> str:
    """Install the schedule of an inventory and return what Ansible said."""
    given = [word for name, value in variables.items() for word in ("-e", f"schedule_{name}={value}")]
    command = [
        str(PLAYBOOK),
        "-i",
        str(inventory),
        str(ROOT / "playbooks/install_schedule.yml"),
        *options,
        *given,
    ]
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "ANSIBLE_NOCOLOR": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def changed(said: str) -> int:
    found = re.search(r"localhost\s+: ok=\d+\s+changed=(\d+)", said)
    assert found, said
    return int(found[1])


@pytest.fixture(scope="module")
def units(inventory: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Return a folder into which the user's units were installed."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed (apt install systemd)")
    folder = tmp_path_factory.mktemp("units")
    (folder / "dulae-forgotten.timer").write_text("[Timer]\nOnCalendar=daily\n")
    options = {"manager": "systemd", "scope": "user", "folder": folder, "activate": "false"}
    assert changed(install(inventory, "--check", **options)) > 0
    assert [path.name for path in folder.iterdir()] == ["dulae-forgotten.timer"]
    assert changed(install(inventory, **options)) > 0
    assert changed(install(inventory, **options)) == 0
    return folder


def test_each_piece_of_work_has_a_service_and_a_timer_and_nothing_else_is_left(units: pathlib.Path) -> None:
    assert sorted(path.name for path in units.iterdir()) == UNITS


def test_systemd_finds_nothing_wrong_with_the_units(units: pathlib.Path) -> None:
    paths = [str(units / name) for name in UNITS]
    done = subprocess.run(["systemd-analyze", "verify", *paths], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_timer_has_the_lines_of_the_cadence_and_catches_up(units: pathlib.Path) -> None:
    timer = (units / "dulae-availability.timer").read_text()
    assert "OnCalendar=Mon,Tue,Wed,Thu,Fri *-*-* 08:15:00 Asia/Bangkok\n" in timer
    assert "Persistent=true\n" in timer
    assert "WantedBy=timers.target" in timer


def test_a_service_runs_what_is_due_in_utf8_and_is_told_by_whom(
    units: pathlib.Path, inventory: pathlib.Path
) -> None:
    service = (units / "dulae-drill.service").read_text()
    assert f'-i "{inventory}" run --due --wait 900 drill\n' in service
    assert "Environment=LC_ALL=C.UTF-8 DULAE_TRIGGER=timer\n" in service
    assert "network-online" not in service
    assert "User=" not in service


def test_the_machine_s_own_units_run_as_the_account_that_is_named(
    inventory: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed (apt install systemd)")
    install(inventory, manager="systemd", scope="system", folder=tmp_path, activate="false", user="nobody")
    service = (tmp_path / "dulae-usage.service").read_text()
    assert "User=nobody\n" in service
    assert "After=network-online.target\n" in service


def test_cron_gets_a_file_with_the_same_work(inventory: pathlib.Path, tmp_path: pathlib.Path) -> None:
    options = {"manager": "cron", "scope": "system", "folder": tmp_path, "user": "dulae"}
    install(inventory, **options)
    lines = (tmp_path / "dulae").read_text().splitlines()
    started = [line for line in lines if "run --due" in line]
    assert {line.split(" 2>&1")[0].split()[-1] for line in started} == set(WORKS)
    for line in started:
        assert re.match(r"[\d,]+ [\d,]+ \* \* [\d,*]+ dulae cd /", line)
        assert line.endswith("2>&1 | logger -t dulae")
    assert "LC_ALL=C.UTF-8" in lines


def test_a_user_without_systemd_gets_one_line_in_the_crontab(
    inventory: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crontab, kept = tmp_path / "crontab", tmp_path / "kept"
    kept.write_text("0 0 * * * mine\n")
    crontab.write_text(f'#!/bin/sh\ncase "$1" in -l) cat {kept} ;; *) cat "$1" > {kept} ;; esac\n')
    crontab.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    install(inventory, manager="cron", scope="user")
    mine, name, line = kept.read_text().splitlines()
    assert (mine, name) == ("0 0 * * * mine", "#Ansible: dulae")
    assert re.match(r"0,15,30,45 [\d,]+ \* \* \* LC_ALL=C.UTF-8 DULAE_TRIGGER=timer; export", line)
    assert f"-i {inventory} run --due --wait 900 2>&1 | logger -t dulae" in line
