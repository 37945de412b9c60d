"""Files of a pgBackRest repository: what its lists say, and the data of each as they were in the cluster.

Sources: https://pgbackrest.org/user-guide.html (encryption, bundles) and the repository's own format 5: lists are
INI files whose values are JSON, and what is encrypted is what ``openssl enc -aes-256-cbc -md sha1`` writes.
"""

from __future__ import annotations

import bz2
import contextlib
import hashlib
import json
import os
import re
import tempfile
import zlib
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Iterator, Mapping

from ...command import Answer, lacks
from ...finding import reason
from ..copies import shown
from ..faults import Bad, CannotTell
from ..tools import HINDERED, Tools
from . import repository, stream

UNREADABLE_LIST = reason(
    "backup.pgbackrest_list",
    "{file}: cannot be read as pgBackRest writes it ({error}); use an older backup, and make a new one",
)

Section = Mapping[str, Any]
# The names of folders in which a passphrase lies for a while begin so.
SECRET = "dulae-secret-"
_BLOCK_BYTES = 1 << 16
_SALTED = b"Salted__"
_LINE = re.compile(r'([^\n]+?)=((?:\{|\[|"|-?\d|true|false|null)[^\n]*)')
_DECRYPT = ("openssl", "enc", "-d", "-aes-256-cbc", "-md", "sha1")
_BY_PROGRAM = {"zst": ("zstd", "-dcq", "--long=31"), "lz4": ("lz4", "-dcq")}


@dataclass(frozen=True)
class Stored:
    """A part of a file in the repository: where it lies, how it is packed (empty: not), and which file decrypts it."""

    path: str
    packed: str = ""
    secret: str = ""
    offset: int = 0
    bytes: int | None = None


class _Part:
    """The bytes of a part of an open file."""

    def __init__(self, source: BinaryIO, stored: Stored) -> None:
        self._source = source
        self._left = os.fstat(source.fileno()).st_size if stored.bytes is None else stored.bytes
        source.seek(stored.offset)

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        block = self._source.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(block)
        return block


def sections(path: str, secret: str, tools: Tools) -> dict[str, Section]:
    """Return the sections of a list; raise Fault if it cannot be read or decrypted, OSError if it is not there."""
    with open(path, "rb") as kept:
        data = kept.read()
    if data.startswith(_SALTED):
        data = _decrypted(path, secret, tools)
    found: dict[str, dict[str, Any]] = {}
    section: dict[str, Any] = {}
    try:
        for line in data.decode("utf-8").splitlines():
            if line.startswith("["):
                section = found.setdefault(line[1:-1], {})
            elif line:
                word = _LINE.fullmatch(line)
                if not word:
                    raise ValueError(f"a line that says nothing: {line[:40]}")
                section[word.group(1)] = json.loads(word.group(2))
    except ValueError as error:
        raise _no_list(path, str(error)) from error
    if "backrest-checksum" not in found.get("backrest", {}):
        raise _no_list(path, "it ends too early")
    return dict(found)


def _no_list(path: str, error: str) -> Bad:
    """Return that a list cannot be read."""
    return Bad(UNREADABLE_LIST, file=shown(os.path.basename(path)), error=shown(error)[:120])


def _decrypted(path: str, secret: str, tools: Tools) -> bytes:
    """Return what an encrypted list holds; raise CannotTell without a passphrase, Bad if it does not fit."""
    if not secret:
        raise CannotTell(repository.NO_PASSPHRASE, path=shown(path), tool="openssl", error="none is declared")
    with open(path, "rb") as source, _program(
        (*_DECRYPT, "-pass", f"file:{secret}"), source, tools, path
    ) as (
        plain,
        ending,
    ):
        data = bytes(plain.read())
        answer = ending()
        _demand_able(_DECRYPT[0], path, answer)
        if answer.status or not data.startswith(b"["):
            raise Bad(repository.KEY_REFUSED, path=shown(path))
    return data


@contextlib.contextmanager
def kept_secret(words: str, tools: Tools) -> Iterator[str]:
    """Give a private file that holds a passphrase which the repository itself tells, empty where it tells none."""
    if not words:
        yield ""
        return
    with tempfile.TemporaryDirectory(prefix=SECRET, dir=tools.temporary or None) as place:
        path = os.path.join(place, "passphrase")
        with open(path, "xb") as kept:
            kept.write(words.encode("utf-8"))
        yield path


def is_encrypted(path: str) -> bool:
    """Say whether a list is encrypted; raise OSError if it is not there."""
    with open(path, "rb") as kept:
        return kept.read(len(_SALTED)) == _SALTED


def sha1_of(stored: Stored, tools: Tools) -> tuple[str, int]:
    """Return the SHA-1 and the number of the bytes that a stored file was in the cluster.

    Raise Bad if they cannot be unpacked, OSError if the file is not there or may not be read.
    """
    digest, total = hashlib.sha1(), 0  # noqa: S324
    name = shown(os.path.basename(stored.path))
    with contextlib.ExitStack() as stack:
        stack.enter_context(stream.told(name))
        source = stack.enter_context(open(stored.path, "rb"))
        plain = stack.enter_context(_opened(_Part(source, stored), stored, tools))
        for block in iter(lambda: plain.read(_BLOCK_BYTES), b""):
            digest.update(block)
            total += len(block)
    return digest.hexdigest(), total


@contextlib.contextmanager
def _opened(source: Any, stored: Stored, tools: Tools) -> Iterator[Any]:
    """Give the plain stream in a stored file."""
    with contextlib.ExitStack() as stack:
        if stored.secret:
            source = stack.enter_context(
                _checked((*_DECRYPT, "-pass", f"file:{stored.secret}"), source, tools, stored.path)
            )
        if stored.packed in _BY_PROGRAM:
            source = stack.enter_context(_checked(_BY_PROGRAM[stored.packed], source, tools, stored.path))
        yield _Unpacked(source, stored.packed) if stored.packed in ("gz", "bz2") else source


@contextlib.contextmanager
def _checked(argv: tuple[str, ...], source: Any, tools: Tools, path: str) -> Iterator[Any]:
    """Give what a program makes of a stream; raise Bad if it complains when all was read."""
    with _program(argv, source, tools, path) as (plain, ending):
        yield plain
        answer = ending()
        if answer.status:
            _demand_able(argv[0], path, answer)
            raise Bad(
                stream.DAMAGED, file=shown(os.path.basename(path)), error=shown(answer.error.strip())[:120]
            )


def _demand_able(tool: str, path: str, answer: Answer) -> None:
    """Raise CannotTell if this machine hindered a program."""
    if answer.status and lacks(answer.error):
        error = shown(answer.error.strip())[:120]
        raise CannotTell(HINDERED, tool=tool, file=shown(os.path.basename(path)), error=error)


def _program(argv: tuple[str, ...], source: Any, tools: Tools, path: str) -> Any:
    """Return a program's answer to a stream; raise CannotTell if it is not on this machine."""
    repository.demand(argv[0], os.path.basename(path))
    return replace(tools, bin_dir="").output(argv, source)


class _Unpacked:
    """The stream in a packed one; raises EOFError where it ends too early, zlib.error or OSError where it is broken."""

    def __init__(self, source: Any, packed: str) -> None:
        self._source = source
        self._unpack: Any = zlib.decompressobj(wbits=31) if packed == "gz" else bz2.BZ2Decompressor()

    def read(self, size: int) -> bytes:
        """Return some of the next bytes, none at the end."""
        while not self._unpack.eof:
            block = self._source.read(size)
            if not block:
                raise EOFError("ends too early")
            data = bytes(self._unpack.decompress(block))
            if data:
                return data
        return b""
