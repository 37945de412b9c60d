"""``scripts/lab``: bring the small department up and down, look at it, break it and mend it."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from tests.lab import faults, ports, services
from tests.lab.errors import LabError
from tests.lab.lab import Lab
from tests.lab.processes import identify

REFUSED = 4


def _say(line: str) -> None:
    """Show progress on stderr, one line for each step."""
    click.echo(f"  {line}", err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path),
    default=".lab",
    show_default=True,
    help="The lab's folder.",
)
@click.option(
    "--inventory",
    type=click.Path(path_type=Path),
    default="inventory/lab",
    show_default=True,
    help="The inventory folder that `up` writes.",
)
@click.pass_context
def group(ctx: click.Context, folder: Path, inventory: Path) -> None:
    """A small department on this machine, without root: four SSH hosts, PostgreSQL, two applications, mail.

    \b
    Example:
      scripts/lab up
      ansible all -i inventory/lab -m ping
      scripts/lab fault full_disk
      scripts/lab heal
      scripts/lab down
    """  # noqa: D301 - click's own mark for text that keeps its lines
    ctx.obj = Lab.at(folder, inventory)


@group.command()
@click.pass_obj
def up(lab: Lab) -> None:
    """Bring the department up anew.

    What an earlier one left goes first, its inventory with ledger and reports too.
    """
    lab.up(_say)
    present = lab.state
    click.echo(f"The lab is up. Inventory: {lab.inventory}")
    if not present.disk:
        click.echo(
            f"db1 has no file system of its own, so full_disk is refused: {present.why_no_disk}", err=True
        )


@group.command()
@click.pass_obj
def down(lab: Lab) -> None:
    """Stop every process and remove the lab's folder.

    The inventory stays, with its ledger and reports.
    """
    lab.down(_say)
    click.echo("The lab is down.")


@group.command()
@click.pass_obj
def status(lab: Lab) -> None:
    """Show the servers, the hosts and the faults in force. Exit status 1 if something does not answer."""
    present = lab.state
    console = Console()
    active = faults.active(lab)
    table = Table("server", "host", "process", "ports", "state")
    answering = lab.running()
    table.add_row(
        "supervisor", "", str(present.supervisor.pid if present.supervisor else ""), "", _word(answering)
    )
    for service in services.declared(lab.layout, present).values():
        pid = _pid(services.pidfile(lab.layout, service.name))
        up_now = bool(pid) and identify(int(pid)) is not None and all(map(ports.answers, service.ports))
        answering &= up_now
        table.add_row(service.name, service.host, pid, " ".join(map(str, service.ports)), _word(up_now))
    console.print(table)
    console.print(f"inventory: {present.inventory}", soft_wrap=True, highlight=False)
    console.print(f"faults: {', '.join(active) or 'none'}", soft_wrap=True, highlight=False)
    sys.exit(0 if answering else 1)


def _word(answers: bool) -> str:
    return "up" if answers else "[red]down[/red]"


def _pid(path: Path) -> str:
    return path.read_text(encoding="ascii").strip() if path.exists() else ""


@group.command(name="faults")
def list_faults() -> None:
    """List the faults that can be made, and what each does."""
    width = max(map(len, faults.FAULTS))
    for name, fault in faults.FAULTS.items():
        click.echo(f"{name:<{width}}  {fault.what}")


@group.command()
@click.argument("name", type=click.Choice(list(faults.FAULTS)))
@click.pass_obj
def fault(lab: Lab, name: str) -> None:
    """Make one fault, for real, until it is healed."""
    faults.make(lab, name)
    click.echo(f"{name}: {faults.FAULTS[name].what}")


@group.command()
@click.argument("name", required=False, type=click.Choice(list(faults.FAULTS)))
@click.pass_obj
def heal(lab: Lab, name: str | None) -> None:
    """Undo one fault, or all of them."""
    healed = faults.heal(lab, name)
    click.echo(f"healed: {', '.join(healed) or 'nothing was broken'}")


def main() -> None:
    """Run the command line; what cannot be done ends in one line that says why."""
    try:
        group.main(prog_name="scripts/lab")
    except LabError as error:
        click.echo(f"lab: {error}", err=True)
        sys.exit(REFUSED)


if __name__ == "__main__":
    main()
