"""Names of persons: prefix, first name, surname and former surname out of one cell; the key never holds the prefix."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dulae.people import prefixes
from dulae.people.text import DEPENDENT, REPLACEMENT, arabic, normalised

LONGEST_NAME = 150
_ROW_NUMBER = re.compile(r"\(?[\d๐-๙]{1,5}\s*[.)]\s*(?=\D)")
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_FORMER = re.compile(r"(?:ชื่อ|นาม)?(?:สกุล)?เดิม\s*[:.]?\s*(\S.*)")
_FORMER_BARE = re.compile(r"\s(?:ชื่อ|นาม)?สกุลเดิม\s*[:.]?\s*(\S+)")
_FORMER_WORD = "สกุลเดิม"
_FORMER_FIRST = "ชื่อเดิม"
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


def read(raw: str) -> PersonName:
    """Return the parts of a name in one cell; what had to be repaired or looks wrong leaves a flag."""
    text = normalised(raw)
    inside, former = _without_brackets(_ROW_NUMBER.sub("", text.value, count=1))
    stripped = prefixes.strip(inside)
    first, _, last = stripped.rest.partition(" ")
    flags = set(text.flags) | _flags_of(first, last)
    if stripped.mistyped:
        flags.add("prefix_typo")
    return PersonName(" ".join(stripped.titles), first, last, former, frozenset(flags))


def from_parts(prefix: str, first: str, last: str) -> PersonName:
    """Return the parts of a name that came in columns of their own; a prefix glued to the name is found too."""
    known = prefixes.canonical(normalised(prefix).value)
    name = read(f"{first} {last}")
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


def _without_brackets(text: str) -> tuple[str, str]:
    """Return the text without what stands in brackets, and the former surname if that was in them."""
    former = ""
    if "(" not in text and "[" not in text and _FORMER_WORD not in text:
        return text, former
    for found in _BRACKETS.finditer(text):
        named = _FORMER.fullmatch(found.group(1).strip())
        if named and not found.group(1).strip().startswith(_FORMER_FIRST):
            former = former or named.group(1).strip()
    rest = _BRACKETS.sub(" ", text)
    if not former and (bare := _FORMER_BARE.search(rest)):
        former, rest = bare.group(1), rest.replace(bare.group(), " ")
    return " ".join(rest.split()), former


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
    if _SUSPICIOUS.search(whole) or (latin and thai) or len(whole) > LONGEST_NAME or arabic(whole) != whole:
        flags.add("suspicious")
    return flags
