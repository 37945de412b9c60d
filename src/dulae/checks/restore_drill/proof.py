"""What must be true of a restored database: its tables are those of the manifest, and declared queries agree."""

from __future__ import annotations

from datetime import timezone
from typing import Callable, Mapping

from ..backup.copies import shown
from ..backup.faults import Bad, CannotTell, Fault
from ..backup.manifest import Manifest, TableCount
from ..backup.session import Session, SessionError
from ..backup.tables import Partition
from ..finding import reason
from . import counting, dealt
from .assertions import Assertion
from .engine import Restored

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
SPOILED = reason(
    "restore_drill.data_spoiled",
    "{file}: restored, but its data cannot be read: {error}; use an older copy, and see whether the source has the"
    " same fault",
)
UNASKED = reason(
    "restore_drill.assertion_unasked",
    "{file}: restored, but assertion {number} could not be asked: {error}; correct it, or look at this machine",
)

_SHOWN = 60
_HOUR_MINUTES = 60


def prove(restored: Restored) -> None:
    """Compare a restored database with its manifest and declared queries; raise Bad where they do not agree."""
    try:
        with restored.snapshot() as session:
            _prove_tables(restored, session)
            restored.engine.queries.prepare(session)
            for number, assertion in enumerate(restored.work.drill.assertions, 1):
                _prove_assertion(restored, session, number, assertion)
            _prove_newest_record(restored, session)
    except SessionError as error:
        spoiled = restored.engine.spoiled(str(error))
        raise (
            Bad(SPOILED, error=str(error)) if spoiled else CannotTell(UNCOUNTED, error=str(error))
        ) from error


def _prove_tables(restored: Restored, session: Session) -> None:
    """Count every table of the manifest, or every table there is."""
    work, tables = restored.work, restored.engine.tables
    if work.manifest and work.manifest.tables:
        work.digest = tables.comparable(session, work.manifest.digest)
    counted = counting.count(restored, tables.listed(session), work.digest)
    rows = sum(table.rows for table in counted)
    work.measured.update(tables=len(counted), rows=rows)
    if work.manifest and (work.manifest.tables or not work.manifest.files):
        _compare(counted, work.manifest, work.digest, lambda: tables.partitions(session))
    elif not rows:
        raise Bad(NOTHING)


def _compare(
    counted: list[TableCount],
    manifest: Manifest,
    digest: str,
    partitions: Callable[[], Mapping[tuple[str, str], Partition]],
) -> None:
    """Raise Bad if a table differs from the manifest in rows, or in its digest where one can be compared."""
    now = {(table.schema, table.name): table for table in counted}
    both = {(told.schema, told.name): (told, now.get((told.schema, told.name))) for told in manifest.tables}
    different = [name for name, (told, found) in both.items() if not dealt.same([told], [found], digest)]
    if different and set(different) <= set(now):
        different = dealt.left(different, both, partitions(), digest)
    if different:
        about = {"different": len(different), "tables": len(manifest.tables)}
        raise Bad(DIFFERENT, **about, table=shown(".".join(different[0])))


def _prove_assertion(restored: Restored, session: Session, number: int, assertion: Assertion) -> None:
    """Raise Bad if a query does not give what is expected of it."""
    try:
        got = session.ask(assertion.sql).strip()
    except SessionError as error:
        raise _refused(restored, number, error) from error
    if not assertion.agrees(got):
        raise Bad(UNTRUE, number=number, got=shown(got)[:_SHOWN] or "nothing", expected=assertion.expected)


def _refused(restored: Restored, number: int, error: SessionError) -> Fault:
    """Return what it means that a declared query has no answer: the backup lacks something, or it was never asked."""
    said = str(error)
    if restored.unanswerable(said):
        return CannotTell(UNASKED, number=number, error=said)
    return Bad(UNANSWERED, number=number, error=said)


def _prove_newest_record(restored: Restored, session: Session) -> None:
    """Raise Bad if the newest record is older than allowed."""
    work, drill = restored.work, restored.work.drill
    if not drill.newest_record_sql:
        return
    now = work.moment.astimezone(timezone.utc).isoformat()
    query = restored.engine.queries.age(drill.newest_record_sql.rstrip("; \n"), now)
    try:
        minutes = session.ask(query).strip()
    except SessionError as error:
        raise _refused(restored, 0, error) from error
    if not minutes:
        raise Bad(NO_RECORD)
    age = int(minutes)
    work.measured.update(newest_record_minutes=age, newest_record_hours=age // _HOUR_MINUTES)
    if drill.max_record_age_hours and age > drill.max_record_age_hours * _HOUR_MINUTES:
        raise Bad(OLD_RECORD)
