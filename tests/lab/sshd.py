"""The lab's SSH server: one process, one port and one host key for each host, key login only.

``python -m tests.lab.sshd HOSTS.json``. SIGHUP reads the file again: a host whose entry changed loses its
connections and listens anew. A host here is this machine itself under another name: commands run as the
lab's ordinary user, so uid 0 is refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncssh

from tests.lab.layout import read_json, write_json
from tests.lab.ports import LOOPBACK

LOGIN = "officer"
_CHUNK = 65536
_LOOPBACK_NAMES = {LOOPBACK, "::1", "localhost"}


class Host(asyncssh.SSHServer):
    """One host's rules: the login ``officer`` with a known key, tunnels to loopback only."""

    def __init__(self, connections: set[asyncssh.SSHServerConnection], authorized: str) -> None:
        self._connections = connections
        self._authorized = authorized
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection is not None:
            self._connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        if self._connection is not None and username == LOGIN:
            self._connection.set_authorized_keys(self._authorized)
        return True

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
        if dest_host not in _LOOPBACK_NAMES:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED, "only loopback")
        return True


class Listener:
    """One host as it listens now."""

    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.entry = entry
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._acceptor: asyncssh.SSHAcceptor | None = None

    async def open(self) -> None:
        """Listen, unless the host is down."""
        if not self.entry["up"]:
            return
        self._acceptor = await asyncssh.listen(
            LOOPBACK,
            self.entry["port"],
            server_host_keys=[self.entry["host_key"]],
            server_factory=lambda: Host(self._connections, self.entry["authorized_keys"]),
            process_factory=lambda process: execute(process, self.entry),
            encoding=None,
            sftp_factory=True,
            line_editor=False,
            reuse_address=True,
        )

    async def close(self) -> None:
        """Stop listening and drop every connection."""
        if self._acceptor is not None:
            self._acceptor.close()
        for connection in list(self._connections):
            connection.abort()


async def _feed(source: asyncssh.SSHReader[bytes], sink: asyncio.StreamWriter) -> None:
    gone = (asyncssh.Error, ConnectionError, asyncssh.BreakReceived, asyncssh.SignalReceived)
    with contextlib.suppress(*gone):
        while data := await source.read(_CHUNK):
            sink.write(data)
            await sink.drain()
    sink.close()


async def _drain(source: asyncio.StreamReader, sink: asyncssh.SSHWriter[bytes]) -> None:
    with contextlib.suppress(asyncssh.Error, ConnectionError):
        while data := await source.read(_CHUNK):
            sink.write(data)
            await sink.drain()


async def execute(process: asyncssh.SSHServerProcess[bytes], entry: Mapping[str, Any]) -> None:
    """Run a session's command and end it when both outputs have ended.

    The streams are pumped by hand: redirecting the session onto pipes loses the exit status of some runs
    when one connection carries many sessions and a large input.
    """
    peer = process.get_extra_info("peername") or (LOOPBACK, 0)
    child = await asyncio.create_subprocess_exec(
        *("/bin/sh", "-c", process.command or "exec /bin/sh"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**entry["environment"], "SSH_CONNECTION": f"{peer[0]} {peer[1]} {LOOPBACK} {entry['port']}"},
        cwd=entry["environment"]["HOME"],
        start_new_session=True,
    )
    assert child.stdin and child.stdout and child.stderr
    feed = asyncio.create_task(_feed(process.stdin, child.stdin))
    try:
        await asyncio.gather(_drain(child.stdout, process.stdout), _drain(child.stderr, process.stderr))
        status = await child.wait()
    finally:
        feed.cancel()
        if child.returncode is None:
            os.killpg(child.pid, signal.SIGKILL)
    if status >= 0:
        process.exit(status)
    else:
        process.exit_with_signal(signal.Signals(-status).name.removeprefix("SIG"))


def loaded_file(path: Path) -> Path:
    """Return the file in which the server says what it serves now."""
    return path.with_suffix(".loaded")


async def reload(listeners: dict[str, Listener], path: Path) -> None:
    """Make the listeners what the file says; those that are so already stay untouched."""
    wanted = read_json(path)
    for name, entry in wanted.items():
        present = listeners.get(name)
        if present is not None and present.entry == entry:
            continue
        if present is not None:
            await present.close()
        listeners[name] = Listener(entry)
        await listeners[name].open()
    write_json(loaded_file(path), wanted)


async def serve(path: Path) -> None:
    """Serve every host of the file until SIGTERM."""
    listeners: dict[str, Listener] = {}
    loop = asyncio.get_running_loop()
    ended, changed = asyncio.Event(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    loop.add_signal_handler(signal.SIGHUP, changed.set)
    await reload(listeners, path)
    ending = asyncio.create_task(ended.wait())
    while not ending.done():
        changing = asyncio.create_task(changed.wait())
        await asyncio.wait({ending, changing}, return_when=asyncio.FIRST_COMPLETED)
        if changed.is_set():
            changed.clear()
            await reload(listeners, path)
        changing.cancel()
    for listener in listeners.values():
        await listener.close()


def main() -> None:
    """Serve the hosts of the file named on the command line."""
    if os.getuid() == 0:
        sys.exit("the lab's SSH server refuses uid 0: start it through scripts/lab up")
    asyncio.run(serve(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
