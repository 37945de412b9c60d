"""The header of an entry: one canonical line of JSON in plain characters, so that a pattern holds it to its form."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from dulae.errors import LedgerError

VERSION = 1
NO_HASH = "0" * 64
_NAME = r"[A-Za-z0-9_.:/@-]*"
# Sorted keys, no spaces, and no character that JSON would escape: what matches is canonical.
_HEADER = re.compile(
    r'\{"body":"(?P<body>[0-9a-f]{64})","control":"(?P<control>'
    + _NAME
    + r')","kind":"(?P<kind>[a-z][a-z_.]*)",'
    r'"log":"(?P<log>' + _NAME + r')","prev":"(?P<prev>[0-9a-f]{64})","run":"(?P<run>' + _NAME + r')",'
    r'"seq":(?P<seq>0|[1-9][0-9]{0,14}),"ts":"(?P<ts>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z)",'
    r'"v":1,"verdict":"(?P<verdict>pass|warn|fail|unknown|)"\}',
    re.ASCII,
)


@dataclass(frozen=True)
class Header:
    """What the chain binds: where the entry stands, what it is about, the hash of its body and of the line before."""

    body: str
    control: str
    kind: str
    log: str
    prev: str
    run: str
    seq: int
    ts: str
    verdict: str

    def line(self) -> str:
        """Return the canonical line without its newline; raise LedgerError if a field cannot stand in it."""
        line = (
            f'{{"body":"{self.body}","control":"{self.control}","kind":"{self.kind}","log":"{self.log}",'
            f'"prev":"{self.prev}","run":"{self.run}","seq":{self.seq},"ts":"{self.ts}","v":{VERSION},'
            f'"verdict":"{self.verdict}"}}'
        )
        if not _HEADER.fullmatch(line):
            raise LedgerError(
                f"an entry cannot be named {self.kind!r}, {self.control!r}, {self.run!r}, {self.verdict!r}"
            )
        return line


def parse(line: str) -> Header:
    """Return the header of a line; raise LedgerError if the line is not exactly in canonical form."""
    found = _HEADER.fullmatch(line)
    if not found:
        raise LedgerError("its header is not in canonical form")
    return Header(**{**found.groupdict(), "seq": int(found["seq"])})  # type: ignore[arg-type]


def line_hash(line: str) -> str:
    """Return the SHA-256 of a header line with its newline, in hexadecimal."""
    return hashlib.sha256(line.encode() + b"\n").hexdigest()


def to_text(moment: datetime) -> str:
    """Return a moment as the ledger writes it: UTC, milliseconds, fixed width, so that texts sort as times."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_moment(text: str) -> datetime:
    """Return the moment of a text that `to_text` or `utc_text` wrote; raise ValueError if it is none."""
    return datetime.fromisoformat(text)
