"""Whether the indexes of a restored database hold: PostgreSQL's amcheck looks at each B-tree.

A dump holds no index, so of one this says whether what this machine has just built can be trusted. A physical copy
brings its indexes with it; but those of texts depend on how the machine sorts, and another may do so otherwise.
"""

from __future__ import annotations

from ..backup.faults import Bad, CannotTell, Fault
from ..backup.session import Session, SessionError
from ..finding import reason
from .work import Work

BROKEN = reason(
    "restore_drill.index_broken",
    "{file}: restored, but an index that was just built does not hold: {error};"
    " look at this machine's memory and disk, and at the index's own functions, then try again",
)

COPIED_BROKEN = reason(
    "restore_drill.copied_index_broken",
    "{file}: restored, but an index that it brought with it does not hold: {error}; look for the same fault in the"
    " source and rebuild the index there (REINDEX), then back up again",
)
SORTS_OTHERWISE = reason(
    "restore_drill.index_sorted_otherwise",
    "{file}: restored, but an index of texts does not hold here: {error}; this machine may sort texts otherwise than"
    " the source, hold the drill on one like it",
)

_AVAILABLE = "SELECT count(*) FROM pg_catalog.pg_available_extensions WHERE name = 'amcheck'"
_OWN_SCHEMA = """
SET search_path TO pg_catalog; DROP EXTENSION IF EXISTS amcheck; CREATE SCHEMA dulae_amcheck;
CREATE EXTENSION amcheck SCHEMA dulae_amcheck
"""
# Those of the restored database: PostgreSQL gives the numbers below 16384 to its own objects.
_CHECK = """
SELECT count(dulae_amcheck.bt_index_check(c.oid)::text) FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid JOIN pg_catalog.pg_am a ON a.oid = c.relam
WHERE a.amname = 'btree' AND c.relkind = 'i' AND c.relpersistence <> 't' AND i.indisready AND i.indisvalid
  AND c.oid >= 16384
"""
# Of those, the indexes that hold no text, or texts in the order of their bytes, which is the same everywhere.
_ALIKE_EVERYWHERE = """
 AND NOT EXISTS (SELECT FROM unnest(i.indcollation::oid[]) AS used (number)
  JOIN pg_catalog.pg_collation o ON o.oid = used.number JOIN pg_catalog.pg_database d ON d.datname = current_database()
  WHERE NOT (o.collname IN ('C', 'POSIX', 'ucs_basic') OR (o.collname = 'default'
    AND to_jsonb(d) ->> 'datlocprovider' IS DISTINCT FROM 'i' AND d.datcollate IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8'))))
"""


def prove(work: Work, session: Session) -> None:
    """Check every B-tree where the extension is at hand, else note ``absent``; raise CannotTell where one is broken."""
    if _at_hand(work, session):
        indexes = _checked(work, session, _CHECK, CannotTell(BROKEN))
        work.measured.update(amcheck="passed", indexes=indexes)


def prove_copied(work: Work, session: Session) -> None:
    """Check every B-tree that was copied; raise Bad where one is broken, CannotTell if it may be sorted otherwise."""
    if _at_hand(work, session):
        _checked(work, session, _CHECK + _ALIKE_EVERYWHERE, Bad(COPIED_BROKEN))
        indexes = _checked(work, session, _CHECK, CannotTell(SORTS_OTHERWISE))
        work.measured.update(amcheck="passed", indexes=indexes)


def _at_hand(work: Work, session: Session) -> bool:
    """Say whether the extension is there and can be used, and note it if not."""
    try:
        if session.ask(_AVAILABLE) == "0":
            work.measured["amcheck"] = "absent"
            return False
        session.ask(_OWN_SCHEMA)
    except SessionError as error:
        work.measured.update(amcheck="absent", amcheck_error=str(error))
        return False
    return True


def _checked(work: Work, session: Session, query: str, broken: Fault) -> int:
    """Return how many indexes a check took; raise what is given, with the server's words, where one is broken."""
    try:
        return int(session.ask(query))
    except SessionError as error:
        work.measured["amcheck"] = "broken"
        broken.numbers["error"] = str(error)
        raise broken from error
