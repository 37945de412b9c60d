"""Private files of plans and undo: whole, durable, and for their owner only."""

from __future__ import annotations

import hashlib
import itertools
import json
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dulae.accounts import refusing
from dulae.accounts.refusing import RefusedPlan
from dulae.ledger import canonical, files
from dulae.refusals import Refusal

_KEY_BYTES = 32


def write(path: Path, data: bytes) -> None:
    """Write a private file at once and durably; raise PlanError if it cannot be kept."""
    _write(path, (data,))


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    try:
        folder(path.parent)
        files.write_pieces(path, pieces)
    except OSError as error:
        raise RefusedPlan(refusing.UNWRITTEN, str(path), problem=error.strerror) from error


def folder(path: Path) -> Path:
    """Return a folder that only its owner can enter; those above it that are missing are made the same way."""
    if not path.is_dir():
        folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
    return path


def write_json(path: Path, document: Any) -> str:
    """Write a document as one line of canonical JSON and return the file's SHA-256; raise PlanError if it cannot be."""
    digest = hashlib.sha256()

    def line() -> Iterator[bytes]:
        for piece in itertools.chain(canonical.pieces(document), (b"\n",)):
            digest.update(piece)
            yield piece

    _write(path, line())
    return digest.hexdigest()


def read(path: Path, refused: Refusal = refusing.UNREAD) -> bytes:
    """Return a file's bytes; raise PlanError with a remedy (that of ``refused``) if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise RefusedPlan(refused, str(path), problem=error.strerror) from error


def read_json(path: Path, refused: Refusal = refusing.UNREAD) -> Any:
    """Return the document in a file; raise PlanError with a remedy if there is none."""
    try:
        return json.loads(read(path, refused))
    except ValueError as error:
        raise RefusedPlan(refusing.NO_JSON, str(path)) from error


def key(path: Path) -> bytes:
    """Return this node's key for comparing personal data without keeping them; made at the first use."""
    if not path.exists():
        write(path, secrets.token_bytes(_KEY_BYTES))
    return read(path)
