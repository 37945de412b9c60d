"""Applications of other shapes than the office's two, on SQLite: WordPress' and Django's own tables. Nobody exists."""

import base64
import json
import sqlite3
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dulae.accounts.applications import Application, Brake
from dulae.accounts.databases.database import Database
from dulae.accounts.profiles import profile
from tests.unit.accounts.office import PEOPLE, Person

WORDPRESS = """
CREATE TABLE wp_users (ID INTEGER PRIMARY KEY, user_login TEXT, user_pass TEXT, user_email TEXT,
  user_activation_key TEXT NOT NULL DEFAULT '', display_name TEXT);
CREATE TABLE wp_usermeta (umeta_id INTEGER PRIMARY KEY, user_id INTEGER, meta_key TEXT, meta_value TEXT);
"""
NETWORK = (
    "CREATE TABLE wp_sitemeta (meta_id INTEGER PRIMARY KEY, site_id INTEGER, meta_key TEXT, meta_value TEXT)"
)
DJANGO = """
CREATE TABLE auth_user (id INTEGER PRIMARY KEY, password TEXT, last_login TEXT, is_superuser BOOLEAN,
  username TEXT UNIQUE, first_name TEXT, last_name TEXT, is_active BOOLEAN);
CREATE TABLE people_profile (id INTEGER PRIMARY KEY, user_id INTEGER, citizen_id TEXT);
CREATE TABLE django_session (session_key TEXT PRIMARY KEY, session_data TEXT, expire_date TEXT);
"""
ADMINISTRATOR, EDITOR = 'a:1:{s:13:"administrator";b:1;}', 'a:1:{s:6:"editor";b:1;}'
ELSEWHERE = {"table": "people_profile", "user": "user_id", "column": "citizen_id"}
LATER, EARLIER = "2999-01-01 00:00:00.000000", "2020-01-01 00:00:00.000000"


def wordpress(folder: Path, people: Iterable[Person] = PEOPLE, **options: Any) -> Application:
    """Make an application with WordPress' tables, two sites, and an open session for everybody."""
    path = folder / "intranet.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(WORDPRESS)
        for one in people:
            name = f"{one.first} {one.last}"
            row = (
                one.number,
                one.username,
                f"$P$Bhash{one.number}",
                f"{one.username}@dept.example",
                "key",
                name,
            )
            connection.execute("INSERT INTO wp_users VALUES (?, ?, ?, ?, ?, ?)", row)
            connection.executemany(
                "INSERT INTO wp_usermeta (user_id, meta_key, meta_value) VALUES (?, ?, ?)",
                [(one.number, *pair) for pair in _meta(one)],
            )
    connection.close()
    return _application("intranet", profile.load("wordpress", options), path)


def network(folder: Path, *administrators: str) -> None:
    """Make WordPress a network of sites that some people administer."""
    packed = "".join(f'i:{at};s:{len(one.encode())}:"{one}";' for at, one in enumerate(administrators))
    rows = [("site_name", "s"), ("site_admins", f"a:{len(administrators)}:{{{packed}}}")]
    with sqlite3.connect(folder / "intranet.db") as connection:
        connection.execute(NETWORK)
        connection.executemany(
            "INSERT INTO wp_sitemeta (site_id, meta_key, meta_value) VALUES (1, ?, ?)", rows
        )
    connection.close()


def _meta(one: Person) -> Iterable[tuple[str, str]]:
    yield from (("citizen_id", one.identity),) if one.identity else ()
    yield from (("session_tokens", "a:1:{}"), ("_application_passwords", "a:1:{}"), ("nickname", one.first))
    yield from (("wp_capabilities", ADMINISTRATOR if one.admin else EDITOR), ("wp_user_level", "7"))
    yield from (("wp_2_capabilities", EDITOR), ("wp_2_user_level", "7"), ("other_capabilities", "kept"))


def django(folder: Path, people: Iterable[Person] = PEOPLE, **options: Any) -> Application:
    """Make an application with Django's tables, citizen numbers beside them, and sessions in every form."""
    path = folder / "saraban.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(DJANGO)
        for one in people:
            row = (
                one.number,
                f"hash{one.number}",
                None,
                one.admin,
                one.username,
                one.first,
                one.last,
                one.active,
            )
            connection.execute("INSERT INTO auth_user VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            connection.execute(
                "INSERT INTO people_profile (user_id, citizen_id) VALUES (?, ?)", (one.number, one.identity)
            )
            for form, until in ((plain, LATER), (deflated, LATER), (old, LATER), (plain, EARLIER)):
                key = f"{one.number}{form.__name__}{until[:4]}"
                connection.execute(
                    "INSERT INTO django_session VALUES (?, ?, ?)", (key, form(one.number), until)
                )
        connection.execute("INSERT INTO django_session VALUES ('nobody', 'no session', ?)", (LATER,))
    connection.close()
    changed = {"users": {"citizen_id": ELSEWHERE}, **options}
    return _application("saraban", profile.load("django", changed), path)


def content(user: object) -> bytes:
    """Return a session's data as JSON."""
    return json.dumps({"_auth_user_id": str(user), "_auth_user_hash": "x", "cart": "ตะกร้า" * 9}).encode()


def plain(user: object) -> str:
    """Return a session as Django signs it."""
    return base64.urlsafe_b64encode(content(user)).decode().rstrip("=") + ":1tABCd:signature"


def deflated(user: object) -> str:
    """Return a session as Django signs and compresses it."""
    packed = base64.urlsafe_b64encode(zlib.compress(content(user))).decode().rstrip("=")
    return f".{packed}:1tABCd:signature"


def old(user: object) -> str:
    """Return a session as Django wrote it before 3.1."""
    return base64.b64encode(b"0123456789abcdef:" + content(user)).decode()


def _application(system: str, kept: profile.Profile, path: Path) -> Application:
    database = Database(f"{system}/{system}", f"sqlite:///{path}", path.parent)
    return Application(system, kept, database, frozenset({"admin"}), Brake(20, 90))
