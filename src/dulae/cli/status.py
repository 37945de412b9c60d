"""`dulae status`: where each control of the procedure stands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from dulae.checks.finding import Verdict, utc_text, worst
from dulae.cli import clock
from dulae.cli.door import settings_of
from dulae.cli.tables import coloured, format_option, language_option, speech_of, table, verdict_word

if TYPE_CHECKING:
    from dulae.ledger.locks import Holder
    from dulae.procedure.standing import Standing
    from dulae.reports.speech import Speech

_HEADINGS = {
    "en": ("control", "last run", "verdict", "time used", "next due", "state", "title"),
    "th": ("การควบคุม", "ครั้งล่าสุด", "ผล", "เวลาที่ใช้", "กำหนดถัดไป", "สถานะ", "รายการ"),
}
_STATES = {
    "en": {
        "overdue": "overdue",
        "due": "due",
        "late": "done late",
        "done": "done",
        "waiting": "not yet due",
        "running": "running ({who})",
        "interrupted": "interrupted",
        "missed": "{count} missed",
        "never": "never",
        "partial": "partly",
    },
    "th": {
        "overdue": "เกินกำหนด",
        "due": "ถึงกำหนด",
        "late": "ทำแล้ว (ล่าช้า)",
        "done": "ทำแล้ว",
        "waiting": "ยังไม่ถึงกำหนด",
        "running": "กำลังทำงาน ({who})",
        "interrupted": "ถูกขัดจังหวะ",
        "missed": "ขาด {count} รอบ",
        "never": "ยังไม่เคย",
        "partial": "บางส่วน",
    },
}
_COLOUR_OF = {"overdue": Verdict.FAIL, "due": Verdict.WARN, "late": Verdict.WARN, "done": Verdict.PASS}


@click.command()
@format_option
@language_option
@click.option(
    "--exit-code", is_flag=True, help="End with 1 (warn), 2 (fail) or 3 (unknown) by the worst control."
)
@click.pass_context
def status(ctx: click.Context, output_format: str, language: str, exit_code: bool) -> None:
    """Show each control: last run, verdict, time used against its limit, next due, overdue and open runs.

    Ends with 0 whatever stands there, unless --exit-code asks for a Nagios plugin's status.

    \b
    Example:
      dulae status --language th
    """
    from dulae.ledger.locks import running
    from dulae.ledger.standing import standings_of

    settings = settings_of(ctx)
    found = standings_of(settings, clock.now())
    holders = {each.work.id: running(settings.state_dir, each.work.id) for each in found}
    if output_format == "json":
        told = [plain(each, holders[each.work.id]) for each in found]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        speech = speech_of(settings, language)
        click.echo(table(_HEADINGS[language], [_row(each, holders[each.work.id], speech) for each in found]))
    if exit_code:
        ctx.exit(worst(_verdict(each) for each in found).exit_status)


def state_of(standing: Standing) -> str:
    """Return one word for how work stands: overdue, late, done, due or waiting."""
    due = standing.due
    told = {"overdue": due.overdue, "late": due.late, "done": due.done, "due": due.due, "waiting": True}
    return next(name for name, holds in told.items() if holds)


def plain(standing: Standing, holder: Holder | None) -> dict[str, Any]:
    """Return a standing as plain JSON types; times are UTC."""
    last, due, work = standing.last, standing.due, standing.work
    return {
        "id": work.id,
        "title": work.title.model_dump(),
        "step": work.control.step,
        "clause": work.control.clause,
        "cadence": work.rhythm.cadence,
        "state": state_of(standing),
        "period": due.period_key,
        "due_at": utc_text(due.due_at),
        "next_due_at": utc_text(due.next_due_at),
        "missed_periods": standing.missed,
        "running_pid": holder.pid if holder else None,
        "open_runs": [run.run for run in standing.open_runs],
        "last": last
        and {
            "run": last.run,
            "started_at": utc_text(last.started_at),
            "finished_at": utc_text(last.finished_at or last.started_at),
            "verdict": last.verdict.value,
            "elapsed_ms": last.elapsed_ms,
            "limit_minutes": last.limit_minutes,
            "within_limit": last.within_limit,
            "evidenced": last.done,
            "partial": last.partial,
        },
    }


def _row(standing: Standing, holder: Holder | None, speech: Speech) -> list[str]:
    last, words = standing.last, _STATES[speech.language]
    title = speech.title(standing.work.title)
    next_due = speech.moment(standing.due.next_due_at)
    state = _state(standing, holder, speech.language)
    if last is None:
        return [standing.work.id, words["never"], "-", "-", next_due, state, title]
    verdict = coloured(verdict_word(last.verdict, speech.language), last.verdict)
    if last.partial:
        verdict += f" ({words['partial']})"
    used = f"{speech.span(last.elapsed_ms)} / {speech.span(last.limit_minutes * 60_000)}"
    if last.within_limit is False:
        used = coloured(used, Verdict.WARN)
    return [standing.work.id, speech.moment(last.started_at), verdict, used, next_due, state, title]


def _state(standing: Standing, holder: Holder | None, language: str) -> str:
    """Return how work stands in words: its state, who runs it now, what was interrupted or missed."""
    words, name = _STATES[language], state_of(standing)
    told = [coloured(words[name], _COLOUR_OF[name]) if name in _COLOUR_OF else words[name]]
    if holder:
        told.append(coloured(words["running"].format(who=holder.operator), Verdict.WARN))
    elif standing.open_runs:
        told.append(coloured(words["interrupted"], Verdict.UNKNOWN))
    if standing.missed:
        told.append(coloured(words["missed"].format(count=standing.missed), Verdict.FAIL))
    return ", ".join(told)


def _verdict(standing: Standing) -> Verdict:
    """Return how bad a standing is: overdue fails, due and late warn, what never ran or did not end is unknown."""
    told = [
        {"overdue": Verdict.FAIL, "due": Verdict.WARN, "late": Verdict.WARN}.get(
            state_of(standing), Verdict.PASS
        )
    ]
    if standing.last:
        told.append(standing.last.verdict)
    if standing.open_runs:
        told.append(Verdict.UNKNOWN)
    return worst(told)
