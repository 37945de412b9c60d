"""What lies in one snapshot of a repository, as a medium: listed once, read as its program pours it, never stored."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import posixpath
import stat
from dataclasses import dataclass
from typing import Any, BinaryIO, Callable, ContextManager, Iterable, Iterator, Mapping, Tuple, cast

from ..finding import reason
from .copies import shown
from .faults import Bad, CannotTell
from .medium import About, Lost, Spoiled

OTHER_LENGTH = reason(
    "backup.snapshot_other_length",
    "{file}: the repository gives another number of bytes than the {bytes} that it lists; use an older snapshot, and"
    " have the repository repaired by its keeper",
)

# What a program says of one path, and what raises Fault unless it ended well, to be asked when all was read.
Poured = Tuple[BinaryIO, Callable[[], None]]
Pour = Callable[[str], ContextManager[Poured]]
# So much of a file is kept, for its beginning is looked at again and again, and each look is a program's start.
_HEAD_BYTES = 1 << 16


@dataclass(frozen=True)
class Node:
    """One path in a snapshot, without a leading slash; ``same_as`` is the path whose data a further name shares."""

    path: str
    mode: int
    bytes: int = 0
    modified_ns: int = 0
    same_as: str = ""


@dataclass(frozen=True)
class Pours:
    """How a repository's program gives a file as it is, and a folder as a tar archive."""

    file: Pour
    folder: Pour


class Held:
    """A snapshot as a medium. Paths begin at its root, links are not followed."""

    local = False

    def __init__(self, nodes: Iterable[Node], pours: Pours) -> None:
        self._nodes: dict[str, Node] = {"": Node("", stat.S_IFDIR)}
        self._numbers = {"": 0}
        self._inside: dict[str, dict[str, None]] = {"": {}}
        self._pours = pours
        self._heads: dict[str, bytes] = {}
        for node in nodes:
            # A second listing of a path as a further name of itself says nothing.
            if not (node.same_as == node.path and node.path in self._nodes):
                self._put(node)

    def _put(self, node: Node) -> None:
        """Note a path, and the folders above it that were not listed."""
        self._nodes[node.path] = node
        self._numbers.setdefault(node.path, len(self._numbers))
        if stat.S_ISDIR(node.mode):
            self._inside.setdefault(node.path, {})
        parent, name = posixpath.split(node.path)
        if parent not in self._nodes:
            self._put(Node(parent, stat.S_IFDIR))
        self._inside.setdefault(parent, {})[name] = None

    def folders(self) -> list[str]:
        """Return the paths of all folders, without a leading slash."""
        return [path for path, node in self._nodes.items() if stat.S_ISDIR(node.mode)]

    def open(self, path: str) -> BinaryIO:
        """Return a file, which is asked for when it is read."""
        node = self._file(path)
        return cast(BinaryIO, _Streamed(node, self._pours.file, self._heads))

    def stat(self, path: str) -> About:
        """Look the path up."""
        node = self._node(path)
        return About(node.mode, self._source(node).bytes, node.modified_ns, (0, self._numbers[node.path]))

    def listed(self, folder: str) -> Mapping[str, About]:
        """Look the folder up."""
        node = self._node(folder)
        if not stat.S_ISDIR(node.mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), folder)
        return {name: self.stat(posixpath.join(node.path, name)) for name in self._inside[node.path]}

    @contextlib.contextmanager
    def packed(self, folder: str) -> Iterator[BinaryIO]:
        """Give a folder as a tar archive, whose names begin at the root; raise OSError where it is not read well."""
        with _told(), self._pours.folder(self._node(folder).path) as (said, ended):
            yield said
            ended()

    def _node(self, path: str) -> Node:
        """Return what a path is; raise FileNotFoundError if nothing is there."""
        found = self._nodes.get("/".join(part for part in path.split("/") if part not in ("", ".")))
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return found

    def _source(self, node: Node) -> Node:
        """Return the path whose data a path has."""
        return self._nodes.get(node.same_as, node) if node.same_as else node

    def _file(self, path: str) -> Node:
        """Return the file whose data a path has; raise OSError if there is none."""
        node = self._source(self._node(path))
        if not stat.S_ISREG(node.mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        return node


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turn what a repository says about itself into what a medium raises."""
    try:
        yield
    except CannotTell as fault:
        raise Lost(fault.why, **fault.numbers) from fault
    except Bad as fault:
        raise Spoiled(fault.why, **fault.numbers) from fault


class _Streamed(io.RawIOBase):
    """Reads one file as its program pours it; going back begins anew."""

    def __init__(self, node: Node, pour: Pour, heads: dict[str, bytes]) -> None:
        super().__init__()
        self._node = node
        self._pour = pour
        self._heads = heads
        self._stack = contextlib.ExitStack()
        self._said: BinaryIO | None = None
        self._ended: Callable[[], None] | None = None
        self._at = 0
        self._place = 0
        self._whole = False

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be sought in."""
        return True

    def tell(self) -> int:
        """Return the place of the next byte."""
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to another place; nothing is read for it before somebody reads there."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._node.bytes}[whence]
        self._place = base + offset
        return self._place

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as the file goes; raise OSError where the repository does not give what it lists."""
        view = memoryview(buffer).cast("B")
        filled = 0
        with _told():
            while filled < len(view):
                part = self._next(len(view) - filled)
                if not part:
                    break
                view[filled : filled + len(part)] = part
                filled += len(part)
                self._place += len(part)
        return filled

    def close(self) -> None:
        """End the program."""
        if not self.closed:
            super().close()
            self._stack.close()

    def _head(self) -> bytes:
        """Return the beginning of the file, read by the first who asks; a short file is read to its end."""
        if self._node.path not in self._heads:
            self._begin()
            head = self._pulled(_HEAD_BYTES)
            if len(head) < _HEAD_BYTES:
                self._demand_whole()
            self._heads[self._node.path] = head
        return self._heads[self._node.path]

    def _next(self, size: int) -> bytes:
        """Return at most some bytes from the place on; nothing at the end, when all is known to be well."""
        head = self._head()
        if self._place < len(head):
            return head[self._place : self._place + size]
        if self._said is None or self._at > self._place:
            if self._node.bytes < _HEAD_BYTES and self._place >= self._node.bytes:
                return b""
            self._begin()
        while self._at < self._place:
            if not self._pulled(min(self._place - self._at, _HEAD_BYTES)):
                break
        part = self._pulled(size)
        if not part:
            self._demand_whole()
        return part

    def _begin(self) -> None:
        """Start the program at the beginning of the file."""
        self._stack.close()
        self._said, self._ended = self._stack.enter_context(self._pour(self._node.path))
        self._at, self._whole = 0, False

    def _pulled(self, size: int) -> bytes:
        """Return what the program says next."""
        assert self._said
        part = self._said.read(size)
        self._at += len(part)
        return part

    def _demand_whole(self) -> None:
        """Raise Fault unless the program ended well, and gave as many bytes as are listed."""
        if self._whole:
            return
        assert self._ended
        self._ended()
        if self._at != self._node.bytes:
            raise Bad(OTHER_LENGTH, file=shown(posixpath.basename(self._node.path)), bytes=self._node.bytes)
        self._whole = True
