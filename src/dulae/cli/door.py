"""What the commands share: settings, errors as one line, progress, formats."""

from __future__ import annotations

import sys
from errno import EACCES, EDQUOT, EEXIST, EISDIR, ENOSPC, ENOTDIR, EPERM, EROFS
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dulae.checks.door import redacted
from dulae.cli import language
from dulae.errors import DulaeError

if TYPE_CHECKING:
    from dulae.settings import Settings

_REMEDIES = {
    number: remedy
    for numbers, remedy in (
        ((EACCES, EPERM), "Look at who owns it, or call dulae as the user whom the timers use"),
        ((EROFS,), "Its file system is read-only; find out why, then mount it to be written"),
        ((ENOSPC, EDQUOT), "No space is left there; free some"),
        ((ENOTDIR, EEXIST, EISDIR), "Something else has that name; move it away"),
    )
    for number in numbers
}
# A refused request, apart from a Nagios verdict (0 to 3) and from a usage error (2, click's own).
REFUSED = 4


class InOrder(click.Group):
    """Tells its commands in the order of their short help, which may begin with the number of a step."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands' names as the help tells them."""
        return sorted(self.commands, key=lambda name: self.commands[name].short_help or "")


def settings_of(ctx: click.Context) -> Settings:
    """Return the settings of the inventory that the command line names; raise SettingsError if they are wrong."""
    from dulae import settings

    return settings.load(Path(ctx.find_root().obj))


def run(group: click.Group, arguments: list[str] | None) -> Any:
    """Run a command group; end with status 4 and one line on what was refused."""
    try:
        language.begin()
        return group.main(arguments, prog_name="dulae")
    except DulaeError as error:
        click.echo(f"dulae: {redacted(language.refused(error))}", err=True)
        sys.exit(REFUSED)
    except OSError as error:
        click.echo(f"dulae: {redacted(told(error))}", err=True)
        sys.exit(REFUSED)


def told(error: OSError) -> str:
    """Return in one line what this machine refused: the place, what is wrong, what to do."""
    place = f"{error.filename}: " if error.filename else ""
    remedy = _REMEDIES.get(error.errno or 0, "Look at it, then try again")
    return f"{place}{error.strerror or error}. {remedy}"
