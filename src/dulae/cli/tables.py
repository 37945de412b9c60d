"""Tables for people: columns padded by what a terminal shows, verdicts in colour, Thai and English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from dulae.checks.finding import Verdict
from dulae.cli.findings import printable, width
from dulae.cli.language import speak

if TYPE_CHECKING:
    from dulae.reports.speech import Speech
    from dulae.settings import Settings

_COLOURS = {Verdict.PASS: "green", Verdict.WARN: "yellow", Verdict.FAIL: "red", Verdict.UNKNOWN: "magenta"}
_THAI = {
    Verdict.PASS: "ปกติ",
    Verdict.WARN: "เฝ้าระวัง",
    Verdict.FAIL: "ผิดปกติ",
    Verdict.UNKNOWN: "ไม่สามารถตรวจสอบได้",
}
_GAP = "  "

language_option = click.option(
    "--language",
    type=click.Choice(["en", "th"]),
    envvar="DULAE_LANGUAGE",
    default="en",
    show_default=True,
    show_envvar=True,
    callback=speak,
    help="Language of what is printed.",
)
format_option = click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print: for people or for programs.",
)


def speech_of(settings: Settings, language: str) -> Speech:
    """Return how dates and findings are said on the command line: with Arabic digits, for they are typed back."""
    from dulae.reports.speech import Speech

    return Speech(language, "arabic", settings.calendar.zone)


def verdict_word(verdict: Verdict, language: str) -> str:
    """Return a verdict in words."""
    return _THAI[verdict] if language == "th" else verdict.value


def coloured(text: str, verdict: Verdict) -> str:
    """Return a text in a verdict's colour; click leaves the colour out where no terminal is."""
    return click.style(text, fg=_COLOURS[verdict])


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows under their headings; the last column is not padded."""
    plain = [[printable(click.unstyle(cell)) for cell in row] for row in [headings, *rows]]
    widths = [max(width(row[column]) for row in plain) for column in range(len(headings))]
    return "\n".join(_line(row, widths) for row in [headings, *rows])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padding = [
        cell + " " * (columns - width(printable(click.unstyle(cell))))
        for cell, columns in zip(cells, widths, strict=True)
    ]
    return _GAP.join(padding).rstrip()
