"""The Intranet's rows: accounts without a flag, sessions, tokens, roles, news and room bookings."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.lab.passwords import encode
from tests.lab.people import PLAYERS, PROBE, SEED, department, on_intranet, password_of
from tests.lab.seen import last_seen, open_session

USER_TYPE = r"App\Models\User"
ADMIN = "admin"
_ROLES = ("user", "unit_editor", "administrator")
_ROOMS = ("ห้องประชุม 1", "ห้องประชุม 2", "ห้องประชุมใหญ่")
_BOOKINGS = 240
Rows = Iterator[tuple[Any, ...]]


def users(now: datetime) -> Rows:
    """Yield accounts: id is the person's number + 1, so that people are found again by it."""
    for person in on_intranet():
        remember = hashlib.sha256(person.username.encode()).hexdigest()[:60]
        yield (
            person.number + 1,
            person.full_name,
            person.email,
            encode(person.password, f"s{person.number:05d}"),
            remember if person.number in PLAYERS or person.number % 3 == 0 else None,
            person.citizen_id,
            person.unit,
            person.position,
            False,
            last_seen("intranet", person, now),
            now - timedelta(days=900 - person.number),
        )
    for number, name in ((901, ADMIN), (902, PROBE)):
        encoded = encode(password_of(name), f"s{number:05d}")
        made = now - timedelta(days=900)
        yield (
            number,
            name,
            f"{name}@dept.example",
            encoded,
            None,
            None,
            None,
            None,
            name == ADMIN,
            now,
            made,
        )


def sessions(now: datetime) -> Rows:
    """Yield open sessions; each player of the personnel list has one."""
    for person in on_intranet():
        active = open_session("intranet", person, now)
        if active is not None:
            name = hashlib.sha256(f"intranet {person.number}".encode()).hexdigest()[:40]
            yield name, person.number + 1, "10.20.0.9", "Mozilla/5.0", "e30=", int(active.timestamp())


def tokens(now: datetime) -> Rows:
    """Yield API tokens of some users."""
    for person in on_intranet()[::9]:
        token = hashlib.sha256(f"intranet-token-{person.number}".encode()).hexdigest()
        yield USER_TYPE, person.number + 1, "mobile", token, '["*"]', now - timedelta(days=30)


def reset_tokens(now: datetime) -> Rows:
    """Yield requests for a new password."""
    for person in department()[8:12]:
        yield person.email, encode("reset", "reset"), now - timedelta(hours=3)


def roles() -> Rows:
    """Yield the roles."""
    yield from ((number + 1, name) for number, name in enumerate(_ROLES))


def roles_of_users() -> Rows:
    """Yield who has which role; the administrator has the highest."""
    for person in on_intranet():
        yield 1, USER_TYPE, person.number + 1
        if person.number % 10 == 0:
            yield 2, USER_TYPE, person.number + 1
    yield 3, USER_TYPE, 901


def news(now: datetime) -> Rows:
    """Yield announcements of the last months."""
    for week in range(26):
        yield f"ข่าวประชาสัมพันธ์ประจำสัปดาห์ที่ {26 - week}", now - timedelta(weeks=week, hours=5)


def bookings(now: datetime) -> Rows:
    """Yield bookings of meeting rooms over the last months."""
    chance = random.Random(SEED + 3)
    people = on_intranet()
    for _ in range(_BOOKINGS):
        starts = (now - timedelta(days=chance.randrange(180))).replace(
            hour=9, minute=0, second=0, microsecond=0
        )
        asked = starts - timedelta(days=2)
        yield (
            chance.choice(people).number + 1,
            chance.choice(_ROOMS),
            starts,
            starts + timedelta(hours=2),
            asked,
        )


def tables(now: datetime) -> dict[str, Rows]:
    """Return the rows of each table, in an order that keeps references whole, keyed by ``table (columns)``."""
    person = "id, name, email, password, remember_token, citizen_id, unit, position, is_admin, last_login_at"
    token = "tokenable_type, tokenable_id, name, token, abilities, created_at"
    return {
        f"users ({person}, created_at)": users(now),
        "sessions (id, user_id, ip_address, user_agent, payload, last_activity)": sessions(now),
        f"personal_access_tokens ({token})": tokens(now),
        "password_reset_tokens (email, token, created_at)": reset_tokens(now),
        "roles (id, name)": roles(),
        "model_has_roles (role_id, model_type, model_id)": roles_of_users(),
        "news (title, published_at)": news(now),
        "bookings (user_id, room, starts_at, ends_at, created_at)": bookings(now),
    }
