"""Untrusted text made harmless before it is told: control and direction marks out, citizen numbers masked."""

from __future__ import annotations

import re

from markupsafe import Markup

# C0 and C1 controls, zero-width and direction marks: they hide or turn what a reader sees.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_SPACES = re.compile(r"[\t\n\u2028\u2029]+")
# Thirteen digits as people write a citizen number: together, or with spaces and hyphens between groups.
_THIRTEEN = re.compile(r"(?<![\w.-])[1-8](?:[ -]?[0-9]){12}(?![\w-])")
_MAIL = re.compile(r"\b([\w.+-]{1,2})[\w.+-]*@([\w-]+(?:\.[\w-]+)+)")
_WEIGHTS = range(13, 1, -1)
_MARKDOWN = re.compile(r"([\\`*\[\]<>|~])|(?<!\w)_|_(?!\w)")
# What begins a block in Markdown: heading, list, quote, rule, table, numbered list.
_LEADING = re.compile(r"^(?:[#+=-]|\d+(?=[.)](?:\s|$)))")


def _is_citizen_number(digits: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return (11 - total % 11) % 10 == int(digits[12])


def _masked(found: re.Match[str]) -> str:
    digits = re.sub(r"[ -]", "", found.group())
    if not _is_citizen_number(digits):
        return found.group()
    return f"x-xxxx-xxxxx-{digits[10:12]}-{digits[12]}"


def clean(text: str) -> str:
    """Return a text on one line, without hidden characters, with citizen numbers masked."""
    return _THIRTEEN.sub(_masked, _SPACES.sub(" ", _HIDDEN.sub("", text)))


def mail_masked(text: str) -> str:
    """Return a text in which of each mail address only two letters and the domain are left."""
    return _MAIL.sub(r"\1…@\2", text)


def for_html(value: object) -> object:
    """Return a value as a template may print it in HTML; autoescaping follows."""
    return value if not isinstance(value, str) or isinstance(value, Markup) else clean(value)


def for_markdown(value: object) -> object:
    """Return a value escaped for Markdown; what a template has made itself stays as it is."""
    if isinstance(value, Markup):
        return value
    text = clean(str(value)).replace("&", "&amp;")
    escaped = _MARKDOWN.sub(lambda found: _escaped(found.group()), text)
    return Markup(_LEADING.sub(lambda found: _lead(found.group()), escaped))  # noqa: S704 - escaped just above


def _escaped(character: str) -> str:
    return {"<": "&lt;", ">": "&gt;"}.get(character, "\\" + character)


def _lead(start: str) -> str:
    return start + "\\" if start[0].isdigit() else "\\" + start
