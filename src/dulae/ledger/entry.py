"""One entry: how it is written into the chain, and how it is read from it."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from dulae.errors import LedgerError
from dulae.ledger import canonical, header
from dulae.ledger.header import Header

SALT = "salt"
# Stands in a body where the machine's clock was behind the last entry, for ts never decreases.
CLOCK_BEHIND = "clock_behind_ms"
_RESERVED = {SALT, CLOCK_BEHIND}
_SALT_BYTES = 16
LARGEST_BODY = 64 * 1024 * 1024
_INSERT = "INSERT INTO entry (seq, header, body) VALUES (?, ?, ?)"


@dataclass(frozen=True)
class Entry:
    """One entry as it is read: ``ts`` in UTC, ``body`` without its salt (empty where it was erased)."""

    seq: int
    ts: datetime
    kind: str
    run: str
    control: str
    verdict: str
    body: dict[str, Any]
    erased: bool = False


@dataclass(frozen=True)
class Draft:
    """One entry to be written."""

    kind: str
    body: Mapping[str, Any] = field(default_factory=dict)
    run: str = ""
    control: str = ""
    verdict: str = ""


def add(connection: sqlite3.Connection, draft: Draft, last: Header, now: datetime) -> tuple[Entry, Header]:
    """Write an entry after the header ``last`` and return it with its own header; raise LedgerError."""
    made, raw = _sealed(draft, last, now)
    made = replace(made, prev=header.line_hash(last.line()))
    connection.execute(_INSERT, (made.seq, made.line(), raw))
    del raw  # A plan's is large, and so is what follows.
    body = canonical.plain(draft.body)
    moment = header.to_moment(made.ts)
    return Entry(made.seq, moment, made.kind, made.run, made.control, made.verdict, body), made


def first(connection: sqlite3.Connection, log: str, body: Mapping[str, Any], now: datetime) -> None:
    """Write the first entry, which names the log and its key; raise LedgerError."""
    before = Header("", "", "", log, "", "", -1, header.to_text(now), "")
    made, raw = _sealed(Draft("genesis", body), before, now)
    connection.execute(_INSERT, (0, made.line(), raw))


def last_of(connection: sqlite3.Connection) -> Header:
    """Return the newest header; raise LedgerError if it is damaged."""
    row = connection.execute("SELECT header FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
    return header.parse(row[0])


def _sealed(draft: Draft, last: Header, now: datetime) -> tuple[Header, bytes]:
    if taken := _RESERVED & draft.body.keys():
        raise LedgerError(f"the body of {draft.kind} may not have the key {min(taken)}")
    moment = header.to_text(now)
    body = {**draft.body, SALT: secrets.token_hex(_SALT_BYTES)}
    if moment < last.ts:
        body[CLOCK_BEHIND] = (header.to_moment(last.ts) - now) // timedelta(milliseconds=1)
        moment = last.ts
    raw = b"".join(canonical.pieces(body))
    if len(raw) > LARGEST_BODY:
        raise LedgerError(
            f"the body of {draft.kind} has {len(raw)} bytes; at most {LARGEST_BODY} can be kept"
        )
    made = Header(
        body=hashlib.sha256(raw).hexdigest(),
        control=draft.control,
        kind=draft.kind,
        log=last.log,
        prev=header.NO_HASH,
        run=draft.run,
        seq=last.seq + 1,
        ts=moment,
        verdict=draft.verdict,
    )
    return made, raw


def read(line: str, body: bytes | None) -> Entry:
    """Return an entry from what is stored; raise LedgerError if that is damaged."""
    head = header.parse(line)
    try:
        content = json.loads(body) if body is not None else {}
        content.pop(SALT, None)
        content.pop(CLOCK_BEHIND, None)
    except (ValueError, AttributeError, TypeError) as error:
        raise LedgerError(f"entry {head.seq} is damaged", remedy="See: dulae ledger verify") from error
    moment = header.to_moment(head.ts)
    return Entry(head.seq, moment, head.kind, head.run, head.control, head.verdict, content, body is None)
