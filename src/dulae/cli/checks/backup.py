"""``dulae check backup``: could the data be recovered from the newest copy? (procedure 6.3)"""

from __future__ import annotations

import os
import re
import threading
from dataclasses import replace
from typing import Any

import click

from dulae.checks.backup.examine import check
from dulae.checks.backup.kinds import KINDS, KINDS_INSIDE, kind_named
from dulae.checks.backup.level import LEVELS, WORDS
from dulae.checks.backup.sets import STEP_DAYS, BackupSet, set_from
from dulae.checks.backup.tools import Tools
from dulae.checks.finding import Finding
from dulae.checks.outcome import Stopwatch
from dulae.cli.findings import emit, format_option

_HOURS = {"h": 1, "d": 24}
_VAULT = "sftp://"
# Longer than this, people want to see that something is still happening.
_PATIENCE_S = 2.0


def _hours(ctx: click.Context, param: click.Parameter, value: str) -> int:
    """Return the hours of an age as 26h or 2d; raise BadParameter if it is none."""
    found = re.fullmatch(r"(\d+)([hd])", value)
    if not found or not int(found[1]):
        raise click.BadParameter(f"{value!r} is no age; write hours or days, as 26h or 2d", ctx, param)
    return int(found[1]) * _HOURS[found[2]]


class _Kind(click.Choice[str]):
    """The kinds, also by the names of their programs."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the kind that a word means; fail as a choice does if it means none."""
        return str(super().convert(kind_named(str(value)), param, ctx))


def _numbers(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, int]:
    """Return the numbers of words as NAME=NUMBER (1 where none stands); raise BadParameter if one is no number."""
    found = {}
    for value in values:
        name, _, number = value.rpartition("=") if "=" in value else (value, "", "1")
        if not name or not number.isdigit():
            raise click.BadParameter(f"{value!r} is not NAME=NUMBER, as letters=100", ctx, param)
        found[name] = int(number)
    return found


def _steps(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, int]:
    """Return the steps of a retention ladder; raise BadParameter if there is no such step."""
    found = _numbers(ctx, param, values)
    for step in found:
        if step not in STEP_DAYS:
            raise click.BadParameter(f"{step!r} is no step; write one of {', '.join(STEP_DAYS)}", ctx, param)
    return found


@click.command()
@click.argument("path")
@click.option("--kind", type=_Kind(sorted(KINDS)), required=True, help="What made the copies.")
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
@click.option(
    "--max-shrink", "max_shrink_percent", type=click.IntRange(0, 100), default=0, help="Percent; 0: any."
)
@click.option(
    "--max-growth", "max_growth_percent", type=click.IntRange(0), default=0, help="Percent; 0: any."
)
@click.option("--retention", multiple=True, callback=_steps, help="Copies kept, as daily=7; may be repeated.")
@click.option("--second", "second_path", default="", help="Second place where the same copies must lie.")
@click.option(
    "--second-max-age",
    "second_max_age_hours",
    default="",
    callback=lambda ctx, param, value: _hours(ctx, param, value) if value else 0,
    help="Oldest allowed in the second place; by default the newest of all must lie there.",
)
@click.option("--database", default="", help="What the data must be of, where the copy tells it.")
@click.option(
    "--expect-table", multiple=True, callback=_numbers, help="Least rows, as letters=100; may be repeated."
)
@click.option(
    "--expect-files", multiple=True, callback=_numbers, help="Least files, as '*.pdf=10'; may be repeated."
)
@click.option(
    "--inside", default="", help="What lies in a repository's snapshots: its path, as '/var/backup/*.dump'."
)
@click.option("--inside-kind", type=_Kind(sorted(KINDS_INSIDE)), help="What that is; needed with --inside.")
@click.option("--password-file", default="", help="File with the passphrase of a repository.")
@click.option("--key-file", default="", help="File with the key of a Borg repository, where it holds none.")
@click.option(
    "--stanza", default="", help="Stanza of pgBackRest or server of Barman, where there are several."
)
@click.option("--bin-dir", default="", help="Folder of PostgreSQL's programs; by default the search path.")
@click.option("--key", default="", help="Private key for a vault; by default the user's own.")
@click.option("--known-hosts", multiple=True, help="File with a vault's host key; may be repeated.")
@format_option
def backup(path: str, bin_dir: str, output_format: str, **limits: Any) -> None:
    """Check the newest backup in a folder, or one file, up to a level, and say what that leaves unproven.

    PATH may lie in a vault that offers SFTP only: sftp://user@host:port/path. It is read as a stream; nothing is
    stored here, and a host key that is not known is refused.

    Levels: present (it is there), fresh (young enough), structure (opens, lists data), integrity (all data read,
    SHA-256 as in the manifest), content (rows and files are those that it must hold). Nothing in the store is
    written. Exit status: 0 pass, 1 warn, 2 fail, 3 unknown.

    \b
    Examples:
      dulae check backup /srv/backup/saraban --kind pg_dump --pattern 'saraban-*.dump' --max-age 26h
      dulae check backup sftp://dulae@nas1/copies/saraban --kind pg_dump --key ~/.ssh/vault
      dulae check backup files.tar.gz --kind tar --level structure --format nagios
      dulae check backup /srv/restic --kind restic --password-file /etc/dulae/restic --level content
      dulae check backup /srv/restic --kind restic --inside '/var/backup/crm-*.dump' --inside-kind pg_dump
      dulae check backup /srv/backup/crm --kind mysqldump --level content --expect-table letters=100
    """
    watch = Stopwatch()
    tables = [{"name": name, "min_rows": least} for name, least in limits.pop("expect_table").items()]
    files = [{"pattern": name, "min_files": least} for name, least in limits.pop("expect_files").items()]
    expect = {"tables": tables, "files": files}
    within = _inside(limits.pop("inside"), limits.pop("inside_kind"))
    key, known_hosts = limits.pop("key"), limits.pop("known_hosts")
    wanted = set_from({**limits, "path": path, "expect": expect, "inside": within})
    notice = threading.Timer(_PATIENCE_S, click.echo, (f"reading {path} ...",), {"err": True})
    notice.daemon = True
    notice.start()
    findings = _examined(wanted, Tools(bin_dir), key, known_hosts)
    notice.cancel()
    try:
        emit(findings, watch, output_format)
    finally:
        if output_format == "text":
            left_open = [WORDS[word].text for word in findings[0].measured["not_proven"]]
            click.echo(f"not proven: {'; '.join(left_open)}")


def _inside(path: str, kind: str | None) -> dict[str, str]:
    """Return what lies in snapshots, nothing where nothing is said; raise UsageError for one word without the other."""
    if bool(path) != bool(kind):
        raise click.UsageError(
            "--inside and --inside-kind belong together: write where it lies, and what it is"
        )
    return {"path": path, "kind": kind} if kind else {}


def _examined(wanted: BackupSet, tools: Tools, key: str, known_hosts: tuple[str, ...]) -> list[Finding]:
    """Return what is found where the path leads: on this machine, or in a vault; raise RemoteError for no address."""
    if not wanted.path.startswith(_VAULT):
        return check([replace(wanted, path=os.path.abspath(wanted.path))], tools)
    from dulae.vaults.address import parsed
    from dulae.vaults.checking import check as check_vault

    vault, path = parsed(wanted.path, key, known_hosts)
    subject = wanted.subject or f"{vault.name}:{path}"
    return check_vault([replace(wanted, path=path, subject=subject)], vault, tools)
