"""``dulae check``: one room's checks on this machine, ended as a Nagios plugin ends."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import click

from dulae.checks.door import redacted
from dulae.checks.finding import Verdict
from dulae.cli.door import told
from dulae.errors import DulaeError

# Sub-command -> the file of ``checks/`` that holds it, under the same name.
CHECKS: Mapping[str, str] = {
    "backup": "Is the newest backup there, fresh, whole and readable (step 3)?",
    "disk": "Is there room left (step 3)?",
    "health": "Can the systems be used (step 1)?",
}


@contextlib.contextmanager
def _unknown_when_called_wrongly() -> Iterator[None]:
    """Give what was called wrongly or refused the exit status 3: click's own 2 would tell Nagios of a service down."""
    try:
        yield
    except click.UsageError as error:
        _tell_nagios(error.format_message())
        vars(error)["exit_code"] = Verdict.UNKNOWN.exit_status
        raise
    except (DulaeError, OSError) as error:
        words = redacted(str(error) if isinstance(error, DulaeError) else told(error))
        _tell_nagios(words)
        click.echo(f"dulae: {words}", err=True)
        sys.exit(Verdict.UNKNOWN.exit_status)


def _tell_nagios(words: str) -> None:
    """Say on standard output why there is no verdict, where a Nagios server listens: it hears nothing else."""
    if any(word in ("nagios", "--format=nagios") for word in sys.argv):
        click.echo(f"DULAE UNKNOWN - {' '.join(words.split())}")


class _Checks(click.Group):
    """Loads a room only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(CHECKS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in CHECKS:
            return None
        command: click.Command = getattr(importlib.import_module(f"dulae.cli.checks.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, CHECKS[name]) for name in sorted(CHECKS)])

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _unknown_when_called_wrongly():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with _unknown_when_called_wrongly():
            return super().invoke(ctx)


@click.group(cls=_Checks)
def check() -> None:
    """Run one check on this machine, without a ledger and without Ansible.

    Exit status as of a Nagios plugin: 0 pass, 1 warn, 2 fail, 3 unknown (also for a wrong call).

    \b
    Examples:
      dulae check health http https://intranet.example.go.th/ --contains "ลงชื่อเข้าใช้"
      dulae check health tls intranet.example.go.th:443 --min-days 14 --format nagios
      dulae check disk /srv/files --format json
    """
