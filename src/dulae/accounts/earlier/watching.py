"""Looking for people who left earlier among the accounts that stream past: memory holds the people, not the accounts.

Somebody's citizen number is in no ledger. It is told by his reference, which is computed only for numbers that end as
one of theirs does. A name alone would name a colleague every week: it counts where the unit agrees, where the account
was closed as this person's before, or where the application keeps nothing else to go by.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from dulae.accounts.account import Account, Leaver, Spelling
from dulae.accounts.applications import Application
from dulae.accounts.earlier.departing import Past, Person
from dulae.accounts.referring import key_text, reference
from dulae.accounts.telling import told
from dulae.checks.finding import reason

SAID_BOTH = reason(
    "access.said_both",
    "{list} had this person, who left earlier, both leave and stay; no list was clear since",
)
HALF_GIVEN_BACK = reason(
    "access.half_given_back",
    "this person was given the access back in another system; here that was refused, for the account had been changed",
)
SHOWN_DIGITS = 3


class Watch:
    """People who left earlier and have not come back, and what is known of their accounts.

    ``endings`` and ``names`` are those of their citizen numbers and names: whoever has neither is nobody of them.
    ``people`` are those that are looked for; ``known`` are these, and those of them whom the week's list names itself.
    """

    def __init__(
        self,
        key: bytes,
        spelling: Spelling,
        past: Past,
        gone: Mapping[str, tuple[Person, ...]],
        known: Sequence[str],
    ) -> None:
        self._key, self._past = key, past
        self.people, self.known = gone, known
        self._named = {
            ref: tuple(spelling.name_key(str(person["name"])) for person in persons)
            for ref, persons in gone.items()
        }
        self.endings = {ending for persons in gone.values() if (ending := _ending(persons[0]))}
        self.names: dict[str, list[str]] = defaultdict(list)
        for ref, names in self._named.items():
            for name in {*names, *(former for one in gone[ref] if (former := _former(one, names[0])))}:
                self.names[name].append(ref)
        # The citizen number of whoever was met by it.
        self.numbers: dict[str, str] = {}

    def closed(self, system: str) -> dict[tuple[str, str], datetime]:
        """Return when each account of a system was closed, by its owner's reference and its key as text."""
        return {
            (ref, text): at
            for ref, places in self._past.closed.items()
            for (of, text), at in places.items()
            if of == system
        }

    def closed_of_known(self) -> Iterator[tuple[str, str]]:
        """Yield system and key of the accounts that were closed of those who left earlier."""
        for ref in self.known:
            yield from self._past.closed.get(ref, ())

    def last_closed(self, system: str) -> datetime:
        """Return when an account of a system was closed last; of one with such accounts only."""
        return max(self.closed(system).values())

    def _doubt(self, ref: str) -> dict[str, str]:
        """Return why the earlier order alone does not suffice, or nothing."""
        if ref in self._past.half_given_back:
            return told(HALF_GIVEN_BACK)
        return told(SAID_BOTH, list=self._past.doubted[ref]) if ref in self._past.doubted else {}

    def met(self, application: Application, account: Account) -> Iterator[str]:
        """Yield the references of those whose account this is, or may be."""
        half = self._past.half_given_back
        for ref in self._met(application, account):
            if application.system in half.get(ref, (application.system,)):
                yield ref

    def _met(self, application: Application, account: Account) -> Iterator[str]:
        number = account.citizen_id
        known = ""
        if number and number[-SHOWN_DIGITS:] in self.endings:
            ref = reference(self._key, {"citizen_id": number, "name_key": account.name_key})
            if ref in self.people:
                known, self.numbers[ref] = ref, number
                yield ref
        for ref in self.names.get(account.name_key, ()):
            if ref != known and self._may_be(ref, application, account):
                yield ref

    def _may_be(self, ref: str, application: Application, account: Account) -> bool:
        """Say whether a name that agrees means something: not where both have numbers, for then these differ."""
        persons = self.people[ref]
        if account.citizen_id and _ending(persons[0]):
            return False
        if account.unit and any(account.unit == person["unit"] for person in persons):
            return True
        if application.profile.users.unit is None:
            return True
        return (application.system, key_text(account.key)) in self._past.closed.get(ref, ())

    def leavers(self, ref: str, number: int) -> Iterator[Leaver]:
        """Yield the rows of somebody as the newest list that named him has them, numbered from ``number`` on."""
        rows = zip(self.people[ref], self._named[ref], strict=True)
        for place, (person, name_key) in enumerate(rows, number):
            yield Leaver(
                number=place,
                row=int(person["row"]),
                sheet=str(person["sheet"]),
                name_key=name_key,
                display=str(person["name"]),
                former_surname=str(person.get("former_surname", "")),
                citizen_id=self.numbers.get(ref, ""),
                unit=str(person["unit"]),
                movement=str(person["movement"]),
                action=str(person["action"]),
                effective_date=_day(person),
                order_no=str(person["order_no"]),
                standing="act",
                reason="",
                source=str(person["list"]),
                source_sha256=str(person.get("list_sha256", "")),
                ref=ref,
                masked_id=str(person["citizen_id"]),
                doubt=self._doubt(ref),
            )


def _ending(person: Mapping[str, Any]) -> str:
    """Return the digits of a masked citizen number that are shown; nothing where the list gave none."""
    return "".join(filter(str.isdigit, str(person["citizen_id"])))[-SHOWN_DIGITS:]


def _former(person: Mapping[str, Any], name_key: str) -> str:
    surname = str(person.get("former_surname", ""))
    return f"{name_key.partition('|')[0]}|{surname}" if surname else ""


def _day(person: Mapping[str, Any]) -> date | None:
    first_day_out = str(person.get("effective_date") or "")
    return date.fromisoformat(first_day_out) if first_day_out else None
