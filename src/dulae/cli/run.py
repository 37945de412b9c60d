"""`dulae run`: carry out controls of the procedure, each as a playbook of its own."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dulae.checks.finding import Verdict, worst
from dulae.cli import clock
from dulae.cli.door import settings_of
from dulae.cli.findings import printable
from dulae.cli.tables import coloured, format_option, language_option, speech_of, table, verdict_word

if TYPE_CHECKING:
    from rich.status import Status

    from dulae.cli.runner import Came
    from dulae.procedure.sop import Work
    from dulae.procedure.standing import Standing
    from dulae.reports.speech import Speech
    from dulae.settings import Settings

_HEADINGS = {
    "en": ("control", "verdict", "time used", "what was found"),
    "th": ("การควบคุม", "ผล", "เวลาที่ใช้", "สิ่งที่พบ"),
}
_WORDS = {
    "en": {
        "starts": "[{number}/{count}] {id}: {title} (limit {limit})",
        "works": "{id}: {used} of {limit}",
        "ends": "[{number}/{count}] {id}: {verdict} after {used}",
        "nothing": "Nothing is due. Next: {id} at {moment}.",
        "log": "What Ansible said: {log}",
        "over": " (over the limit)",
        "more": "... and {count} more: dulae ledger show --run {run}",
    },
    "th": {
        "starts": "[{number}/{count}] {id}: {title} (เกณฑ์ {limit})",
        "works": "{id}: {used} จาก {limit}",
        "ends": "[{number}/{count}] {id}: {verdict} ใช้เวลา {used}",
        "nothing": "ไม่มีรายการที่ถึงกำหนด รายการถัดไป: {id} {moment}",
        "log": "บันทึกของ Ansible: {log}",
        "over": " (เกินเกณฑ์)",
        "more": "... และอีก {count} รายการ: dulae ledger show --run {run}",
    },
}
_MINUTE_MS = 60_000
_MOST_TROUBLES = 10


@click.command()
@click.argument("controls", nargs=-1, metavar="[CONTROL]...")
@click.option("--due", is_flag=True, help="Run only what is due of the controls that are named.")
@click.option(
    "--check", is_flag=True, help="Try what would be done, and change nothing. Such a run counts for nothing."
)
@click.option(
    "--limit", default="", metavar="HOSTS", help="Only these hosts. Such a run does not count as done."
)
@click.option(
    "--wait", default=0, show_default=True, metavar="SECONDS", help="Wait for another run of the control."
)
@click.option(
    "--verbose", is_flag=True, help="Show what Ansible says; it is kept in STATE_DIR/logs in any case."
)
@format_option
@language_option
@click.pass_context
def run(
    ctx: click.Context, /, controls: tuple[str, ...], output_format: str, language: str, **how: Any
) -> None:
    """Run CONTROLs of the procedure, or all that is due where none is named.

    Each runs as a playbook of its own, as a timer would run it, and leaves its evidence in the ledger. Controls are
    those of procedure.yml: availability, restoration, recoverability, access, usage, and more work of theirs such as
    drill and creation. Ends with 0 (pass), 1 (warn), 2 (fail) or 3 (unknown, or no evidence), the worst of all.

    \b
    Examples:
      dulae run                         all that is due
      dulae run availability
      dulae run --due restoration       as a timer calls it
      dulae run access --check
    """
    from dulae.cli.runner import Runner
    from dulae.procedure.launching import Launch
    from dulae.settings.project import root

    settings = settings_of(ctx)
    chosen = _chosen(settings, controls, only_due=how["due"] or not controls)
    teller = _Teller(speech_of(settings, language), len(chosen), how["verbose"])
    launch = Launch(root(), settings.inventory, how["check"], how["limit"])
    came = teller.all(chosen, Runner(settings, launch, teller.tick, how["wait"]))
    if output_format == "json":
        click.echo(json.dumps([_plain(each) for each in came], ensure_ascii=False, indent=2))
    elif came:
        click.echo(table(_HEADINGS[language], [_row(each, teller.speech) for each in came]))
        click.echo("".join(_troubles(each, teller.speech) for each in came), nl=False)
        for each in came:
            if each.log and each.verdict in (Verdict.FAIL, Verdict.UNKNOWN):
                click.echo(_WORDS[language]["log"].format(log=each.log), err=True)
    else:
        click.echo(_next(settings, controls, teller.speech))
    ctx.exit(_exit_status(came))


def _exit_status(came: Iterable[Came]) -> int:
    """Return the worst verdict's status; what somebody interrupted leaves the rest unknown."""
    verdicts = [Verdict.UNKNOWN if each.interrupted else each.verdict for each in came]
    return worst(verdicts).exit_status if verdicts else 0


def _chosen(settings: Settings, names: Iterable[str], only_due: bool) -> list[Work]:
    """Return the work that is named (all where none is), or what of it is due; raise SettingsError, LedgerError."""
    if not only_due:
        return _named(settings, names)
    due = {each.work.id for each in _standings(settings) if each.due.due}
    return [each for each in _named(settings, names) if each.id in due]


def _named(settings: Settings, names: Iterable[str]) -> list[Work]:
    from dulae.procedure.sop import work, works

    return [work(settings.procedure, name) for name in dict.fromkeys(names)] or list(
        works(settings.procedure)
    )


def _standings(settings: Settings) -> tuple[Standing, ...]:
    from dulae.ledger.standing import standings_of

    return standings_of(settings, clock.now())


def _next(settings: Settings, names: Iterable[str], speech: Speech) -> str:
    """Return which of the named work is to be done next, and when."""
    asked = {work.id for work in _named(settings, names)}
    standings = [standing for standing in _standings(settings) if standing.work.id in asked]
    following = min(standings, key=lambda standing: standing.due.next_due_at)
    moment = speech.moment(following.due.next_due_at)
    return _WORDS[speech.language]["nothing"].format(id=following.work.id, moment=moment)


class _Teller:
    """Says on stderr what is at work: a line that changes on a terminal, plain lines elsewhere."""

    def __init__(self, speech: Speech, count: int, verbose: bool) -> None:
        self.speech = speech
        self._words = _WORDS[speech.language]
        self._count = count
        self._verbose = verbose
        self._began = time.monotonic()
        self._shown = 0
        self._status: Status | None = None

    def all(self, chosen: Iterable[Work], runner: Any) -> list[Came]:
        """Run all work one after the other, until somebody interrupts."""
        came = []
        for number, work in enumerate(chosen, start=1):
            limit = self.speech.span(work.limit_minutes * _MINUTE_MS)
            title = self.speech.title(work.title)
            self._say("starts", number=number, id=work.id, title=title, limit=limit)
            self._began, self._shown = time.monotonic(), 0
            with self._line() as self._status:
                came.append(runner.run(work))
            verdict = verdict_word(came[-1].verdict, self.speech.language)
            self._say("ends", number=number, id=work.id, verdict=verdict, used=self._used())
            if came[-1].interrupted:
                break
        return came

    def tick(self, work: Work, log: Path) -> None:
        """Show how long some work has been at it; with --verbose, what Ansible has said since."""
        if self._status:
            limit = self.speech.span(work.limit_minutes * _MINUTE_MS)
            self._status.update(self._words["works"].format(id=work.id, used=self._used(), limit=limit))
        if self._verbose:
            said = log.read_bytes()
            whole = said.rfind(b"\n") + 1
            for line in said[self._shown : whole].decode(errors="replace").splitlines():
                click.echo("".join(sign if sign.isprintable() else " " for sign in line), err=True)
            self._shown = max(self._shown, whole)

    def _used(self) -> str:
        return self.speech.span(round(time.monotonic() - self._began) * 1000)

    def _say(self, word: str, **places: Any) -> None:
        click.echo(self._words[word].format(count=self._count, **places), err=True)

    def _line(self) -> AbstractContextManager[Status | None]:
        if self._verbose or not _on_a_terminal():
            return nullcontext()
        from rich.console import Console

        return Console(stderr=True).status("")


def _on_a_terminal() -> bool:
    return sys.stderr.isatty()


def _row(came: Came, speech: Speech) -> list[str]:
    limit = speech.span(came.work.limit_minutes * _MINUTE_MS)
    used = speech.span(came.run.elapsed_ms) if came.run else ""
    over = _WORDS[speech.language]["over"] if came.run and came.run.within_limit is False else ""
    verdict = coloured(verdict_word(came.verdict, speech.language), came.verdict)
    return [came.work.id, verdict, f"{used or '-'} / {limit}{over}", speech.sentence(came.finding)]


def _troubles(came: Came, speech: Speech) -> str:
    """Return a line for each finding that did not pass, the worst first, and how many more there are."""
    lines = [
        f"{coloured(verdict_word(each.finding.verdict, speech.language), each.finding.verdict)}  "
        f"{printable(each.finding.subject)} ({each.host}): {printable(speech.sentence(each.finding))}"
        for each in came.troubles[:_MOST_TROUBLES]
    ]
    more = len(came.troubles) - len(lines)
    if more > 0:
        lines.append(_WORDS[speech.language]["more"].format(count=more, run=came.run.run if came.run else ""))
    return "".join(f"{line}\n" for line in ["", f"{came.work.id}:", *lines]) if lines else ""


def _plain(came: Came) -> dict[str, Any]:
    run = came.run
    return {
        "control": came.work.id,
        "run": run.run if run else "",
        "verdict": came.verdict.value,
        "evidenced": bool(run and run.evidenced),
        "check_mode": bool(run and run.check_mode),
        "elapsed_ms": run.elapsed_ms if run else None,
        "limit_minutes": came.work.limit_minutes,
        "within_limit": run.within_limit if run else None,
        "counts": dict(run.counts) if run else {},
        "finding": came.finding.to_dict(),
        "troubles": [{"host": each.host, **each.finding.to_dict()} for each in came.troubles],
        "log": str(came.log or ""),
    }
