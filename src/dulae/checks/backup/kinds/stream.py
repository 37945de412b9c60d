"""Files as streams of what is inside them, whatever they are compressed with; damage is told in words."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import os
import re
import tarfile
import zlib
from typing import BinaryIO, Iterator, cast

from ...finding import reason
from ..copies import shown
from ..faults import Bad, CannotTell

CUT_OFF = reason(
    "backup.cut_off", "{file}: ends too early, it is cut off or its making was stopped; make it again"
)
DAMAGED = reason("backup.damaged", "{file}: damaged: {error}; use an older copy and make a new one")
ERROR_TEXT = reason(
    "backup.error_text",
    "{file}: holds an error message instead of data; find out why it was said, make it again",
)
UNKNOWN_FORMAT = reason(
    "backup.unknown_format", "{file}: is no backup of kind {kind}: it begins with {beginning}; make it again"
)
UNSUPPORTED = reason(
    "backup.unsupported_format",
    "{file}: {format} cannot be examined by this version; choose another compression for the backup",
)

_COMPRESSED = (
    (b"\x1f\x8b", "gzip", gzip.open),
    (b"\xfd7zXZ\0", "xz", lzma.open),
    (b"BZh", "bzip2", bz2.open),
)
_NOT_YET = ((b"\x28\xb5\x2f\xfd", "zstd"), (b"\x04\x22\x4d\x18", "lz4"))
_ERROR_TEXT = re.compile(
    rb"(?:[\w./-]*(?:pg_dump|pg_dumpall|psql|mysqldump|mariadb-dump|tar|gzip|ssh|sudo|bash|sh|docker)(?:\[\d+\])?: "
    rb"|(?:FATAL|ERROR|error|fatal|Error)\b|could not |connection to |Access denied|Permission denied)"
)
_HEAD_BYTES = 4096


@contextlib.contextmanager
def opened(path: str) -> Iterator[tuple[BinaryIO, str]]:
    """Give the stream inside a file and the name of its compression (empty: none).

    Raise Bad where what is read is damaged, OSError where it cannot be read at all.
    """
    file = shown(os.path.basename(path))
    with open(path, "rb") as plain:
        head = plain.read(8)
    for magic, name in _NOT_YET:
        if head.startswith(magic):
            raise CannotTell(UNSUPPORTED, file=file, format=name)
    opener, name = next(
        ((made, name) for magic, name, made in _COMPRESSED if head.startswith(magic)), (open, "")
    )
    with told(file), opener(path, "rb") as stream:
        yield cast(BinaryIO, stream), name


@contextlib.contextmanager
def told(file: str) -> Iterator[None]:
    """Turn what the readers of archives raise on damage into Bad; errors of the medium pass as OSError."""
    try:
        yield
    except EOFError as error:
        raise Bad(CUT_OFF, file=file) from error
    except (zlib.error, lzma.LZMAError, tarfile.TarError) as error:
        raise Bad(DAMAGED, file=file, error=str(error)) from error
    except OSError as error:
        # gzip and bz2 say so of damaged data; the system's own errors have a number.
        if error.errno is None:
            raise Bad(DAMAGED, file=file, error=str(error)) from error
        raise


def head_of(path: str) -> tuple[bytes, str]:
    """Return the first bytes of what is inside a file, and its compression; raise as ``opened`` does."""
    with opened(path) as (stream, compression):
        return stream.read(_HEAD_BYTES), compression


def refuse(path: str, kind: str, head: bytes) -> Bad:
    """Return the fault of a file that is no backup of its kind; what it holds is not quoted."""
    file = shown(os.path.basename(path))
    if _ERROR_TEXT.match(head.lstrip()):
        return Bad(ERROR_TEXT, file=file)
    return Bad(UNKNOWN_FORMAT, file=file, kind=kind, beginning=head[:8].hex(" ") or "nothing")
