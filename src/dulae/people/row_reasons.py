"""Why a row of the list stands where it stands, in words that go back to the personnel division."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import yaml

from dulae.checks.finding import Reason, reason
from dulae.people import dates
from dulae.people.movements import Movement, all_movements

# Rejected: the personnel division must correct the list.
NO_NAME = reason("list_row.no_name", "the row has no name")
FORMULA = reason("list_row.formula", "a cell holds a formula instead of a value")
SPILLED = reason(
    "list_row.spilled", "the row has more cells than the header, so its columns may have shifted"
)
BAD_DATE = reason("list_row.bad_date", "the date '{date}' does not exist or cannot be read")

# To review: a person decides.
HIDDEN = reason("list_row.hidden", "the row is hidden in the sheet")
TOO_LONG = reason("list_row.too_long", "a cell holds more than a thousand letters")
UNKNOWN_MOVEMENT = reason("list_row.unknown_movement", "the wording '{wording}' is no known movement")
# A wording of which only a part was understood, by the doubt that it leaves.
WORDING = {
    "taken_back": reason(
        "list_row.wording_taken_back",
        "the wording '{wording}' names '{movement}', and says beside it that it is not so, or no longer",
    ),
    "undecided": reason(
        "list_row.wording_undecided",
        "the wording '{wording}' names '{movement}', and says beside it that it is not decided yet",
    ),
    "several": reason(
        "list_row.wording_several", "the wording '{wording}' names two movements: '{movement}' and '{other}'"
    ),
    "why": reason(
        "list_row.wording_why",
        "the wording names '{movement}', and beside it why, which may not be read and may change what it means",
    ),
    "more": reason(
        "list_row.wording_more", "the wording '{wording}' names '{movement}', but the rest of it is not known"
    ),
    "mistyped": reason(
        "list_row.wording_mistyped", "the wording '{wording}' is perhaps '{movement}', mistyped"
    ),
}
WORDING_AT_ONCE = reason(
    "list_row.wording_at_once",
    "the wording names an order that takes effect at once, but not all of the wording is known",
)
NO_MOVEMENT = reason("list_row.no_movement", "the list does not say what kind of movement this is")
NEEDS_DECISION = reason(
    "list_row.needs_decision", "'{movement}' is not carried out without a person's decision"
)
NO_DIRECTION = reason(
    "list_row.no_direction", "a transfer without a direction: into or out of the department"
)
ID_EMPTY = reason("list_row.id_empty", "the citizen number is missing")
ID_WRONG = {
    "lossy": reason("list_row.id_lossy", "the citizen number lost digits in the spreadsheet"),
    "bad_char": reason("list_row.id_bad_char", "the citizen number holds something else than digits"),
    "bad_length": reason("list_row.id_bad_length", "the citizen number has not 13 digits"),
    "bad_first_digit": reason(
        "list_row.id_bad_first_digit", "no official's citizen number begins with this digit"
    ),
    "bad_checksum": reason("list_row.id_bad_checksum", "the check digit of the citizen number is wrong"),
    "masked": reason("list_row.id_masked", "the citizen number is masked and cannot identify anybody"),
    "passport": reason("list_row.id_passport", "a passport number instead of a citizen number"),
    "empty": ID_EMPTY,
}
ID_PLACEHOLDER = reason("list_row.id_placeholder", "the citizen number is one digit repeated")
DATE_DOUBTFUL = {
    "empty": reason("list_row.date_missing", "the effective date is missing"),
    "partial": reason("list_row.date_partial", "the date '{date}' is not complete"),
    "ambiguous_year": reason("list_row.date_ambiguous", "the year of '{date}' can be read in two ways"),
    "out_of_window": reason("list_row.date_out_of_window", "the date '{date}' is more than five years away"),
    "range": reason("list_row.date_range", "'{date}' is a period, not one day"),
}
DATES_DISAGREE = reason(
    "list_row.dates_disagree", "the first day out and the last day in do not follow each other"
)
DATES_DIFFER = {
    "dates_disagree": DATES_DISAGREE,
    "wording_date_differs": reason(
        "list_row.wording_date_differs",
        "the wording of the movement and the column of dates tell different days",
    ),
    "remark_date_differs": reason(
        "list_row.remark_date_differs", "the remark and the column of dates tell different days"
    ),
}
COLUMNS_DIFFER = reason(
    "list_row.columns_differ", "the column '{title}' says something else than an earlier one of the same kind"
)
NAME_SUSPICIOUS = reason("list_row.name_suspicious", "the name holds letters that no name has")
PREFIX_MISTYPED = reason("list_row.prefix_mistyped", "the title before the name is mistyped")
NO_SURNAME = reason("list_row.no_surname", "the surname is missing")
REMARK_CONTRADICTS = reason(
    "list_row.remark_contradicts", "the remark '{remark}' speaks against the movement"
)
SAME_ID_OTHER_NAME = reason(
    "list_row.same_id_other_name", "row {row} has the same citizen number with another name"
)
SAME_ID_OTHER_MOVEMENT = reason(
    "list_row.same_id_other_movement", "row {row} says something else of the same person"
)
LEAVES_AND_JOINS = reason("list_row.leaves_and_joins", "row {row} says that the same person joins")
PERHAPS_CANCELLED = reason(
    "list_row.perhaps_cancelled", "row {row} cancels an order of this person, perhaps this one"
)

# Nothing to do, to do now, to do on its day.
NOT_A_LEAVER = reason("list_row.not_a_leaver", "'{movement}' takes no login away")
REPEATED = reason("list_row.repeated", "the same as row {row}")
CANCELLED = reason("list_row.cancelled", "cancelled by row {row}")
RENEWED = reason("list_row.renewed", "the contract is renewed in row {row}")
AT_ONCE = reason("list_row.at_once", "takes effect as soon as it is known, whatever the order's date")
HAS_LEFT = reason("list_row.has_left", "'{movement}': out of service since {effective_date}")
WILL_LEAVE = reason("list_row.will_leave", "'{movement}': out of service from {effective_date}")


@dataclass(frozen=True)
class Because:
    """One reason with the values of its places; ``movement`` and ``other`` are ids, ``effective_date`` an ISO day."""

    why: Reason
    places: Mapping[str, Any] = field(default_factory=dict)

    @property
    def english(self) -> str:
        """Return the English sentence."""
        return self._filled(self.why.text, lambda movement: movement.english, lambda day: day.isoformat())

    @property
    def thai(self) -> str:
        """Return the Thai sentence."""
        return self._filled(thai_sentences()[self.why.code], lambda movement: movement.thai, dates.in_thai)

    def _filled(self, text: str, kind: Callable[[Movement], str], day: Callable[[date], str]) -> str:
        places = dict(self.places)
        for name in ("movement", "other"):
            if name in places:
                places[name] = kind(all_movements()[places[name]])
        if "effective_date" in places:
            places["effective_date"] = day(date.fromisoformat(places["effective_date"]))
        return text.format_map(places)

    def to_dict(self) -> dict[str, Any]:
        """Return the code and the values of its places as plain JSON types."""
        return {"code": self.why.code, "places": dict(self.places)}


def because(why: Reason, **places: Any) -> Because:
    """Return a reason with the values of its places."""
    return Because(why, places)


@cache
def thai_sentences() -> Mapping[str, str]:
    """Return the Thai sentences of this room by code, as the reports use them."""
    source = resources.files("dulae").joinpath("reports/languages/reasons/people.th.yml")
    sentences: dict[str, str] = yaml.safe_load(source.read_text(encoding="utf-8"))
    return sentences
