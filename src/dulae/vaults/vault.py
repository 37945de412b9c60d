"""A vault as a medium of copies: what the examination of backups asks, put to an SFTP server."""

from __future__ import annotations

import contextlib
import hashlib
import os
import queue
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO, TypeVar, cast

from paramiko.ssh_exception import AuthenticationException, BadHostKeyException, SSHException
from paramiko.transport import Transport

from dulae.checks.backup.medium import About, Lost
from dulae.checks.finding import reason
from dulae.errors import RemoteError
from dulae.remote import SYSTEM_KNOWN_HOSTS, Host, connected
from dulae.vaults.reading import Streamed
from dulae.vaults.session import Ended, Session

UNKNOWN_KEY = reason(
    "vault.unknown_key",
    "{vault}: its host key is not known; compare its fingerprint with its administrator, then add it to {known_hosts}",
)
OTHER_KEY = reason(
    "vault.other_key",
    "{vault}: its host key is not the known one; never accept it before asking who changed the machine, then correct"
    " {known_hosts}",
)
LOGIN_REFUSED = reason(
    "vault.login_refused",
    "{vault}: the login of {user} is refused; check the user, the private key, and the keys that are allowed there",
)
NO_KEY = reason(
    "vault.no_key",
    "{vault}: the private key {key_file} cannot be read ({error}); correct the path or its mode",
)
UNREACHABLE = reason(
    "vault.unreachable",
    "{vault}: cannot be reached ({error}); check that it is up and that its SSH port is open from here",
)
SSH_FAILED = reason(
    "vault.ssh_failed", "{vault}: SSH or SFTP failed ({error}); look at the SSH server's log on that machine"
)
SILENT = reason(
    "vault.silent",
    "{vault}: gave no answer within {timeout_s} s; look at its load and at the network, then check again",
)
CUT = reason(
    "vault.cut",
    "{vault}: the connection was cut ({error}); look at the network between here and there, then check again",
)

# OpenSSH allows 10 sessions on one connection; one of ours lists, the others read.
_MOST_READERS = 6
_Answer = TypeVar("_Answer")


class Vault:
    """The medium behind an open connection; safe to be asked by several threads at once.

    What has failed stays failed: after the first ``Lost`` every question raises it again, so that nothing that was
    read before and after a cut is taken for one thing.
    """

    local = False

    def __init__(self, transport: Transport, host: Host, timeout_s: float) -> None:
        self._transport = transport
        self._host = host
        self._timeout_s = timeout_s
        self._lost: Lost | None = None
        self._asking = threading.Lock()
        self._lister: Session | None = None
        self._idle: queue.SimpleQueue[Session] = queue.SimpleQueue()
        self._readers = threading.BoundedSemaphore(_MOST_READERS)

    def open(self, path: str) -> BinaryIO:
        """Return a file as a stream that asks ahead."""
        size = self.stat(path).bytes
        self._readers.acquire()
        session = None
        try:
            with self._guard():
                session = self._free()
                handle = session.open(os.fsencode(path))
        except OSError:
            self._done(session, session is not None and self._lost is None)
            raise
        return cast(BinaryIO, Streamed(session, (handle, size), self._guard, self._done))

    def stat(self, path: str) -> About:
        """Return what a path is; it is identified by its name, for SFTP tells no more."""
        about = self._ask(lambda session: session.stat(os.fsencode(path)))
        digest = hashlib.sha256(os.fsencode(path)).digest()
        return replace(about, identity=(0, int.from_bytes(digest[:8], "big")))

    def listed(self, folder: str) -> Mapping[str, About]:
        """Return what is in a folder."""
        found = self._ask(lambda session: list(session.listed(os.fsencode(folder))))
        return {
            os.fsdecode(name): about for name, about in found if name not in (b".", b"..") and _plain(name)
        }

    def _ask(self, question: Callable[[Session], _Answer]) -> _Answer:
        with self._asking, self._guard():
            if self._lister is None:
                self._lister = Session(self._transport, self._timeout_s)
            return question(self._lister)

    def _free(self) -> Session:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return Session(self._transport, self._timeout_s)

    def _done(self, session: Session | None, whole: bool) -> None:
        """Take a session back, or end one that is in no known state."""
        if session is not None and whole:
            self._idle.put(session)
        elif session is not None:
            session.close()
        self._readers.release()

    @contextlib.contextmanager
    def _guard(self) -> Iterator[None]:
        """Raise Lost for what the connection raises, and again for whatever is asked afterwards."""
        if self._lost:
            raise Lost(self._lost.why, **self._lost.numbers)
        try:
            yield
        except Lost:
            raise
        except TimeoutError as error:
            raise self._lose(
                Lost(SILENT, vault=named(self._host), timeout_s=f"{self._timeout_s:g}")
            ) from error
        except (SSHException, EOFError, struct.error, Ended) as error:
            raise self._lose(Lost(CUT, vault=named(self._host), error=_said(error))) from error
        except OSError as error:
            if error.errno is not None and self._transport.is_active():
                raise
            raise self._lose(Lost(CUT, vault=named(self._host), error=_said(error))) from error

    def _lose(self, lost: Lost) -> Lost:
        self._lost = self._lost or lost
        return self._lost


def _plain(name: bytes) -> bool:
    """Say whether a name stays in its folder, as a name must."""
    return bool(name) and b"/" not in name and b"\0" not in name


def _said(error: BaseException) -> str:
    return getattr(error, "strerror", "") or str(error) or type(error).__name__


def named(host: Host) -> str:
    """Return the words that name a vault in a finding."""
    return f"{host.name} ({host.address} port {host.port})"


@contextlib.contextmanager
def reached(host: Host, timeout_s: float) -> Iterator[Vault]:
    """Yield the vault that a host is; raise Lost where it cannot be reached, trusted, or logged in to."""
    with contextlib.ExitStack() as stack:
        if host.key:
            _demand_key(host)
        try:
            transport = stack.enter_context(connected(host, _swift)).transport
        except RemoteError as error:
            raise _refused(host, error) from error
        assert transport
        yield Vault(transport, host, timeout_s)


def _swift(*sock: Any, **options: Any) -> Transport:
    """Return a transport that prefers AES-GCM, which OpenSSH offers too: paramiko reads it 1.5 times as fast."""
    made = Transport(*sock, **options)
    security = made.get_security_options()
    security.ciphers = sorted(security.ciphers, key=lambda name: "gcm" not in name)
    return made


def _demand_key(host: Host) -> None:
    assert host.key
    try:
        host.key.open("rb").close()
    except OSError as error:
        raise Lost(NO_KEY, vault=named(host), key_file=str(host.key), error=_said(error)) from error


def _refused(host: Host, error: RemoteError) -> Lost:
    """Return why there is no connection."""
    cause = error.__cause__ or error
    about = {"vault": named(host), "error": _said(cause)}
    files = ", ".join(str(file) for file in host.known_hosts or SYSTEM_KNOWN_HOSTS)
    if isinstance(cause, BadHostKeyException):
        return Lost(OTHER_KEY, vault=named(host), known_hosts=files)
    if isinstance(cause, AuthenticationException):
        return Lost(LOGIN_REFUSED, vault=named(host), user=host.user or "this user")
    if "not found in known_hosts" in str(cause):
        return Lost(UNKNOWN_KEY, vault=named(host), known_hosts=files)
    if isinstance(cause, OSError | EOFError):
        return Lost(UNREACHABLE, **about)
    return Lost(SSH_FAILED, **about)
