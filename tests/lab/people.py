"""The lab's department: 120 people who do not exist, the same at every ``up``.

Citizen IDs carry the registrar code 9999, which no office has, and a valid check digit.
"""

from __future__ import annotations

import functools
import random
from dataclasses import dataclass

from tests.lab.names import MEN, POSITIONS, SURNAMES, UNITS, WOMEN

SEED = 2569
COUNT = 120
# Who plays which part in this week's personnel list (index into the department).
RESIGNED, RETIRED, TRANSFERRED, MOVED, CONTRACT_ENDS, UNCLEAR = 10, 11, 12, 13, 14, 15
HOMONYM, HOMONYM_TWIN = 16, 17
PLAYERS = range(RESIGNED, HOMONYM_TWIN + 1)
# Whole departments are not on the systems: some people have one account only.
ONLY_SARABAN = frozenset({TRANSFERRED, 40, 57, 83})
ONLY_INTRANET = frozenset({41, 58, 84, 101, 117})
PROBE = "dulae_probe"


@dataclass(frozen=True)
class Person:
    """Somebody who works in the lab's department."""

    number: int
    prefix: str
    first: str
    last: str
    username: str
    citizen_id: str
    unit: str
    position: str

    @property
    def full_name(self) -> str:
        """Return prefix, given name and surname as written in lists."""
        return f"{self.prefix}{self.first} {self.last}"

    @property
    def email(self) -> str:
        """Return the address in the lab's domain."""
        return f"{self.username}@dept.example"

    @property
    def password(self) -> str:
        """Return the password with which this person logs in."""
        return password_of(self.username)


def password_of(username: str) -> str:
    """Return the password of an account of the lab's applications."""
    return f"Lab-{username}-2569"


def citizen_id(first_digit: int, number: int) -> str:
    """Return a synthetic citizen ID: registrar code 9999, valid check digit."""
    digits = f"{first_digit}9999{number:07d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(13, 1, -1), strict=True))
    return digits + str((11 - total % 11) % 10)


@functools.cache
def department() -> tuple[Person, ...]:
    """Return everybody, in a fixed order; no two share a full name but the two homonyms."""
    chance = random.Random(SEED)
    names = [(given, surname) for given in (*MEN, *WOMEN) for surname in SURNAMES]
    chance.shuffle(names)
    names[HOMONYM_TWIN] = names[HOMONYM]
    return tuple(_person(chance, number, *names[number]) for number in range(COUNT))


def _person(chance: random.Random, number: int, given: tuple[str, str], surname: tuple[str, str]) -> Person:
    prefix = "นาย" if given in MEN else chance.choice(("นาง", "นางสาว"))
    return Person(
        number=number,
        prefix=prefix,
        first=given[0],
        last=surname[0],
        username=f"{given[1]}.{surname[1]}" + (str(number) if number == HOMONYM_TWIN else ""),
        citizen_id=citizen_id(chance.choice((1, 3, 5)), 1000 + number),
        unit=UNITS[number % len(UNITS)],
        position=chance.choice(POSITIONS),
    )


def on_intranet() -> tuple[Person, ...]:
    """Return who has an account of the Intranet."""
    return tuple(person for person in department() if person.number not in ONLY_SARABAN)


def on_saraban() -> tuple[Person, ...]:
    """Return who has an account of the correspondence system."""
    return tuple(person for person in department() if person.number not in ONLY_INTRANET)


def somebody_else() -> Person:
    """Return a person of the list who has no account anywhere."""
    return Person(
        COUNT,
        "นางสาว",
        "พิมพ์ใจ",
        "ไร้บัญชี",
        "phimchai.raibanchi",
        citizen_id(1, 1000 + COUNT),
        UNITS[2],
        POSITIONS[1],
    )
