"""What a file must look like before anything parses it: an ordinary file, whole, of a kind that can be a list."""

from __future__ import annotations

import os
import re
import stat
from contextlib import ExitStack
from pathlib import Path

from dulae.errors import ListError

MEBIBYTE = 1024 * 1024
LARGEST_FILE_BYTES = 20 * MEBIBYTE

SAVE_AS = "Open it in the program that made it and save it as .xlsx or as CSV UTF-8"
ASK_AGAIN = "Ask for the file again"
_OTHER_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "is a PDF document"),
    (b"{\\rtf", "is an RTF document"),
    (b"\x1f\x8b", "is a gzip archive"),
    (b"\x89PNG", "is a picture"),
    (b"\xff\xd8\xff", "is a picture"),
    (b"GIF8", "is a picture"),
    (b"Rar!", "is a RAR archive"),
    (b"7z\xbc\xaf", "is a 7-Zip archive"),
    (b"\x09\x08", "is an old .xls workbook"),
    (b"MIME-Version:", "is a web page saved as one file"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument"
# The first part of an OpenDocument names its kind behind a zip's local header.
_FIRST_PART = slice(30, 128)
_CONTAINER = b"\xd0\xcf\x11\xe0"
# What lies in a container of old Office files, by the name of its stream.
_STREAMS = (
    ("EncryptedPackage", "is protected by a password", "Ask for it without a password"),
    ("WordDocument", "is an old Word document", SAVE_AS),
    ("Workbook", "is an old .xls workbook", SAVE_AS),
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
        raise ListError(
            "there is no such file",
            place=str(path),
            remedy="Give the path of the list that the personnel division sent",
        ) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    with ExitStack() as closing:
        closing.callback(os.close, handle)
        before = os.fstat(handle)
        _check_size(path, before)
        try:
            data = closing.enter_context(open(handle, "rb", closefd=False)).read(LARGEST_FILE_BYTES + 1)
        except OSError as error:
            raise _unreadable(path, error) from error
        after = os.fstat(handle)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(
        data
    ) != after.st_size:
        raise ListError(
            "the file is still being written",
            place=path.name,
            remedy="Wait until it has been copied and try again",
        )
    return data


def is_workbook(data: bytes, name: str) -> bool:
    """Say whether the bytes are a zip file; raise ListError where they are a known kind that is no list."""
    for beginning, kind in _OTHER_KINDS:
        if data.startswith(beginning):
            raise ListError(f"the file {kind}, whatever its name says", place=name, remedy=SAVE_AS)
    if data.startswith(_CONTAINER):
        raise _of_container(data, name)
    if data[_FIRST_PART].startswith(_OPEN_DOCUMENT):
        raise ListError("the file is an OpenDocument (.ods)", place=name, remedy=SAVE_AS)
    if MARKUP.match(data[:512].decode("latin-1").removeprefix("\u00ef\u00bb\u00bf")):
        raise web_page(name)
    return data.startswith(_ZIP)


def web_page(name: str) -> ListError:
    """Return the refusal of a web page, which many systems hand out as .xls."""
    return ListError(
        "the file is a web page saved as a list, whatever its name says", place=name, remedy=SAVE_AS
    )


def _check_size(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        kind = "a folder" if stat.S_ISDIR(found.st_mode) else "a pipe or a device"
        raise ListError(
            f"this is {kind} and no file",
            place=str(path),
            remedy="Give the path of the list that the personnel division sent",
        )
    if found.st_size > LARGEST_FILE_BYTES:
        raise ListError(
            f"the file has {found.st_size // MEBIBYTE} MiB; a list has at most {LARGEST_FILE_BYTES // MEBIBYTE} MiB",
            place=path.name,
            remedy="Ask the personnel division for the list alone, without pictures and other sheets",
        )


def _unreadable(path: Path, error: OSError) -> ListError:
    return ListError(
        f"the file cannot be read ({error.strerror})",
        place=str(path),
        remedy="Look at its owner and its rights",
    )


def _of_container(data: bytes, name: str) -> ListError:
    for stream, kind, remedy in _STREAMS:
        if stream.encode("utf-16-le") in data:
            return ListError(f"the file {kind}, whatever its name says", place=name, remedy=remedy)
    return ListError(
        "the file is an old .xls workbook or is protected by a password", place=name, remedy=SAVE_AS
    )
