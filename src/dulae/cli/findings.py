"""How findings leave the command line: as text for a person, as JSON, or as a Nagios plugin's one line."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

import click

from dulae.checks.finding import Finding, Verdict, severity
from dulae.checks.outcome import Stopwatch, outcome
from dulae.errors import DulaeError

# What monitoring-plugins print for each verdict.
STATES: Mapping[Verdict, str] = {
    Verdict.PASS: "OK",
    Verdict.WARN: "WARNING",
    Verdict.FAIL: "CRITICAL",
    Verdict.UNKNOWN: "UNKNOWN",
}
_COLOURS = {Verdict.PASS: "green", Verdict.WARN: "yellow", Verdict.FAIL: "red", Verdict.UNKNOWN: "magenta"}
# Suffix of a measured number's name -> unit of measurement in performance data.
_UNITS = {"_ms": "ms", "_bytes": "B", "_percent": "%", "_s": "s"}
# Performance data are numbers: these are measured, but say nothing when drawn as a curve.
_NO_CURVES = ("http_status", "pid", "target", "code")
_MARKS = ("Mn", "Me", "Cf")

format_option = click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json", "nagios"]),
    default="text",
    show_default=True,
    help="How to print: for people, for programs, or as a Nagios plugin does.",
)


def emit(findings: Iterable[Finding], watch: Stopwatch, output_format: str = "text") -> NoReturn:
    """Print findings and end with 0 (pass), 1 (warn), 2 (fail) or 3 (unknown), the worst of them.

    Raise DulaeError where nothing was checked.
    """
    made = list(findings)
    if not made:
        raise DulaeError("nothing was checked: the list of checks is empty", remedy="Name at least one check")
    write: Mapping[str, Callable[[list[Finding], dict[str, Any]], str]] = {
        "text": as_text,
        "json": as_json,
        "nagios": as_nagios,
    }
    result = outcome(made, watch)
    click.echo(write[output_format](made, result))
    sys.exit(Verdict(result["verdict"]).exit_status)


def tell(findings: Iterable[Finding]) -> None:
    """Print each finding as a line, for a command that does more than check."""
    from dulae.cli.tables import coloured

    for found in findings:
        verdict = coloured(f"{found.verdict.value:8}", found.verdict)
        click.echo(f"{verdict}{found.subject}: {printable(found.because)}")


def as_json(findings: list[Finding], result: Mapping[str, Any]) -> str:
    """Return the result as a module of library/ returns it."""
    return json.dumps(result, ensure_ascii=False, indent=2)


def as_text(findings: list[Finding], result: Mapping[str, Any]) -> str:
    """Return one aligned line for each finding, the worst first, and a line with the sum."""
    ordered = sorted(findings, key=lambda finding: -severity(finding.verdict))
    widest = max(width(printable(finding.subject)) for finding in findings)
    lines = [
        f"{click.style(f'{finding.verdict.value:<8}', fg=_COLOURS[finding.verdict])}"
        f"{padded(printable(finding.subject), widest)}  {printable(finding.because)}"
        for finding in ordered
    ]
    return "\n".join([*lines, f"{result['verdict']}: {result['summary']} in {result['elapsed_ms']} ms"])


def as_nagios(findings: list[Finding], result: Mapping[str, Any]) -> str:
    """Return the one line of a Nagios plugin, with performance data."""
    verdict = Verdict(result["verdict"])
    if len(findings) == 1:
        said = findings[0].because
    else:
        worst = [f"{one.subject}: {one.because}" for one in findings if one.verdict is verdict]
        said = "; ".join([result["summary"], *(worst if verdict is not Verdict.PASS else [])])
    room = findings[0].code.partition(".")[0].upper()
    line = f"DULAE {room} {STATES[verdict]} - {printable(said).replace('|', '/')}"
    numbers = [number for one in findings for number in curves(one, len(findings) > 1)]
    return f"{line} | {' '.join(numbers)}" if numbers else line


def curves(finding: Finding, named: bool) -> Iterable[str]:
    """Yield a finding's numbers as performance data: 'label'=value[unit];warn;crit."""
    numbers = {
        key: value
        for key, value in finding.measured.items()
        if not isinstance(value, bool) and _is_number(value) and key not in _NO_CURVES
    }
    units = {key: next((suffix for suffix in _UNITS if key.endswith(suffix)), "") for key in numbers}
    named_alike = Counter(key.removesuffix(suffix) for key, suffix in units.items())
    for key, value in numbers.items():
        suffix = units[key]
        # One label for two numbers would be one curve of both.
        label = key.removesuffix(suffix)
        label = key if named_alike[label] > 1 else label
        if named:
            label = f"{finding.subject} {label}"
        yield f"{_quoted(label)}={value}{_UNITS.get(suffix, '')}{_thresholds(key, finding.limit)}"


def _is_number(value: Any) -> bool:
    """Say whether a value is a whole number, or a decimal kept as text."""
    digits = value.replace(".", "", 1) if isinstance(value, str) else ""
    return isinstance(value, int) or (digits.isascii() and digits.isdecimal())


def _quoted(label: str) -> str:
    """Return a label as performance data want it: no ``'`` or ``=``, in quotes where it has a space."""
    plain = printable(label).replace("'", "").replace("=", "-").replace("|", "/")
    return f"'{plain}'" if " " in plain else plain


def _thresholds(key: str, limit: Mapping[str, Any]) -> str:
    """Return ``;warn;crit`` from the limits ``warn_X``, ``min_X`` and ``max_X`` of a number X (or X_left)."""
    name = key.removesuffix("_left")
    least, most, early = limit.get(f"min_{name}"), limit.get(f"max_{name}"), limit.get(f"warn_{name}")
    colon = ":" if most is None else ""
    critical = most if least is None else least
    warn, crit = ("" if edge is None else f"{edge}{colon}" for edge in (early, critical))
    return f";{warn};{crit}" if warn or crit else ""


def printable(text: str) -> str:
    """Return text on one line, without control characters that a server could send to a terminal."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def width(text: str) -> int:
    """Return how many columns a terminal uses for a text: Thai marks above and below take none."""
    return sum(_columns(sign) for sign in text)


def _columns(sign: str) -> int:
    if unicodedata.category(sign) in _MARKS:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def padded(text: str, columns: int) -> str:
    """Return a text filled with spaces up to a number of columns."""
    return text + " " * max(0, columns - width(text))
