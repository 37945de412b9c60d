"""What must be true of a restored database: its tables are those of the manifest, and declared queries agree."""

from __future__ import annotations

import re

from ..backup import tables
from ..backup.copies import shown
from ..backup.faults import Bad, CannotTell, Fault
from ..backup.manifest import Manifest, TableCount
from ..backup.session import Session, SessionError
from ..backup.tools import Tools
from ..finding import reason
from . import counting, server
from .assertions import Assertion
from .restoring import DATABASE, lacks
from .work import Work

DIFFERENT = reason(
    "restore_drill.different",
    "{file}: restored, but {different} of {tables} tables are not those of the backup's manifest, {table} for one;"
    " use an older copy and find out what changed this one",
)
NOTHING = reason(
    "restore_drill.nothing_restored",
    "{file}: restored without an error, but no table has a row; find a good copy",
)
UNTRUE = reason(
    "restore_drill.assertion_failed",
    "{file}: restored, but assertion {number} gives {got} instead of {expected}; see which data the backup lacks",
)
UNANSWERED = reason(
    "restore_drill.assertion_refused",
    "{file}: restored, but assertion {number} cannot be answered: {error}; see which tables the backup lacks",
)
NO_RECORD = reason(
    "restore_drill.no_record",
    "{file}: restored, but there is no newest record; see which data the backup lacks",
)
OLD_RECORD = reason(
    "restore_drill.record_too_old",
    "{file}: restored, but its newest record is {newest_record_hours} h old, at most {max_record_age_hours} h allowed;"
    " see whether the right database is backed up",
)
UNCOUNTED = reason(
    "restore_drill.not_counted", "{file}: restored, but could not be counted: {error}; try again"
)
UNASKED = reason(
    "restore_drill.assertion_unasked",
    "{file}: restored, but assertion {number} could not be asked: {error}; correct it, or look at this machine",
)

_SHOWN = 60
# A query that PostgreSQL cannot read is whoever declared it's mistake, not the backup's.
MISTAKEN = re.compile("syntax error|unterminated|cannot execute .* in a read-only transaction")
_HOUR_MINUTES = 60


def prove(work: Work, tools: Tools) -> None:
    """Compare a restored database with its manifest and declared queries; raise Bad where they do not agree."""
    try:
        with Session(tools, server.environment(work.folder, DATABASE)) as session:
            tables.begin(session)
            _prove_tables(work, session, tools)
            # Declared queries are written as the application's are; what is built in still comes first.
            session.ask("SET search_path TO pg_catalog, public")
            for number, assertion in enumerate(work.drill.assertions, 1):
                _prove_assertion(session, number, assertion)
            _prove_newest_record(work, session)
    except SessionError as error:
        raise CannotTell(UNCOUNTED, error=str(error)) from error


def _prove_tables(work: Work, session: Session, tools: Tools) -> None:
    """Count every table of the manifest, or every table there is."""
    made = work.manifest.tables if work.manifest else ()
    counted = counting.count(work.folder, tools, tables.listed(session))
    rows = sum(table.rows for table in counted)
    work.measured.update(tables=len(counted), rows=rows)
    if work.manifest:
        _compare(made, counted, work.manifest)
    elif not rows:
        raise Bad(NOTHING)


def _compare(made: tuple[TableCount, ...], counted: list[TableCount], manifest: Manifest) -> None:
    """Raise Bad if a table differs from the manifest in rows, or in a digest that we know how to make."""
    now = {(table.schema, table.name): table for table in counted}
    digested = manifest.digest == tables.DIGEST
    different = []
    for table in made:
        found = now.get((table.schema, table.name))
        same = found and found.rows == table.rows and (not digested or found.digest == table.digest)
        if not same:
            different.append(f"{table.schema}.{table.name}")
    if different:
        raise Bad(DIFFERENT, different=len(different), tables=len(made), table=shown(different[0]))


def _prove_assertion(session: Session, number: int, assertion: Assertion) -> None:
    """Raise Bad if a query does not give what is expected of it."""
    try:
        got = session.ask(assertion.sql).strip()
    except SessionError as error:
        raise refused(number, error) from error
    if not assertion.agrees(got):
        raise Bad(UNTRUE, number=number, got=shown(got)[:_SHOWN] or "nothing", expected=assertion.expected)


def refused(number: int, error: SessionError) -> Fault:
    """Return what it means that a declared query has no answer: the backup lacks something, or it was never asked."""
    said = str(error)
    unasked = lacks(said) or MISTAKEN.search(said)
    return (
        CannotTell(UNASKED, number=number, error=said)
        if unasked
        else Bad(UNANSWERED, number=number, error=said)
    )


def _prove_newest_record(work: Work, session: Session) -> None:
    """Raise Bad if the newest record is older than allowed."""
    drill = work.drill
    if not drill.newest_record_sql:
        return
    now = work.moment.isoformat()
    moment = drill.newest_record_sql.rstrip("; \n")
    query = f"SELECT floor(extract(epoch FROM timestamptz '{now}' - ({moment}\n)) / 60)"  # noqa: S608 declared in settings
    try:
        minutes = session.ask(query).strip()
    except SessionError as error:
        raise refused(0, error) from error
    if not minutes:
        raise Bad(NO_RECORD)
    age = int(minutes)
    work.measured.update(newest_record_minutes=age, newest_record_hours=age // _HOUR_MINUTES)
    if drill.max_record_age_hours and age > drill.max_record_age_hours * _HOUR_MINUTES:
        raise Bad(OLD_RECORD)
