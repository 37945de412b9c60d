"""The sentences of column 4 of form PK.5 and of the draft paragraphs: figures put into fixed words."""

from __future__ import annotations

from dataclasses import fields

from dulae.reports.data.common import Counts
from dulae.reports.data.coverage import Coverage
from dulae.reports.data.internal_control import InternalControl, Line
from dulae.reports.speech import Speech


def evaluated(speech: Speech, line: Line) -> list[str]:
    """Return what the evidence says of a control: how often it was kept, and what came of it."""
    said = speech.words["internal_control"]
    told = [_kept(speech, covered) for covered in line.works]
    for fact in line.facts:
        told.append(said["facts"][fact.name].format(*(speech.number(figure, 1) for figure in fact.places)))
    return told


def _kept(speech: Speech, covered: Coverage) -> str:
    said = speech.words["internal_control"]
    title = speech.title(covered.work.title)
    if not covered.turns:
        return str(said["not_due_fact"]).format(title=title)
    late = covered.count("late")
    kept = said["performed_fact"].format(
        title=title,
        done=speech.number(covered.done),
        due=speech.number(len(covered.turns)),
        unit=said["units"][covered.work.rhythm.cadence],
    )
    return f"{kept} {said['late_fact'].format(late=speech.number(late))}" if late else kept


def component(speech: Speech, name: str, body: InternalControl) -> str:
    """Return the draft paragraph for one component of form PK.4."""
    covered = [work for line in body.sheets for work in line.works]
    counts = Counts(
        *(sum(getattr(line.counts, part.name) for line in body.sheets) for part in fields(Counts))
    )
    figures = {
        "controls": len(body.sheets),
        "done": sum(work.done for work in covered),
        "due": sum(len(work.turns) for work in covered),
        "late": sum(work.count("late") for work in covered),
        "entries": body.ledger_entries,
        "total": counts.total,
        "abnormal": counts.abnormal,
        "unchecked": counts.unchecked,
        "exceptions": sum(len(work.exceptions) for work in covered),
    }
    text = speech.words["internal_control"]["components"][name]["text"]
    told = {place: speech.number(figure) for place, figure in figures.items()}
    return str(text).format(version=speech.figures(body.procedure_version), **told)
