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
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

from paramiko.pkey import PKey, UnknownKeyType
from paramiko.ssh_exception import (
    AuthenticationException,
    BadHostKeyException,
    ChannelException,
    SSHException,
)
from paramiko.transport import Transport

from dulae.checks.backup.copies import shown
from dulae.checks.backup.medium import About, Lost
from dulae.checks.finding import Reason, reason
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
KEY_LOCKED = reason(
    "vault.key_locked",
    "{vault}: the private key {key_file} asks for a passphrase, and nobody is there to type it; make a key without one"
    " for this alone, and let the vault give it SFTP only",
)
KEY_BROKEN = reason(
    "vault.key_broken",
    "{vault}: {key_file} holds no private key that SSH can read; name the file that ssh-keygen made, not its .pub or"
    " one of PuTTY's",
)
UNREAD_KEYS = reason(
    "vault.known_hosts_unreadable",
    "{vault}: the known host keys in {known_hosts} cannot be read ({error}); correct the file's mode",
)
FEW_SESSIONS = reason(
    "vault.few_sessions",
    "{vault}: allows too few SFTP sessions on one connection; let its SSH server allow at least 2 (MaxSessions)",
)
NO_JUMP = reason(
    "vault.no_jump",
    "{vault}: hosts.yml reaches it through another machine ({through}), and a vault is read directly only; open its SSH"
    " port to the controller",
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
        self._links: set[str] = set()
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
        """Return what a path is; it is identified by its name, or that which it leads to: SFTP tells no more."""
        about = self._ask(lambda session: session.stat(os.fsencode(path)))
        digest = hashlib.sha256(os.fsencode(self._target(path) if path in self._links else path)).digest()
        return replace(about, identity=(0, int.from_bytes(digest[:8], "big")))

    def listed(self, folder: str) -> Mapping[str, About]:
        """Return what is in a folder."""
        found = self._ask(lambda session: list(session.listed(os.fsencode(folder))))
        listed = {
            os.fsdecode(name): about for name, about in found if name not in (b".", b"..") and _plain(name)
        }
        self._links.update(os.path.join(folder, name) for name, about in listed.items() if about.is_link)
        return listed

    def _target(self, link: str) -> str:
        """Return the path that a link leads to, as the others in its folder are called where it stays there."""
        folder = os.path.dirname(link)
        real, place = (
            self._ask(lambda session, path=path: session.real(os.fsencode(path)))  # type: ignore[misc]
            for path in (link, folder)
        )
        inside, name = os.path.split(os.fsdecode(real))
        return os.path.join(folder if inside == os.fsdecode(place) else inside, name)

    def _ask(self, question: Callable[[Session], _Answer]) -> _Answer:
        with self._asking, self._guard():
            if self._lister is None:
                self._lister = Session(self._transport, self._timeout_s)
            return question(self._lister)

    def _free(self) -> Session:
        """Return a session that nobody reads through; where the server opens no more, one that is given back."""
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            pass
        try:
            return Session(self._transport, self._timeout_s)
        except ChannelException as error:
            return self._given_back(error)

    def _given_back(self, error: ChannelException) -> Session:
        """Wait for a session; raise Lost if none comes, as where the server allows a single one."""
        try:
            return self._idle.get(timeout=self._timeout_s)
        except queue.Empty:
            raise self._lose(Lost(FEW_SESSIONS, vault=named(self._host))) from error

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


def _unusable(key: Path) -> Reason | None:
    """Return why a private key serves no login, if it is the key; raise OSError if it may not be read."""
    try:
        PKey.from_path(key)
    except TypeError:
        return KEY_LOCKED
    except (ValueError, SSHException, UnknownKeyType):
        return KEY_BROKEN
    return None


def _refused(host: Host, error: RemoteError) -> Lost:
    """Return why there is no connection."""
    cause = error.__cause__ or error
    about = {"vault": named(host), "error": _said(cause)}
    files = ", ".join(str(file) for file in host.known_hosts or SYSTEM_KNOWN_HOSTS)
    if isinstance(cause, BadHostKeyException):
        return Lost(OTHER_KEY, vault=named(host), known_hosts=files)
    if "not found in known_hosts" in str(cause):
        return Lost(UNKNOWN_KEY, vault=named(host), known_hosts=files)
    if isinstance(cause, OSError) and cause.filename in files.split(", "):
        return Lost(UNREAD_KEYS, **about, known_hosts=cause.filename)
    return _not_let_in(host, cause, about) or Lost(
        UNREACHABLE if isinstance(cause, OSError | EOFError) else SSH_FAILED, **about
    )


def _not_let_in(host: Host, cause: BaseException, about: Mapping[str, Any]) -> Lost | None:
    """Return what is wrong with the way or the login, if it is that."""
    if isinstance(cause, OSError) and host.through:
        return Lost(NO_JUMP, vault=about["vault"], through=shown(host.through))
    unusable = _unusable(host.key) if host.key else None
    if unusable:
        return Lost(unusable, vault=about["vault"], key_file=str(host.key))
    if isinstance(cause, AuthenticationException) or "No authentication methods" in str(cause):
        return Lost(LOGIN_REFUSED, vault=about["vault"], user=host.user or "this user")
    return None
