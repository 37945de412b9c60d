"""Ask another machine without Ansible: a command, or a tunnel to its database.

Connection parameters are those that Ansible uses, read from the inventory's ``hosts.yml``. A host key that is
not known is refused, always: fabric's own default would accept it.
"""

from __future__ import annotations

import contextlib
import logging
import re
import shlex
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from fabric.config import Config
from fabric.connection import Connection
from paramiko.channel import Channel
from paramiko.client import RejectPolicy
from paramiko.config import SSHConfig
from paramiko.hostkeys import HostKeys
from paramiko.ssh_exception import AuthenticationException, BadHostKeyException, SSHException
from paramiko.transport import Transport

from dulae import known_hosts, ssh_arguments
from dulae.checks.command import Answer
from dulae.errors import RemoteError

# What goes wrong is raised and told once; paramiko would print it, with its traceback, as well.
logging.getLogger("paramiko").addHandler(logging.NullHandler())

_CHUNK_BYTES = 1 << 16
_CONNECT_SECONDS = 10
_NO_JUMP = (
    "hosts.yml goes through another machine (ProxyJump), which only Ansible can; open its SSH port from here"
)
SYSTEM_KNOWN_HOSTS = (Path("~/.ssh/known_hosts").expanduser(), Path("/etc/ssh/ssh_known_hosts"))
# What of a host's variables tells how to reach it; other variables are Ansible's own affair.
_CONNECTION = (
    "ansible_host",
    "ansible_ssh_host",
    "ansible_port",
    "ansible_ssh_port",
    "ansible_user",
    "ansible_ssh_user",
    "ansible_ssh_private_key_file",
    "ansible_private_key_file",
    "ansible_ssh_common_args",
    "ansible_ssh_extra_args",
)
_INVENTORY_DIR = re.compile(r"\{\{\s*inventory_dir\s*\}\}")


@dataclass(frozen=True)
class Host:
    """How one inventory name is reached over SSH; no ``known_hosts`` means the user's and the system's files."""

    name: str
    address: str
    port: int = 22
    user: str | None = None
    key: Path | None = None
    known_hosts: tuple[Path, ...] = ()
    through: str = ""

    @property
    def place(self) -> str:
        """Return the words that name this host in a message."""
        return f"host {self.name} ({self.address} port {self.port})"


def host(inventory: Path, name: str) -> Host:
    """Return how the inventory reaches one host; raise RemoteError if ``hosts.yml`` does not say."""
    file = inventory / "hosts.yml"
    try:
        groups = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (OSError, yaml.YAMLError) as error:
        remedy = "Write the hosts there, as inventory/example/hosts.yml does"
        raise RemoteError("the inventory's hosts cannot be read", place=str(file), remedy=remedy) from error
    found = _variables(groups, name, {})
    if found is None:
        raise RemoteError(
            f"there is no host {name}", place=str(file), remedy="Add it, or correct systems.yml"
        )
    return _host(name, {key: _literal(found[key], inventory, file) for key in _CONNECTION if found.get(key)})


def _variables(groups: Any, name: str, inherited: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a host's variables with those of the groups around it, innermost first; None if it is nowhere."""
    for group in groups.values() if isinstance(groups, dict) else ():
        if not isinstance(group, dict):
            continue
        known = {**inherited, **(group.get("vars") or {})}
        hosts = group.get("hosts") or {}
        inner = _variables(group.get("children") or {}, name, known)
        if name in hosts:
            return {**(inner or known), **(hosts[name] or {})}
        if inner is not None:
            return inner
    return None


def _literal(value: Any, inventory: Path, file: Path) -> Any:
    if not isinstance(value, str):
        return value
    filled = _INVENTORY_DIR.sub(str(inventory.absolute()), value)
    if "{{" in filled:
        remedy = "Only {{ inventory_dir }} can be used in the hosts' connection variables"
        raise RemoteError(f"{value!r} is a template", place=str(file), remedy=remedy)
    return filled


def _host(name: str, variables: Mapping[str, Any]) -> Host:
    key = variables.get("ansible_ssh_private_key_file") or variables.get("ansible_private_key_file")
    arguments = " ".join(
        str(variables.get(part) or "") for part in ("ansible_ssh_common_args", "ansible_ssh_extra_args")
    )
    return Host(
        name=name,
        address=str(variables.get("ansible_host") or variables.get("ansible_ssh_host") or name),
        port=int(variables.get("ansible_port") or variables.get("ansible_ssh_port") or 22),
        user=variables.get("ansible_user") or variables.get("ansible_ssh_user"),
        key=Path(str(key)).expanduser() if key else None,
        known_hosts=tuple(ssh_arguments.known_hosts_in(arguments)),
        through=ssh_arguments.jump_in(arguments),
    )


@contextlib.contextmanager
def connected(target: Host, transport: Callable[..., Transport] = Transport) -> Iterator[Connection]:
    """Yield an open connection to a host whose key is known; ``transport`` makes what carries it.

    Raise RemoteError if it cannot be reached, shows another key, or refuses the login.
    """
    connection = Connection(
        target.address,
        user=target.user,
        port=target.port,
        config=Config(lazy=True, ssh_config=SSHConfig()),
        connect_timeout=_CONNECT_SECONDS,
        connect_kwargs={**_login(target), "transport_factory": transport},
    )
    client: Any = connection.client
    client.set_missing_host_key_policy(RejectPolicy())
    for file in target.known_hosts or SYSTEM_KNOWN_HOSTS:
        _know(client.get_host_keys(), file)
    try:
        _open(connection, target)
        yield connection
    finally:
        connection.close()


def _know(keys: HostKeys, file: Path) -> None:
    try:
        if file.is_file():
            known_hosts.add(keys, file)
    except OSError as error:
        why = f"the known host keys cannot be read ({error.strerror})"
        raise RemoteError(why, place=str(file), remedy="Correct its mode") from error


def _login(target: Host) -> dict[str, Any]:
    timeouts = {"banner_timeout": _CONNECT_SECONDS, "auth_timeout": _CONNECT_SECONDS}
    if target.key is None:
        return timeouts
    return {**timeouts, "key_filename": str(target.key), "look_for_keys": False, "allow_agent": False}


def _open(connection: Connection, target: Host) -> None:
    try:
        connection.open()
    except BadHostKeyException as error:
        remedy = "Never accept it before asking who changed the machine; then correct known_hosts"
        raise RemoteError("the host key is not the known one", place=target.place, remedy=remedy) from error
    except AuthenticationException as error:
        who = target.user or "this user"
        remedy = "Check ansible_user, the private key, and authorized_keys on the host"
        raise RemoteError(f"the login of {who} is refused", place=target.place, remedy=remedy) from error
    except (SSHException, ValueError, IndexError, struct.error) as error:
        # paramiko lets what it cannot parse through, from a port where something else than SSH answers.
        raise _distrust(target, error) from error
    except (OSError, EOFError) as error:
        why = getattr(error, "strerror", "") or str(error) or type(error).__name__
        remedy = _NO_JUMP if target.through else "Check that the machine is up and that its SSH port is open"
        raise RemoteError(f"it cannot be reached ({why})", place=target.place, remedy=remedy) from error


def _distrust(target: Host, error: Exception) -> RemoteError:
    if "not found in known_hosts" in str(error):
        files = ", ".join(str(file) for file in target.known_hosts or SYSTEM_KNOWN_HOSTS)
        remedy = f"Compare its fingerprint with the administrator, then add it to {files}"
        return RemoteError("the host key is not known", place=target.place, remedy=remedy)
    remedy = "Look at the SSH server's log on that machine"
    return RemoteError(f"SSH failed ({error})", place=target.place, remedy=remedy)


def run(target: Host, argv: Sequence[str], *, timeout_s: int = 60) -> Answer:
    """Return what a command answered on a host, whatever its exit status.

    Raise RemoteError if the host cannot be asked, or does not answer within ``timeout_s`` seconds.
    """
    with connected(target) as connection:
        try:
            return _answer(connection.create_session(), shlex.join(argv), time.monotonic() + timeout_s)
        except TimeoutError as error:
            what = f"{argv[0]} gave no answer within {timeout_s} s"
            raise RemoteError(what, place=target.place, remedy="Look at the machine's load") from error
        except (SSHException, OSError, EOFError) as error:
            remedy = "Try again; look at the network between here and there"
            raise RemoteError("the connection was cut", place=target.place, remedy=remedy) from error


def _answer(channel: Channel, command: str, deadline: float) -> Answer:
    """Run one command on a fresh channel; raise TimeoutError where it has not ended in time."""
    channel.exec_command(command)
    out, err = bytearray(), bytearray()
    aside = threading.Thread(target=_read, args=(channel.recv_stderr, err), daemon=True)
    aside.start()
    main = threading.Thread(target=_read, args=(channel.recv, out), daemon=True)
    main.start()
    for part in (main, aside):
        part.join(max(0.0, deadline - time.monotonic()))
    if not channel.status_event.wait(max(0.0, deadline - time.monotonic())) or aside.is_alive():
        raise TimeoutError(command)
    status = channel.recv_exit_status()
    return Answer(status, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))


def _read(receive: Callable[[int], bytes], into: bytearray) -> None:
    with contextlib.suppress(OSError):
        while data := receive(_CHUNK_BYTES):
            into += data


@contextlib.contextmanager
def forward(target: Host, port: int, address: str = "127.0.0.1") -> Iterator[int]:
    """Yield a loopback port that leads through SSH to ``address:port`` as the host sees it.

    Raise RemoteError if the host cannot be reached or trusted.
    """
    with connected(target) as connection, _Tunnel(connection.transport, (address, port)) as tunnel:
        worker = threading.Thread(target=tunnel.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        worker.start()
        try:
            yield tunnel.server_address[1]
        finally:
            tunnel.shutdown()
            worker.join()


class _Tunnel(socketserver.ThreadingTCPServer):
    """Listens on a free loopback port; the port is bound before anybody is told of it."""

    daemon_threads = True
    # The SSH connection's end closes the channels, and with them the threads.
    block_on_close = False

    def __init__(self, transport: Transport | None, far: tuple[str, int]) -> None:
        self.transport = transport
        self.far = far
        super().__init__(("127.0.0.1", 0), _Carrier)


class _Carrier(socketserver.BaseRequestHandler):
    """Carries bytes between one local connection and one SSH channel."""

    server: _Tunnel
    request: socket.socket

    def handle(self) -> None:
        if self.server.transport is None:
            return
        try:
            channel = self.server.transport.open_channel("direct-tcpip", self.server.far, self.client_address)
        except (SSHException, EOFError):
            # Nobody listens there: the caller's driver sees its connection closed and says so.
            return
        back = threading.Thread(target=_pump, args=(channel, self.request), daemon=True)
        back.start()
        _pump(self.request, channel)
        back.join()
        channel.close()


def _pump(source: Any, sink: Any) -> None:
    """Copy until the source ends, then tell the sink that nothing more will come."""
    with contextlib.suppress(OSError, EOFError):
        while data := source.recv(_CHUNK_BYTES):
            sink.sendall(data)
    with contextlib.suppress(OSError, EOFError):
        sink.shutdown(socket.SHUT_WR)
