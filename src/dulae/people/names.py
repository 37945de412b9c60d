"""Names of persons: prefix, first name, surname and former surname out of one cell; the key never holds the prefix."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from dulae.people import prefixes
from dulae.people.text import DEPENDENT, REPLACEMENT, arabic, normalised

LONGEST_NAME = 150
_REMEMBERED = 1 << 12
# A row's number or a bullet before the name.
_ROW_NUMBER = re.compile(
    r"^(?:\(?\d{1,5}\s*[.)]\s*|\d{1,5} +|[-\u2010-\u2015*\u2022\u00b7\u25cf\u25aa] *)(?=\D)"
)
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_FORMER = re.compile(r"(?:(?:ชื่อ|นาม)?(?:สกุล)?เดิม|née|nee)\s*(?:(?:ชื่อ|นาม)?สกุล)?\s*[:.]?\s*(\S.*)", re.I)
_FORMER_NAME = re.compile(r"(?:เดิม\s*ชื่อ|ชื่อเดิม)(?!\s*สกุล)\s*[:.]?\s*(\S.*)")
_QUOTES = " \"'\u2018\u2019\u201c\u201d-\u2010\u2013"
# An abbreviated title that is not known, glued to the name.
_UNKNOWN_TITLE = re.compile(r"[\u0e01-\u0e4e]{1,4}\.\S")
# The navy's letters stand behind the name.
_NAVY = re.compile(r" ร\.\s?น\.?$")
_LETTER = re.compile(r"[^\W\d_]")
# A rank's female form in brackets, with a whole name behind it.
_FEMALE_RANK = re.compile(r"^([\u0e01-\u0e4e. ]{2,24}?(?:\.|เอก|โท|ตรี))\s*\((?:หญิง|ญ\.?)\)\s*(?=\S+ \S)")
_FORMER_BARE = re.compile(r"\s(?:ชื่อ|นาม)?สกุลเดิม\s*[:.]?\s*(\S+)")
_FORMER_WORD = "สกุลเดิม"
# Two Thai words or more that need no repair: each letter with at most one vowel and one tone, in this order.
_LETTERS = (
    "(?:[\u0e01-\u0e30\u0e32\u0e41-\u0e44][\u0e31\u0e34-\u0e39\u0e47]?[\u0e48-\u0e4c]?"
    "|\u0e40(?!\u0e40)|\u0e33(?![\u0e48-\u0e4b]))+"
)
_PLAIN = re.compile(f"(?![\u0e2f-\u0e33]){_LETTERS}(?: (?!\u0e33){_LETTERS})+")
_THAI = re.compile("[\u0e01-\u0e4e]")
_LATIN = re.compile(r"[^\W\d_\u0e00-\u0e7f]")
_SUSPICIOUS = re.compile(
    "\u0e40{2,}|[\u0e31\u0e34-\u0e39\u0e47]{2,}|\u0e30[\u0e30\u0e32\u0e33]|\u0e32[\u0e32\u0e33]|\u0e33[\u0e30\u0e32\u0e33]"
    f"|(?:^| )[{DEPENDENT}]|[\u0e40-\u0e44](?:[\u0e40-\u0e44 ]|$)|[\u0e48-\u0e4b]{{2,}}"
    "|[^\\w \u0e00-\u0e7f.'\u2019\ufffd-]|[\\d_\u0e50-\u0e59\u0e2f\u0e3f\u0e4f\u0e5a\u0e5b]"
)


@dataclass(frozen=True)
class PersonName:
    """A person's name as read; ``key`` is ``first|surname``, compared as it is."""

    prefix: str
    first: str
    last: str
    former_surname: str = ""
    flags: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """Return what two spellings of one person's present name have in common."""
        return key_of(self.first, self.last)

    @property
    def is_latin(self) -> bool:
        """Say whether the name is written in Latin letters only."""
        return "latin" in self.flags


def key_of(first: str, last: str) -> str:
    """Return the key of a first name and a surname; Latin letters are compared without case."""
    return f"{first}|{last}".casefold()


def key_in(raw: str) -> str:
    """Return the key of the name in one cell: that of ``read``, without looking for what is not there."""
    is_plain = _PLAIN.fullmatch(raw) and _FORMER_WORD not in raw and not prefixes.may_begin(raw)
    return raw.replace(" ", "|", 1) if is_plain else read(raw).key


@lru_cache(_REMEMBERED)
def read(raw: str) -> PersonName:
    """Return the parts of a name in one cell; what had to be repaired or looks wrong leaves a flag."""
    text = normalised(raw)
    inside, former = _without_brackets(_without_number(text.value))
    stripped = prefixes.strip(_NAVY.sub("", inside) if "." in inside else inside)
    first, _, last = stripped.rest.partition(" ") if _LETTER.search(stripped.rest) else ("", "", "")
    flags = set(text.flags) | _flags_of(first, last)
    if "\n" in raw and _has_more_below(raw):
        flags.add("suspicious")
    if stripped.mistyped:
        flags.add("prefix_typo")
    return PersonName(" ".join(stripped.titles), first, last, _surname(former, first), frozenset(flags))


def without_title_alone(name: PersonName) -> PersonName:
    """Return a name; one that is a title and nothing else has no first name."""
    title = "" if name.last else prefixes.only_titles(name.first)
    return replace(name, prefix=f"{name.prefix} {title}".strip(), first="") if title else name


def with_prefix(prefix: str, name: PersonName) -> PersonName:
    """Return a name with the title that stands in a column of its own before those in its own cell."""
    titles = dict.fromkeys(filter(None, (prefixes.canonical(normalised(prefix).value), name.prefix)))
    return replace(name, prefix=" ".join(titles), flags=name.flags | normalised(prefix).flags)


def from_parts(prefix: str, first: str, last: str) -> PersonName:
    """Return the parts of a name that came in columns of their own; a prefix glued to the name is found too."""
    known = prefixes.canonical(normalised(prefix).value)
    name = read(f"{first} {last}".strip())
    repairs = normalised(prefix).flags | normalised(first).flags | normalised(last).flags
    flags = (name.flags - {"space_before_mark"}) | repairs
    whole, surname = f"{name.first} {name.last}", normalised(last).value
    if surname and whole.endswith(f" {surname}"):
        return PersonName(
            known or name.prefix, whole[: -len(surname) - 1], surname, name.former_surname, flags
        )
    return PersonName(known or name.prefix, name.first, name.last, name.former_surname, flags)


def compare(one: PersonName, other: PersonName) -> str:
    """Say how two names stand to each other, for a person to judge: a name alone never identifies anybody.

    The answers are same, former_surname, similar_space, similar, same_first_only, different.
    """
    if one.key == other.key:
        return "same"
    if _by_former_surname(one, other) or _by_former_surname(other, one):
        return "former_surname"
    if one.is_latin != other.is_latin:
        return "different"
    if one.key.replace(" ", "") == other.key.replace(" ", ""):
        return "similar_space"
    if skeleton(one.key) == skeleton(other.key):
        return "similar"
    return "same_first_only" if one.first.casefold() == other.first.casefold() else "different"


# Letters of one sound; a hint compares them as one.
_SOUNDS = str.maketrans("ณศษฬฎฏฐฑธภญฆใ", "นสสลดตถททพยคไ")
_TONE_MARKS = re.compile("[\u0e48-\u0e4b]")


def skeleton(key: str) -> str:
    """Return a key without tone marks and with letters of one sound made one, for hints only."""
    return _TONE_MARKS.sub("", key).translate(_SOUNDS).replace(" ", "")


def _by_former_surname(one: PersonName, other: PersonName) -> bool:
    return bool(one.former_surname) and key_of(one.first, one.former_surname) == other.key


def _has_more_below(raw: str) -> bool:
    """Say whether a whole name stands in the first line of a cell, and something else than its surname below."""
    line, _, below = raw.strip().partition("\n")
    first = prefixes.strip(_without_number(normalised(line).value)).rest
    return " " in first and below.strip()[:1] not in ("", "(", "[", "\u0e13")


def _without_number(text: str) -> str:
    """Return the text without a row's number or bullet before it."""
    return text if text[:1].isalpha() else _ROW_NUMBER.sub("", text, count=1)


def _without_brackets(text: str) -> tuple[str, str]:
    """Return the text without what stands in brackets, and the former name if that was in them."""
    former = ""
    if "(" not in text and "[" not in text and _FORMER_WORD not in text:
        return text, former
    text = _FEMALE_RANK.sub(r"\1หญิง ", text)
    for found in _BRACKETS.finditer(text):
        inside = found.group(1).strip()
        named = _FORMER_NAME.fullmatch(inside) or _FORMER.fullmatch(inside)
        if named and not former:
            # A former name counts for its surname only.
            alone = named.re is _FORMER_NAME and " " not in named.group(1).strip()
            former = "" if alone else named.group(1).strip()
    rest = _BRACKETS.sub(" ", text)
    if not former and (bare := _FORMER_BARE.search(rest)):
        former, rest = bare.group(1), rest.replace(bare.group(), " ")
    return " ".join(rest.split()), former


def _surname(former: str, first: str) -> str:
    """Return the surname of a former name, which may stand there with title and first name."""
    if not former:
        return ""
    stripped = prefixes.strip(former.strip(_QUOTES))
    before, _, last = stripped.rest.partition(" ")
    return last if last and (stripped.titles or before == first) else stripped.rest


def _flags_of(first: str, last: str) -> set[str]:
    whole = f"{first} {last}".strip()
    flags = set()
    if not last:
        flags.add("no_last_name")
    if REPLACEMENT in whole:
        flags.add("replacement_char")
    thai, latin = bool(_THAI.search(whole)), bool(_LATIN.search(whole))
    if latin and not thai:
        flags.add("latin")
    odd = bool(_SUSPICIOUS.search(whole) or _UNKNOWN_TITLE.match(first)) or arabic(whole) != whole
    if odd or (latin and thai) or len(whole) > LONGEST_NAME:
        flags.add("suspicious")
    return flags
