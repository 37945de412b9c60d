"""Rows of INSERT statements, counted as they stream by: quotes, escapes and brackets in values deceive nobody."""

from __future__ import annotations

import re

# Runs of what is plain are taken in one go, so that values cost little however long they are.
_OUTSIDE = re.compile(rb"[^'\"`();]+|['\"`();]")
_INSIDE_ESCAPED = {quote: re.compile(rb"(?:[^\\" + quote + rb"]+|\\.)*", re.DOTALL) for quote in (b"'", b'"')}
_INSIDE_PLAIN = {quote: re.compile(rb"[^" + quote + rb"]*") for quote in (b"'", b'"', b"`")}


class Rows:
    """Counts the rows of one statement, given piece by piece from behind its VALUES.

    A doubled quote needs no care: it ends one string and begins the next. ``escapes`` says that a backslash takes
    the next byte with it, as in MariaDB.
    """

    def __init__(self, *, escapes: bool) -> None:
        self._inside = {**_INSIDE_PLAIN, **(_INSIDE_ESCAPED if escapes else {})}
        self._quote = b""
        self._depth = 0
        self._kept = b""
        self.rows = 0
        self.ended = False

    def feed(self, piece: bytes) -> None:
        """Take the next piece; what follows the end of the statement is passed over."""
        piece, self._kept = self._kept + piece, b""
        place = 0
        while place < len(piece) and not self.ended:
            place = self._in_string(piece, place) if self._quote else self._between(piece, place)

    def _in_string(self, piece: bytes, place: int) -> int:
        """Pass over a string; return where it ends, or the end of the piece."""
        found = self._inside[self._quote].match(piece, place)
        assert found
        place = found.end()
        if piece[place : place + 1] == self._quote:
            self._quote = b""
            return place + 1
        # A backslash at the very end waits for the byte that it takes with it.
        self._kept = piece[place:]
        return len(piece)

    def _between(self, piece: bytes, place: int) -> int:
        """Take the next token outside of strings; return where it ends."""
        found = _OUTSIDE.match(piece, place)
        assert found
        token = found.group()
        if token in self._inside:
            self._quote = token
        elif token == b"(":
            self.rows += self._depth == 0
            self._depth += 1
        elif token == b")":
            self._depth -= 1
        elif token == b";":
            self.ended = self._depth == 0
        return found.end()
