"""The ledger itself: an SQLite file to which entries are added, each bound to the one before it.

Every writer takes the file's write lock before it reads the end, so that processes can write side by side.
What is acknowledged is on disk (WAL with full sync).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tempfile
import weakref
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import starmap
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dulae.errors import LedgerError
from dulae.ledger import checkpoint, database, entry, files, header, keys
from dulae.ledger.entry import Draft, Entry

_PAGE = 1000
_REMEDY = "Look at the free space there and at who owns the folder; nothing counts as done without evidence"
_GONE = (
    "Bring it back from a copy of this node; `dulae ledger verify` says how many entries it must have. "
    "Tell the committee: a ledger is never made anew over what is left of one"
)

Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


def _close(connection: sqlite3.Connection, owner: int) -> None:
    """Close a connection in the process that opened it; in another thread SQLite refuses, and the end closes it."""
    if owner == os.getpid():
        with suppress(sqlite3.ProgrammingError):
            connection.close()


@dataclass(frozen=True)
class Anchor:
    """The number of entries and the SHA-256 of their header lines: what is kept elsewhere, on paper or by mail."""

    count: int
    sha256: str


class Ledger:
    """A ledger that is open for reading and adding; each process opens its own."""

    def __init__(self, folder: Path, clock: Clock = _now) -> None:
        self.folder = folder
        self.clock = clock
        self._left_behind: list[sqlite3.Connection] = []
        self._owner = os.getpid()
        self._writer: sqlite3.Connection | None = None
        self._file = database.identity(folder)
        with self.reading() as connection:
            row = connection.execute("SELECT header FROM entry WHERE seq = 0").fetchone()
        if row is None:
            raise LedgerError("the ledger has no first entry", place=str(folder))
        self.log = header.parse(row[0]).log

    @classmethod
    def create(cls, folder: Path, *, organisation: str, node: str, clock: Clock = _now) -> Ledger:
        """Make a new ledger with its key; raise LedgerError where one exists or it cannot be made.

        ``organisation`` and ``node`` become the log's name ``ORGANISATION/dulae/NODE``.
        """
        log = f"{database.slug(organisation)}/dulae/{database.slug(node)}"
        try:
            if folder.exists() and any(folder.iterdir()):
                raise LedgerError(
                    "there is something here already", place=str(folder), remedy="A ledger is never made anew"
                )
            files.make_folder(folder.parent)
            building = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        except OSError as error:
            raise LedgerError(f"no ledger can be made here ({error.strerror})", place=str(folder)) from error
        try:
            database.build(building, log, {"organisation": organisation, "node": node}, clock)
            # Whoever finds the ledger finds it sealed.
            with closing(cls(building, clock)) as made:
                made.checkpoint()
            os.rename(building, folder)
            files.sync_folder(folder.parent)
        except (OSError, sqlite3.Error) as error:
            raise LedgerError(f"no ledger can be made here ({error})", place=str(folder)) from error
        finally:
            shutil.rmtree(building, ignore_errors=True)
        return cls(folder, clock)

    @classmethod
    def open(cls, folder: Path, clock: Clock = _now) -> Ledger:
        """Open a ledger; raise LedgerError if there is none."""
        if not database.exists(folder):
            gone = database.traces(folder)
            raise LedgerError(
                f"{database.STORE} is gone" if gone else "there is no ledger",
                place=str(folder),
                remedy=_GONE if gone else "Make one once with: dulae ledger init",
            )
        return cls(folder, clock)

    @classmethod
    def open_or_create(cls, folder: Path, *, organisation: str, node: str) -> Ledger:
        """Open a ledger, or make it where there is none; raise LedgerError if neither is possible."""
        if not database.exists(folder):
            try:
                return cls.create(folder, organisation=organisation, node=node)
            except LedgerError:
                # Another process may have made it in the meantime.
                if not database.exists(folder):
                    raise
        return cls.open(folder)

    def append(
        self, kind: str, body: Mapping[str, Any], *, run: str = "", control: str = "", verdict: str = ""
    ) -> Entry:
        """Add one entry durably and return it; raise LedgerError if it cannot be kept."""
        return self.append_many([Draft(kind, body, run, control, verdict)])[0]

    def append_many(self, drafts: Iterable[Draft]) -> list[Entry]:
        """Add entries, all or none; raise LedgerError if they cannot be kept."""
        with self._writing() as connection:
            last = entry.last_of(connection)
            made = []
            for draft in drafts:
                written, last = entry.add(connection, draft, last, self.clock())
                made.append(written)
            return made

    def erase(self, seq: int, *, by: str, why: str) -> Entry:
        """Erase a body whose retention has ended, and say so; raise LedgerError if there is none to erase."""
        with self._writing() as connection:
            changed = connection.execute(
                "UPDATE entry SET body = NULL WHERE seq = ? AND seq > 0 AND kind <> 'erase' AND body IS NOT NULL",
                (seq,),
            )
            if changed.rowcount != 1:
                raise LedgerError(f"entry {seq} has no body that could be erased", place=str(self.folder))
            draft = Draft("erase", {"by": by, "erased": seq, "why": why})
            return entry.add(connection, draft, entry.last_of(connection), self.clock())[0]

    def entries(
        self,
        kinds: Collection[str] = (),
        *,
        run: str = "",
        control: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[Entry]:
        """Yield entries in order, as they stood at the first: ``since <= ts < until``; raise LedgerError."""
        wanted = [
            (f"kind IN ({', '.join('?' * len(kinds))})", [*kinds]),
            ("run = ?", [run] if run else []),
            ("control = ?", [control] if control else []),
            ("ts >= ?", [header.to_text(since)] if since else []),
            ("ts < ?", [header.to_text(until)] if until else []),
        ]
        given = [(clause, values) for clause, values in wanted if values]
        where = " AND ".join(clause for clause, _ in given) or "1"
        # The clauses are constants of this function; values are parameters.
        query = f"SELECT header, body FROM entry WHERE {where} ORDER BY seq"  # noqa: S608
        yield from starmap(entry.read, self._rows(query, [value for _, values in given for value in values]))

    def entries_without(self, part: str, kinds: Collection[str]) -> Iterator[Entry]:
        """Yield the entries of some kinds in order, a large part of their bodies left out; raise LedgerError."""
        marks = ", ".join("?" * len(kinds))
        body = "json_remove(CAST(body AS TEXT), ?)"
        query = f"SELECT header, {body} FROM entry WHERE kind IN ({marks}) ORDER BY seq"  # noqa: S608
        yield from starmap(entry.read, self._rows(query, [f"$.{part}", *kinds]))

    def _rows(self, query: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        with self.reading() as connection:
            rows = connection.execute(query, values)
            while page := rows.fetchmany(_PAGE):
                yield from page

    def entry(self, seq: int) -> Entry:
        """Return one entry; raise LedgerError if there is none of that number."""
        with self.reading() as connection:
            row = connection.execute("SELECT header, body FROM entry WHERE seq = ?", (seq,)).fetchone()
        if row is None:
            raise LedgerError(f"there is no entry {seq}", place=str(self.folder))
        return entry.read(*row)

    def size(self) -> int:
        """Return the number of entries; raise LedgerError."""
        with self.reading() as connection:
            (newest,) = connection.execute("SELECT max(seq) FROM entry").fetchone()
        return int(newest) + 1

    def lines(self, upto: int | None = None) -> Iterator[str]:
        """Yield the first ``upto`` header lines without their newlines; raise LedgerError."""
        query = "SELECT header FROM entry ORDER BY seq LIMIT ?"
        yield from (line for (line,) in self._rows(query, [-1 if upto is None else upto]))

    def anchor(self, upto: int | None = None) -> Anchor:
        """Return the anchor of the first ``upto`` entries (default: all); raise LedgerError if there are fewer."""
        digest, count = hashlib.sha256(), 0
        for line in self.lines(upto):
            digest.update(line.encode() + b"\n")
            count += 1
        if upto is not None and count != upto:
            raise LedgerError(f"there are only {count} entries, not {upto}", place=str(self.folder))
        return Anchor(count, digest.hexdigest())

    def checkpoint(self) -> checkpoint.Checkpoint:
        """Sign how far the ledger has come and keep that beside it; raise LedgerError if that is not possible."""
        key = self.demand_key()
        with self._writing() as connection:
            memo = connection.execute("SELECT value FROM memo WHERE name = 'tree'").fetchone()
            tree, line = checkpoint.tree_from(memo[0] if memo else ""), ""
            for (line,) in connection.execute(
                "SELECT header FROM entry WHERE seq >= ? ORDER BY seq", (tree.size,)
            ):
                tree.add(line)
            if not line:
                (line,) = connection.execute("SELECT header FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
            connection.execute("INSERT OR REPLACE INTO memo VALUES ('tree', ?)", (tree.to_text(),))
        made = checkpoint.Checkpoint(self.log, tree.size, tree.root(), header.line_hash(line))
        place = self.folder / checkpoint.FOLDER / checkpoint.file_name(tree.size)
        try:
            files.write(place, checkpoint.signed(made, key).encode())
        except OSError as error:
            raise LedgerError(
                f"no checkpoint can be kept ({error.strerror})", place=str(place), remedy=_REMEDY
            ) from error
        return made

    def demand_key(self) -> Ed25519PrivateKey:
        """Return the key that seals; raise LedgerError if it is missing, or is not the ledger's own."""
        key = keys.private(self.folder)
        named = self.entry(0).body.get("key_fingerprint")
        if keys.fingerprint(key.public_key()) != named:
            raise LedgerError(
                f"it is not the key that the first entry names ({named})",
                place=str(self.folder / keys.PRIVATE),
                remedy="Bring the ledger's own key back from its copy; what another key seals does not verify",
            )
        return key

    def close(self) -> None:
        """Close what this process opened for writing."""
        if self._writer:
            self._let_go()
        self._writer = None

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that sees one state of the ledger; raise LedgerError if it cannot be read."""
        try:
            with closing(database.connect_to_read(self.folder)) as connection:
                connection.execute("BEGIN")
                yield connection
        except sqlite3.Error as error:
            raise LedgerError(f"the ledger cannot be read ({error})", place=str(self.folder)) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._own_connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise LedgerError(
                f"evidence cannot be kept ({error})", place=str(self.folder), remedy=_REMEDY
            ) from error

    def _own_connection(self) -> sqlite3.Connection:
        if self._file != database.identity(self.folder):
            # SQLite would go on writing into a file that nobody can find any more.
            raise LedgerError("the ledger was moved or removed", place=str(self.folder), remedy=_REMEDY)
        if self._writer and self._owner != os.getpid():
            # A connection must not be used, nor closed, on the other side of a fork.
            self._left_behind.append(self._writer)
            self._writer = None
        if self._writer is None:
            self._owner = os.getpid()
            self._writer = database.connect(self.folder)
            # A ledger that nobody holds any more is closed, even where nobody thought of it.
            self._let_go = weakref.finalize(self, _close, self._writer, self._owner)
        return self._writer
