"""Thai text as people type it, brought into one spelling; every repair leaves a flag.

Never NFKC: it splits SARA AM. The order of the repairs matters, and they are repeated until nothing changes.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_REMEMBERED = 1 << 14
TONES = "\u0e48-\u0e4b"
# Marks that stand above or below a consonant and never begin a word.
MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
# What cannot follow a space or begin a name: marks, and the vowels that are written after a consonant.
DEPENDENT = f"{MARKS}\u0e30\u0e32\u0e33\u0e45"
REPLACEMENT = "\ufffd"

# Zero-width and format characters, soft hyphen, and control characters that are not white space.
_INVISIBLE = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad\u180e\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"
)
_FULL_WIDTH = re.compile("[\uff01-\uff5e]")
_WHITE = re.compile(r"\s+")

_REPAIRS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("space_before_mark", re.compile(f" +(?=[{MARKS}\u0e33])"), ""),
    ("sara_am", re.compile(f"\u0e4d([{TONES}])\u0e32|([{TONES}])\u0e4d\u0e32|\u0e4d\u0e32"), "\\1\\2\u0e33"),
    ("sara_am", re.compile(f"\u0e33([{TONES}])"), "\\1\u0e33"),
    ("double_sara_e", re.compile("(?<!\u0e40)\u0e40\u0e40(?!\u0e40)"), "\u0e41"),
    ("mark_order", re.compile(f"([{TONES}\u0e4c])([\u0e31\u0e34-\u0e39])"), "\\2\\1"),
    ("dup_mark", re.compile(f"(?P<mark>[{MARKS}])(?P=mark)+"), "\\g<mark>"),
    ("lakkhangyao", re.compile("(?<![\u0e24\u0e26])\u0e45"), "\u0e32"),
)
# One search says of most cells of a list that nothing needs repair.
_NEEDS_REPAIR = re.compile(
    "|".join(
        [
            _INVISIBLE.pattern,
            _FULL_WIDTH.pattern,
            r"[^\S ]|  |^ | $",
            *(repair[1].pattern for repair in _REPAIRS),
        ]
    )
)


@dataclass(frozen=True)
class Text:
    """Text in one spelling, and which repairs that took."""

    value: str
    flags: frozenset[str] = frozenset()


# A cell is looked at several times, and a list repeats units, movements and dates.
@lru_cache(_REMEMBERED)
def normalised(raw: str) -> Text:
    """Return the text in one spelling with a flag for each kind of repair."""
    if not _NEEDS_REPAIR.search(raw) and unicodedata.is_normalized("NFC", raw):
        return Text(raw)
    value, flags = _without_invisible(raw)
    while True:
        repaired = _repaired_once(value, flags)
        if repaired == value:
            return Text(value, frozenset(flags))
        value = repaired


def plain(raw: object) -> str:
    """Return any value as text in one spelling, for what is not a name."""
    if raw is None or raw == "":
        return ""
    if type(raw) is str and raw.isascii() and raw.isalnum():
        return raw
    return normalised(raw if isinstance(raw, str) else str(raw)).value


def arabic(text: str) -> str:
    """Return the text with Thai digits as Arabic ones."""
    return text.translate(_ARABIC)


_ARABIC = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


def _without_invisible(raw: str) -> tuple[str, set[str]]:
    flags: set[str] = set()
    value = _INVISIBLE.sub("", raw)
    if value != raw:
        flags.add("invisible_removed")
    if _FULL_WIDTH.search(value):
        flags.add("fullwidth")
        value = _FULL_WIDTH.sub(lambda found: chr(ord(found.group()) - 0xFEE0), value)
    if "\u00a0" in value:
        flags.add("nbsp")
    return _WHITE.sub(" ", value).strip(), flags


def _repaired_once(value: str, flags: set[str]) -> str:
    value = unicodedata.normalize("NFC", value)
    for flag, pattern, replacement in _REPAIRS:
        repaired = pattern.sub(replacement, value)
        if repaired != value:
            flags.add(flag)
            value = repaired
    return value.strip()
