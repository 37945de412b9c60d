"""What a file must look like before anything parses it: an ordinary file, whole, of a kind that can be a list."""

from __future__ import annotations

import os
import re
import stat
from contextlib import ExitStack
from pathlib import Path

from dulae.people import refusals
from dulae.people.refusals import RefusedList
from dulae.refusals import Refusal

MEBIBYTE = 1024 * 1024
LARGEST_FILE_BYTES = 20 * MEBIBYTE

_OTHER_KINDS: tuple[tuple[bytes, Refusal], ...] = (
    (b"%PDF", refusals.PDF),
    (b"{\\rtf", refusals.RTF),
    (b"\x1f\x8b", refusals.ARCHIVE),
    (b"Rar!", refusals.ARCHIVE),
    (b"7z\xbc\xaf", refusals.ARCHIVE),
    (b"\x89PNG", refusals.PICTURE),
    (b"\xff\xd8\xff", refusals.PICTURE),
    (b"GIF8", refusals.PICTURE),
    (b"\x09\x08", refusals.OLD_XLS),
    (b"MIME-Version:", refusals.WEB_ARCHIVE),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument"
# The first part of an OpenDocument names its kind behind a zip's local header.
_FIRST_PART = slice(30, 128)
_CONTAINER = b"\xd0\xcf\x11\xe0"
# What lies in a container of old Office files, by the name of its stream.
_STREAMS = (
    ("EncryptedPackage", refusals.PASSWORD),
    ("WordDocument", refusals.OLD_WORD),
    ("Workbook", refusals.OLD_XLS),
)
MARKUP = re.compile(
    r"\ufeff?\s*<(?:!doctype|!--|\?xml|(?:html|head|body|table|meta|script|style|title|link|div|form|p|br|b|font|center|span|t[rdh])\b)",
    re.I,
)


def content(path: Path) -> bytes:
    """Return the bytes of a list, read once; raise ListError for what is no whole file or is too large."""
    try:
        # A pipe without a writer would be waited for.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise RefusedList(refusals.NO_FILE, str(path)) from error
    except OSError as error:
        raise RefusedList(refusals.NO_ACCESS, str(path), problem=error.strerror) from error
    with ExitStack() as closing:
        closing.callback(os.close, handle)
        before = os.fstat(handle)
        _check_size(path, before)
        try:
            data = closing.enter_context(open(handle, "rb", closefd=False)).read(LARGEST_FILE_BYTES + 1)
        except OSError as error:
            raise RefusedList(refusals.NO_ACCESS, str(path), problem=error.strerror) from error
        after = os.fstat(handle)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(
        data
    ) != after.st_size:
        raise RefusedList(refusals.GROWING, path.name)
    return data


def is_workbook(data: bytes, name: str) -> bool:
    """Say whether the bytes are a zip file; raise ListError where they are a known kind that is no list."""
    for beginning, kind in _OTHER_KINDS:
        if data.startswith(beginning):
            raise RefusedList(kind, name)
    if data.startswith(_CONTAINER):
        raise RefusedList(_in_container(data), name)
    if data[_FIRST_PART].startswith(_OPEN_DOCUMENT):
        raise RefusedList(refusals.OPEN_DOCUMENT, name)
    if MARKUP.match(data[:512].decode("latin-1").removeprefix("\u00ef\u00bb\u00bf")):
        raise RefusedList(refusals.WEB_PAGE, name)
    return data.startswith(_ZIP)


def _check_size(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        kind = refusals.FOLDER if stat.S_ISDIR(found.st_mode) else refusals.DEVICE
        raise RefusedList(kind, str(path))
    if found.st_size > LARGEST_FILE_BYTES:
        sizes = {"mib": found.st_size // MEBIBYTE, "most": LARGEST_FILE_BYTES // MEBIBYTE}
        raise RefusedList(refusals.TOO_LARGE, path.name, **sizes)


def _in_container(data: bytes) -> Refusal:
    """Return what lies in a container of old Office files."""
    found = (kind for stream, kind in _STREAMS if stream.encode("utf-16-le") in data)
    return next(found, refusals.OLD_OR_PASSWORD)
