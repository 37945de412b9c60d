"""Whether the indexes of a restored database hold: PostgreSQL's amcheck looks at each B-tree.

A dump holds no index, so this says whether what this machine has just built can be trusted.
"""

from __future__ import annotations

from ..backup.faults import CannotTell
from ..backup.session import Session, SessionError
from ..finding import reason
from .work import Work

BROKEN = reason(
    "restore_drill.index_broken",
    "{file}: restored, but an index that was just built does not hold: {error};"
    " look at this machine's memory and disk, and at the index's own functions, then try again",
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


def prove(work: Work, session: Session) -> None:
    """Check every B-tree where the extension is at hand, else note ``absent``; raise CannotTell where one is broken."""
    try:
        if session.ask(_AVAILABLE) == "0":
            work.measured["amcheck"] = "absent"
            return
        session.ask(_OWN_SCHEMA)
    except SessionError as error:
        work.measured.update(amcheck="absent", amcheck_error=str(error))
        return
    try:
        indexes = int(session.ask(_CHECK))
    except SessionError as error:
        work.measured["amcheck"] = "broken"
        raise CannotTell(BROKEN, error=str(error)) from error
    work.measured.update(amcheck="passed", indexes=indexes)
