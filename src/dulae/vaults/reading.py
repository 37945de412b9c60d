"""A file in a vault as a stream: asked for ahead of the reader, so that no read waits for a round trip."""

from __future__ import annotations

import io
import os
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from dulae.vaults.session import Ended, Session

_CHUNK_BYTES = 1 << 17
# So much is under way at most; enough for a gigabit over 30 ms, and the memory that one file takes.
_MOST_AHEAD = 32


class Streamed(io.RawIOBase):
    """Reads one file through a session that is its own until it is closed.

    ``guard`` turns what the connection raises into what a medium raises, ``done`` takes the session back.
    """

    def __init__(
        self,
        session: Session,
        about: tuple[bytes, int],
        guard: Callable[[], AbstractContextManager[None]],
        done: Callable[[Session, bool], None],
    ) -> None:
        super().__init__()
        self._session = session
        self._handle, self._size = about
        self._guard = guard
        self._done = done
        self._whole = True
        self._place = 0
        self._asked_to = 0
        self._ahead = 1
        self._chunk = _CHUNK_BYTES
        self._under_way: deque[tuple[int, int, int]] = deque()
        self._block = memoryview(b"")

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be sought in."""
        return True

    def tell(self) -> int:
        """Return the place of the next byte."""
        return self._place

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as the file goes."""
        target = memoryview(buffer).cast("B")
        filled = 0
        with self._guarded():
            while filled < len(target) and self._more():
                part = self._block[: len(target) - filled]
                target[filled : filled + len(part)] = part
                self._block = self._block[len(part) :]
                filled += len(part)
                self._place += len(part)
        return filled

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to another place; what was asked for ahead is let go."""
        place = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        within = place - self._place
        if 0 <= within <= len(self._block):
            self._block = self._block[within:]
        else:
            with self._guarded():
                self._let_go()
            self._asked_to, self._ahead = place, 1
        self._place = place
        return place

    def close(self) -> None:
        """Let the file go and give the session back."""
        if self.closed:
            return
        super().close()
        try:
            if self._whole:
                with self._guarded():
                    self._let_go()
                    self._session.close_handle(self._handle)
        finally:
            self._done(self._session, self._whole)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Ask through the guard; whatever goes wrong leaves the session in no known state."""
        whole, self._whole = self._whole, False
        with self._guard():
            yield
        self._whole = whole

    def _more(self) -> bool:
        """Have at least one byte in hand; return False at the end of the file."""
        while not self._block:
            self._ask_ahead()
            number, offset, size = self._under_way.popleft()
            try:
                data = self._session.answer(number)
            except Ended:
                self._let_go()
                self._asked_to = self._place
                return False
            self._block = memoryview(data)
            if len(data) < size:
                # A server gives less at once than was asked for: the rest comes next, and less is asked from now on.
                self._chunk = max(len(data), 1)
                rest = offset + len(data)
                asked = self._session.ask_read(self._handle, rest, size - len(data))
                self._under_way.appendleft((asked, rest, size - len(data)))
        return True

    def _ask_ahead(self) -> None:
        """Keep requests under way, ever more as one reads on, but beyond the file's size only one."""
        while len(self._under_way) < self._ahead and (self._asked_to < self._size or not self._under_way):
            size = self._chunk
            if self._asked_to < self._size:
                size = min(size, self._size - self._asked_to)
            number = self._session.ask_read(self._handle, self._asked_to, size)
            self._under_way.append((number, self._asked_to, size))
            self._asked_to += size
        self._ahead = min(2 * self._ahead, _MOST_AHEAD)

    def _let_go(self) -> None:
        """Receive what is under way and forget it."""
        self._block = memoryview(b"")
        while self._under_way:
            try:
                self._session.answer(self._under_way.popleft()[0])
            except Ended:
                continue
