"""Files as streams of what is inside them, whatever they are compressed with; damage is told in words."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import os
import re
import shutil
import subprocess
import tarfile
import zlib
from typing import BinaryIO, Iterator, Sequence, cast

from ...command import beside, lacks, text_of
from ...finding import reason
from ..copies import shown
from ..faults import Bad, CannotTell
from ..medium import HERE, Medium
from ..tools import HINDERED, Pouring, first_error

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
NO_PROGRAM = reason(
    "backup.program_missing",
    "{file}: needs {tool}, which is not on this machine; install {tool}",
)
NOT_AS_FOLDER = reason(
    "backup.not_as_stream",
    "{file}: is of kind {kind}, whose programs need it as a folder of their own machine; examine it where it lies",
)

_COMPRESSED = (
    (b"\x1f\x8b", "gzip", gzip.open),
    (b"\xfd7zXZ\0", "xz", lzma.open),
    (b"BZh", "bzip2", bz2.open),
)
# Python has no reader of these; their own programs have. Windows of any size are allowed, as they were when packing.
_BY_PROGRAM = (
    (b"\x28\xb5\x2f\xfd", ("zstd", "-dcq", "--long=31")),
    (b"\x04\x22\x4d\x18", ("lz4", "-dcq")),
)
_ENDS = re.compile("premature end|unexpected end|truncated|unfinished|incomplete|unreadable|Read error", re.I)
_ERROR_TEXT = re.compile(
    rb"(?:[\w./-]*(?:pg_dump|pg_dumpall|psql|mysqldump|mariadb-dump|tar|gzip|ssh|sudo|bash|sh|docker)(?:\[\d+\])?: "
    rb"|(?:FATAL|ERROR|error|fatal|Error)\b|could not |connection to |Access denied|Permission denied)"
)
_HEAD_BYTES = 4096
_BUFFER_BYTES = 1 << 17


@contextlib.contextmanager
def opened(path: str, medium: Medium = HERE) -> Iterator[tuple[BinaryIO, str]]:
    """Give the stream inside a file and the name of its compression (empty: none).

    Raise Bad where what is read is damaged, OSError where it cannot be read at all.
    """
    file = shown(os.path.basename(path))
    with medium.open(path) as plain:
        head = plain.read(8)
    for magic, argv in _BY_PROGRAM:
        if head.startswith(magic):
            with told(file), _unpacked(path, argv, medium) as unpacked:
                yield unpacked, argv[0]
            return
    opener, name = next(
        ((made, name) for magic, name, made in _COMPRESSED if head.startswith(magic)), (None, "")
    )
    with told(file), _buffered(path, medium) as plain:
        if not opener:
            yield plain, ""
            return
        with opener(plain, "rb") as stream:
            yield cast(BinaryIO, stream), name


def _buffered(path: str, medium: Medium) -> BinaryIO:
    """Return an open file that can be read by lines."""
    return cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, medium.open(path)), _BUFFER_BYTES))


@contextlib.contextmanager
def _unpacked(path: str, argv: Sequence[str], medium: Medium) -> Iterator[BinaryIO]:
    """Give what a program unpacks, as it goes; raise Bad where it says that the file is damaged."""
    file = shown(os.path.basename(path))
    program = shutil.which(argv[0])
    if not program:
        raise CannotTell(NO_PROGRAM, file=file, tool=argv[0])
    with medium.open(path) as packed, beside() as said:
        process = subprocess.Popen(  # noqa: S603
            [program, *argv[1:]],
            stdin=packed if medium.local else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
        )
        assert process.stdout
        pouring = None if medium.local else Pouring(packed, process)
        if pouring:
            pouring.start()
        try:
            yield cast(BinaryIO, process.stdout)
        finally:
            ended = _over(process)
            if pouring:
                pouring.over()
        said.seek(0)
        if ended and process.returncode:
            error = first_error(text_of(said.read()))
            if lacks(error) or process.returncode < 0:
                raise CannotTell(HINDERED, tool=argv[0], file=file, error=error)
            raise Bad(CUT_OFF, file=file) if _ENDS.search(error) else Bad(DAMAGED, file=file, error=error)


def _over(process: subprocess.Popen[bytes]) -> bool:
    """Let a program end; return False if it had more to say than anybody read, and was stopped."""
    assert process.stdout
    more = bool(process.stdout.read(1))
    if more:
        process.kill()
    process.stdout.close()
    process.wait()
    return not more


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


def head_of(path: str, medium: Medium = HERE) -> tuple[bytes, str]:
    """Return the first bytes of what is inside a file, and its compression; raise as ``opened`` does."""
    with opened(path, medium) as (stream, compression):
        return stream.read(_HEAD_BYTES), compression


def demand_here(path: str, medium: Medium, kind: str) -> None:
    """Raise CannotTell where a kind's programs need a folder of their own machine, and there is only a stream."""
    if not medium.local:
        raise CannotTell(NOT_AS_FOLDER, file=shown(os.path.basename(path)), kind=kind)


def named(form: str, compression: str) -> str:
    """Return a format's name together with its outer compression."""
    return f"{form}+{compression}" if compression else form


def refuse(path: str, kind: str, head: bytes) -> Bad:
    """Return the fault of a file that is no backup of its kind; what it holds is not quoted."""
    file = shown(os.path.basename(path))
    if _ERROR_TEXT.match(head.lstrip()):
        return Bad(ERROR_TEXT, file=file)
    return Bad(UNKNOWN_FORMAT, file=file, kind=kind, beginning=head[:8].hex(" ") or "nothing")
