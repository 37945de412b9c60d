"""Read one e-mail that anybody may have sent: limits first, then Thai in whatever encoding it came.

Sizes are bounded before parsing because the parser itself can be made slow or recurse without end by a
crafted message (a header of 250 kB, thousands of nested parts).
"""

from __future__ import annotations

import email
import email.errors
import email.header
import email.policy
import email.utils
import html
import html.parser
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

LARGEST_BYTES = 5_000_000
LONGEST_HEADER = 20_000
MOST_PARTS = 100
TEXT_SHOWN = 4_000
LINE_SHOWN = 200
# Thai mail names its encoding in many ways; cp874 holds them all (`tis-620` proper has no NBSP).
_THAI = {
    "tis-620",
    "tis620",
    "windows-874",
    "x-windows-874",
    "cp874",
    "ms874",
    "iso-8859-11",
    "iso8859-11",
    "iso-ir-166",
}
# A group address is no automatic sender: `precedence: list` stands on what people write to it.
_AUTOMATIC = re.compile(
    r"(?im)^(?:auto-submitted:(?! *no\b)|x-auto(?:reply|respond)|precedence: *(?:bulk|junk|auto_reply)\b"
    r"|return-path: *<>|content-type: *multipart/report\b)"
)
_MACHINES = re.compile(r"(?i)(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply)(?:@|$)")
# An address to which an answer may be sent: plain ASCII, one recipient, nothing that a header could be made of.
_ANSWERABLE = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?"
)
_TAG = re.compile(r"<[^<>]*>")
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class Mail:
    """What a report by e-mail says; texts are plain, without control characters, cut to a readable length."""

    message_id: str
    sender: str
    address: str
    subject: str
    text: str
    answers: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    automatic: bool = False

    @property
    def answerable(self) -> bool:
        """Say whether an answer can be sent to the sender without harm."""
        return bool(_ANSWERABLE.fullmatch(self.address)) and ".." not in self.address and not self.automatic


class _Words(html.parser.HTMLParser):
    """Keeps the words of an HTML mail, and no more."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._silent += tag in {"script", "style", "head"}
        if tag in {"br", "p", "div", "tr", "li"}:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"script", "style", "head"} and self._silent > 0

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)


def refusal(raw: bytes) -> str:
    """Return why a message is not parsed at all, or nothing if it may be."""
    if len(raw) > LARGEST_BYTES:
        return f"{len(raw)} bytes, more than {LARGEST_BYTES}"
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    if len(head) > 10 * LONGEST_HEADER or max(map(len, re.split(rb"\n(?![ \t])", head))) > LONGEST_HEADER:
        return f"a header longer than {LONGEST_HEADER} bytes"
    parts = len(re.findall(rb"(?im)^content-type:", raw))
    return f"{parts} parts, more than {MOST_PARTS}" if parts > MOST_PARTS else ""


def read(raw: bytes) -> Mail:
    """Return what a message says; raise ValueError where it breaks a limit."""
    reason = refusal(raw)
    if reason:
        raise ValueError(reason)
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    sender, address = email.utils.parseaddr(_header(message, "From"))
    return Mail(
        message_id=_line(_header(message, "Message-ID")),
        sender=_line(sender or address),
        address=_line(address),
        subject=_line(_header(message, "Subject")),
        text=_text(message),
        answers=tuple(
            re.findall(r"<[^<>\s]{1,200}>", f"{message['In-Reply-To']} {message['References']}")[:20]
        ),
        attachments=tuple(
            _line(part.get_filename() or "") for part in _leaves(message) if part.get_filename()
        ),
        automatic=_is_automatic(message, address),
    )


def _is_automatic(message: Message, address: str) -> bool:
    """Say whether a program wrote the mail: an answer to it could go round for ever."""
    head = "\n".join(f"{name}: {value}" for name, value in message.items())
    return bool(_AUTOMATIC.search(head) or _MACHINES.match(address))


def decoded(raw: bytes, charset: str) -> str:
    """Return text in any of the encodings of Thai mail; what is no text becomes U+FFFD."""
    name = charset.strip().strip("\"'").lower().replace("_", "-")
    for encoding in ("cp874" if name in _THAI else name or "utf-8", "utf-8", "cp874"):
        try:
            return raw.decode(encoding)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return raw.decode("utf-8", "replace")


def plain(text: str, limit: int = TEXT_SHOWN) -> str:
    """Return text without control and invisible direction characters, cut to ``limit`` characters."""
    kept = "".join(
        c
        for c in text.replace("\r\n", "\n")
        if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Cs"}
    )
    return _BLANK_LINES.sub("\n\n", kept).strip()[:limit]


def _line(text: str) -> str:
    return " ".join(plain(text, LINE_SHOWN * 4).split())[:LINE_SHOWN]


def _header(message: Message, name: str) -> str:
    value = next((str(raw) for known, raw in message.raw_items() if known.lower() == name.lower()), "")
    if not value.isascii():
        return decoded(value.encode("utf-8", "surrogateescape"), "")
    try:
        pieces = email.header.decode_header(value)
    except (email.errors.HeaderParseError, ValueError):
        return value
    return "".join(
        part if isinstance(part, str) else decoded(part, charset or "") for part, charset in pieces
    )


def _leaves(message: Message) -> Iterator[Message]:
    return (part for part in message.walk() if not part.is_multipart())


def _text(message: Message) -> str:
    texts = {"text/plain": "", "text/html": ""}
    for part in _leaves(message):
        kind = part.get_content_type()
        if kind in texts and not part.get_filename() and not texts[kind]:
            payload = part.get_payload(decode=True)
            texts[kind] = decoded(
                payload if isinstance(payload, bytes) else b"", part.get_content_charset("") or ""
            )
    return plain(texts["text/plain"] or _words(texts["text/html"]))


def _words(markup: str) -> str:
    reader = _Words()
    try:
        reader.feed(markup)
        reader.close()
    except AssertionError:
        # What html.parser raises on a malformed declaration; the words are worth more than the order of the tags.
        return html.unescape(_TAG.sub(" ", markup))
    return "".join(reader.words)
