"""``dulae check disk``: is there room left on this machine? (procedure 6.3)"""

from __future__ import annotations

import click

from dulae.checks import disk as room
from dulae.checks.outcome import Stopwatch
from dulae.cli.findings import emit, format_option

_DEFAULT = room.Limits()


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
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
@format_option
def disk(paths: tuple[str, ...], timeout_s: float, output_format: str, **limits: int) -> None:
    """Check that the file systems of some paths have space and inodes left, counted as df counts.

    A path that is missing, or a mount that does not answer in time, is unknown. Exit status: 0 pass, 1 warn, 2 fail,
    3 unknown.

    \b
    Example:
      dulae check disk /var/lib/postgresql /srv/backup --min-free-percent 15 --format nagios
    """
    watch = Stopwatch()
    mounts = [room.Mount(path, room.Limits(**limits)) for path in paths]
    emit(room.check(mounts, timeout_s), watch, output_format)
