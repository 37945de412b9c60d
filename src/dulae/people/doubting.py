"""What makes a movement doubtful: a wording understood by half, or a second place that says that somebody leaves."""

from __future__ import annotations

from dulae.people import doubled, movements, row_reasons, wordings
from dulae.people.movements import Counting
from dulae.people.row_reasons import Because, because
from dulae.people.tables import Record
from dulae.people.wordings import Said

# As much of what was typed is shown in a reason.
SHOWN = 60


def about_wording(said: Said, wording: str) -> Because:
    """Return why a wording is no movement: what was understood of it, and why that is not certain."""
    shown = wording[:SHOWN]
    kinds = movements.all_movements()
    if any(kinds[kind].counting is Counting.AT_ONCE for kind in (said.begins, said.other) if kind):
        # An order about discipline or death is nobody else's business.
        return because(row_reasons.WORDING_AT_ONCE)
    if not shown:
        return (
            because(row_reasons.WORDING["why"], movement=said.begins)
            if said.begins
            else because(row_reasons.NO_MOVEMENT)
        )
    if not said.doubt:
        return because(row_reasons.UNKNOWN_MOVEMENT, wording=shown)
    places_of = {"movement": said.begins, "other": said.other, "wording": shown}
    why = row_reasons.WORDING[said.doubt]
    return because(why, **{name: value for name, value in places_of.items() if f"{{{name}}}" in why.text})


def about_staying(record: Record) -> list[Because]:
    """Return what says that somebody leaves after all, whose movement takes no login away."""
    kinds = movements.all_movements()
    remark = record.texts.get("remark", "")
    told = [
        (row_reasons.COLUMNS_DIFFER, {"title": title[:SHOWN]}, text)
        for text, title in doubled.movements_of(record)
    ]
    told += [(row_reasons.REMARK_CONTRADICTS, {"remark": wordings.without_why(remark)[:SHOWN]}, remark)]
    return [
        because(why, **places) for why, places, text in told if kinds[wordings.said(text).kind].is_leaving
    ]
