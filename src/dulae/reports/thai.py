"""Thai dates (Buddhist era), Thai digits, and amounts in Thai words."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from dulae.procedure.calendar import BE_OFFSET

MONTHS = [
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
]
SHORT_MONTHS = [
    "ม.ค.",
    "ก.พ.",
    "มี.ค.",
    "เม.ย.",
    "พ.ค.",
    "มิ.ย.",
    "ก.ค.",
    "ส.ค.",
    "ก.ย.",
    "ต.ค.",
    "พ.ย.",
    "ธ.ค.",
]
_THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_DIGITS = ("", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า")
_PLACES = ("", "สิบ", "ร้อย", "พัน", "หมื่น", "แสน")
_MILLION = 1_000_000


def thai_digits(text: str) -> str:
    """Return a text with Arabic digits turned into Thai ones."""
    return text.translate(_THAI_DIGITS)


def short_date(day: date) -> str:
    """Return a date as ``1 ต.ค. 2569``."""
    return f"{day.day} {SHORT_MONTHS[day.month - 1]} {day.year + BE_OFFSET}"


def long_date(day: date) -> str:
    """Return a date as ``1 ตุลาคม 2569``."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year + BE_OFFSET}"


def month_name(day: date) -> str:
    """Return a month as ``ตุลาคม 2569``."""
    return f"{MONTHS[day.month - 1]} {day.year + BE_OFFSET}"


def _below_million(number: int, *, leading: bool) -> str:
    """Return a number from 1 to 999,999 in words; ``leading`` when nothing stands before it."""
    words = []
    for place in range(len(_PLACES) - 1, -1, -1):
        digit = number // 10**place % 10
        if not digit:
            continue
        if place == 1 and digit <= 2:  # noqa: PLR2004 - ten is not "one ten", twenty is ยี่สิบ
            words.append(("", "สิบ", "ยี่สิบ")[digit])
        elif place == 0 and digit == 1 and (words or not leading):
            words.append("เอ็ด")
        else:
            words.append(_DIGITS[digit] + _PLACES[place])
    return "".join(words)


def number_words(number: int) -> str:
    """Return a whole number in Thai words; raise ValueError if it is negative."""
    if number < 0:
        raise ValueError("only amounts from zero upwards have words here")
    if number == 0:
        return "ศูนย์"
    millions, rest = divmod(number, _MILLION)
    head = number_words(millions) + "ล้าน" if millions else ""
    return head + (_below_million(rest, leading=not head) if rest else "")


def baht_words(amount: Decimal) -> str:
    """Return an amount in Thai words (``สองร้อยห้าสิบบาทถ้วน``); satang are rounded half up."""
    satang = int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))
    baht, rest = divmod(satang, 100)
    if not rest:
        return number_words(baht) + "บาทถ้วน"
    head = number_words(baht) + "บาท" if baht else ""
    return head + number_words(rest) + "สตางค์"
