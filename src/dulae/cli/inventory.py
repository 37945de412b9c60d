"""`dulae inventory`: is what the department has written down right, before anything relies on it?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dulae.cli.door import REFUSED
from dulae.cli.tables import format_option, language_option

if TYPE_CHECKING:
    from dulae.settings import Settings
    from dulae.settings.problem import Problem

_RIGHT = {
    "en": "{folder} is right: {hosts} hosts, {systems} systems, {probes} probes, {sets} backup sets, {works} timers.",
    "th": "{folder} ถูกต้อง: {hosts} เครื่อง {systems} ระบบ {probes} รายการตรวจ {sets} ชุดข้อมูลสำรอง {works} ตารางเวลา",
}
_WRONG = {
    "en": "{count} to put right in {folder}.",
    "th": "ต้องแก้ไข {count} แห่งใน {folder}",
}


@click.group()
def inventory() -> None:
    """Check the department's settings before anything relies on them.

    \b
    Example:
      dulae -i inventory/department inventory check
    """


@inventory.command()
@format_option
@language_option
@click.pass_context
def check(ctx: click.Context, output_format: str, language: str) -> None:
    """Read hosts.yml and group_vars/all, and say file, line and remedy for whatever is wrong.

    Looks at shape (keys, units, dates), at meaning (hosts, roles, playbooks that are named exist), and at the files
    with secrets, which it does not read. Ends with 0 when all is right, else with 4.

    \b
    Example:
      dulae -i inventory/department inventory check --language th
    """
    folder = Path(ctx.find_root().obj).absolute()
    settings, problems = _look(folder)
    lines = [problem.told(language, folder) for problem in problems]
    if output_format == "json":
        click.echo(json.dumps(_plain(folder, lines, problems), ensure_ascii=False, indent=2))
    elif lines:
        click.echo("\n".join(lines))
        click.echo(_WRONG[language].format(count=len(lines), folder=folder), err=True)
    elif settings:
        click.echo(_RIGHT[language].format(folder=folder, **_counts(settings)))
    if lines:
        ctx.exit(REFUSED)


def _look(folder: Path) -> tuple[Settings | None, list[Problem]]:
    """Return the settings, or None where they cannot be used, and everything that is wrong."""
    from dulae import settings
    from dulae.accounts.profiles import describing
    from dulae.settings import keeping

    try:
        loaded = settings.load(folder)
    except settings.SettingsProblems as error:
        return None, list(error.problems)
    # What the accounts' profiles ask for is known to their own room alone.
    return loaded, [*describing.problems(loaded), *keeping.problems(loaded)]


def _counts(settings: Settings) -> dict[str, int]:
    from dulae.procedure.sop import works

    return {
        "hosts": len(settings.hosts),
        "systems": len(settings.systems),
        "probes": sum(len(system.probes) for system in settings.systems),
        "sets": sum(len(system.backup_sets) for system in settings.systems),
        "works": len(works(settings.procedure)),
    }


def _plain(folder: Path, lines: list[str], problems: list[Problem]) -> dict[str, Any]:
    found = [
        {
            "file": str(problem.file),
            "line": problem.line,
            "key": problem.key,
            "code": problem.code,
            "told": line,
        }
        for problem, line in zip(problems, lines, strict=True)
    ]
    return {"inventory": str(folder), "right": not lines, "problems": found}
