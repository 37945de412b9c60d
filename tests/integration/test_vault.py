"""A vault that fails is unknown, never a bad backup: whatever fails, and whenever."""

import io
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dulae.checks.backup import copies
from dulae.checks.backup.medium import Lost
from dulae.checks.backup.sets import set_from
from dulae.checks.backup.tools import Tools
from dulae.checks.backup_create.making import make
from dulae.checks.backup_create.request import Request
from dulae.checks.finding import Finding, Verdict
from dulae.cli import main
from dulae.remote import Host
from dulae.vaults import reading
from dulae.vaults.checking import check
from dulae.vaults.session import Session
from dulae.vaults.vault import reached
from tests.library.conftest import RunModule, run_module
from tests.unit import sshd

from . import test_backup_matrix as matrix
from .backup_sets import FORMS, Sources, whole_set
from .vault import Vault, serving

sources = matrix.sources
good = matrix.good
# Pytest finds a fixture by its name here.
_ = run_module


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_SETTLING_ELSEWHERE_S", 0)


@pytest.fixture(autouse=True)
def no_keys_of_whoever_tests(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)


@pytest.fixture(scope="module")
def vault() -> Iterator[Vault]:
    with serving() as running:
        yield running


@pytest.fixture
def store(vault: Vault) -> Iterator[pathlib.Path]:
    """Give a folder of the vault with one archive in it."""
    folder = vault.root / "store"
    folder.mkdir()
    with tarfile.open(folder / "files.tar", "w") as archive:
        about = tarfile.TarInfo("letter.pdf")
        about.size = 3_000_000
        archive.addfile(about, io.BytesIO(os.urandom(about.size)))
    yield folder
    shutil.rmtree(folder)


def found(vault: Vault, host: Host, store: pathlib.Path, level: str = "content") -> Finding:
    wanted = set_from({"kind": "tar", "path": vault.path_of(store), "level": level, "subject": "s/files"})
    return check([wanted], host, Tools(), silence_s=2)[0]


def wrong_key(vault: Vault, folder: pathlib.Path) -> Host:
    return vault.known(folder / "known", (vault.private / "other_key.pub").read_text())


def unknown_key(vault: Vault, folder: pathlib.Path) -> Host:
    return vault.known(folder / "known", "")


def refused_login(vault: Vault, folder: pathlib.Path) -> Host:
    return replace(vault.host, key=vault.private / "other_key")


def no_key(vault: Vault, folder: pathlib.Path) -> Host:
    return replace(vault.host, key=folder / "nothing")


def locked_key(vault: Vault, folder: pathlib.Path) -> Host:
    shutil.copy(vault.private / "key", folder / "locked")
    change = ["ssh-keygen", "-q", "-p", "-P", "", "-N", "secret", "-f", str(folder / "locked")]
    subprocess.run(change, check=True, capture_output=True)
    return replace(vault.host, key=folder / "locked")


def public_key(vault: Vault, folder: pathlib.Path) -> Host:
    return replace(vault.host, key=vault.private / "key.pub")


def empty_key(vault: Vault, folder: pathlib.Path) -> Host:
    (folder / "empty").touch()
    return replace(vault.host, key=folder / "empty")


def no_key_at_all(vault: Vault, folder: pathlib.Path) -> Host:
    return replace(vault.host, key=None)


def behind_another(vault: Vault, folder: pathlib.Path) -> Host:
    return replace(nobody_there(vault, folder), through="bastion")


def nobody_there(vault: Vault, folder: pathlib.Path) -> Host:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return replace(vault.host, port=probe.getsockname()[1])


@pytest.mark.parametrize(
    ("way", "code", "words"),
    [
        (wrong_key, "vault.other_key", "Never accept it".lower()),
        (unknown_key, "vault.unknown_key", "compare its fingerprint"),
        (refused_login, "vault.login_refused", "check the user, the private key"),
        (no_key, "vault.no_key", "No such file"),
        (locked_key, "vault.key_locked", "asks for a passphrase"),
        (public_key, "vault.key_broken", "not its .pub"),
        (empty_key, "vault.key_broken", "holds no private key"),
        (no_key_at_all, "vault.login_refused", "check the user, the private key"),
        (behind_another, "vault.no_jump", "through another machine (bastion)"),
        (nobody_there, "vault.unreachable", "check that it is up"),
    ],
)
def test_a_vault_that_cannot_be_reached_or_trusted_is_unknown(
    way: Callable[[Vault, pathlib.Path], Host],
    code: str,
    words: str,
    vault: Vault,
    tmp_path: pathlib.Path,
) -> None:
    host = way(vault, tmp_path)
    finding = found(vault, host, vault.root)
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, code)
    assert words in finding.because and "nas1 (127.0.0.1 port" in finding.because
    assert finding.measured["level_reached"] == "nothing"


@pytest.mark.parametrize(("sessions", "code"), [(1, "vault.few_sessions"), (2, "backup.unproven")])
def test_a_server_that_allows_few_sessions_is_read_or_told(
    sessions: int, code: str, tmp_path: pathlib.Path
) -> None:
    with serving(f"MaxSessions {sessions}") as narrow:
        store = narrow.root / "store"
        store.mkdir()
        for number in range(40):
            (store / f"{number}").write_bytes(os.urandom(1000))
        wanted = {"kind": "files", "path": narrow.path_of(store), "pattern": ".", "level": "content"}
        (finding,) = check([set_from({**wanted, "subject": "s/files"})], narrow.host, Tools(), silence_s=2)
    assert finding.code == code, finding.because


def test_a_link_to_the_newest_copy_is_no_other_copy(
    vault: Vault, store: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    (store / "files.tar").unlink()
    (tmp_path / "letter.txt").write_text("สวัสดี")
    made = make(Request("tar", str(tmp_path), str(store), "office"), Tools())
    (store / "office-latest.tar.gz").symlink_to(made.file)
    later = time.time() + 2
    os.utime(store / made.file, (later, later))
    finding = found(vault, vault.host, store)
    assert (finding.verdict, finding.measured["count"]) == (Verdict.PASS, 1), finding.because
    assert finding.measured["file"] == made.file


def test_a_server_without_sftp_is_unknown(tmp_path: pathlib.Path, vault: Vault) -> None:
    with sshd.serving(tmp_path) as server:
        host = Host("db1", "127.0.0.1", server.port, "dulae", server.key, (server.known_hosts,))
        finding = found(vault, host, vault.root)
    assert finding.verdict is Verdict.UNKNOWN
    assert finding.code.startswith("vault.")


def test_a_folder_or_file_that_is_not_there_is_a_bad_backup(vault: Vault, store: pathlib.Path) -> None:
    assert found(vault, vault.host, store / "nowhere").code == "backup.no_place"
    (store / "files.tar").unlink()
    finding = found(vault, vault.host, store)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "backup.missing")


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_unknown(vault: Vault, store: pathlib.Path) -> None:
    (store / "files.tar").chmod(0)
    assert found(vault, vault.host, store).code == "backup.unreadable"


def test_a_vault_that_falls_silent_is_unknown(
    vault: Vault, store: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[int] = []
    answer = Session.answer

    def falling_silent(session: Session, number: int) -> bytes:
        if not stopped:
            listed = subprocess.run(
                ["ps", "-o", "pid=", "--ppid", str(vault.server.pid)],
                capture_output=True,
                text=True,
                check=True,
            )
            stopped.extend(int(pid) for pid in listed.stdout.split())
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)
        return answer(session, number)

    monkeypatch.setattr(Session, "answer", falling_silent)
    monkeypatch.setattr(reading, "_MOST_AHEAD", 1)
    try:
        finding = found(vault, vault.host, store)
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGKILL)
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "vault.silent")


@pytest.mark.parametrize(
    "form",
    ["pg custom", "pg custom+zstd", "pg plain+gzip", "pg plain", "mariadb+zstd", "tar", "tar+gzip", "files"],
)
def test_a_connection_that_is_cut_at_any_moment_is_unknown(
    form: str,
    sources: Sources,
    good: Callable[[str], pathlib.Path],
    vault: Vault,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = whole_set(good(form), vault.root / "cut")
    for beside in store.glob("*.manifest.json"):
        beside.unlink()
    wanted = set_from(
        {"kind": FORMS[form], "path": vault.path_of(store), "pattern": "set-*", "level": "content"}
    )
    monkeypatch.setattr(reading, "_MOST_AHEAD", 1)
    monkeypatch.setattr(reading, "_CHUNK_BYTES", 4096)
    counted, answer, alone = [0, 0], Session.answer, threading.Lock()

    def cutting(session: Session, number: int) -> bytes:
        # Files of a folder are read by several threads.
        with alone:
            counted[0] += 1
            if counted[0] == counted[1]:
                vault.cut()
        return answer(session, number)

    monkeypatch.setattr(Session, "answer", cutting)
    tools = Tools(sources.postgres.bin_dir)
    whole = check([wanted], vault.host, tools)[0]
    assert whole.verdict in (Verdict.PASS, Verdict.WARN), whole.because
    asked = counted[0]
    for step in range(12):
        counted[:] = [0, 1 + step * (asked - 1) // 12]
        finding = check([wanted], vault.host, tools)[0]
        assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "vault.cut"), (step, finding.because)
        assert "nas1" in finding.because and "network" in finding.because
    shutil.rmtree(vault.root / "cut")


def test_a_large_file_is_read_whole_in_little_memory_and_sought_in(vault: Vault, store: pathlib.Path) -> None:
    data = os.urandom(9_000_001)
    (store / "large").write_bytes(data)
    with reached(vault.host, 5) as medium, medium.open(vault.path_of(store / "large")) as file:
        assert file.read() == data
        assert file.read(10) == b""
        for place in (0, 8_999_990, 100_000, 100_010, 4_000_000):
            file.seek(place)
            assert file.read(20) == data[place : place + 20]
        assert file.seek(-5, os.SEEK_END) == len(data) - 5
        assert file.read() == data[-5:]
        assert len(file._under_way) <= reading._MOST_AHEAD  # type: ignore[attr-defined]


def test_a_server_that_gives_less_than_was_asked_for_is_read_whole(
    vault: Vault, store: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # sshd gives at most 256 KiB at once.
    monkeypatch.setattr(reading, "_CHUNK_BYTES", 700_000)
    data = os.urandom(5_000_000)
    (store / "large").write_bytes(data)
    with reached(vault.host, 5) as medium, medium.open(vault.path_of(store / "large")) as file:
        assert file.read() == data


def test_what_was_lost_stays_lost(vault: Vault, store: pathlib.Path) -> None:
    with reached(vault.host, 5) as medium:
        assert medium.listed(vault.path_of(store))
        with pytest.raises(FileNotFoundError):
            medium.open(vault.path_of(store / "nothing"))
        vault.cut()
        for _again in range(2):
            with pytest.raises(Lost):
                medium.stat(vault.path_of(store))


def test_the_command_line_reads_a_vault(
    vault: Vault, store: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    host = vault.host
    address = f"sftp://{host.user}@127.0.0.1:{host.port}{vault.path_of(store)}"
    given = ["--kind", "tar", "--level", "structure", "--key", str(host.key), "--format", "json"]
    with pytest.raises(SystemExit) as ended:
        main(["check", "backup", address, *given, "--known-hosts", str(host.known_hosts[0])])
    finding = json.loads(capsys.readouterr().out)["findings"][0]
    assert ended.value.code == 0, finding
    assert finding["measured"]["vault"] == f"127.0.0.1 (127.0.0.1 port {host.port})"
    with pytest.raises(SystemExit) as ended:
        main(["check", "backup", address, *given, "--known-hosts", os.devnull])
    assert ended.value.code == 3
    assert json.loads(capsys.readouterr().out)["findings"][0]["code"] == "vault.unknown_key"


def test_the_module_reads_a_vault_as_the_inventory_reaches_it(
    vault: Vault, store: pathlib.Path, tmp_path: pathlib.Path, run_module: RunModule
) -> None:
    host = vault.host
    (tmp_path / "hosts.yml").write_text(
        "all:\n  hosts:\n    nas1:\n"
        f"      ansible_host: 127.0.0.1\n      ansible_port: {host.port}\n      ansible_user: {host.user}\n"
        f"      ansible_ssh_private_key_file: {host.key}\n"
        f"      ansible_ssh_common_args: -o UserKnownHostsFile={host.known_hosts[0]}\n"
    )
    sets = [
        {"system": "s", "name": "files", "kind": "tar", "path": vault.path_of(store), "level": "structure"}
    ]
    result = run_module("dulae_vault", host="nas1", inventory=str(tmp_path), sets=sets)
    assert result["verdict"] == "pass", result
    assert result["findings"][0]["subject"] == "s/files"
    assert not result["changed"]
    result = run_module("dulae_vault", host="nas2", inventory=str(tmp_path), sets=sets)
    assert result["failed"] and "no host nas2" in result["msg"]


def test_the_role_reads_a_vault_that_ansible_itself_could_not_enter(
    vault: Vault, store: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    host = vault.host
    (tmp_path / "hosts.yml").write_text(
        "all:\n  hosts:\n    nas1:\n"
        f"      ansible_host: 127.0.0.1\n      ansible_port: {host.port}\n      ansible_user: {host.user}\n"
        f"      ansible_ssh_private_key_file: {host.key}\n"
        f"      ansible_ssh_common_args: -o UserKnownHostsFile={host.known_hosts[0]}\n"
    )
    kept = {
        "name": "files",
        "host": "nas1",
        "vault": True,
        "kind": "tar",
        "path": vault.path_of(store),
        "level": "structure",
    }
    play = {
        "hosts": "all",
        "gather_facts": False,
        "vars": {"dulae_systems": [{"name": "s", "backup_sets": [kept]}], "dulae_site": {}},
        "roles": ["backup_verification"],
    }
    (tmp_path / "play.yml").write_text(json.dumps([play]))
    root = pathlib.Path(__file__).parents[2]
    done = subprocess.run(
        [
            pathlib.Path(sys.executable).with_name("ansible-playbook"),
            "-i",
            tmp_path / "hosts.yml",
            tmp_path / "play.yml",
        ],
        cwd=root,
        env={
            **os.environ,
            "ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.minimal",
            "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default",
            "ANSIBLE_CALLBACK_RESULT_FORMAT": "json",
            "ANSIBLE_ROLES_PATH": str(root / "roles"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok: [nas1]" in done.stdout and "unreachable=0" in done.stdout


def test_a_clock_that_differs_is_judged_by_the_controllers(vault: Vault, store: pathlib.Path) -> None:
    moment = datetime.now(UTC).timestamp() + 7200
    os.utime(store / "files.tar", (moment, moment))
    assert found(vault, vault.host, store).code == "backup.in_future"
