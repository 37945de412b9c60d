"""The command line: each command reads its options, calls one function and prints.

A command group is one file of this folder, loaded when it is called, so that ``dulae check`` starts quickly.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

# Command -> the file of this folder that holds it, under the same name.
COMMANDS: Mapping[str, str] = {
    "access": "Plan, approve, apply and undo the removal of leavers' access (step 4).",
    "check": "Run one check on this machine, with the exit status of a Nagios plugin.",
    "incident": "Take reports, tell the contractor, and keep the clocks (step 2).",
    "inventory": "Check the department's settings before anything relies on them.",
    "ledger": "Verify and read the evidence.",
    "people": "Read the personnel division's list (step 4).",
    "report": "Write the reports, in Thai and English, HTML and Markdown.",
    "run": "Run one control of the procedure, or all that is due.",
    "status": "Show each control: last run, verdict, next due.",
}


class _Rooms(click.Group):
    """Loads a command's file only when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"dulae.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in sorted(COMMANDS)])


@click.group(cls=_Rooms, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-i",
    "--inventory",
    type=click.Path(),
    envvar=["DULAE_INVENTORY", "ANSIBLE_INVENTORY"],
    default="inventory/lab",
    show_default=True,
    show_envvar=True,
    help="Folder with the department's hosts and group_vars/all.",
)
@click.pass_context
def group(ctx: click.Context, inventory: str) -> None:
    """Look after the department's systems by its procedure, and keep proof of what was done.

    \b
    Example:
      dulae -i inventory/department status
    """
    ctx.obj = inventory


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; what cannot be done as asked ends in one clear line, never a traceback."""
    from dulae import memory
    from dulae.cli.door import run

    memory.expect_many_objects()
    return run(group, arguments)
