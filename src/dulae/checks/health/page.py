"""What stands on a page: bytes to text as a browser reads them, and words looked for in it.

Thai pages come in UTF-8 and in the older TIS-620, which everybody writes as Windows-874.
"""

from __future__ import annotations

import codecs
import html
import re
import unicodedata
from dataclasses import dataclass
from email.message import Message

# Browsers look for the declaration in the first 1024 bytes (HTML, "prescan a byte stream").
_PRESCAN_BYTES = 1024
_META = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_THAI = {"tis-620", "tis620", "windows-874", "x-windows-874", "cp874", "iso-8859-11", "iso8859-11", "ms874"}
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Stands for bytes that mean nothing in the charset.
_LOST = "\ufffd"


@dataclass(frozen=True)
class Page:
    """A page's text, the charset it was read in, and whether bytes were lost on the way."""

    text: str
    charset: str
    is_garbled: bool = False


def read(body: bytes, content_type: str = "") -> Page:
    """Return the text of a body as a browser shows it: mark, header, meta element, UTF-8, Windows-874."""
    for mark, charset in _MARKS:
        if body.startswith(mark):
            return _decoded(body[len(mark) :], charset)
    declared = _declared(content_type) or _in_meta(body)
    if declared:
        return _decoded(body, declared)
    as_utf8 = _decoded(body, "utf-8")
    return _decoded(body, "cp874") if as_utf8.is_garbled else as_utf8


def _declared(content_type: str) -> str:
    """Return the charset that a header names, or an empty text where it names none that is known."""
    message = Message()
    message["Content-Type"] = content_type
    return _known(message.get_content_charset("") if content_type else "")


def _in_meta(body: bytes) -> str:
    found = _META.search(body[:_PRESCAN_BYTES])
    return _known(found[1].decode("ascii")) if found else ""


def _known(name: str) -> str:
    """Return Python's name of a charset; Latin-1 means Windows-1252 to browsers."""
    if name.lower() in _THAI:
        return "cp874"
    try:
        b"text".decode(name, "ignore")  # refuses what is no charset, such as base64
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    return "cp1252" if found == "iso8859-1" else found


def _decoded(body: bytes, charset: str) -> Page:
    """Decode; a sign that was cut at the end of a long body is no sign of a wrong charset."""
    try:
        text = codecs.getincrementaldecoder(charset)("replace").decode(body)
    except UnicodeError:
        text = body.decode("utf-8", "replace")
    return Page(text, charset, _LOST in text)


def holds(page: Page, words: str) -> bool:
    """Say whether words stand on a page, written plainly or as HTML entities."""
    wanted = unicodedata.normalize("NFC", words)
    text = unicodedata.normalize("NFC", page.text)
    return wanted in text or wanted in html.unescape(text)


def holds_otherwise(body: bytes, words: str) -> str:
    """Return the charset in which words can be read though the page declares another, or an empty text."""
    return next((charset for charset in ("utf-8", "cp874") if holds(_decoded(body, charset), words)), "")
