"""Leavers of earlier lists whose access has not ended: each week's list names only new ones, nobody may be forgotten.

They are kept privately with their whole citizen numbers and join the next review; so do rows that a person must decide,
until a list speaks clearly of them. They are dropped once no account of theirs is active, once a list says that they
stay (an order cancelled), or once the change that they led to was taken back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from dulae.accounts import private
from dulae.accounts.account import AT_ONCE, DISABLING, KEEPING
from dulae.accounts.desk import Desk
from dulae.accounts.earlier import catching_up
from dulae.accounts.plan import Plan
from dulae.accounts.referring import reference

Row = Mapping[str, Any]
DUE = ("act", "scheduled")
_CLEAR = (*DUE, "no_action")
_UNDECIDED = "REVIEW"
# Sections of a plan in which a person's access has not ended.
_UNFINISHED = ("items", "protected", "waiting", "review")


def joined(
    desk: Desk,
    document: Mapping[str, Any],
    undone: Collection[tuple[str, str]],
    late: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Return a judged list with the outstanding rows of earlier lists after its own, each judged for today.

    ``undone`` holds who was given his access back, with the list that had led to it (as the past has it): such rows are
    left out. ``late`` are lists that were not compared when they came, the oldest first: all they say counts as said
    before this one. Their SHA-256 sums stand under ``also``.
    """
    rows = _kept(desk)
    for one in late:
        told = {"list": one["file"], "list_sha256": one["sha256"], "late": True}
        said = [{**told, **row} for row in one["rows"] if row["standing"] != "rejected"]
        rows = [*_carried(desk, rows, one, undone), *said]
    also = {"also": [one["sha256"] for one in late]} if late else {}
    return {**document, **also, "rows": [*document["rows"], *_carried(desk, rows, document, undone)]}


def _carried(
    desk: Desk, rows: Sequence[Row], document: Mapping[str, Any], undone: Collection[tuple[str, str]]
) -> list[Row]:
    """Return those of earlier rows that a newer list does not settle."""
    own = list(document["rows"])
    leaving = {reference(desk.key, row) for row in own if _is_due(row)}
    spoken_of = {reference(desk.key, row) for row in own if row["standing"] in _CLEAR or _is_in_doubt(row)}
    today = _day(desk)
    carried = []
    for row in rows:
        person = reference(desk.key, row)
        is_settled = person in (leaving if _is_due(row) else spoken_of)
        if (
            row["list_sha256"] != document["sha256"]
            and not is_settled
            and not _is_undone(row, person, undone)
        ):
            carried.append(_today(row, today))
    return carried


def _day(desk: Desk) -> str:
    return desk.clock().astimezone(desk.zone).date().isoformat()


def _is_due(row: Row) -> bool:
    return row.get("action") in DISABLING and row["standing"] in DUE


def _is_in_doubt(row: Row) -> bool:
    """Say whether somebody may have left, and a person must decide it."""
    return row["standing"] == "review" and (row.get("action") in DISABLING or row.get("action") == _UNDECIDED)


def _today(row: Row, today: str) -> Row:
    if not _is_due(row):
        return row
    return {**row, "standing": "act" if _has_come(row, today) else "scheduled"}


def _has_come(row: Row, today: str) -> bool:
    return bool(row["action"] in AT_ONCE or row["effective_date"] <= today)


def keep(desk: Desk, document: Mapping[str, Any], plan: Plan) -> None:
    """Keep what must not be forgotten of a joined list; raise PlanError if that is not possible.

    That is the rows whose persons' access has not ended, and who stays, as long as an earlier plan may say otherwise.
    """
    blind = any(not system["readable"] for system in plan.document["systems"])
    unfinished = {entry["person"] for section in _UNFINISHED for entry in plan.document[section]}
    staying = _staying_by_list(desk, document)
    rows = [
        {"list": document["file"], "list_sha256": document["sha256"], **_without_mark(row)}
        for number, row in enumerate(document["rows"], 1)
        if (_is_due(row) or _is_in_doubt(row))
        and (blind or number in unfinished)
        and not (row.get("list") and staying[reference(desk.key, row)] - {row["list_sha256"]})
    ]
    if rows != _kept(desk):
        private.write_json(desk.outstanding, rows)
    remembered = _remembered(desk, document)
    if remembered != _kept_staying(desk):
        private.write_json(desk.staying, remembered)


def _staying_by_list(desk: Desk, document: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return which new lists say of each person that he stays; one that contradicts itself settles nothing alone."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in _new(document):
        if _stays(row):
            found[reference(desk.key, row)].add(str(row.get("list_sha256") or document["sha256"]))
    return found


def _stays(row: Row) -> bool:
    return row.get("action") in KEEPING and row["standing"] != "rejected"


def _remembered(desk: Desk, document: Mapping[str, Any]) -> dict[str, str]:
    """Return until when each person who stays must be remembered: until every plan that was made before is too old."""
    now = desk.clock()
    own = _new(document)
    said = {
        person: (now + desk.max_age).isoformat(timespec="seconds") for person in _kept_in_service(desk, own)
    }
    leaving = {reference(desk.key, row) for row in own if _is_due(row)}
    still = {person: until for person, until in _kept_staying(desk).items() if until > now.isoformat()}
    return {
        person: until
        for person, until in {**still, **said}.items()
        if person in said or person not in leaving
    }


def _new(document: Mapping[str, Any]) -> list[Row]:
    """Return the rows that no comparison has seen before."""
    return [row for row in document["rows"] if not row.get("list") or row.get("late")]


def _without_mark(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "late"}


def _kept_in_service(desk: Desk, rows: Iterable[Row]) -> set[str]:
    return {reference(desk.key, row) for row in rows if _stays(row)}


def _kept_staying(desk: Desk) -> dict[str, str]:
    return dict(private.read_json(desk.staying)) if desk.staying.exists() else {}


def returned(desk: Desk) -> set[str]:
    """Return the references of those who stay by the newest lists, whatever an earlier plan says of them."""
    return _returned(desk, _newest(desk))


def otherwise(desk: Desk) -> set[str]:
    """Return the references of those who stay by the newest lists, leave on a later day, or perhaps not at all."""
    newest = _newest(desk)
    return _returned(desk, newest) | _put_off(desk, newest)


def _newest(desk: Desk) -> Mapping[str, Any]:
    found: Mapping[str, Any] = {"sha256": "", "rows": []}
    if desk.judged_list.exists():
        found = private.read_json(desk.judged_list)
    return found


def _returned(desk: Desk, newest: Mapping[str, Any]) -> set[str]:
    said = (row for one in (*catching_up.kept(desk), newest) for row in one["rows"])
    return _kept_in_service(desk, said) | set(_kept_staying(desk))


def _put_off(desk: Desk, newest: Mapping[str, Any]) -> set[str]:
    found: dict[str, bool] = {}
    for rows in _in_order(desk, newest):
        found |= _said(desk, rows)
    return {person for person, has_come in found.items() if not has_come}


def _said(desk: Desk, rows: Sequence[Row]) -> dict[str, bool]:
    """Return whom some rows have leave, and whether his day has come for certain.

    A row that is in doubt speaks against an order of another list: it is newer, for a clear one would have settled it.
    """
    today, said, lists = _day(desk), dict[str, bool](), defaultdict[str, set[str]](set)
    for row in filter(_is_due, rows):
        person = reference(desk.key, row)
        said[person] = said.get(person, False) or _has_come(row, today)
        lists[person].add(str(row.get("list_sha256", "")))
    for row in rows:
        if row["standing"] == "review" and row.get("action") in DISABLING:
            person = reference(desk.key, row)
            if str(row.get("list_sha256", "")) not in lists[person]:
                said[person] = False
    return said


def _in_order(desk: Desk, newest: Mapping[str, Any]) -> Iterator[Sequence[Row]]:
    """Yield the rows of each list after those that came before it; of compared ones the last word is kept."""
    yield _kept(desk)
    if any(catching_up.kept(desk)):
        yield from (one["rows"] for one in catching_up.overdue(desk, newest["sha256"]).late)
    yield newest["rows"]


def _kept(desk: Desk) -> list[Row]:
    return list(private.read_json(desk.outstanding)) if desk.outstanding.exists() else []


def _is_undone(row: Row, person: str, undone: Collection[tuple[str, str]]) -> bool:
    """Say whether a change was taken back that this row had led to; plans did not always say which list that was."""
    return (person, str(row["list_sha256"])) in undone or (person, "") in undone
