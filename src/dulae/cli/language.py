"""In which language the command line speaks of a list and of findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from dulae.errors import ListError

if TYPE_CHECKING:
    from dulae.checks.finding import Finding
    from dulae.settings import Settings


@contextmanager
def refusing_in(language: str) -> Iterator[None]:
    """Let a refused list be told in a language; raise ListError with the sentence."""
    from dulae.people.refusals import RefusedList

    try:
        yield
    except RefusedList as refused:
        if language == "th":
            raise ListError(refused.thai) from refused
        raise


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
