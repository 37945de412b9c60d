"""Programs that run, have died, or cannot be seen."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dulae.checks.finding import Finding, Verdict
from dulae.checks.health import process
from dulae.checks.health.probing import Trouble
from dulae.checks.health.process import Process, Running

# A name of this process alone: what an interrupted test left running is not counted.
SLEEPER = f"dulae_sleeper_{os.getpid()}.py"
# These count programs of one name on this machine, so they never run side by side.
pytestmark = pytest.mark.xdist_group("programs")

Probe = Callable[..., Finding]


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program with a name that nobody else has."""
    script = tmp_path / SLEEPER
    script.write_text("import time\nprint('up', flush=True)\ntime.sleep(60)\n")
    with subprocess.Popen([sys.executable, "-u", script], stdout=subprocess.PIPE) as running:
        assert running.stdout
        running.stdout.readline()
        yield running
        running.kill()


def test_a_script_is_found_by_its_own_name(probe: Probe, sleeper: subprocess.Popen[bytes]) -> None:
    finding = probe("process", process=SLEEPER)
    assert (finding.verdict, finding.measured["count"]) == (Verdict.PASS, 1)


def test_fewer_than_asked_fail(probe: Probe, sleeper: subprocess.Popen[bytes]) -> None:
    finding = probe("process", process=SLEEPER, min_count=2)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.process_too_few")


def test_a_stopped_program_fails(probe: Probe, sleeper: subprocess.Popen[bytes]) -> None:
    sleeper.send_signal(signal.SIGSTOP)
    deadline = time.monotonic() + 10
    while "State:\tT" not in Path(f"/proc/{sleeper.pid}/status").read_text() and time.monotonic() < deadline:
        time.sleep(0.01)
    finding = probe("process", process=SLEEPER)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.process_stuck")
    assert "1 more are stopped or dead (T)" in finding.because


def test_a_program_that_nobody_started_fails(probe: Probe) -> None:
    finding = probe("process", process="no-such-program")
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.process_too_few")


def test_a_name_among_other_arguments_is_no_match() -> None:
    assert not process.called("nginx", Running(1, "S", "bash", ("bash", "deploy.sh", "nginx")))
    assert not process.called("nginx", Running(1, "S", "tail", ("tail", "-f", "/var/log/nginx")))


@pytest.mark.parametrize(
    ("name", "one"),
    [
        ("nginx", Running(1, "S", "nginx", ("nginx: master process /usr/sbin/nginx",))),
        ("kthreadd", Running(2, "S", "kthreadd")),
        ("postgres", Running(1, "S", "postgres", ("/usr/lib/postgresql/17/bin/postgres", "-D", "/data"))),
        (
            "a-program-with-a-long-name",
            Running(1, "S", "a-program-with-", ("/opt/a-program-with-a-long-name",)),
        ),
        ("app.jar", Running(1, "S", "java", ("/usr/bin/java", "-Xmx1g", "-jar", "/opt/app.jar"))),
        ("worker.py", Running(1, "S", "python3.11", ("/usr/bin/python3.11", "-u", "/opt/worker.py"))),
    ],
)
def test_a_program_goes_by_its_command_or_its_script(name: str, one: Running) -> None:
    assert process.called(name, one)


def test_a_name_with_spaces_and_brackets_is_read_right() -> None:
    assert process.parse(b"7 (a) (b c) S 1 7 7", b"x\0y\0") == Running(7, "S", "a) (b c", ("x", "y"))


def test_hidden_processes_are_not_taken_for_absent() -> None:
    judgement = process.judge(Process("nginx"), [], sees_all=False)
    assert (judgement.verdict, judgement.why) == (Verdict.UNKNOWN, process.NOT_ALLOWED)


def test_a_machine_without_proc_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(Trouble) as caught:
        process.measure(tmp_path / "proc")
    assert (caught.value.verdict, caught.value.why) == (Verdict.UNKNOWN, process.NO_PROC)


def test_a_process_that_ends_while_it_is_read_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    (tmp_path / "2" / "stat").write_bytes(b"nonsense")
    (tmp_path / "2" / "cmdline").write_bytes(b"")
    assert process.measure(tmp_path) == []


def test_a_pidfile_of_a_running_program_passes(probe: Probe, tmp_path: Path) -> None:
    pidfile = tmp_path / "web.pid"
    pidfile.write_text(f"{os.getpid()}\n/some/more\n")
    finding = probe("process", pidfile=str(pidfile))
    assert (finding.verdict, finding.measured["pid"]) == (Verdict.PASS, os.getpid())


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "health.pidfile_missing"),
        ("", "health.pidfile_broken"),
        ("nginx\n", "health.pidfile_broken"),
        ("4194305\n", "health.pidfile_stale"),
    ],
)
def test_a_pidfile_that_names_no_running_program_fails(
    probe: Probe, tmp_path: Path, content: str | None, code: str
) -> None:
    pidfile = tmp_path / "web.pid"
    if content is not None:
        pidfile.write_text(content)
    finding = probe("process", pidfile=str(pidfile))
    assert (finding.verdict, finding.code) == (Verdict.FAIL, code)


def test_a_pidfile_of_a_dead_child_fails(probe: Probe, tmp_path: Path) -> None:
    pidfile = tmp_path / "web.pid"
    with subprocess.Popen(["/bin/true"]) as child:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        pidfile.write_text(str(child.pid))
        assert probe("process", pidfile=str(pidfile)).code == "health.pidfile_stale"


def test_a_pidfile_that_may_not_be_read_is_unknown(probe: Probe, tmp_path: Path) -> None:
    finding = probe("process", pidfile=str(tmp_path))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "health.process_hidden")


def test_a_pidfile_of_a_hidden_process_is_unknown(tmp_path: Path) -> None:
    pidfile = tmp_path / "web.pid"
    pidfile.write_text("7")
    assert process.by_pidfile(Process(pidfile=str(pidfile)), tmp_path).verdict is Verdict.UNKNOWN
