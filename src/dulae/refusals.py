"""Errors with a code: what is wrong, where, and what to do, so that Thai can be told from the same places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dulae.checks.finding import Reason, reason
from dulae.errors import DulaeError


@dataclass(frozen=True)
class Refusal:
    """One way in which something is refused: where, what is wrong, and what to do, with places in braces."""

    why: Reason
    place: str
    what: str
    remedy: str


def refusal(code: str, what: str, remedy: str = "", *, place: str = "{place}", lead: str = "") -> Refusal:
    """Declare a refusal; ``lead`` begins the sentence where a finding quotes it."""
    end = f". {remedy}" if remedy else ""
    return Refusal(reason(code, f"{lead}{place}: {what}{end}"), place, what, remedy)


def said(error: DulaeError) -> dict[str, Any]:
    """Return why something was refused, as findings quote it: ``{code, because, measured}``; nothing without a code."""
    if not isinstance(error, RefusedError):
        return {}
    return {"code": error.why.code, "because": str(error), "measured": dict(error.places)}


class RefusedError(DulaeError):
    """Something is refused for a reason with a code; ``places`` fill its sentences in any language."""

    def __init__(self, refused: Refusal, place: str = "", **places: Any) -> None:
        self.why = refused.why
        self.places = {"place": place, **places} if place else places
        texts = (text.format_map(self.places) for text in (refused.what, refused.place, refused.remedy))
        what, where, remedy = texts
        super().__init__(what, place=where, remedy=remedy)
