"""In which language the command line speaks of findings, and of what it refuses."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from dulae.refusals import RefusedError, said

if TYPE_CHECKING:
    from dulae.checks.finding import Finding
    from dulae.errors import DulaeError
    from dulae.settings import Settings


_SPOKEN: ContextVar[str] = ContextVar("language", default="en")


def speak(ctx: click.Context, parameter: click.Parameter, language: str) -> str:
    """Remember the language that an option asks for: what is refused later is told in it, too."""
    _SPOKEN.set(language)
    return language


def begin() -> None:
    """Speak English until an option asks for another language."""
    _SPOKEN.set("en")


def refused(error: DulaeError) -> str:
    """Return what was refused in the language that was asked for, where its sentence is known."""
    if _SPOKEN.get() == "en" or not isinstance(error, RefusedError):
        return str(error)
    from dulae.reports.speech import Quoted, Speech

    return Speech("th", "arabic", ZoneInfo("UTC")).sentence(Quoted(**said(error)))


def tell_in(language: str, settings: Settings, findings: Iterable[Finding]) -> None:
    """Print each finding as a line in a language."""
    from dulae.cli.findings import printable, tell
    from dulae.cli.tables import coloured, speech_of, verdict_word

    if language == "en":
        tell(findings)
        return
    speech = speech_of(settings, language)
    for found in findings:
        verdict = coloured(f"[{verdict_word(found.verdict, language)}]", found.verdict)
        click.echo(f"{verdict} {found.subject}: {printable(speech.sentence(found))}")
