"""Asking another machine over real SSH: a key that is not known, or not the known one, is always refused."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dulae import remote, ssh_arguments
from dulae.errors import RemoteError
from tests.unit.sshd import Sshd, serving


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """Serve SSH for this module."""
    with serving(tmp_path_factory.mktemp("sshd")) as server:
        yield server


def inventory(folder: Path, hosts: str) -> Path:
    """Return an inventory folder with this hosts.yml."""
    (folder / "hosts.yml").write_text(hosts, encoding="utf-8")
    return folder


@contextlib.contextmanager
def echo() -> Iterator[int]:
    """Serve one connection at a time that sends back, in capitals, what it gets."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = listener.accept()
                with peer:
                    while data := peer.recv(1 << 16):
                        peer.sendall(data.upper())

    worker = threading.Thread(target=serve, daemon=True)
    worker.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        worker.join(5)


def test_a_command_answers_with_status_and_both_outputs(tmp_path: Path, sshd: Sshd) -> None:
    target = remote.host(inventory(tmp_path, sshd.hosts_yml()), "db1")
    answer = remote.run(target, ["sh", "-c", "echo 'a  b'; echo wrong >&2; exit 3"])
    assert (answer.status, answer.text, answer.error) == (3, "a  b\n", "wrong\n")


def test_arguments_are_never_read_by_a_shell(tmp_path: Path, sshd: Sshd) -> None:
    target = remote.host(inventory(tmp_path, sshd.hosts_yml()), "db1")
    assert remote.run(target, ["printf", "%s", "$(id); `id` 'x'"]).text == "$(id); `id` 'x'"


def test_a_command_that_does_not_end_is_given_up(tmp_path: Path, sshd: Sshd) -> None:
    target = remote.host(inventory(tmp_path, sshd.hosts_yml()), "db1")
    with pytest.raises(RemoteError, match="sleep gave no answer within 1 s"):
        remote.run(target, ["sleep", "3"], timeout_s=1)


def test_a_tunnel_carries_bytes_both_ways_for_several_connections(tmp_path: Path, sshd: Sshd) -> None:
    target = remote.host(inventory(tmp_path, sshd.hosts_yml()), "db1")
    with echo() as far, remote.forward(target, far) as port:
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as near:
                near.sendall(b"x" * 300_000)
                near.shutdown(socket.SHUT_WR)
                got = b"".join(iter(lambda near=near: near.recv(1 << 16), b""))  # type: ignore[misc]
                assert got == b"X" * 300_000
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def test_a_tunnel_to_a_port_where_nobody_listens_closes_the_connection(tmp_path: Path, sshd: Sshd) -> None:
    target = remote.host(inventory(tmp_path, sshd.hosts_yml()), "db1")
    with (
        remote.forward(target, 1) as port,
        socket.create_connection(("127.0.0.1", port), timeout=10) as near,
    ):
        assert near.recv(1) == b""


def test_a_host_key_that_nobody_knows_is_refused(tmp_path: Path, sshd: Sshd) -> None:
    (tmp_path / "empty").write_text("")
    hosts = sshd.hosts_yml(ansible_ssh_common_args=f"-o UserKnownHostsFile={tmp_path}/empty")
    with pytest.raises(RemoteError, match="the host key is not known") as told:
        remote.run(remote.host(inventory(tmp_path, hosts), "db1"), ["true"])
    assert "host db1 (127.0.0.1 port" in str(told.value) and "Compare its fingerprint" in str(told.value)


@pytest.mark.parametrize(
    "odd",
    [
        "# \xa1\xd2\xc3".encode("latin-1"),
        b"db9 ssh-ed25519 AAAA!!!x",
        b"db9 ssh-rsa AAAAB3Nza",
        b"db9 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5",
        b"@cert-authority * ssh-ed25519 AAAA",
        b"@revoked db9 ssh-ed25519 AAA",
        b"@revoked",
    ],
)
def test_a_line_that_cannot_be_used_hinders_no_other(odd: bytes, tmp_path: Path, sshd: Sshd) -> None:
    (tmp_path / "odd").write_bytes(odd + b"\n" + sshd.known_hosts.read_bytes())
    hosts = sshd.hosts_yml(ansible_ssh_common_args=f"-o UserKnownHostsFile={tmp_path}/odd")
    assert remote.run(remote.host(inventory(tmp_path, hosts), "db1"), ["true"]).status == 0


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path, sshd: Sshd) -> None:
    (tmp_path / "marked").write_bytes(b"\xef\xbb\xbf" + sshd.known_hosts.read_bytes())
    hosts = sshd.hosts_yml(ansible_ssh_common_args=f"-o UserKnownHostsFile={tmp_path}/marked")
    assert remote.run(remote.host(inventory(tmp_path, hosts), "db1"), ["true"]).status == 0


def test_a_revoked_host_key_is_known_no_more(tmp_path: Path, sshd: Sshd) -> None:
    known = sshd.known_hosts.read_text()
    (tmp_path / "known").write_text(f"{known}\n@revoked * {known.partition(' ')[2]}")
    hosts = sshd.hosts_yml(ansible_ssh_common_args=f"-o UserKnownHostsFile={tmp_path}/known")
    with pytest.raises(RemoteError, match="the host key is not known"):
        remote.run(remote.host(inventory(tmp_path, hosts), "db1"), ["true"])


def test_another_host_key_than_the_known_one_is_refused(tmp_path: Path, sshd: Sshd) -> None:
    (tmp_path / "sub").mkdir()
    with serving(tmp_path / "sub") as other:
        key = other.known_hosts.read_text().partition(" ")[2]
    (tmp_path / "known").write_text(f"[127.0.0.1]:{sshd.port} {key}")
    hosts = sshd.hosts_yml(ansible_ssh_common_args=f"-o UserKnownHostsFile={tmp_path}/known")
    with pytest.raises(RemoteError, match="the host key is not the known one"):
        remote.run(remote.host(inventory(tmp_path, hosts), "db1"), ["true"])


def test_a_refused_login_is_told_with_the_user(tmp_path: Path, sshd: Sshd) -> None:
    (tmp_path / "sub").mkdir()
    with serving(tmp_path / "sub") as other:
        hosts = sshd.hosts_yml(ansible_ssh_private_key_file=other.key)
    with pytest.raises(RemoteError, match="the login of dulae is refused"):
        remote.run(remote.host(inventory(tmp_path, hosts), "db1"), ["true"])


def test_an_unreachable_host_is_told_with_its_address(tmp_path: Path, sshd: Sshd) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    hosts = sshd.hosts_yml(ansible_port=free)
    with pytest.raises(RemoteError, match=rf"port {free}.*it cannot be reached"):
        remote.run(remote.host(inventory(tmp_path, hosts), "db1"), ["true"])


def test_a_server_that_speaks_no_ssh_is_told(tmp_path: Path, sshd: Sshd) -> None:
    with echo() as port:
        hosts = sshd.hosts_yml(ansible_port=port)
        with pytest.raises(RemoteError, match=r"SSH failed|it cannot be reached"):
            remote.run(remote.host(inventory(tmp_path, hosts), "db1"), ["true"])


def test_a_missing_private_key_is_told(tmp_path: Path, sshd: Sshd) -> None:
    hosts = sshd.hosts_yml(ansible_ssh_private_key_file=tmp_path / "missing")
    with pytest.raises(RemoteError, match="db1"):
        remote.run(remote.host(inventory(tmp_path, hosts), "db1"), ["true"])


NESTED = """
all:
  vars: {ansible_user: outer, ansible_port: 2222}
  hosts: {localhost: {ansible_python_interpreter: "{{ ansible_playbook_python }}"}}
  children:
    databases:
      vars: {ansible_user: inner}
      hosts:
        db1: {ansible_host: 192.0.2.1, ansible_ssh_private_key_file: "{{ inventory_dir }}/keys/db1"}
        db2:
    empty:
"""


def test_the_innermost_word_of_the_inventory_counts(tmp_path: Path) -> None:
    found = remote.host(inventory(tmp_path, NESTED), "db1")
    assert (found.address, found.port, found.user) == ("192.0.2.1", 2222, "inner")
    assert found.key == tmp_path / "keys" / "db1" and found.known_hosts == ()
    assert remote.host(tmp_path, "db2") == remote.Host("db2", "db2", 2222, "inner")
    assert remote.host(tmp_path, "localhost").user == "outer"


@pytest.mark.parametrize(
    ("hosts", "words"),
    [
        (NESTED, "there is no host web9"),
        ("all: [", "the inventory's hosts cannot be read"),
        ("- a", "there is no host web9"),
        ("all: {hosts: {web9: {ansible_host: '{{ somewhere }}'}}}", "is a template"),
    ],
)
def test_what_the_inventory_does_not_say_is_told_with_the_file(
    tmp_path: Path, hosts: str, words: str
) -> None:
    with pytest.raises(RemoteError, match=words) as told:
        remote.host(inventory(tmp_path, hosts), "web9")
    assert "hosts.yml" in str(told.value)


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        ("", []),
        ("-o UserKnownHostsFile=/a -C", ["/a"]),
        ("-oUserKnownHostsFile=/a -o StrictHostKeyChecking=yes", ["/a"]),
        ("-o 'UserKnownHostsFile=/a /b'", ["/a", "/b"]),
        ('-o "userknownhostsfile = /a"', ["/a"]),
    ],
)
def test_known_hosts_are_those_that_ssh_is_told(arguments: str, files: list[str]) -> None:
    assert [str(path) for path in ssh_arguments.known_hosts_in(arguments)] == files


@pytest.mark.parametrize(
    ("arguments", "through"),
    [
        ("-o UserKnownHostsFile=/a", ""),
        ("-J bastion", "bastion"),
        ("-o ProxyJump=admin@bastion:2222", "admin@bastion:2222"),
        ("-oproxycommand='ssh -W %h:%p bastion'", "ssh -W %h:%p bastion"),
        ("-o ProxyJump=none", ""),
    ],
)
def test_a_host_behind_another_one_is_told_from_one_that_is_down(
    arguments: str, through: str, tmp_path: Path, sshd: Sshd
) -> None:
    assert ssh_arguments.jump_in(arguments) == through
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    common = arguments.replace("'", '"')
    hosts = sshd.hosts_yml(ansible_port=free, ansible_ssh_common_args=common)
    with pytest.raises(RemoteError, match="ProxyJump" if through else "that its SSH port is open"):
        remote.run(remote.host(inventory(tmp_path, hosts), "db1"), ["true"])
