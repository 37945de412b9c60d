"""Whether every page of a recovered cluster is as it was written, in all its databases: PostgreSQL's pg_checksums.

Only one database is asked by a drill, so this alone sees what is damaged in another.
"""

from __future__ import annotations

import os
import re

from ..backup.copies import shown
from ..backup.faults import Bad, CannotTell
from ..backup.tools import MISSING, Tools, first_error
from ..finding import reason
from .cluster_copy import DATA
from .work import Work

WRONG = reason(
    "restore_drill.pages_damaged",
    "{file}: restored, but {pages} of its pages are not as they were written, in {item} for one; use an older copy, and"
    " look for the same fault in the source",
)
UNREAD = reason(
    "restore_drill.pages_not_checked",
    "{file}: restored, but its pages could not be checked: {error}; look at this machine's disk, then try again",
)

_TOOL = "pg_checksums"
_OFF = "data checksums are not enabled"
_PAGE = re.compile(r'checksum verification failed in file "(.+)", block \d+')
# A damaged page of a map of free space is made anew by the server and loses nobody anything.
_NEEDLESS = "_fsm"


def prove(work: Work, tools: Tools) -> None:
    """Check every page of a cluster that stands still, if it has checksums; raise Bad where one is damaged.

    Without the program ``absent`` is noted; raise CannotTell where the check could not be made to its end.
    """
    data = os.path.join(work.folder, DATA)
    try:
        answer = tools.ask([_TOOL, "--check", "-D", data])
    except CannotTell as fault:
        if fault.why is not MISSING:
            raise
        work.measured["checksums"] = "absent"
        return
    if _OFF in answer.error:
        work.measured["checksums"] = "off"
        return
    damaged = [path for path in _PAGE.findall(answer.error) if _NEEDLESS not in os.path.basename(path)]
    if damaged:
        work.measured["checksums"] = "damaged"
        raise Bad(WRONG, pages=len(damaged), item=shown(os.path.relpath(damaged[0], data)))
    if answer.status and not _PAGE.search(answer.error):
        raise CannotTell(UNREAD, error=first_error(answer.error))
    work.measured["checksums"] = "passed"
