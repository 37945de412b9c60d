"""A socket between dulae and a server that cuts the line at the moment of the commit."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_BYTES = 1 << 16
# Both servers are sent this word in a message of its own; AUTOCOMMIT is another.
_COMMIT = re.compile(rb"(?<!AUTO)COMMIT")
_PATIENCE_S = 60


@dataclass
class Relay:
    """Lets everything pass until a commit comes by; then it does what it was told, and cuts the line.

    ``lost``: the server never hears of it. ``unanswered``: it has committed, and nobody is told. ``late``: the line to
    dulae is cut, and the server hears of it only once ``release`` is set.
    """

    moment: str
    server: str
    release: threading.Event = field(default_factory=threading.Event)
    answered: threading.Event = field(default_factory=threading.Event)
    is_cut: bool = False

    def serve(self, listening: socket.socket) -> None:
        """Take one connection after the other until the socket is closed."""
        with contextlib.suppress(OSError):
            while True:
                near, _ = listening.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self.server)
                threading.Thread(target=self._back, args=(near, far), daemon=True).start()
                threading.Thread(target=self._forth, args=(near, far), daemon=True).start()

    def _back(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError), near:
            while data := far.recv(_BYTES):
                if self.is_cut:
                    self.answered.set()
                    break
                near.sendall(data)
            near.shutdown(socket.SHUT_RDWR)

    def _forth(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError), far:
            while data := near.recv(_BYTES):
                if _COMMIT.search(data):
                    self._cut(near, far, data)
                    return
                far.sendall(data)
            far.shutdown(socket.SHUT_RDWR)

    def _cut(self, near: socket.socket, far: socket.socket, data: bytes) -> None:
        self.is_cut = True
        if self.moment != "unanswered":
            near.shutdown(socket.SHUT_RDWR)
        if self.moment == "late":
            assert self.release.wait(_PATIENCE_S)
        if self.moment != "lost":
            far.sendall(data)
            assert self.answered.wait(_PATIENCE_S)
        far.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def relayed(folder: Path, name: str, moment: str, server: str) -> Iterator[Relay]:
    """Yield a relay that listens under a name in a folder and passes on to a server's socket."""
    relay = Relay(moment, server)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / name))
        listening.listen()
        threading.Thread(target=relay.serve, args=(listening,), daemon=True).start()
        try:
            yield relay
        finally:
            relay.release.set()
            listening.shutdown(socket.SHUT_RDWR)
