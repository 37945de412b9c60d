"""The lab's hosts: SSH with a checked host key, Ansible over it, and what must be refused."""

import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest
from fabric.connection import Connection
from paramiko.ssh_exception import ChannelException
from paramiko.transport import Transport

from dulae import remote
from tests.lab import spoiled
from tests.lab.fixture import Department

# What Ansible needs besides the playbooks' own callback, which wants a ledger.
PLAIN = {"ANSIBLE_CALLBACKS_ENABLED": "minimal"}
ANSWER = re.compile(r"^(\S+) \| [A-Z]+!? => (\{.*?^\})", re.MULTILINE | re.DOTALL)
ROUNDS = 12


def transport_of(connection: Connection) -> Transport:
    """Return the transport of an open connection."""
    transport: Transport | None = connection.client.get_transport() if connection.client else None
    assert transport is not None
    return transport


def ping(lab: Department, inventory: Path | None = None, hosts: str = "all") -> dict[str, str]:
    """Return what Ansible's ping said of each host: pong, unreachable, or another failure's words."""
    done = lab.ansible("ansible", hosts, "-m", "ping", inventory=inventory, environment=PLAIN)
    answers = {host: json.loads(answer) for host, answer in ANSWER.findall(done.stdout)}
    return {host: answer.get("ping") or answer["msg"] for host, answer in answers.items()}


def test_a_login_with_the_known_key_runs_a_command_in_the_hosts_own_home(lab: Department) -> None:
    for host in lab.hosts:
        done = lab.ssh(host, "echo $USER; pwd; exit 3")
        assert done.stdout.split() == ["officer", str(lab.layout.home(host))]
        assert done.returncode == 3


def test_no_command_runs_as_root(lab: Department) -> None:
    assert lab.ssh("web1", "id -u").stdout.strip() != "0"


def test_a_stranger_is_refused(lab: Department) -> None:
    done = lab.ssh("web1", "true", login="stranger")
    assert done.returncode == 255
    assert "Permission denied" in done.stderr


def test_another_name_than_the_officers_is_refused(lab: Department) -> None:
    port = str(lab.state.ports["ssh_web1"])
    options = ["-o", "BatchMode=yes", "-o", f"UserKnownHostsFile={lab.layout.keys / 'known_hosts'}"]
    words = [
        "ssh",
        "-F",
        "/dev/null",
        *options,
        "-i",
        str(lab.key("controller")),
        "-p",
        port,
        "root@127.0.0.1",
        "id",
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 255
    assert "Permission denied" in done.stderr


def test_a_killed_command_is_told_as_killed(lab: Department) -> None:
    assert lab.ssh("db1", "kill -9 $$").returncode == 255
    assert lab.ssh("db1", "sh -c 'kill -9 $$'").returncode == 137


def test_a_large_input_arrives_whole_over_a_shared_connection(lab: Department) -> None:
    data = bytes(range(256)) * 16_000
    wanted = hashlib.sha256(data).hexdigest()
    host = remote.host(lab.inventory, "backup1")
    with remote.connected(host) as connection:
        for _ in range(ROUNDS):
            channel = transport_of(connection).open_session()
            channel.exec_command("sha256sum")
            channel.sendall(data)
            channel.shutdown_write()
            answer = channel.makefile().read().decode()
            assert channel.recv_exit_status() == 0
            assert answer.split()[0] == wanted


def test_many_sessions_share_a_connection_without_losing_a_status(lab: Department) -> None:
    with remote.connected(remote.host(lab.inventory, "web1")) as connection:
        transport = transport_of(connection)
        channels = [transport.open_session() for _ in range(ROUNDS)]
        for number, channel in enumerate(channels):
            channel.exec_command(f"head -c 200000 /dev/zero | wc -c; exit {number}")
        answers = [(channel.makefile().read().strip(), channel.recv_exit_status()) for channel in channels]
    assert answers == [(b"200000", number) for number in range(ROUNDS)]


def test_files_go_over_sftp(lab: Department) -> None:
    with remote.connected(remote.host(lab.inventory, "backup1")) as connection:
        names = connection.sftp().listdir(str(lab.layout.vault))
    assert set(names) == {"intranet", "saraban"}


def test_ansible_reaches_every_host_again_over_the_same_connections(lab: Department) -> None:
    for _ in range(2):
        assert ping(lab) == dict.fromkeys(("localhost", *lab.hosts), "pong")


def test_the_inventory_holds_hosts_and_nothing_of_secrets_or_lists(lab: Department) -> None:
    listed = json.loads(lab.ansible("ansible-inventory", "--list").stdout)
    assert set(listed["_meta"]["hostvars"]) == {"localhost", *lab.hosts}


def test_a_wrong_host_key_stops_ansible_for_that_host_alone(lab: Department, tmp_path: Path) -> None:
    inventory = spoiled.wrong_host_key(lab, lab.copy_of_inventory(tmp_path / "inventory"), "db1")
    said = ping(lab, inventory)
    assert "Host key verification failed" in said.pop("db1")
    assert set(said.values()) == {"pong"}


def test_a_refused_login_stops_ansible_for_that_host_alone(lab: Department, tmp_path: Path) -> None:
    inventory = spoiled.refused_login(lab, lab.copy_of_inventory(tmp_path / "inventory"), "mail1")
    said = ping(lab, inventory)
    assert "Permission denied" in said.pop("mail1")
    assert set(said.values()) == {"pong"}


def test_a_dead_port_stops_ansible_for_that_host_alone(lab: Department, tmp_path: Path) -> None:
    inventory = spoiled.dead_port(lab, lab.copy_of_inventory(tmp_path / "inventory"), "web1")
    said = ping(lab, inventory)
    assert "Connection refused" in said.pop("web1")
    assert set(said.values()) == {"pong"}


def test_a_tunnel_leads_to_loopback_and_nowhere_else(lab: Department) -> None:
    host = remote.host(lab.inventory, "db1")
    with remote.connected(host) as connection:
        transport = transport_of(connection)
        inside = transport.open_channel(
            "direct-tcpip", ("127.0.0.1", lab.state.ports["smtp"]), ("127.0.0.1", 1)
        )
        assert inside.recv(3) == b"220"
        with pytest.raises(ChannelException, match="rohibited"):
            transport.open_channel("direct-tcpip", ("192.0.2.1", 25), ("127.0.0.1", 1))
