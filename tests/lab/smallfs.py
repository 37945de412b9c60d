"""A small file system for db1 where the machine lets nobody mount a tmpfs: FUSE, in memory, one flat folder.

``python -m tests.lab.smallfs FOLDER BYTES`` mounts it with fusermount3 (Debian's and Ubuntu's package fuse3, setuid)
and serves it until it is unmounted. The kernel asks, this process answers: free blocks come from what is stored, and
a write that does not fit is refused with ENOSPC. Structures and numbers are those of linux/fuse.h, protocol 7.31.
"""

from __future__ import annotations

import array
import errno
import os
import signal
import socket
import stat
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

_HEADER = struct.Struct("<IIQQIIIHH")
_ANSWER = struct.Struct("<IiQ")
_ATTRIBUTES = struct.Struct("<QQQQQQIIIIIIIIII")
_ENTRY = struct.Struct("<QQQQII")
_LARGEST_WRITE = 128 * 1024
_BUFFER = _LARGEST_WRITE + 4096
_BLOCK = 4096
_ROOT = 1
_VERSION = (7, 31)
_SIZE_IS_SET = 1 << 3
_FILE_NAMES = 255
_MOST_FILES = 1024
# What the kernel may go on believing without asking again, in seconds: nothing.
_VALID = 0


class Refused(OSError):
    """The kernel asked for something that this file system does not do; the number says why."""


@dataclass
class File:
    """A file's content."""

    data: bytearray = field(default_factory=bytearray)


@dataclass
class Store:
    """Everything in the file system: names, files by number, and how much fits."""

    capacity: int
    names: dict[str, int] = field(default_factory=dict)
    files: dict[int, File] = field(default_factory=dict)
    last: int = _ROOT

    def blocks_free(self) -> int:
        """Return the free blocks of 4096 bytes."""
        used = sum(-(-len(file.data) // _BLOCK) for file in self.files.values())
        return max(0, self.capacity // _BLOCK - used)

    def find(self, name: str) -> int:
        """Return a file's number; raise Refused if there is no such file."""
        if name not in self.names:
            raise Refused(errno.ENOENT, name)
        return self.names[name]

    def create(self, name: str) -> int:
        """Make an empty file; raise Refused if there are too many."""
        if len(self.files) >= _MOST_FILES:
            raise Refused(errno.ENOSPC, name)
        self.last += 1
        self.names[name], self.files[self.last] = self.last, File()
        return self.last

    def resize(self, number: int, size: int) -> None:
        """Make a file as long as asked; raise Refused if that does not fit."""
        data = self.files[number].data
        if -(-size // _BLOCK) - -(-len(data) // _BLOCK) > self.blocks_free():
            raise Refused(errno.ENOSPC, "full")
        if size < len(data):
            del data[size:]
        else:
            data.extend(bytes(size - len(data)))

    def write(self, number: int, offset: int, content: bytes) -> int:
        """Put bytes into a file and return how many; as much as fits, none raises Refused."""
        file = self.files[number]
        room = self.blocks_free() * _BLOCK + -(-len(file.data) // _BLOCK) * _BLOCK
        content = content[: max(0, room - offset)]
        if not content:
            raise Refused(errno.ENOSPC, "full")
        if offset + len(content) > len(file.data):
            self.resize(number, offset + len(content))
        file.data[offset : offset + len(content)] = content
        return len(content)


class Server:
    """Answers the kernel, one request after the other."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._answers: dict[int, Callable[[int, bytes], bytes]] = {
            1: self._lookup,
            3: lambda node, body: struct.pack("<QII", _VALID, 0, 0) + self._attributes(node),
            4: self._set_attributes,
            10: self._unlink,
            14: self._open,
            15: self._read,
            16: self._write,
            17: self._statfs,
            18: self._nothing,
            20: self._nothing,
            25: self._nothing,
            26: self._init,
            27: self._open,
            28: self._list,
            29: self._nothing,
            35: self._create,
        }

    def answer(self, request: bytes) -> bytes | None:
        """Return the bytes that answer a request, or None where the kernel wants none (FORGET)."""
        _, operation, unique, node, *_ = _HEADER.unpack_from(request)
        if operation in (2, 42):
            return None
        work = self._answers.get(operation)
        try:
            if work is None:
                raise Refused(errno.ENOSYS, "not done here")
            body = work(node, request[_HEADER.size :])
        except (Refused, KeyError) as refused:
            # A KeyError is a file that was removed while somebody had it open.
            return _ANSWER.pack(_ANSWER.size, -(getattr(refused, "errno", None) or errno.ENOENT), unique)
        return _ANSWER.pack(_ANSWER.size + len(body), 0, unique) + body

    def _init(self, node: int, body: bytes) -> bytes:
        readahead = struct.unpack_from("<IIII", body)[2]
        return struct.pack(
            "<IIIIHHIIHH8I", *_VERSION, readahead, 0, 16, 12, _LARGEST_WRITE, 1, 0, 0, *[0] * 8
        )

    def _attributes(self, node: int) -> bytes:
        mode, size = stat.S_IFDIR | 0o700, 0
        if node != _ROOT:
            if node not in self._store.files:
                raise Refused(errno.ENOENT, "gone")
            mode, size = stat.S_IFREG | 0o600, len(self._store.files[node].data)
        blocks, owner = -(-size // 512), (os.getuid(), os.getgid())
        return _ATTRIBUTES.pack(node, size, blocks, 0, 0, 0, 0, 0, 0, mode, 1, *owner, 0, _BLOCK, 0)

    def _entry(self, number: int) -> bytes:
        return _ENTRY.pack(number, 0, _VALID, _VALID, 0, 0) + self._attributes(number)

    def _lookup(self, node: int, body: bytes) -> bytes:
        return self._entry(self._store.find(_name(body)))

    def _set_attributes(self, node: int, body: bytes) -> bytes:
        valid, _, _, size = struct.unpack_from("<IIQQ", body)
        if valid & _SIZE_IS_SET and node != _ROOT:
            self._store.resize(node, size)
        return struct.pack("<QII", _VALID, 0, 0) + self._attributes(node)

    def _create(self, node: int, body: bytes) -> bytes:
        number = self._store.create(_name(body[16:]))
        return self._entry(number) + struct.pack("<QII", 0, 0, 0)

    def _unlink(self, node: int, body: bytes) -> bytes:
        name = _name(body)
        del self._store.files[self._store.find(name)]
        del self._store.names[name]
        return b""

    def _open(self, node: int, body: bytes) -> bytes:
        return struct.pack("<QII", 0, 0, 0)

    def _read(self, node: int, body: bytes) -> bytes:
        _, offset, size = struct.unpack_from("<QQI", body)
        return bytes(self._store.files[node].data[offset : offset + size])

    def _write(self, node: int, body: bytes) -> bytes:
        _, offset, size = struct.unpack_from("<QQI", body)
        content = body[40 : 40 + size]
        return struct.pack("<II", self._store.write(node, offset, content), 0)

    def _statfs(self, node: int, body: bytes) -> bytes:
        free, all_blocks = self._store.blocks_free(), self._store.capacity // _BLOCK
        files = _MOST_FILES - len(self._store.files)
        return struct.pack(
            "<QQQQQIIII6I",
            all_blocks,
            free,
            free,
            _MOST_FILES,
            files,
            _BLOCK,
            _FILE_NAMES,
            _BLOCK,
            0,
            *[0] * 6,
        )

    def _list(self, node: int, body: bytes) -> bytes:
        _, offset, size = struct.unpack_from("<QQI", body)
        listed, entries = b"", [(".", _ROOT), ("..", _ROOT), *self._store.names.items()]
        for place, (name, number) in enumerate(entries[offset:], offset + 1):
            kind = stat.S_IFDIR if number == _ROOT else stat.S_IFREG
            raw = name.encode("utf-8", "surrogateescape")
            entry = struct.pack("<QQII", number, place, len(raw), kind >> 12) + raw
            entry += bytes(-len(entry) % 8)
            if len(listed) + len(entry) > size:
                break
            listed += entry
        return listed

    def _nothing(self, node: int, body: bytes) -> bytes:
        return b""


def _name(body: bytes) -> str:
    return body.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def mount(folder: str) -> int:
    """Mount on a folder with fusermount3 and return the descriptor on which the kernel asks; raise OSError."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        command = ["fusermount3", "-o", "fsname=dulae-lab,nosuid,nodev", "--", folder]
        environment = {**os.environ, "_FUSE_COMMFD": str(theirs.fileno())}
        done = subprocess.run(
            command, env=environment, pass_fds=[theirs.fileno()], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise OSError(errno.EPERM, f"fusermount3: {done.stderr.strip()}")
        _, control, _, _ = ours.recvmsg(1, socket.CMSG_SPACE(4))
        if not control:
            raise OSError(errno.EPERM, "fusermount3 gave no descriptor")
        return array.array("i", control[0][2][:4])[0]


def unmount(folder: str) -> None:
    """Unmount a folder, even one whose server is gone."""
    subprocess.run(["fusermount3", "-u", "-z", "--", folder], capture_output=True, check=False)


def unmount_left(folder: Path) -> None:
    """Unmount a folder if an earlier server left it mounted; asking the folder itself would fail by then."""
    shown = str(folder).replace(" ", "\\040")
    if f" {shown} fuse" in Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace"):
        unmount(str(folder))


def serve(kernel: int, server: Server) -> None:
    """Answer the kernel until the file system is unmounted."""
    while True:
        try:
            request = os.read(kernel, _BUFFER)
        except OSError as error:
            if error.errno == errno.ENODEV:
                return
            if error.errno in (errno.EINTR, errno.ENOENT):
                continue
            raise
        answer = server.answer(request)
        if answer is not None:
            os.write(kernel, answer)


def main() -> None:
    """Mount and serve the folder that the command line names; SIGTERM unmounts it."""
    folder, size = sys.argv[1], int(sys.argv[2])
    kernel = mount(folder)
    signal.signal(signal.SIGTERM, lambda *_: unmount(folder))
    serve(kernel, Server(Store(size)))


if __name__ == "__main__":
    main()
