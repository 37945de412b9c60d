"""`dulae ledger`: make, verify, read, export and anchor the evidence."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dulae.cli.door import settings_of
from dulae.errors import LedgerError

if TYPE_CHECKING:
    from dulae.ledger import Anchor, Entry, Verification

# As of a Nagios plugin: CRITICAL.
NOT_INTACT = 2
_PATIENCE_S = 2.0


@click.group()
def ledger() -> None:
    """Verify and read the evidence.

    \b
    Examples:
      dulae ledger verify
      dulae ledger show --control availability --last 30
    """


def _folder(ctx: click.Context) -> Path:
    from dulae.ledger.opening import LEDGER

    return settings_of(ctx).state_dir / LEDGER


@ledger.command()
@click.pass_context
def init(ctx: click.Context) -> None:
    """Make the ledger and its key, once for each control node.

    Write the fingerprint that it prints on paper, and give that to the committee.

    \b
    Example:
      dulae -i inventory/department ledger init
    """
    from dulae.ledger import Ledger, keys

    site = settings_of(ctx).site
    folder = _folder(ctx)
    made = Ledger.create(folder, organisation=site.organisation.en, node=site.node)
    click.echo(f"The ledger {made.log} is made: {folder}")
    click.echo(f"Fingerprint of its key, to be kept on paper: {keys.fingerprint(keys.public(folder))}")
    click.echo(
        f"Keep a copy of {folder / keys.PRIVATE} in a safe place: without it nothing more can be sealed."
    )


@ledger.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option(
    "--anchor", "anchors", multiple=True, metavar="N:SHA256", help="An anchor that you hold yourself."
)
@click.pass_context
def verify(ctx: click.Context, folder: Path | None, anchors: tuple[str, ...]) -> None:
    """Replay every entry, of this node's ledger or of the export in FOLDER.

    Exit status: 0 intact, 2 not intact, 4 there is nothing to verify.

    \b
    Examples:
      dulae ledger verify
      dulae ledger verify /media/audit/export --anchor 1204:5f0c...
    """
    from dulae.ledger import verify as replay

    with _progress("verified {} entries") as tell:
        told = replay(folder or _folder(ctx), [_anchor(text) for text in anchors], tell)
    for line in _said(told):
        click.echo(line)
    for problem in told.problems:
        click.echo(f"  {_shown(problem)}", err=True)
    if not told.ok:
        sys.exit(NOT_INTACT)


def _said(told: Verification) -> Iterator[str]:
    state = "intact" if told.ok else f"NOT INTACT, {_some(len(told.problems), 'problem', 'problems')}"
    yield f"{state}: {_some(told.entries, 'entry', 'entries')}, sealed up to {told.sealed}"
    yield f"anchor {told.anchor.count} {told.anchor.sha256}"
    yield f"key {told.fingerprint or 'cannot be read'}"
    if told.open_runs:
        yield f"runs without an end: {', '.join(told.open_runs)}"


def _some(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


@ledger.command()
@click.argument("seq", type=int, required=False)
@click.option("--run", default="", help="Entries of this run.")
@click.option("--control", default="", help="Entries of this control.")
@click.option("--kind", "kinds", multiple=True, help="Entries of this kind; may be repeated.")
@click.option(
    "--last", default=20, show_default=True, type=click.IntRange(1), help="How many, the newest ones."
)
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def show(ctx: click.Context, /, seq: int | None, shape: str, last: int, **wanted: Any) -> None:
    """Show the newest entries, or the one with the number SEQ and all that it holds.

    \b
    Examples:
      dulae ledger show
      dulae ledger show 1204
      dulae ledger show --kind run.result --control availability --last 5 --format json
    """
    from collections import deque

    from dulae.ledger import Ledger

    opened = Ledger.open(_folder(ctx))
    found = deque(opened.entries(**wanted), maxlen=last) if seq is None else [opened.entry(seq)]
    for entry in found:
        if shape == "json":
            click.echo(json.dumps(_plain(entry), ensure_ascii=True))
        else:
            click.echo(_line(entry, settings_of(ctx).calendar.zone))
            if seq is not None:
                click.echo(_shown(json.dumps(entry.body, ensure_ascii=False, indent=2)))


@ledger.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.pass_context
def export(ctx: click.Context, out: Path) -> None:
    """Write all entries as plain files to the new folder OUT, for an auditor with common tools.

    It holds personal data. VERIFY.txt inside says how it is checked.

    \b
    Example:
      dulae ledger export /media/audit/ledger-2569-10
    """
    from dulae.ledger import export as write

    with _progress("written {} entries") as tell:
        made = write(_folder(ctx), out, tell)
    click.echo(f"{_some(made.count, 'entry is', 'entries are')} in {out}; check with: sh {out / 'verify.sh'}")
    click.echo(f"anchor {made.count} {made.sha256}")


@ledger.command()
@click.option("--upto", type=click.IntRange(1), help="The first so many entries; by default all.")
@click.option("--to", "place", default="", help="Where it is put; that is recorded, and later verified.")
@click.pass_context
def anchor(ctx: click.Context, upto: int | None, place: str) -> None:
    """Print the number of entries and their SHA-256, to be kept where the ledger's keeper cannot change it.

    \b
    Examples:
      dulae ledger anchor
      dulae ledger anchor --to "mailed to the committee's chair"
    """
    from dulae.ledger import Ledger
    from dulae.ledger.provenance import operator

    opened = Ledger.open(_folder(ctx))
    made: Anchor = opened.anchor(upto)
    if place:
        opened.append("anchor", {"count": made.count, "sha256": made.sha256, "to": place, **operator()})
    click.echo(f"{made.count} {made.sha256}")


def _anchor(text: str) -> Anchor:
    from dulae.ledger import Anchor

    count, _, sha256 = text.partition(":")
    if not count.isdigit() or len(sha256) != len("0" * 64):
        raise LedgerError(f"{text!r} is no anchor", remedy="Write it as NUMBER:SHA256, as a report prints it")
    return Anchor(int(count), sha256.lower())


def _line(entry: Entry, zone: Any) -> str:
    when = entry.ts.astimezone(zone).isoformat(sep=" ", timespec="seconds")
    parts = (str(entry.seq), when, entry.kind, entry.control, entry.verdict, _summary(entry))
    return _shown("  ".join(part for part in parts if part))


def _summary(entry: Entry) -> str:
    finding = entry.body.get("finding") or {}
    host = f"{entry.body['host']}: " if entry.body.get("host") else ""
    return host + str(finding.get("because") or entry.run or entry.body.get("number", ""))


def _plain(entry: Entry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "ts": entry.ts.isoformat(),
        "kind": entry.kind,
        "run": entry.run,
        "control": entry.control,
        "verdict": entry.verdict,
        "body": entry.body,
        "erased": entry.erased,
    }


def _shown(text: str) -> str:
    """Return a text without what could drive a terminal."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text)


@contextmanager
def _progress(sentence: str) -> Iterator[Callable[[int], None]]:
    """Lend a function that tells, on stderr, how far a long piece of work has come."""
    from rich.console import Console

    console = Console(stderr=True)
    told_at = time.monotonic()

    def plainly(count: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= _PATIENCE_S:
            told_at = time.monotonic()
            click.echo(sentence.format(count), err=True)

    if not console.is_terminal:
        yield plainly
        return
    with console.status("") as status:
        yield lambda count: status.update(sentence.format(f"{count:,}"))
