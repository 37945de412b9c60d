"""The correspondence system's rows: accounts with a flag, sessions, the register in and out, and the document files."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.lab.names import UNITS
from tests.lab.passwords import encode
from tests.lab.people import PROBE, SEED, on_saraban, password_of
from tests.lab.seen import BANGKOK, last_seen, open_session

ADMIN = "admin"
DAYS = 180
_SUBJECTS = (
    "ขอเชิญประชุมคณะทำงาน",
    "ขอส่งรายงานผลการดำเนินงาน",
    "แจ้งเวียนระเบียบที่เกี่ยวข้อง",
    "ขออนุมัติเดินทางไปราชการ",
    "ขอความอนุเคราะห์ข้อมูล",
    "รายงานการใช้จ่ายงบประมาณ",
)
_PENDING_SHARE = 0.07
_DISABLED = frozenset({22, 44, 66, 88, 110})
Rows = Iterator[tuple[Any, ...]]


def users(now: datetime) -> Rows:
    """Yield accounts: id is the person's number + 1; five were disabled long ago."""
    for person in on_saraban():
        disabled = person.number in _DISABLED
        yield (
            person.number + 1,
            person.username,
            encode(person.password, f"s{person.number:05d}"),
            person.prefix,
            person.first,
            person.last,
            person.citizen_id,
            person.unit,
            person.email,
            not disabled,
            False,
            now - timedelta(days=200) if disabled else last_seen("saraban", person, now),
            now - timedelta(days=900 - person.number),
        )
    for number, name, admin in ((901, ADMIN, True), (902, PROBE, False)):
        encoded = encode(password_of(name), f"s{number:05d}")
        made = now - timedelta(days=900)
        yield (number, name, encoded, None, "บัญชีระบบ", name, None, UNITS[6], None, True, admin, now, made)


def sessions(now: datetime) -> Rows:
    """Yield open sessions; each player of the personnel list has one."""
    for person in on_saraban():
        seen = open_session("saraban", person, now)
        if seen is not None and person.number not in _DISABLED:
            token = hashlib.sha256(f"saraban {person.number}".encode()).hexdigest()
            yield token, person.number + 1, seen - timedelta(minutes=20), seen


def tokens(now: datetime) -> Rows:
    """Yield API tokens of some users."""
    for person in on_saraban()[::8]:
        token = hashlib.sha256(f"saraban-token-{person.number}".encode()).hexdigest()
        yield person.number + 1, "scanner", token, now - timedelta(days=60)


def documents(now: datetime) -> Rows:
    """Yield the register: some documents on each working day of the last months, the newest from the last hours."""
    chance = random.Random(SEED + 13)
    people = on_saraban()
    counters: dict[tuple[str, int], int] = {}
    identity = 0
    for day in range(DAYS, -1, -1):
        moment = (now - timedelta(days=day)).astimezone(BANGKOK)
        if moment.weekday() >= 5 and day:
            continue
        for _ in range(chance.randint(3, 6)):
            identity += 1
            registered = moment - timedelta(minutes=chance.randrange(1, 300))
            key = (chance.choice(("in", "in", "out")), registered.year + 543)
            counters[key] = counters.get(key, 0) + 1
            pending = chance.random() < (_PENDING_SHARE if day > 7 else 0.5)
            closed = None if pending else min(now, registered + timedelta(hours=chance.randrange(1, 90)))
            owner = chance.choice(people)
            subject = f"{chance.choice(_SUBJECTS)} ({identity})"
            secrecy = "ลับ" if chance.random() < 0.02 else "ปกติ"
            yield (
                identity,
                key[0],
                counters[key],
                key[1],
                registered,
                subject,
                secrecy,
                owner.unit,
                owner.number + 1,
                "pending" if pending else "done",
                closed,
            )


def attachments(now: datetime, folder: Path) -> Rows:
    """Write a file for every third document and yield its row."""
    chance = random.Random(SEED + 14)
    for row in documents(now):
        identity = row[0]
        if identity % 3:
            continue
        content = (
            b"%PDF-1.4\n% lab document "
            + str(identity).encode()
            + b"\n"
            + chance.randbytes(1200 + identity % 700)
        )
        name = f"{row[3]}/{identity:06d}.pdf"
        (folder / name).parent.mkdir(exist_ok=True, mode=0o700)
        (folder / name).write_bytes(content)
        yield identity, f"หนังสือ {identity}.pdf", name, len(content), hashlib.sha256(content).hexdigest()


def tables(now: datetime, folder: Path) -> dict[str, Rows]:
    """Return the rows of each table, in an order that keeps references whole, keyed by ``table (columns)``."""
    person = "id, username, password_hash, prefix, first_name, last_name, citizen_id, unit, email"
    document = (
        "id, direction, number, year_be, registered_at, subject, secrecy, unit, owner_id, status, closed_at"
    )
    return {
        f"users ({person}, is_active, is_admin, last_login, created_at)": users(now),
        "sessions (token, user_id, created_at, last_seen)": sessions(now),
        "api_tokens (user_id, name, token_hash, created_at)": tokens(now),
        f"documents ({document})": documents(now),
        "attachments (document_id, file_name, stored_as, bytes, sha256)": attachments(now, folder),
    }
