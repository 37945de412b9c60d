"""A child that is killed before any one of its steps: statements, commits, rollbacks, files, entries."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy.engine import Engine

from dulae.accounts import private
from dulae.ledger import Ledger

# A question about tables and columns: nothing is other after one of them than it was before.
CATALOG = "catalog"
_LONGEST = 60
_CATALOG = ("pg_catalog.", "information_schema.", "SHOW CREATE ")


class _Steps:
    """Takes down each step of a child, and kills it before one of them."""

    def __init__(self, last: int | None) -> None:
        self.last, self.taken = last, list[str]()

    def step(self, what: str) -> None:
        """Take one more step, or die before it."""
        if len(self.taken) == self.last:
            os.kill(os.getpid(), signal.SIGKILL)
        self.taken.append(what)

    def watch(self) -> None:
        """Take down each statement, commit and rollback, and what comes before and after each file and entry."""
        sqlalchemy.event.listen(Engine, "before_cursor_execute", lambda *about: self.step(_told(about[2])))
        sqlalchemy.event.listen(Engine, "commit", lambda _: self.step("commit"))
        sqlalchemy.event.listen(Engine, "rollback", lambda _: self.step("rollback"))
        append, write = Ledger.append, private._write

        def appended(*arguments: Any, **more: Any) -> object:
            self.step("entry")
            made = append(*arguments, **more)
            self.step("entry made")
            return made

        def written(path: Path, pieces: Iterable[bytes]) -> None:
            self.step("file")
            write(path, pieces)
            self.step("file made")

        Ledger.append = appended  # type: ignore[assignment,method-assign]
        private._write = written


def _told(statement: str) -> str:
    """Return the beginning of a statement: the steps of a child fit into a pipe."""
    return CATALOG if any(word in statement for word in _CATALOG) else statement[:_LONGEST]


def steps_of(carry_out: Callable[[], object]) -> list[str]:
    """Carry something out in a child; return its steps."""
    back, forth = os.pipe()
    _child(carry_out, None, forth)
    os.close(forth)
    with os.fdopen(back) as pipe:
        return list(json.loads(pipe.read()))


def killed_before(step: int, carry_out: Callable[[], object]) -> bool:
    """Carry something out in a child that is killed before one of its steps; say whether it came so far."""
    status = _child(carry_out, step, None)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _child(carry_out: Callable[[], object], last: int | None, told: int | None) -> int:
    child = os.fork()
    if child == 0:
        steps = _Steps(last)
        try:
            steps.watch()
            carry_out()
            if told is not None:
                os.write(told, json.dumps(steps.taken).encode())
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1]
