"""``dulae check health``: can the systems be used, as this machine sees them? (procedure 6.1)"""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields
from typing import Any, NoReturn

import click

from dulae.checks import health as room
from dulae.checks.outcome import Stopwatch
from dulae.cli.door import settings_of
from dulae.cli.findings import emit, format_option

_HERE = "localhost"
_PASSWORD = "DULAE_PROBE_PASSWORD"
# Longer than this, people want to see that something is still happening.
_PATIENCE_S = 2.0
# What stands on the command line without an option: its name there, and the options that it fills.
_PLACES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "http": ("URL", ("url",)),
    "journey": ("LOGIN_URL", ("login_url",)),
    "tls": ("HOST[:PORT]", ("host", "port")),
    "tcp": ("HOST:PORT", ("host", "port")),
    "service": ("UNIT", ("unit",)),
    "process": ("[NAME]", ("process",)),
    "database": ("HOST[:PORT]", ("host", "port")),
}
_EXAMPLES = {
    "http": 'https://intranet.example.go.th/ --contains "ลงชื่อเข้าใช้" --max-latency-ms 3000',
    "journey": "https://intranet.example.go.th/login --username probe --logged-in ออกจากระบบ --logout-url /logout",
    "tls": "intranet.example.go.th:443 --min-days 14 --format nagios",
    "tcp": "mail.example.go.th:25 --timeout 5",
    "service": "nginx.service",
    "process": "nginx --min-count 2",
    "database": "db1.example.go.th:5432 --format json",
}
# An address in brackets, or a name without a colon; then perhaps a port.
_HOST_AND_PORT = re.compile(r"(?:\[(?P<address>[^\]]+)\]|(?P<name>[^:\[\]]+))(?::(?P<port>\d+))?")
_MARKUP = re.compile(r"[CVO]\(([^)]*)\)")

_timeout_option = click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(0, min_open=True),
    default=10,
    show_default=True,
    help="Seconds for all steps of a probe together.",
)


class _Kinds(click.Group):
    """Makes the command of a kind only when it is called, for each kind has its own libraries."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _command(cmd_name) if cmd_name in _PLACES else None


@click.group(cls=_Kinds, invoke_without_command=True)
@click.option(
    "--system", "name", help="Run all probes that look from this machine, as the settings declare them."
)
@format_option
@click.pass_context
def health(ctx: click.Context, name: str | None, output_format: str) -> None:
    """Look at a page, a login, a certificate, a port, a service, a program or a database.

    Exit status: 0 pass, 1 warn, 2 fail, 3 unknown (also for a wrong call). A service that does not answer fails; what
    this machine itself could not look at is unknown.

    \b
    Examples:
      dulae check health http https://intranet.example.go.th/ --contains "ลงชื่อเข้าใช้"
      dulae check health tls intranet.example.go.th:443 --min-days 14 --format nagios
      dulae -i inventory/department check health --system saraban
    """
    if ctx.invoked_subcommand:
        if name:
            raise click.UsageError(
                "--system runs what the settings declare; leave it out to name a probe", ctx
            )
        ctx.default_map = {ctx.invoked_subcommand: {"output_format": output_format}}
        return
    if not name:
        raise click.UsageError(f"name what to look at: {', '.join(_PLACES)}, or --system NAME", ctx)
    watch = Stopwatch()
    given, secrets = _declared(ctx, name)
    _look(given, secrets, watch, output_format)


def _declared(ctx: click.Context, name: str) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return a system's probes that look from this machine, and their passwords; raise SettingsError."""
    from dulae.procedure import work

    settings = settings_of(ctx)
    systems = {system.name: system for system in settings.systems}
    if name not in systems:
        raise click.BadParameter(
            f"{name!r} is no system; name one of {', '.join(systems)}", ctx, None, "--system"
        )
    probes = work.probes([systems[name].model_dump(mode="json", by_alias=True)], _HERE)
    if not probes:
        raise click.BadParameter(f"no probe of {name} looks from this machine", ctx, None, "--system")
    return probes, work.secrets(probes, str(settings.inventory))


def _look(
    given: Sequence[Mapping[str, Any]], secrets: Mapping[str, str], watch: Stopwatch, output_format: str
) -> NoReturn:
    """Run probes, print what they found, and end; raise UsageError where one is declared wrongly."""
    try:
        probes = room.probes_from(given)
    except room.ProbeError as error:
        raise click.UsageError(str(error)) from error
    notice = threading.Timer(_PATIENCE_S, click.echo, (f"looking at {len(probes)} ...",), {"err": True})
    notice.daemon = True
    if sys.stderr.isatty():
        notice.start()
    # Each probe ends by itself; the whole call waits for the slowest.
    findings = room.run(probes, secrets, max(probe.timeout_s for probe in probes) + 5)
    notice.cancel()
    emit(findings, watch, output_format)


def _command(kind: str) -> click.Command:
    """Return the command of one kind of probe, made of its options."""
    shape = room.KINDS[kind].options
    place, filled = _PLACES[kind]
    options = [_option(about) for about in fields(shape) if about.name not in filled]

    @click.pass_context
    def look(ctx: click.Context, /, place: str, timeout_s: float, output_format: str, **asked: Any) -> None:
        watch = Stopwatch()
        secrets = {kind: os.environ.get(asked.pop("password_env"), "")} if "password_env" in asked else {}
        named = {name: value for name, value in asked.items() if value not in (None, ())}
        given = {
            "subject": kind,
            "kind": kind,
            "timeout_s": timeout_s,
            **named,
            **_placed(ctx, place, filled),
        }
        _look([given], secrets, watch, output_format)

    command = click.command(
        kind, help=f"{shape.__doc__}\n\n\b\nExample:\n  dulae check health {kind} {_EXAMPLES[kind]}"
    )
    made = command(_timeout_option(format_option(look)))
    made.params = [
        click.Argument(["place"], metavar=place, required=not place.startswith("[")),
        *options,
        *made.params,
    ]
    if kind == "journey":
        about = "Environment variable that holds the test account's password."
        made.params.append(click.Option(["--password-env"], default=_PASSWORD, show_default=True, help=about))
    return made


def _placed(ctx: click.Context, place: str | None, filled: tuple[str, ...]) -> dict[str, Any]:
    """Return the options that stand in what was written without an option's name."""
    if "port" not in filled or place is None or place.startswith("/"):
        return {filled[0]: place or ""}
    found = _HOST_AND_PORT.fullmatch(place)
    if not found:
        raise click.UsageError(f"{place!r} is no host and port; write HOST:PORT or [ADDRESS]:PORT", ctx)
    return {"host": found["address"] or found["name"], "port": found["port"]}


def _option(about: Field[Any]) -> click.Option:
    """Return a command-line option for an option of a probe."""
    name = about.name.replace("_", "-")
    told = _MARKUP.sub(r"\1", about.metadata["about"])
    if str(about.type) == "bool":
        return click.Option([f"--{name}/--no-{name}"], default=about.default, show_default=True, help=told)
    default = None if about.default in (MISSING, "", None) else about.default
    return click.Option(
        [f"--{name}"],
        type=_type(about),
        multiple=str(about.type).startswith("tuple"),
        required=about.default is MISSING,
        default=default,
        show_default=default is not None,
        help=told,
    )


def _type(about: Field[Any]) -> Any:
    """Return what click takes for an option of a probe."""
    rules = about.metadata
    if rules["choices"]:
        return click.Choice(rules["choices"])
    return click.STRING if str(about.type) == "str" else click.IntRange(rules["least"], rules["most"])
