"""One data object in, HTML or Markdown out: separate templates, strict names, everything escaped."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dulae.reports.assessment import component, evaluated
from dulae.reports.data.common import Report
from dulae.reports.languages import words
from dulae.reports.period import read
from dulae.reports.speech import Speech
from dulae.reports.text import for_html, for_markdown, mail_masked

FOLDER = Path(__file__).parent
FORMATS = {"html": "html", "markdown": "md"}
# Which characters each font file has, so that a browser takes each letter from the file that holds it.
_RANGES = {
    "thai": "U+0E01-0E5B,U+200C-200D,U+25CC",
    "latin": "U+0000-00FF,U+0131,U+0152-0153,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,U+2212,U+2215",
}
_WEIGHTS = (400, 700)
# What templates may say in a language.
_SAID = (
    "baht",
    "baht_words",
    "change",
    "clock",
    "date",
    "figures",
    "fiscal",
    "iso",
    "long_date",
    "measures",
    "moment",
    "moment_of",
    "number",
    "period",
    "said_room",
    "sentence",
    "share",
    "share_of",
    "signed",
    "size",
    "span",
    "state_of",
    "title",
)


@dataclass(frozen=True)
class Font:
    """One font file, ready to stand inside a page."""

    weight: int
    characters: str
    data: str


@cache
def fonts() -> tuple[Font, ...]:
    """Return the embedded faces of Sarabun."""
    return tuple(
        Font(weight, characters, _base64(f"sarabun-{script}-{weight}-normal.woff2"))
        for script, characters in _RANGES.items()
        for weight in _WEIGHTS
    )


def _base64(name: str) -> str:
    return base64.b64encode((FOLDER / "fonts" / name).read_bytes()).decode("ascii")


@cache
def _environment(output: str) -> Environment:
    """Return the templates of one format; both escape by themselves what a template prints."""
    environment = Environment(
        loader=FileSystemLoader([FOLDER / "templates" / output, FOLDER / "templates" / "macros"]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=for_html if output == "html" else for_markdown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["say_date"] = lambda day, say: say.date(day)
    environment.filters["say_number"] = lambda value, say: say.number(value)
    environment.filters["say_open"] = lambda word, say: say.unproven(word)
    return environment


def qr(text: str) -> Markup:
    """Return a QR code as inline SVG: the text as it stands, so that any reader shows it."""
    code = segno.make(text, error="m", micro=False)
    svg = code.svg_inline(border=0, scale=1, omitsize=True, svgclass=None, lineclass=None)
    return Markup(svg)  # noqa: S704 - made of numbers by segno


def render(report: Report, speech: Speech, output: str) -> str:
    """Return a report as ``html`` or ``markdown``; the same report always gives the same text."""
    template = _environment(output).get_template(f"{report.head.kind}.{FORMATS[output]}.j2")
    return template.render(
        head=report.head,
        body=report.body,
        say=speech,
        w=words(speech.language),
        fonts=fonts(),
        qr=qr,
        mail_masked=mail_masked,
        evaluated=partial(evaluated, speech),
        period_of=lambda handed: speech.period(read(handed.period)),
        component=partial(component, speech),
        title_text=words(speech.language)["kinds"][report.head.kind][
            "name" if report.head.natural else "bundle"
        ],
        subtitle=speech.subtitle(report.head.period),
        **{name: getattr(speech, name) for name in _SAID},
    )
