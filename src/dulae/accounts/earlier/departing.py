"""Who has left by earlier lists and has not come back, and which accounts were closed: read from the ledger alone.

Somebody has come back once a list says so, or once what was done to him was taken back, until that list comes anew. A
list that has him leave and stay settles nothing. Whole citizen numbers are in no ledger: people are known by their
references.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from dulae.accounts.account import AT_ONCE, DISABLING, KEEPING
from dulae.accounts.referring import told_text

if TYPE_CHECKING:
    from dulae.accounts.desk import Evidence
    from dulae.accounts.standing import Standing
    from dulae.ledger import Entry

KINDS = ("list.received", "plan", "change.intent", "change.result", "undo.intent", "undo.result")
_DUE = ("act", "scheduled")

Person = Mapping[str, Any]
# System and primary key of an account.
Place = tuple[str, str]


@dataclass
class Past:
    """Everybody who has left, by reference, as the newest list that names him has it; and what was closed.

    Several rows of one person are several names for one citizen number. ``doubted`` gives the file of the list that had
    somebody both leave and stay, if no later one was clear. ``closed`` gives when an account was closed, or first seen
    to be. ``undone`` gives with which entry a change to somebody was taken back, by him and by the SHA-256 of the list
    that had led to it (nothing where the plan did not say), as long as that list has not come anew.
    ``half_given_back`` gives the systems in which that was refused to somebody who got his access back elsewhere.
    """

    people: dict[str, tuple[Person, ...]] = field(default_factory=dict)
    doubted: dict[str, str] = field(default_factory=dict)
    undone: dict[tuple[str, str], int] = field(default_factory=dict)
    half_given_back: dict[str, set[str]] = field(default_factory=dict)
    closed: dict[str, dict[Place, datetime]] = field(default_factory=lambda: defaultdict(dict))

    def gone(self, today: date) -> Iterator[tuple[str, tuple[Person, ...]]]:
        """Yield those whose day has come."""
        for ref, persons in self.people.items():
            if any(_has_come(person, today) for person in persons):
                yield ref, persons


def _has_come(person: Person, today: date) -> bool:
    first_day_out = str(person.get("effective_date") or "")
    return person["action"] in AT_ONCE or bool(first_day_out and first_day_out <= today.isoformat())


def past(evidence: Evidence) -> Past:
    """Return what the ledger tells of earlier leavers."""
    reading = _Reading()
    for entry in evidence.entries(kinds=KINDS):
        reading.take(entry)
    return reading.end()


def taken_back_since(evidence: Evidence, plan_id: str, known: Mapping[str, Standing]) -> set[str]:
    """Return the references of those to whom a change was taken back after a plan was made."""
    made = known[plan_id].seq if plan_id in known else -1
    # Seldom is anything taken back, and reading whom it was takes long.
    if all(standing.undone_seq < made for standing in known.values()):
        return set()
    return {ref for (ref, _), seq in past(evidence).undone.items() if seq > made}


class _Reading:
    """Takes one entry after the other; the last word on somebody counts."""

    def __init__(self) -> None:
        self.past = Past()
        # Plan -> number of a person in it -> his reference, and the list that had led to it.
        self._persons: dict[str, dict[int, tuple[str, str]]] = {}
        # Plan and somebody in it who was given his access back before -> how he would leave by it once more.
        self._once_more: dict[tuple[str, str], tuple[Person, ...]] = {}
        # Attempt at carrying out a plan -> the entry with which it began.
        self._begun: dict[str, int] = {}
        # Somebody and the list by which he left -> how he left, and the systems that refused to give his access back.
        self._given_back: dict[tuple[str, str], tuple[Person, ...]] = {}
        self._refused: dict[tuple[str, str], set[str]] = defaultdict(set)
        # Attempt at taking back -> whose access.
        self._asked_back: dict[str, list[tuple[str, str]]] = {}

    def take(self, entry: Entry) -> None:
        """Take one entry; one whose body was erased says nothing any more."""
        body = entry.body
        if entry.kind == "list.received":
            self._come_anew(str(body.get("sha256", "")))
        elif entry.kind == "plan" and "plan" in body:
            self._plan(body, entry.ts)
        elif entry.kind == "change.intent":
            self._begun[str(body.get("attempt"))] = entry.seq
        elif entry.kind == "change.result" and body.get("outcome") == "applied":
            self._carry_out(body, entry.ts)
        elif entry.kind == "undo.intent":
            asked = [(ref, listed) for ref, listed, _ in self._items(body)]
            self._asked_back[str(body.get("attempt"))] = asked
        elif entry.kind == "undo.result":
            self._end_taking_back(entry)

    def _come_anew(self, listed: str) -> None:
        for pair in [pair for pair in self.past.undone if listed and pair[1] == listed]:
            del self.past.undone[pair]

    def _carry_out(self, body: Mapping[str, Any], at: datetime) -> None:
        begun = self._begun.get(str(body.get("attempt")), -1)
        for ref, listed, place in self._items(body):
            self.past.closed[ref][place] = at
            if self.past.undone.get((ref, listed), begun) < begun:
                del self.past.undone[ref, listed]
                if rows := self._once_more.pop((str(body["plan_id"]), ref), ()):
                    self.past.people[ref] = rows

    def _items(self, body: Mapping[str, Any]) -> Iterator[tuple[str, str, Place]]:
        persons = self._persons.get(str(body.get("plan_id")), {})
        for item in body["items"]:
            if item["person"] in persons:
                yield (*persons[item["person"]], (str(body["system"]), told_text(item["account_key"])))

    def _take_back(self, ref: str, listed: str, place: Place) -> None:
        self.past.closed[ref].pop(place, None)
        held = self.past.people.get(ref)
        # A later list may have said again that he leaves; plans did not always say which list it was.
        if held and listed in ("", str(held[0].get("list_sha256", ""))):
            self._given_back[ref, listed] = self.past.people.pop(ref)

    def _end_taking_back(self, entry: Entry) -> None:
        body = entry.body
        if body.get("outcome") == "undone":
            for ref, listed, place in self._items(body):
                self.past.undone[ref, listed] = entry.seq
                self._refused[ref, listed].discard(place[0])
                self._take_back(ref, listed, place)
        elif body.get("outcome") == "refused":
            for pair in self._asked_back.get(str(body.get("attempt")), ()):
                self._refused[pair].add(str(body["system"]))

    def end(self) -> Past:
        """Return the past; whose access came back in one system and not in another is still to be looked for there."""
        for (ref, listed), systems in self._refused.items():
            rows = self._given_back.get((ref, listed))
            if systems and rows and ref not in self.past.people and (ref, listed) in self.past.undone:
                self.past.people[ref], self.past.half_given_back[ref] = rows, systems
        return self.past

    def _plan(self, body: Mapping[str, Any], at: datetime) -> None:
        document = body["plan"]
        persons = [person for person in document["persons"] if person.get("ref")]
        self._persons[str(body["plan_id"])] = {
            person["number"]: (person["ref"], str(person.get("list_sha256", ""))) for person in persons
        }
        file = document["list"]["file"]
        for ref, rows in _leaving(persons).items():
            told = tuple({**row, "list": row.get("list") or file} for row in rows)
            if {(ref, str(rows[0].get("list_sha256", ""))), (ref, "")} & self.past.undone.keys():
                self._once_more[str(body["plan_id"]), ref] = told
            else:
                self.past.people[ref] = told
        self._note_closed(document, {person["number"]: person["ref"] for person in persons}, at)
        self._note_staying(document, persons, file)

    def _note_staying(self, document: Mapping[str, Any], persons: Sequence[Person], file: str) -> None:
        staying, leaving = (
            {*_staying(persons), *document.get("staying", ())},
            _newly_leaving(document, persons),
        )
        for pair in [pair for pair in self._given_back if pair[0] in staying]:
            del self._given_back[pair]
        for ref in staying - leaving.keys():
            self.past.people.pop(ref, None)
            self.past.closed.pop(ref, None)
        for ref in staying ^ {ref for ref, is_clear in leaving.items() if is_clear}:
            self.past.doubted.pop(ref, None)
        for ref in staying & leaving.keys():
            self.past.doubted[ref] = file

    def _note_closed(self, document: Mapping[str, Any], refs: Mapping[int, str], at: datetime) -> None:
        """Remember the accounts that were found disabled already, by whomever."""
        for entry in document["already"]:
            for account in entry["accounts"]:
                if entry["person"] in refs and not account["active"]:
                    place = (str(entry["system"]), told_text(account["key"]))
                    self.past.closed[refs[entry["person"]]].setdefault(place, at)


def _leaving(persons: Iterable[Person]) -> dict[str, list[Person]]:
    """Return those who leave by a plan's list; what it says itself counts before what was carried over to it."""
    found: dict[str, list[Person]] = defaultdict(list)
    for person in persons:
        if person["action"] in DISABLING and person["standing"] in _DUE:
            found[person["ref"]].append(person)
    own = {ref: [row for row in rows if not row.get("list")] for ref, rows in found.items()}
    return {ref: own[ref] or rows for ref, rows in found.items()}


def _newly_leaving(document: Mapping[str, Any], persons: Iterable[Person]) -> dict[str, bool]:
    """Return those whom a list that was never compared before has leave, and whether it is clear about it."""
    own, found = {"", *document["list"].get("also", ())}, dict[str, bool]()
    for person in persons:
        listed = person.get("list_sha256", "") if person.get("list") else ""
        if person["action"] in DISABLING and person["standing"] != "rejected" and listed in own:
            found[person["ref"]] = found.get(person["ref"], True) and person["standing"] in _DUE
    return found


def _staying(persons: Iterable[Person]) -> Iterator[str]:
    """Yield those of whom a row that a person must decide says that they stay."""
    for person in persons:
        if person["action"] in KEEPING and person["standing"] != "rejected":
            yield person["ref"]
