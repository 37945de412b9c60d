"""How dates, numbers and findings are said in a language: the filters of the templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any

from dulae.checks.finding import REASONS, Verdict
from dulae.procedure.calendar import fiscal_quarter, fiscal_year
from dulae.reports import thai
from dulae.reports.data.common import STATES
from dulae.reports.languages import thai_reasons, words
from dulae.reports.period import Period

_ENGLISH_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_SHORTENED = 3
# Inside the class `date` is what says a date.
Day = date
_KIBI = 1024
_BYTE_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_ENOUGH_DIGITS = 100
# A measured value of such a name holds the reasons that another one quotes in English.
_QUOTED = "_said"
_UNPROVEN = "backup.not_proven."
_SECOND_MS = 1000
_MINUTE_MS = 60 * _SECOND_MS


@dataclass(frozen=True)
class Quoted:
    """A reason inside another one, as a finding holds it."""

    code: str
    because: str
    measured: Mapping[str, Any]
    subject: str = ""
    limit: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Speech:
    """A language, its digits, and the zone in which times are told."""

    language: str
    digits: str
    zone: tzinfo

    @property
    def words(self) -> Mapping[str, Any]:
        """Return the fixed words."""
        return words(self.language)

    @property
    def thai(self) -> bool:
        """Say whether the language is Thai."""
        return self.language == "th"

    def figures(self, text: object) -> str:
        """Return a text with the digits that the report uses. Not for ids, hashes, addresses and ISO times."""
        return thai.thai_digits(str(text)) if self.digits == "thai" and self.thai else str(text)

    def title(self, bilingual: Any) -> str:
        """Return what is said in two languages in this one; a plain text as it is."""
        if bilingual is None or isinstance(bilingual, str):
            return bilingual or ""
        return str(bilingual.th if self.thai else bilingual.en)

    def date(self, day: Day | None) -> str:
        """Return a date as ``22 พ.ย. 2569`` or ``22 Nov 2026``."""
        if day is None:
            return ""
        local = self._local(day)
        if self.thai:
            return self.figures(thai.short_date(local))
        return f"{local.day} {_ENGLISH_MONTHS[local.month - 1][:_SHORTENED]} {local.year}"

    def long_date(self, day: Day) -> str:
        """Return a date as ``22 พฤศจิกายน 2569`` or ``22 November 2026``."""
        if self.thai:
            return self.figures(thai.long_date(day))
        return f"{day.day} {_ENGLISH_MONTHS[day.month - 1]} {day.year}"

    def clock(self, moment: datetime | None) -> str:
        """Return the time of day as ``08:15``."""
        return "" if moment is None else self.figures(f"{self._moment(moment):%H:%M}")

    def moment(self, moment: datetime | None) -> str:
        """Return date and time."""
        if moment is None:
            return ""
        return f"{self.date(moment)} {self.clock(moment)}{' น.' if self.thai else ''}"

    def iso(self, moment: datetime) -> str:
        """Return a moment as ISO 8601 with offset: always Arabic digits."""
        return self._moment(moment).isoformat(timespec="seconds")

    def _moment(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def _local(self, day: Day) -> Day:
        return self._moment(day).date() if isinstance(day, datetime) else day

    def period(self, period: Period) -> str:
        """Return the name of a period: its day, month, quarter or year, or the first and last day of its week."""
        if period.kind == "day":
            return self.long_date(period.first)
        if period.kind == "month":
            if self.thai:
                return self.figures(thai.month_name(period.first))
            return f"{_ENGLISH_MONTHS[period.first.month - 1]} {period.first.year}"
        if period.kind == "week":
            return f"{self.date(period.first)} – {self.date(period.last)}"
        said = self.words["periods"][period.kind]
        text = said.format(quarter=fiscal_quarter(period.first), year=fiscal_year(period.first))
        return self.figures(f"{text} ({self.date(period.first)} – {self.date(period.last)})")

    def subtitle(self, period: Period) -> str:
        """Return the line under a report's name: which day, week, month, quarter or year it is about."""
        named = "" if period.kind in ("quarter", "year") else self.words["periods"][period.kind] + " "
        return named + self.period(period)

    def fiscal(self, period: Period) -> str:
        """Return fiscal year and quarter in which a period ends."""
        said = self.words["head"]["fiscal_year" if period.kind == "year" else "fiscal_text"]
        day = period.last
        return self.figures(said.format(year=fiscal_year(day), quarter=fiscal_quarter(day)))

    def number(self, value: Any, places: int = 0) -> str:
        """Return a number with thousands separated; a fraction with at most ``places`` decimals."""
        if value is None or isinstance(value, bool):
            return ""
        if isinstance(value, str):
            return self.figures(value)
        if isinstance(value, Fraction):
            value = Decimal(value.numerator) / Decimal(value.denominator)
        text = f"{value:,.{places}f}"
        return self.figures(text.rstrip("0").rstrip(".") if places and "." in text else text)

    def baht(self, amount: Decimal | Fraction) -> str:
        """Return an amount with two decimals."""
        exact = Fraction(amount)
        return self.figures(f"{Decimal(exact.numerator) / Decimal(exact.denominator):,.2f}")

    def share(self, part: int, whole: int) -> str:
        """Return a share in percent with one decimal, cut and not rounded up: 99.96 is never told as 100."""
        if not whole:
            return ""
        tenths = 1000 * part // whole
        return self.figures(f"{tenths // 10}.{tenths % 10}")

    def share_of(self, part: Fraction, whole: Fraction) -> str:
        """Return a share in percent with two decimals, cut and not rounded up; a dash where there is no whole."""
        if not whole:
            return "–"
        hundredths = part * 10_000 // whole
        return self.figures(f"{hundredths // 100}.{hundredths % 100:02}")

    def change(self, first: int, last: int) -> str:
        """Return by how many percent something grew or shrank."""
        percent = Decimal(100 * (last - first)) / Decimal(first)
        return self.figures(f"{percent:+.1f} %".replace("-", "−"))

    def signed(self, number: int) -> str:
        """Return a change with its sign."""
        return self.figures(f"{number:+,}".replace("-", "−"))

    def moment_of(self, text: str | None) -> datetime | None:
        """Return the moment of a text in ISO 8601; None where it is none."""
        try:
            return datetime.fromisoformat(text) if text else None
        except ValueError:
            return None

    def baht_words(self, amount: Decimal) -> str:
        """Return an amount in Thai words, in either language: it is how such amounts are written here."""
        return thai.baht_words(amount)

    def state_of(self, verdict: Verdict) -> str:
        """Return the state that a verdict is told as."""
        return STATES[verdict.value]

    def unproven(self, word: str) -> str:
        """Return what a backup's level does not prove."""
        code = f"{_UNPROVEN}{word}"
        if self.thai:
            return thai_reasons().get(code, word)
        return REASONS[code].text if code in REASONS else word

    def size(self, number: int | None) -> str:
        """Return a number of bytes in binary units."""
        if number is None:
            return ""
        value, unit = Decimal(number), 0
        while abs(value) >= _KIBI and unit < len(_BYTE_UNITS) - 1:
            value, unit = value / _KIBI, unit + 1
        places = 0 if not unit or abs(value) >= _ENOUGH_DIGITS else 1
        return self.figures(f"{value:.{places}f} {_BYTE_UNITS[unit]}")

    def span(self, span: timedelta | int | None) -> str:
        """Return a length of time in its two largest units; an int is milliseconds."""
        if span is None:
            return ""
        milliseconds = span if isinstance(span, int) else round(span / timedelta(milliseconds=1))
        said = self.words["spans"]
        if abs(milliseconds) < _SECOND_MS:
            return self.figures(said["ms"].format(milliseconds))
        if abs(milliseconds) < _MINUTE_MS:
            return self.figures(said["s"].format(f"{milliseconds / _SECOND_MS:.1f}".removesuffix(".0")))
        minutes, seconds = divmod(milliseconds // _SECOND_MS, 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        parts = [("d", days), ("h", hours), ("m", minutes), ("s", seconds)]
        first = next((index for index, (_, count) in enumerate(parts) if count), 3)
        told = [said[name].format(count) for name, count in parts[first : first + 2] if count]
        return self.figures(" ".join(told) or said["s"].format(0))

    def sentence(self, row: Any) -> str:
        """Return why a verdict was reached: in Thai from the reason's code and numbers, else as measured."""
        if not self.thai:
            return str(row.because)
        sentence = thai_reasons().get(row.code)
        if sentence is None:
            return f"{row.because} {self.words['untranslated'].format(row.code or '-')}"
        try:
            return sentence.format_map(
                {"subject": row.subject, **row.limit, **row.measured, **self._inner(row)}
            )
        except (KeyError, IndexError, ValueError, AttributeError):
            return f"{row.because} {self.words['untranslated'].format(row.code)}"

    def _inner(self, row: Any) -> dict[str, str]:
        """Return the reasons that a reason quotes: ``NAME_said`` holds them, ``NAME`` their English text."""
        return {
            name.removesuffix(_QUOTED): "; ".join(self.sentence(Quoted(**told)) for told in value)
            for name, value in row.measured.items()
            if name.endswith(_QUOTED)
        }

    def said_room(self, measured: Mapping[str, Any]) -> list[str]:
        """Return what backups ask of a file system, in words; nothing where none lie on it."""
        needed, until = measured.get("next_backup_bytes"), measured.get("retention_until")
        said = self.words["maintenance"]
        told = [said["next_backup"].format(self.size(needed))] if isinstance(needed, int) else []
        day = self._day(until)
        return [*told, said["retention_until"].format(self.date(day))] if day else told

    def _day(self, text: Any) -> Day | None:
        try:
            return Day.fromisoformat(text) if isinstance(text, str) else None
        except ValueError:
            return None

    def measures(self, numbers: Mapping[str, Any]) -> list[str]:
        """Return named numbers in words: ``{max_latency_ms: 2000}`` as a limit of the response time."""
        told = (self._measure(name, value) for name, value in numbers.items() if value not in (None, "", []))
        return [text for text in told if text]

    def _measure(self, name: str, value: Any) -> str:
        said = self.words["measures"]
        known = said.get(name)
        if known is None:
            return f"{name} = {value}"
        # A limit of nothing limits nothing.
        if isinstance(value, bool) or value == 0:
            return str(known) if value else ""
        if isinstance(value, Mapping):
            value = [f"{key} {self._plain(one)}" for key, one in value.items()]
        if isinstance(value, (list, tuple)):
            value = ", ".join(map(str, value))
        shown = self.size(value) if name.endswith("_bytes") and isinstance(value, int) else self._plain(value)
        return str(known).format(shown)

    def _plain(self, value: Any) -> str:
        return self.number(value) if isinstance(value, int) else str(value)
