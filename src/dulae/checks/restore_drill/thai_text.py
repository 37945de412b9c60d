"""Whether Thai text came through: samples of text columns are searched for the marks that broken encodings leave.

Needed where no digest tells that each row is the same as before. It proves that no value of the sample bears a mark;
it cannot tell letters that were exchanged for other Thai letters, nor what the source held damaged already.
"""

from __future__ import annotations

from ..backup.faults import Bad, CannotTell, Doubt
from ..backup.session import SessionError
from ..finding import reason
from .engine import Restored
from .work import Work

DAMAGED = reason(
    "restore_drill.text_damaged",
    "{file}: restored, but {text_damaged} of {text_values} sampled texts bear marks of a broken encoding"
    " ({text_replaced} replacement characters, {text_mistaken} read in a wrong encoding,"
    " {text_question_marks} runs of ?); compare them with the source",
)
NO_THAI = reason(
    "restore_drill.no_thai",
    "{file}: restored, but none of {text_values} sampled texts holds a Thai letter, and Thai was declared;"
    " compare them with the source",
)
UNREAD = reason(
    "restore_drill.text_unread",
    "{file}: restored, but its texts could not be sampled: {error}; try again",
)
OTHER_ENCODING = reason(
    "restore_drill.text_encoding",
    "{file}: restored, but Thai text cannot be judged in encoding {encoding}; compare some by eye",
)

_ENCODING = "UTF8"


def wanted(restored: Restored) -> bool:
    """Say whether texts are looked at: where it is declared, or where no digest tells that they are the same."""
    work = restored.work
    return work.drill.thai_text == "always" or (work.drill.thai_text == "auto" and not work.digest)


def prove(restored: Restored) -> None:
    """Sample the texts of a restored database; raise Bad where declared Thai is damaged, else Doubt."""
    work, engine = restored.work, restored.engine
    try:
        with restored.snapshot() as session:
            encoding = engine.encoding(session)
            found = engine.sampled(session) if encoding == _ENCODING else None
    except SessionError as error:
        raise CannotTell(UNREAD, error=str(error)) from error
    if found is None:
        work.measured["text_encoding"] = encoding
        if work.drill.thai_text == "always":
            raise Doubt(OTHER_ENCODING, encoding=encoding)
        return
    work.measured.update(found)
    _judge(work, found)


def _judge(work: Work, found: dict[str, int]) -> None:
    """Raise Fault if the sample bears marks, or lacks the Thai that was declared."""
    declared = work.drill.thai_text == "always"
    if found["text_damaged"]:
        raise (Bad if declared else Doubt)(DAMAGED)
    if declared and not found["text_thai"]:
        raise Bad(NO_THAI)
