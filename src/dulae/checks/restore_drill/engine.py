"""What a drill must know of a database server: a new one fills in an ``Engine``, and ``Dumps`` if it has such."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any, Callable, ContextManager, Iterator, Mapping

from ..backup.manifest import TableCount
from ..backup.session import Session
from ..backup.tables import Partition
from ..backup.tools import Tools
from .identity import Identity
from .work import Work


@dataclass(frozen=True)
class Scratch:
    """How a scratch server is had; all raise CannotTell where this machine cannot give it.

    ``make`` makes its data and says whom they belong to; ``restored_bytes`` guesses what a copy of some bytes takes.
    """

    version: Callable[[Tools], str]
    make: Callable[[Work, Tools], Identity]
    running: Callable[[str, Tools, Identity], ContextManager[None]]
    restored_bytes: Callable[[int], int]
    empty_bytes: int


@dataclass(frozen=True)
class Tables:
    """How tables are listed, counted and digested; all raise SessionError if refused.

    ``partitions`` returns the tables that are parts of others, among which a restore may deal the rows otherwise.

    ``comparable`` returns the name of a digest if it can be made here as it was made elsewhere, else nothing; ``count``
    takes that name.
    """

    comparable: Callable[[Session, str], str]
    begin: Callable[[Session], None]
    listed: Callable[[Session], Any]
    count: Callable[[Session, Any, str], TableCount]
    partitions: Callable[[Session], Mapping[tuple[str, str], Partition]] = lambda session: {}


@dataclass(frozen=True)
class Queries:
    """How declared queries are put, and what an error about one means.

    ``prepare`` readies a connection for them; ``age`` returns the question how many minutes before a moment the time
    lies that a query gives; ``rows`` returns the rows of a query as one JSON object on each line, at most so many.
    ``lacks`` says that an error speaks of this machine, ``mistaken`` that nobody could answer such a query.
    """

    prepare: Callable[[Session], object]
    age: Callable[[str, str], str]
    rows: Callable[[Session, str, int], str]
    lacks: Callable[[str], bool]
    mistaken: Callable[[str], bool]


@dataclass(frozen=True)
class Engine:
    """How a database that was restored is asked, whatever it was restored from.

    ``check`` looks, in a stage of the name ``check_stage``, whether its indexes or tables hold; ``encoding`` and
    ``sampled`` tell of texts (``thai_text``); ``spoiled`` says that an error speaks of data that a copy brought with it
    damaged, as only a physical copy can.
    """

    connect: Callable[[Work, Tools], Session]
    tables: Tables
    queries: Queries
    check_stage: str
    check: Callable[[Work, Session], None]
    encoding: Callable[[Session], str]
    sampled: Callable[[Session], dict[str, int]]
    spoiled: Callable[[str], bool] = lambda error: False


@dataclass(frozen=True)
class Dumps:
    """How dumps are restored. ``restore`` raises Bad for a bad copy and CannotTell for what this machine lacks.

    ``tools`` returns the server's own programs.
    """

    engine: Engine
    tools: Callable[[Tools], Tools]
    scratch: Scratch
    restore: Callable[[Work, Tools], None]


@dataclass(frozen=True)
class Restored:
    """A copy that was restored and can be asked."""

    work: Work
    tools: Tools
    engine: Engine

    def connect(self) -> Session:
        """Open a connection to what was restored."""
        return self.engine.connect(self.work, self.tools)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Give a connection that only reads; raise SessionError if that is refused."""
        with self.connect() as session:
            self.engine.tables.begin(session)
            yield session

    def unanswerable(self, error: str) -> bool:
        """Say whether the error about a declared query leaves open what the backup holds."""
        return self.engine.queries.lacks(error) or self.engine.queries.mistaken(error)
