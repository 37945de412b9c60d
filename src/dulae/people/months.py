"""The months as Thai offices write them: whole, shortened, in speech, in English."""

from __future__ import annotations

_NAMES = (
    ("มกราคม", "มกรา", "มค", "january", "jan"),
    ("กุมภาพันธ์", "กุมภา", "กพ", "february", "feb"),
    ("มีนาคม", "มีนา", "มีค", "march", "mar"),
    ("เมษายน", "เมษา", "เมย", "april", "apr"),
    ("พฤษภาคม", "พฤษภา", "พค", "may"),
    ("มิถุนายน", "มิถุนา", "มิย", "june", "jun"),
    ("กรกฎาคม", "กรกฎา", "กค", "july", "jul"),
    ("สิงหาคม", "สิงหา", "สค", "august", "aug"),
    ("กันยายน", "กันยา", "กย", "september", "sep", "sept"),
    ("ตุลาคม", "ตุลา", "ตค", "october", "oct"),
    ("พฤศจิกายน", "พฤศจิกา", "พย", "november", "nov"),
    ("ธันวาคม", "ธันวา", "ธค", "december", "dec"),
)
_NUMBERS = {name: number for number, names in enumerate(_NAMES, 1) for name in names}
_PRINTED = ["ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."]
_NO_LETTERS = str.maketrans("", "", ". ฯ")
# A month as it is written within other text: whole, or shortened with its dots and spaces or without.
PATTERN = "|".join(
    rf"{name[:-1]}\.? ?{name[-1]}\.?"
    for name in sorted((name for names in _NAMES for name in names), key=len, reverse=True)
)


def number(word: str) -> int | None:
    """Return the number of a month by its name, or None; an unknown spelling is no month."""
    return _NUMBERS.get(word.translate(_NO_LETTERS).casefold())


def printed(month: int) -> str:
    """Return a month as offices print it (``ต.ค.``)."""
    return _PRINTED[month - 1]
