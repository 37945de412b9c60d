"""One SFTP session (version 3, draft-ietf-secsh-filexfer-02): the questions of a reader, and none that writes.

paramiko's own client asks ahead for a whole file at once: it remembers each request, and whoever closes the file after
its first bytes waits for all others. Here the reader says how far ahead to ask.
"""

from __future__ import annotations

import contextlib
import errno
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from paramiko.channel import Channel
from paramiko.ssh_exception import SSHException
from paramiko.transport import Transport

from dulae.checks.backup.copies import shown
from dulae.checks.backup.medium import About

_INIT, _VERSION = 1, 2
_OPEN, _CLOSE, _READ, _OPENDIR, _READDIR, _REAL, _STAT = 3, 4, 5, 11, 12, 16, 17
_STATUS, _HANDLE, _DATA, _NAME, _ATTRS = 101, 102, 103, 104, 105
_END, _NO_SUCH_FILE, _PERMISSION_DENIED = 1, 2, 3
_TO_READ = 1
_ERRNO = {_NO_SUCH_FILE: errno.ENOENT, _PERMISSION_DENIED: errno.EACCES}
_HAS_SIZE, _HAS_OWNER, _HAS_MODE, _HAS_TIMES, _HAS_MORE = 1, 2, 4, 8, 0x80000000
_NS = 1_000_000_000
# What the other side may send before it must be told that some was read.
_WINDOW_BYTES = 16 << 20
_RECEIVED_AT_ONCE = 1 << 18
_SSH_PACKET_BYTES = 1 << 18
# A server that sends a longer packet than this is none (OpenSSH: 256 KiB).
_LONGEST_PACKET = 1 << 20


class Ended(Exception):
    """There is no more of a file or folder."""


@dataclass
class _Packet:
    """What came, read from its beginning."""

    data: memoryview
    place: int = 0

    def number(self, form: str = ">I") -> int:
        """Return the next number."""
        value: int = struct.unpack_from(form, self.data, self.place)[0]
        self.place += struct.calcsize(form)
        return value

    def text(self) -> bytes:
        """Return the next string."""
        size = self.number()
        value = bytes(self.data[self.place : self.place + size])
        self.place += size
        if len(value) != size:
            raise struct.error("a string is longer than its packet")
        return value

    def about(self) -> About:
        """Return the next attributes; what is not told is 0."""
        flags = self.number()
        size = self.number(">Q") if flags & _HAS_SIZE else 0
        if flags & _HAS_OWNER:
            self.number(">Q")
        mode = self.number() if flags & _HAS_MODE else 0
        modified = (self.number(), self.number())[1] if flags & _HAS_TIMES else 0
        for _ in range(self.number() if flags & _HAS_MORE else 0):
            self.text(), self.text()
        return About(mode, size, modified * _NS, (0, 0))


class Session:
    """A channel of its own; whoever has it asks alone. Every question raises OSError for what the server refuses.

    Where the connection itself fails it raises SSHException, EOFError, TimeoutError, or struct.error.
    """

    def __init__(self, transport: Transport, timeout_s: float) -> None:
        self._channel: Channel = transport.open_session(_WINDOW_BYTES, _SSH_PACKET_BYTES, timeout_s)
        self._channel.settimeout(timeout_s)
        self._channel.invoke_subsystem("sftp")
        self._kept = bytearray()
        self._number = 0
        self._came: dict[int, tuple[int, _Packet]] = {}
        self._write(struct.pack(">BI", _INIT, 3))
        if self._packet().number(">B") != _VERSION:
            raise SSHException("the SFTP server did not say its version")

    def close(self) -> None:
        """End the session; one whose connection is gone has ended."""
        with contextlib.suppress(SSHException, EOFError, OSError):
            self._channel.close()

    def open(self, path: bytes) -> bytes:
        """Return the handle of a file that can be read."""
        return self._asked(_HANDLE, _OPEN, _string(path) + struct.pack(">II", _TO_READ, 0)).text()

    def close_handle(self, handle: bytes) -> None:
        """Let a file or folder go."""
        self._receive(self._send(_CLOSE, _string(handle)))

    def stat(self, path: bytes) -> About:
        """Return what a path is, links followed."""
        return self._asked(_ATTRS, _STAT, _string(path)).about()

    def real(self, path: bytes) -> bytes:
        """Return the path that a path leads to, every link followed."""
        packet = self._asked(_NAME, _REAL, _string(path))
        packet.number()
        return packet.text()

    def listed(self, folder: bytes) -> Iterator[tuple[bytes, About]]:
        """Yield the names in a folder and what each is, links not followed."""
        handle = self._asked(_HANDLE, _OPENDIR, _string(folder)).text()
        try:
            while True:
                packet = self._asked(_NAME, _READDIR, _string(handle))
                for _ in range(packet.number()):
                    name, _long, about = packet.text(), packet.text(), packet.about()
                    yield name, about
        except Ended:
            self.close_handle(handle)

    def ask_read(self, handle: bytes, offset: int, size: int) -> int:
        """Ask for some bytes without waiting; return the number under which they come."""
        return self._send(_READ, _string(handle) + struct.pack(">QI", offset, size))

    def answer(self, number: int) -> bytes:
        """Return the bytes that were asked for under a number, in whatever order they come; raise Ended for none."""
        return self._expect(_DATA, number).text()

    def _asked(self, kind: int, question: int, body: bytes) -> _Packet:
        return self._expect(kind, self._send(question, body))

    def _expect(self, kind: int, number: int) -> _Packet:
        came, packet = self._receive(number)
        if came == _STATUS:
            raise _refusal(packet)
        if came != kind:
            raise SSHException(f"the SFTP server answered with a packet of kind {came}")
        return packet

    def _send(self, question: int, body: bytes) -> int:
        self._number = (self._number + 1) % (1 << 32)
        self._write(struct.pack(">BI", question, self._number) + body)
        return self._number

    def _write(self, packet: bytes) -> None:
        self._channel.sendall(struct.pack(">I", len(packet)) + packet)

    def _receive(self, number: int) -> tuple[int, _Packet]:
        while number not in self._came:
            packet = self._packet()
            kind, came = packet.number(">B"), packet.number()
            self._came[came] = kind, packet
        return self._came.pop(number)

    def _packet(self) -> _Packet:
        size = struct.unpack(">I", self._exactly(4))[0]
        if size > _LONGEST_PACKET:
            raise SSHException("the SFTP server sent a packet that is too long")
        return _Packet(memoryview(self._exactly(size)))

    def _exactly(self, size: int) -> bytes:
        while len(self._kept) < size:
            block = self._channel.recv(_RECEIVED_AT_ONCE)
            if not block:
                raise EOFError("the SFTP server ended the session")
            self._kept += block
        part = bytes(self._kept[:size])
        del self._kept[:size]
        return part


def _string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def _refusal(packet: _Packet) -> Ended | OSError:
    """Return what a status means."""
    code = packet.number()
    if code == _END:
        return Ended()
    said = shown(packet.text().decode("utf-8", "replace")) if len(packet.data) > packet.place else ""
    return OSError(_ERRNO.get(code, errno.EIO), said or f"SFTP status {code}")
