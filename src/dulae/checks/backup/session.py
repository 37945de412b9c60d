"""One connection to a database, held open through its client program, so that several questions see one snapshot."""

from __future__ import annotations

import subprocess
import threading
from typing import ClassVar, Mapping, Sequence, TypeVar

from ..command import beside, text_of
from .tools import Tools, first_error

_END = "dulae: end of answer"
_GOODBYE_S = 5.0
_Opened = TypeVar("_Opened", bound="Session")


class SessionError(Exception):
    """The server refused a connection or a statement; the text is its own first error, without values."""


class Session:
    """A psql process that is asked one statement after the other; ends the connection when it is left.

    Another client program has a class of its own, which says how it is called and how it tells its errors.
    """

    program: ClassVar[str] = "psql"
    arguments: ClassVar[Sequence[str]] = ("-X", "-q", "-A", "-t", "-w", "-v", "ON_ERROR_STOP=1")

    def __init__(self, tools: Tools, environment: Mapping[str, str], *options: str) -> None:
        program = tools.path(self.program)
        self._errors = beside()
        self._process = subprocess.Popen(  # noqa: S603
            [program, *options, *self.arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=dict(environment),
            encoding="utf-8",
            errors="surrogateescape",
        )
        self._patience_s = tools.timeout_s
        self._timer = threading.Timer(tools.timeout_s, self._process.kill)
        self._timer.daemon = True
        self._timer.start()

    def __enter__(self: _Opened) -> _Opened:
        """Begin to use the connection."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the connection; what was not committed is rolled back by the server."""
        self._timer.cancel()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            try:
                pipe.close()
            except BrokenPipeError:
                continue
        try:
            # Given a moment, the client says goodbye, and the server has nothing to complain of in its log.
            self._process.wait(_GOODBYE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def kill(self) -> None:
        """End the connection at once, even while a question is being answered; used for servers that are dropped."""
        self._process.kill()

    def ask(self, statement: str) -> str:
        """Return a statement's unaligned rows without the last line's end; raise SessionError if it is refused."""
        assert self._process.stdin and self._process.stdout
        try:
            self._process.stdin.write(f"{statement}\n;\nSELECT '{_END}';\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._refusal() from None
        lines: list[str] = []
        for line in self._process.stdout:
            if line.rstrip("\n") == _END:
                return "".join(lines).rstrip("\n")
            lines.append(line)
        raise self._refusal()

    @staticmethod
    def first_error(said: str) -> str:
        """Return the first error among what the client says."""
        return first_error(said)

    def _refusal(self) -> SessionError:
        """Return why the client ended."""
        self._process.wait()
        self._errors.seek(0)
        said = text_of(self._errors.read())
        if self._timer.finished.is_set():
            return SessionError(
                f"no answer came within {self._patience_s:g} s; see who holds locks in the database"
            )
        return SessionError(
            self.first_error(said) if said.strip() else "the connection ended without an answer"
        )
