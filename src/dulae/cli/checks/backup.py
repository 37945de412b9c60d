"""``dulae check backup``: could the data be recovered from the newest copy? (procedure 6.3)"""

from __future__ import annotations

import os
import re
import threading
from typing import Any

import click

from dulae.checks.backup.examine import check
from dulae.checks.backup.kinds import KINDS
from dulae.checks.backup.level import LEVELS, WORDS
from dulae.checks.backup.sets import BackupSet
from dulae.checks.backup.tools import Tools
from dulae.checks.outcome import Stopwatch
from dulae.cli.findings import emit, format_option

_HOURS = {"h": 1, "d": 24}
# Longer than this, people want to see that something is still happening.
_PATIENCE_S = 2.0


def _hours(ctx: click.Context, param: click.Parameter, value: str) -> int:
    """Return the hours of an age as 26h or 2d; raise BadParameter if it is none."""
    found = re.fullmatch(r"(\d+)([hd])", value)
    if not found or not int(found[1]):
        raise click.BadParameter(f"{value!r} is no age; write hours or days, as 26h or 2d", ctx, param)
    return int(found[1]) * _HOURS[found[2]]


@click.command()
@click.argument("path")
@click.option("--kind", type=click.Choice(sorted(KINDS)), required=True, help="What made the copies.")
@click.option(
    "--level", type=click.Choice(LEVELS), default="integrity", show_default=True, help="How much to prove."
)
@click.option("--pattern", default="*", show_default=True, help="Which files of a folder are copies.")
@click.option(
    "--manifest", "manifest_file", default="", help="Manifest to compare with; by default the one beside."
)
@click.option(
    "--max-age", "max_age_hours", default="26h", show_default=True, callback=_hours, help="Oldest allowed."
)
@click.option("--min-bytes", type=click.IntRange(1), default=1, show_default=True, help="Smallest allowed.")
@click.option(
    "--min-count", type=click.IntRange(1), default=1, show_default=True, help="Fewest copies allowed."
)
@click.option("--bin-dir", default="", help="Folder of PostgreSQL's programs; by default the search path.")
@format_option
def backup(path: str, bin_dir: str, output_format: str, **limits: Any) -> None:
    """Check the newest backup in a folder, or one file, up to a level, and say what that leaves unproven.

    Levels: present (it is there), fresh (young enough), structure (opens, lists data), integrity (all data read,
    SHA-256 as in the manifest). Nothing in the store is written. Exit status: 0 pass, 1 warn, 2 fail, 3 unknown.

    \b
    Examples:
      dulae check backup /srv/backup/saraban --kind pg_dump --pattern 'saraban-*.dump' --max-age 26h
      dulae check backup files.tar.gz --kind tar --level structure --format nagios
    """
    watch = Stopwatch()
    wanted = BackupSet(os.path.abspath(path), **limits)
    notice = threading.Timer(_PATIENCE_S, click.echo, (f"reading {path} ...",), {"err": True})
    notice.daemon = True
    notice.start()
    findings = check([wanted], Tools(bin_dir))
    notice.cancel()
    try:
        emit(findings, watch, output_format)
    finally:
        if output_format == "text":
            left_open = [WORDS[word].text for word in findings[0].measured["not_proven"]]
            click.echo(f"not proven: {'; '.join(left_open)}")
