"""Documents that wait at a leaver's account, for the head of his unit to hand over (procedure 6.4). Reads only.

Only their number and their register numbers are kept: titles and names of files may be secret. What cannot be found
out is told, and keeps nobody from being disabled.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from dulae.accounts.applications import Application
from dulae.accounts.databases import database
from dulae.accounts.databases.values import decoded
from dulae.accounts.desk import Desk
from dulae.accounts.matching import PROPOSING
from dulae.accounts.plan import Plan
from dulae.accounts.telling import shown
from dulae.checks.finding import Finding, Reason, Verdict, judged, reason
from dulae.errors import DatabaseError, RemoteError
from dulae.settings.reading_sql import only_reads, parameters

CHECK = "access_pending"

NONE = reason("access.pending_none", "no document waits at the accounts of {asked} leavers")
WAITING = reason(
    "access.pending_documents",
    "{documents} documents wait at the accounts of {persons} leavers ({logins}), for their units' heads to hand over",
)
UNKNOWN = reason(
    "access.pending_unknown",
    "which documents wait at {unasked} of {asked} leavers' accounts is not known: {error}",
)

_SECTIONS = ("items", "protected", "waiting", "review", "already")
_SURE = {tier.why.code for tier in PROPOSING}
_STATEMENT_SECONDS = 30
_SYSTEM_SECONDS = 120
_MOST_DOCUMENTS = 10_000
_MOST_NUMBERS = 50
# Register numbers have digits and at most an abbreviation of letters; anything longer could be a title.
_NUMBER = re.compile(r"(?!.*\.[A-Za-z]{2,4}$)(?=.*[0-9\u0e50-\u0e59])[\w\u0e00-\u0e7f ./()-]{1,40}")
_WORD = re.compile(r"[^\W\d_\u0e50-\u0e59]{9,}|[\u0e01-\u0e4e]{9,}")
_HIDDEN = "***"


@dataclass(frozen=True)
class Holder:
    """A leaver's account in one system."""

    person: Mapping[str, Any]
    login: str
    key: Any


def findings(desk: Desk, plan: Plan) -> Iterator[Finding]:
    """Yield what waits at the leavers' accounts of each system that declares a query for it and could be read."""
    for application in desk.applications:
        if application.pending_documents and application.system not in plan.unread:
            yield replace(
                _finding(application, list(holders(plan, application.system))), system=application.system
            )


def holders(plan: Plan, system: str) -> Iterator[Holder]:
    """Yield each account in a system that is surely a leaver's, once, whether or not it is disabled by now."""
    met = set()
    for section in _SECTIONS:
        for entry in plan.document[section]:
            for account in _accounts(entry) if entry["system"] == system else ():
                if account["login"] not in met:
                    met.add(account["login"])
                    yield Holder(plan.person(entry["person"]), account["login"], decoded(account["key"]))


def _accounts(entry: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    if "account" in entry:
        return [entry["account"]]
    return [account for account in entry["accounts"] if account["tier"] in _SURE]


def _finding(application: Application, asked: Sequence[Holder]) -> Finding:
    found: list[Mapping[str, Any]] = []
    error = ""
    try:
        for documents in _asked(application, asked):
            found.append(documents)
    except (DatabaseError, RemoteError, ValueError) as refused:
        error = str(refused)
    return _judged(application.system, asked, found, error)


def _asked(application: Application, asked: Sequence[Holder]) -> Iterator[Mapping[str, Any]]:
    """Yield what waits at each account; raise DatabaseError, RemoteError, or ValueError where the query is none."""
    sql = application.pending_documents
    names = parameters(sql)
    if len(names) != 1 or not only_reads(sql):
        raise ValueError("it is no single SELECT with one parameter for the account's key")
    until = time.monotonic() + _SYSTEM_SECONDS
    with database.reading(application.database, timeout_s=_STATEMENT_SECONDS) as connection:
        for holder in asked:
            if time.monotonic() > until:
                raise ValueError(f"there was no time for more within {_SYSTEM_SECONDS} s")
            yield _documents(connection, (sql, names[0]), holder)


def _documents(connection: Connection, query: tuple[str, str], holder: Holder) -> Mapping[str, Any]:
    sql, name = query
    answer = connection.execute(text(sql), {name: holder.key})
    if not answer.returns_rows or len(answer.keys()) != 1:
        raise ValueError("it must answer one column: the register number of each document that waits")
    numbers = [number for (number,) in answer.fetchmany(_MOST_DOCUMENTS)]
    return {
        "person": holder.person["number"],
        "name": holder.person["name"],
        "unit": holder.person["unit"],
        "login": holder.login,
        "documents": len(numbers),
        "numbers": [number_of(number) for number in numbers[:_MOST_NUMBERS]],
    }


def number_of(value: object) -> str:
    """Return a register number as it may be shown; what could be a title is hidden."""
    told = " ".join(str("" if value is None else value).split())
    return told if _NUMBER.fullmatch(told) and not _WORD.search(told) else _HIDDEN


def _judged(system: str, asked: Sequence[Holder], found: Sequence[Mapping[str, Any]], error: str) -> Finding:
    waits = [documents for documents in found if documents["documents"]]
    measured = {
        "asked": len(asked),
        "unasked": len(asked) - len(found),
        "persons": len({documents["person"] for documents in waits}),
        "documents": sum(documents["documents"] for documents in waits),
        "logins": shown([documents["login"] for documents in waits]),
        "waiting": waits,
        "error": error,
    }
    verdict, why = _word(waits, error)
    return judged(CHECK, system, verdict, why, measured=measured)


def _word(waits: Sequence[Mapping[str, Any]], error: str) -> tuple[Verdict, Reason]:
    if error:
        return Verdict.UNKNOWN, UNKNOWN
    return (Verdict.WARN, WAITING) if waits else (Verdict.PASS, NONE)
