"""What rows of one list say of the same person: repetitions, contradictions, cancelled orders, renewed contracts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from dulae.checks.finding import Reason
from dulae.people import movements, row_reasons
from dulae.people.personnel_list import Row
from dulae.people.row_reasons import because

_DOING = {"act", "scheduled"}
# What other rows may say of a leaver without a doubt arising: promotions, leave, a new name.
_HARMLESS = {"NO_ACTION", "RELINK"}


def settled(rows: Sequence[Row]) -> list[Row]:
    """Return the rows in their order, each judged beside the others with the same citizen number."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.citizen_id_status == "ok" and row.standing != "rejected" and "placeholder_id" not in row.flags:
            groups[row.citizen_id].append(row)
    changed = {
        (row.sheet, row.row): row for group in groups.values() if len(group) > 1 for row in _together(group)
    }
    return [changed.get((row.sheet, row.row), row) for row in rows]


def _together(group: Sequence[Row]) -> Iterator[Row]:
    """Yield the rows of one citizen number that stand elsewhere because of the others."""
    kept: list[Row] = []
    for row in group:
        if not movements.all_movements()[row.movement].is_leaving:
            continue
        twin = next((other for other in kept if _same(row, other)), None)
        if twin:
            yield _moved(row, "no_action", row_reasons.REPEATED, twin)
            continue
        kept.append(row)
    for row in kept:
        if row.standing in _DOING and (
            made := _beside(row, [other for other in group if other is not row], kept)
        ):
            yield made


def _beside(row: Row, others: Sequence[Row], leaving: Sequence[Row]) -> Row | None:
    """Return a leaving row as the other rows of the person make it, or None if they say nothing against it."""
    for other in others:
        if other.name_key != row.name_key and other.movement != "rename":
            return _moved(row, "review", row_reasons.SAME_ID_OTHER_NAME, other)
        if other.movement == "contract_renew" and row.movement == "contract_end":
            return _moved(row, "no_action", row_reasons.RENEWED, other)
        if other.movement == "order_cancelled":
            same_order = bool(row.order_no) and row.order_no == other.order_no
            why = row_reasons.CANCELLED if same_order else row_reasons.PERHAPS_CANCELLED
            return _moved(row, "no_action" if same_order else "review", why, other)
        if movements.all_movements()[other.movement].is_joining:
            return _moved(row, "review", row_reasons.LEAVES_AND_JOINS, other)
        if other in leaving or _casts_doubt(other):
            return _moved(row, "review", row_reasons.SAME_ID_OTHER_MOVEMENT, other)
    return None


def _casts_doubt(other: Row) -> bool:
    """Say whether a row that is no leaving speaks against one: unknown words, a correction, a move."""
    leaving = movements.all_movements()[other.movement].is_leaving
    return not leaving and other.action not in _HARMLESS and other.movement != "contract_renew"


def _same(row: Row, other: Row) -> bool:
    return (row.name_key, row.movement, row.effective_date) == (
        other.name_key,
        other.movement,
        other.effective_date,
    )


def _moved(row: Row, standing: str, why: Reason, other: Row) -> Row:
    at = other.row if other.sheet == row.sheet else f"{other.sheet}!{other.row}"
    return replace(row, standing=standing, because=(because(why, row=at),))
