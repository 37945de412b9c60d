"""Replay a ledger or an export from its first entry, and say what no longer is as it was written.

Nothing is taken on trust: not the store's own columns and indexes, not the state kept for checkpoints.
Bytes are verified as they are stored.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from dulae.errors import LedgerError
from dulae.ledger import canonical, checkpoint, database, exporting, files, header, keys
from dulae.ledger.entry import SALT
from dulae.ledger.header import Header
from dulae.ledger.store import Anchor

_MOST_PROBLEMS = 50
_PAGE = 1000


@dataclass(frozen=True)
class Verification:
    """What a replay found. ``sealed`` is the size of the newest good checkpoint, ``anchor`` that of all lines."""

    ok: bool
    entries: int
    problems: tuple[str, ...]
    open_runs: tuple[str, ...]
    sealed: int
    anchor: Anchor
    fingerprint: str


Row = tuple[str, bytes | None]


def _silent(count: int) -> None:
    """Tell nobody how far it has come."""


def verify(
    folder: Path, anchors: Collection[Anchor] = (), progress: Callable[[int], object] = _silent
) -> Verification:
    """Replay the ledger or export in a folder, against anchors kept elsewhere too; raise LedgerError if there is none.

    Problems are told in its result, each with the entry it was found at.
    """
    exported = (folder / exporting.LINES).is_file()
    if not exported and not database.exists(folder) and not database.traces(folder):
        raise LedgerError(
            "there is neither a ledger nor an export of one",
            place=str(folder),
            remedy="Name the folder of an export, or the inventory (-i) whose ledger it is",
        )
    files.demand_readable(folder / (exporting.LINES if exported else database.STORE))
    replay = _Replay([*anchors, *_kept_anchors(folder, exported)])
    key = replay.load(folder)
    try:
        with _exported(folder) if exported else _stored(folder, replay) as rows:
            for count, row in enumerate(rows):
                replay.take(*row)
                if count % _PAGE == 0:
                    progress(count)
    except (sqlite3.Error, OSError, ValueError) as error:
        replay.problem(f"after entry {replay.count - 1}: the store cannot be read any further ({error})")
    if exported and replay.sealed < replay.count:
        replay.problem(
            f"an export is sealed as a whole, but only {replay.sealed} of {replay.count} entries are"
        )
    return replay.finish(key)


@dataclass
class _Replay:
    """What has been replayed so far."""

    anchors: list[Anchor]
    problems: list[str] = field(default_factory=list)
    count: int = 0
    expected: int = 0
    previous: str = header.NO_HASH
    last: Header | None = None
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    tree: checkpoint.Tree = field(default_factory=checkpoint.Tree)
    checkpoints: dict[int, checkpoint.Checkpoint] = field(default_factory=dict)
    sealed: int = 0
    absent: set[int] = field(default_factory=set)
    erased: set[int] = field(default_factory=set)
    open_runs: dict[str, None] = field(default_factory=dict)
    public_key: str = ""

    def problem(self, text: str) -> None:
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(text)
        elif len(self.problems) == _MOST_PROBLEMS:
            self.problems.append("there are more problems than are shown")

    def load(self, folder: Path) -> Ed25519PublicKey | None:
        """Read the key and the checkpoints, before any entry: later ones would speak of entries not seen."""
        try:
            key = keys.public(folder)
        except LedgerError as error:
            self.problem(str(error))
            return None
        for path in sorted((folder / checkpoint.FOLDER).glob("[0-9]*.txt")):
            try:
                made = checkpoint.opened(path.read_bytes().decode(), key)
                self.checkpoints[made.size] = made
                if path.name != checkpoint.file_name(made.size):
                    raise LedgerError(f"speaks of {made.size} entries")
            except (LedgerError, OSError, ValueError) as error:
                self.problem(f"checkpoint {path.name}: {error}")
        return key

    def take(self, line: str, body: bytes | None) -> None:
        """Replay one entry."""
        seq = self.expected
        self.expected += 1
        try:
            head = header.parse(line)
        except LedgerError as error:
            self.problem(f"entry {seq}: {error}")
        else:
            for text in self._misplaced(head, seq):
                self.problem(f"entry {seq}: {text}")
            self._take_body(head, head.seq, body)
            self.expected = head.seq + 1
            self.last = head
        self._go_on(line)

    def _misplaced(self, head: Header, seq: int) -> Iterator[str]:
        if head.seq != seq:
            yield f"is not here; entry {head.seq} stands at its place"
        if head.prev != self.previous:
            yield "does not follow the line before it"
        if self.last and head.log != self.last.log:
            yield f"belongs to another ledger ({head.log})"
        if self.last and head.ts < self.last.ts:
            yield "is earlier than the entry before it"
        if (seq == 0) != (head.kind == "genesis"):
            yield "is not the kind of entry that begins a ledger" if seq == 0 else "begins a ledger anew"

    def _take_body(self, head: Header, seq: int, raw: bytes | None) -> None:
        if raw is None:
            self.absent.add(seq)
            return
        if hashlib.sha256(raw).hexdigest() != head.body:
            self.problem(f"entry {seq}: its body is not what was written")
            return
        try:
            body = canonical.decode(raw)
        except LedgerError as error:
            self.problem(f"entry {seq}: its body {error}")
            return
        if isinstance(body, dict) and SALT in body:
            self._take_meaning(head, body)
        else:
            self.problem(f"entry {seq}: its body has no salt")

    def _take_meaning(self, head: Header, body: dict[str, Any]) -> None:
        if head.kind == "genesis":
            self.public_key = str(body.get("public_key"))
        elif head.kind == "erase":
            self.erased.add(int(body.get("erased", -1)))
        elif head.kind == "run.intent":
            self.open_runs[head.run] = None
        elif head.kind in {"run.result", "run.interrupted"}:
            self.open_runs.pop(head.run, None)

    def _go_on(self, line: str) -> None:
        self.count += 1
        self.previous = header.line_hash(line)
        self.digest.update(line.encode() + b"\n")
        self.tree.add(line)
        made = self.checkpoints.pop(self.count, None)
        if made:
            origin = self.last.log if self.last else ""
            if (made.origin, made.root, made.head) == (origin, self.tree.root(), self.previous):
                self.sealed = self.count
            else:
                self.problem(f"checkpoint {self.count}: the entries before it are not those that were sealed")
        for anchor in [anchor for anchor in self.anchors if anchor.count == self.count]:
            self.anchors.remove(anchor)
            if anchor.sha256 != self.digest.hexdigest():
                self.problem(f"anchor {anchor.count}: the entries before it are not those that were anchored")

    def finish(self, key: Ed25519PublicKey | None) -> Verification:
        """Return the result, after what can only be said at the end."""
        for size in sorted({*self.checkpoints, *(anchor.count for anchor in self.anchors)}):
            self.problem(f"the end is missing: {size} entries were sealed or anchored, {self.count} are here")
        for seq in sorted(self.absent - self.erased)[:_MOST_PROBLEMS]:
            self.problem(f"entry {seq}: its body is gone, and no entry says that it was erased")
        if not self.sealed and not self.checkpoints:
            self.problem(
                "no checkpoint is here, though the first is made with the ledger: the end may be missing"
            )
        if key and self.count and self.public_key.encode() != keys.to_pem(key):
            self.problem("the key is not the one that the first entry names")
        return Verification(
            ok=not self.problems,
            entries=self.count,
            problems=tuple(self.problems),
            open_runs=tuple(self.open_runs),
            sealed=self.sealed,
            anchor=Anchor(self.count, self.digest.hexdigest()),
            fingerprint=keys.fingerprint(key) if key else "",
        )


@contextmanager
def _stored(folder: Path, replay: _Replay) -> Iterator[Iterator[Row]]:
    if not database.exists(folder):
        replay.problem(f"{database.STORE} is gone")
        yield iter(())
        return
    with closing(database.connect_to_read(folder)) as connection:
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        connection.execute("BEGIN")
        yield map(_sound, connection.execute("SELECT header, body FROM entry ORDER BY seq"))
        for (text,) in connection.execute("PRAGMA integrity_check(10)"):
            if text != "ok":
                replay.problem(f"the store is damaged: {text}")


def _sound(row: tuple[object, object]) -> Row:
    """Return a row whose values have their types: a damaged page may hold anything."""
    line, body = row
    return (line if isinstance(line, str) else "", body if isinstance(body, bytes | None) else b"")


@contextmanager
def _exported(folder: Path) -> Iterator[Iterator[Row]]:
    with (folder / exporting.LINES).open(encoding="utf-8", errors="replace", newline="\n") as lines:
        # A torn last line must not pass for a whole one.
        whole = (line[:-1] if line.endswith("\n") else line + "\ufffd" for line in lines)
        yield ((line, exporting.body_in(folder, seq)) for seq, line in enumerate(whole))


def _kept_anchors(folder: Path, exported: bool) -> list[Anchor]:
    if exported:
        return exporting.anchors_in(folder)
    try:
        with closing(database.connect_to_read(folder)) as connection:
            bodies = connection.execute("SELECT body FROM entry WHERE kind = 'anchor' AND body IS NOT NULL")
            return [
                Anchor(body["count"], body["sha256"])
                for body in map(canonical.decode, (raw for (raw,) in bodies))
            ]
    except (sqlite3.Error, LedgerError, KeyError, TypeError):
        # What is damaged here is told at its place by the replay.
        return []
