"""Faults around people: a leaver who is still let in, and a week without a list."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import psycopg

from tests.lab.browser import Browser
from tests.lab.errors import FaultRefused
from tests.lab.faults.fault import Fault, Memory
from tests.lab.intranet import SESSION
from tests.lab.lab import Lab
from tests.lab.people import RESIGNED, department


def log_leaver_in(lab: Lab) -> Memory:
    """Have the person who resigned three days ago log in to the Intranet, through its form."""
    leaver = department()[RESIGNED]
    with psycopg.connect(lab.database_url("intranet")) as database:
        query = "SELECT last_login_at FROM users WHERE email = %s"
        row = database.execute(query, [leaver.email]).fetchone()
    browser = Browser(lab.ca_file)
    browser.log_in(lab.web("intranet", "/login"), leaver.email, leaver.password)
    session = browser.cookie(SESSION)
    if row is None or not session:
        raise FaultRefused(
            "the leaver cannot log in to the Intranet: the account is disabled, or the site is broken"
        )
    return {"email": leaver.email, "session": session, "before": row[0].isoformat() if row[0] else None}


def log_leaver_out(lab: Lab, memory: Memory) -> None:
    """End that session and set the last login back."""
    before = datetime.fromisoformat(memory["before"]) if memory["before"] else None
    with psycopg.connect(lab.database_url("intranet")) as database:
        database.execute("DELETE FROM sessions WHERE id = %s", [memory["session"]])
        database.execute("UPDATE users SET last_login_at = %s WHERE email = %s", [before, memory["email"]])


def take_list_away(lab: Lab) -> Memory:
    """Take this week's list out of the folder where lists arrive."""
    aside = lab.layout.root / "aside" / "list_missing"
    aside.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in (lab.inventory / "lists").iterdir():
        shutil.move(path, aside / path.name)
    return {"aside": str(aside)}


def bring_list(lab: Lab, memory: Memory) -> None:
    """Bring it back."""
    for path in Path(memory["aside"]).iterdir():
        shutil.move(path, lab.inventory / "lists" / path.name)


FAULTS = {
    "leaver_logged_in": Fault(
        "somebody who resigned three days ago logs in to the Intranet",
        "intranet",
        log_leaver_in,
        log_leaver_out,
    ),
    "list_missing": Fault(
        "the personnel division sent no list this week", "leavers_list", take_list_away, bring_list
    ),
}
