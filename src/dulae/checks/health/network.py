"""Connections that keep to a deadline, and what it means when there is none.

A service that does not answer fails. Where the prober itself has no name, route or permission, nothing is
known about the service.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import socket
from typing import Any, Iterator

from ..finding import Verdict, reason
from .probing import Deadline, Trouble, shown

NAME_UNKNOWN = reason(
    "health.name_unknown", "{target}: its name could not be looked up from here ({error}); look at the DNS"
)
REFUSED = reason(
    "health.refused", "{target}: the connection was refused; nothing listens there, start the service"
)
TIMED_OUT = reason("health.timed_out", "{target}: no answer within {timeout_s} s")
UNREACHABLE = reason("health.unreachable", "{target}: cannot be reached ({error})")
CLOSED = reason("health.closed", "{target}: closed the connection without an answer")
NO_WAY_OUT = reason(
    "health.no_way_out", "{target}: this machine cannot connect anywhere near it ({error}); nothing is known"
)

# What says something about the prober's own network, permissions or resources.
_OWN_FAULTS = {
    errno.ENETUNREACH,
    errno.ENETDOWN,
    errno.EADDRNOTAVAIL,
    errno.EAFNOSUPPORT,
    errno.EACCES,
    errno.EPERM,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOBUFS,
}
_CLOSED = (ConnectionResetError, BrokenPipeError, ConnectionAbortedError, EOFError)


def trouble(error: Exception) -> Trouble:
    """Return what a failed connection means."""
    if isinstance(error, socket.timeout) or getattr(error, "errno", None) == errno.ETIMEDOUT:
        return Trouble(TIMED_OUT)
    if isinstance(error, ConnectionRefusedError):
        return Trouble(REFUSED)
    if isinstance(error, _CLOSED):
        return Trouble(CLOSED)
    words = shown(getattr(error, "strerror", None) or error)
    if getattr(error, "errno", None) in _OWN_FAULTS:
        return Trouble(NO_WAY_OUT, Verdict.UNKNOWN, error=words)
    return Trouble(UNREACHABLE, error=words)


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Turn what the network raises into Trouble."""
    try:
        yield
    except (OSError, EOFError) as error:
        raise trouble(error) from error


class Stream:
    """A connected socket whose every step keeps to one deadline."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self.connection = connection
        self.deadline = deadline

    def sendall(self, data: Any) -> None:
        """Send all; raise OSError."""
        self.connection.settimeout(self.deadline.left())
        self.connection.sendall(data)

    def exactly(self, count: int) -> bytes:
        """Receive as many bytes as asked; raise OSError, or EOFError where the other side ends before."""
        received = b""
        while len(received) < count:
            self.connection.settimeout(self.deadline.left())
            part = self.connection.recv(count - len(received))
            if not part:
                raise EOFError("closed")
            received += part
        return received

    def makefile(self, *_args: Any, **_kwargs: Any) -> io.BufferedReader:
        """Return a file to read from, as http.client wants it."""
        return io.BufferedReader(_Reading(self))

    def close(self) -> None:
        """End the connection."""
        self.connection.close()

    def __enter__(self) -> Stream:
        """Return itself."""
        return self

    def __exit__(self, *_raised: object) -> None:
        """End the connection."""
        self.close()


class _Reading(io.RawIOBase):
    """The receiving half of a stream; each read waits no longer than the deadline."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._stream.connection.settimeout(self._stream.deadline.left())
        return self._stream.connection.recv_into(buffer)


def connect(host: str, port: int, deadline: Deadline) -> Stream:
    """Connect to the first address that answers, or to a PostgreSQL socket folder where host begins with /.

    Raise Trouble where there is none.
    """
    failures = []
    addresses = _addresses(host, port)
    for tried, (family, address) in enumerate(addresses):
        try:
            seconds = deadline.left() / (len(addresses) - tried)
            return Stream(_connected(family, address, seconds), deadline)
        except OSError as error:
            failures.append(trouble(error))
    # Where one address is closed and for another there is no route, the closed one says more.
    raise min(failures, key=lambda failure: failure.verdict is Verdict.UNKNOWN)


def _connected(family: int, address: Any, seconds: float) -> socket.socket:
    """Return a connected socket; raise OSError."""
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


def _addresses(host: str, port: int) -> list[tuple[int, Any]]:
    """Look a name up; raise Trouble (unknown) where the prober cannot."""
    if host.startswith("/"):
        return [(socket.AF_UNIX, os.path.join(host, f".s.PGSQL.{port}"))]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        words = shown(getattr(error, "strerror", None) or error)
        raise Trouble(NAME_UNKNOWN, Verdict.UNKNOWN, error=words) from error
    return [(family, address) for family, _kind, _protocol, _name, address in found]


def at(host: str, port: int) -> str:
    """Return host and port as they are written; an IPv6 address stands in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
