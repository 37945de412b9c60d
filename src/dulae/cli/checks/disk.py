"""``dulae check disk``: is there room left on this machine? (procedure 6.3)"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import click

from dulae.checks import disk as room
from dulae.checks.outcome import Stopwatch
from dulae.checks.room import Store
from dulae.cli.findings import emit, format_option

_DEFAULT = room.Limits()


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]")
@click.option(
    "--min-free-percent", type=click.IntRange(0, 100), default=_DEFAULT.min_free_percent, show_default=True
)
@click.option(
    "--warn-free-percent", type=click.IntRange(0, 100), default=_DEFAULT.warn_free_percent, show_default=True
)
@click.option("--min-free-bytes", type=click.IntRange(0), default=_DEFAULT.min_free_bytes, show_default=True)
@click.option(
    "--min-free-inodes-percent",
    type=click.IntRange(0, 100),
    default=_DEFAULT.min_free_inodes_percent,
    show_default=True,
)
@click.option(
    "--timeout", "timeout_s", type=float, default=10, show_default=True, help="Seconds for all paths."
)
@click.option(
    "--backups",
    multiple=True,
    metavar="FOLDER/PATTERN",
    help="Copies on the first path; the next one must fit. Can be given several times.",
)
@click.option(
    "--keep", type=click.IntRange(0), default=0, help="How many of those copies stay (default: not told)."
)
@click.option(
    "--warn-days-until-full",
    type=click.IntRange(0),
    default=0,
    help="Warn where what is kept stops fitting within so many days.",
)
@format_option
def disk(paths: tuple[str, ...], timeout_s: float, output_format: str, **asked: Any) -> None:
    """Check that the file systems of some paths have space and inodes left, counted as df counts.

    Without a path every file system that holds data is measured; proc, sysfs, tmpfs, overlay, squashfs and the like are
    left out.

    A path that is missing, or a mount that does not answer in time, is unknown. Exit status: 0 pass, 1 warn, 2 fail,
    3 unknown.

    \b
    Example:
      dulae check disk /var/lib/postgresql /srv/backup --min-free-percent 15 --format nagios
      dulae check disk /srv/backup --backups '/srv/backup/saraban/*.dump' --keep 7
    """
    watch = Stopwatch()
    backups, keep = asked.pop("backups"), asked.pop("keep")
    if backups and not paths:
        raise click.UsageError("name the path on whose file system the backups lie")
    stores = tuple(Store(*_parts(pattern), keep) for pattern in backups)
    mounts = [room.mount_from({"path": path, **asked}) for path in paths] or room.mounts_from(None)
    if stores:
        mounts[0] = replace(mounts[0], stores=stores)
    emit(room.check(mounts, timeout_s), watch, output_format)


def _parts(pattern: str) -> tuple[str, str]:
    """Return folder and pattern; a bare folder holds copies of any name."""
    folder, name = os.path.split(pattern)
    return folder or ".", name or "*"
