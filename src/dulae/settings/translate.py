"""pydantic's errors as our own problems: the key that an officer wrote, its line, and what to write."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from dulae.checks.backup.kinds import kind_named
from dulae.settings.problem import Problem
from dulae.settings.reading import Document, Key, Keys
from dulae.settings.shape import Words

# pydantic's error type -> our sentence; places come from the error's context and input.
_PLAIN = {
    "string_type": "want_text",
    "int_type": "want_whole",
    "int_from_float": "want_whole",
    "int_parsing": "want_whole",
    "bool_type": "want_yes_no",
    "decimal_type": "want_number",
    "decimal_parsing": "want_number",
    "finite_number": "want_number",
    "tuple_type": "want_list",
    "string_too_short": "empty",
    "too_short": "empty",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_big",
    "greater_than": "more_than",
    "decimal_max_places": "too_precise",
    "decimal_max_digits": "too_precise",
    "decimal_whole_digits": "too_precise",
}
_PATTERNS = {
    "^[a-z]": "bad_name",
    "^/": "bad_path",
    "^[^:/]": "bad_cover",
    "^$|^[^@": "bad_mail",
    "^[^@": "bad_mail",
    "^$|^(ssh": "bad_public_key",
}
_MISSING = ("missing", "union_tag_not_found")
_EXTRA = ("extra_forbidden",)
_KEYS = (*_EXTRA, "model_type", "model_attributes_type")
_CHOICES = ("literal_error", "union_tag_invalid")
_SHOWN = 60
_NUMBERS = ("want_whole", "want_number")
_THAI_DIGITS = re.compile("[๐-๙]")
_ARABIC = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_EXAMPLES = {
    "hours": 26,
    "minutes": 15,
    "s": 10,
    "ms": 2000,
    "percent": 10,
    "days": 14,
    "port": 443,
    "bytes": 1000,
}


def shaped(document: Document, shape: Any, keys: Keys) -> tuple[Any, list[Problem]]:
    """Return the model of what stands at ``keys`` (None if it is wrong), and its problems."""
    try:
        return TypeAdapter(shape).validate_json(json.dumps(_at(document.data, keys))), []
    except ValidationError as error:
        # What could not be read was told already; a value of several possible kinds is refused once for each.
        lines = {problem.line for problem in document.problems}
        told: dict[str, Problem] = {}
        for details in error.errors(include_url=False):
            problem = problem_of(document, shape, keys, details)
            if problem.line not in lines:
                told.setdefault(problem.key, problem)
        return None, list(told.values())


def near(word: str, known: Iterable[str]) -> str:
    """Return the known word that somebody may have meant, or an empty text."""
    names = list(known)
    longer = [name for name in names if name.startswith(f"{word}_")]
    return (longer or difflib.get_close_matches(word, names, 1, 0.6) or [""])[0]


def _at(data: Any, keys: Keys) -> Any:
    for key in keys:
        data = data[key]
    return data


def problem_of(document: Document, shape: Any, base: Keys, details: ErrorDetails) -> Problem:
    """Return one of pydantic's errors about what stands at ``base`` of a file as our own problem."""
    data = _at(document.data, base)
    keys = _written(data, details)
    parent = shape_at(shape, keys[:-1], data)
    code, places = _told(parent, keys, details)
    return document.problem(code, (*base, *keys), **places)


def _written(data: Any, details: ErrorDetails) -> Keys:
    """Return the error's location without the names of union members, which nobody wrote."""
    keys: list[Key] = []
    location = details["loc"]
    for number, part in enumerate(location):
        inside = part in data if isinstance(data, dict) else isinstance(part, int) and isinstance(data, list)
        if inside:
            data = data[part]
            keys.append(part)
        elif details["type"] == "missing" and number == len(location) - 1:
            keys.append(part)
    return (*keys, "kind") if details["type"].startswith("union_tag") else tuple(keys)


def _told(parent: Any, keys: Keys, details: ErrorDetails) -> tuple[str, dict[str, Any]]:
    """Return our sentence for an error at ``keys``, and its places; ``parent`` is the shape around the last key."""
    kind, context, value = details["type"], details.get("ctx") or {}, details["input"]
    if kind.startswith("dulae_"):
        return kind.removeprefix("dulae_"), dict(context)
    if kind in _MISSING or value is None:
        return ("missing_key" if kind in _MISSING else "null_value"), {}
    if kind in _KEYS:
        return (
            unknown_of(str(keys[-1]), fields(parent))
            if kind in _EXTRA
            else _not_keys(shape_at(parent, keys[-1:], {}))
        )
    if kind in _CHOICES:
        return _choice(context, value)
    if kind == "string_pattern_mismatch":
        return _form(str(context.get("pattern")), value)
    return _digits(kind, value) or _measure(kind, str(keys[-1]) if keys else "", context, details["msg"])


def _digits(kind: str, value: Any) -> tuple[str, dict[str, Any]] | None:
    """Return our sentence for a number in Thai digits, or None."""
    if _PLAIN.get(kind) in _NUMBERS and isinstance(value, str) and _THAI_DIGITS.search(value):
        return "thai_digits", {"instead": value.translate(_ARABIC)[:_SHOWN]}
    return None


def _measure(kind: str, key: str, context: Mapping[str, Any], message: str) -> tuple[str, dict[str, Any]]:
    limit = next((context[name] for name in ("ge", "gt", "le") if name in context), "")
    example = _EXAMPLES.get(key.rpartition("_")[2], 1)
    return _PLAIN.get(kind, "other"), {"limit": limit, "example": example, "why": message}


def unknown_of(key: str, known: Iterable[str]) -> tuple[str, dict[str, Any]]:
    """Return the code of a key that nobody reads, and its places."""
    names = sorted(known)
    meant = near(key, names)
    if meant.startswith(f"{key}_"):
        return "near_unit", {"near": meant}
    return ("near_key", {"near": meant}) if meant else ("unknown_key", {"known": ", ".join(names)})


def _not_keys(shape: Any) -> tuple[str, dict[str, Any]]:
    if shape is Words:
        return "want_words", {}
    return "want_keys", {"known": ", ".join(sorted(fields(shape)))}


def _choice(context: Mapping[str, Any], value: Any) -> tuple[str, dict[str, Any]]:
    given = context.get("tag", value)
    choices = (
        str(context.get("expected") or context.get("expected_tags")).replace("'", "").replace(" or ", ", ")
    )
    return choice_of(given, choices.split(", "))


def choice_of(given: object, known: Iterable[str]) -> tuple[str, dict[str, Any]]:
    """Return the code of a value that is none of those known, and its places."""
    names = list(known)
    also = kind_named(str(given))
    meant = also if also in names else near(str(given), names)
    places = {"value": str(given)[:_SHOWN], "choices": ", ".join(names), "near": meant}
    return ("near_choice" if meant else "choice"), places


def _form(pattern: str, value: Any) -> tuple[str, dict[str, Any]]:
    if "PRIVATE KEY" in str(value):
        return "private_key", {}
    code = next((code for start, code in _PATTERNS.items() if pattern.startswith(start)), "bad_form")
    return code, {"value": str(value)[:_SHOWN]}


def fields(shape: Any) -> dict[str, Any]:
    """Return a model's keys as they are written in a file, with what each must be; empty if it is no model."""
    if not (isinstance(shape, type) and issubclass(shape, BaseModel)):
        return {}
    return {field.alias or name: field.annotation for name, field in shape.model_fields.items()}


def shape_at(shape: Any, keys: Keys, data: Any) -> Any:
    """Return the model that stands at some keys below a shape, or None where there is none."""
    shape = _model(shape, data)
    for key in keys:
        shape = _item(shape) if isinstance(key, int) else fields(shape).get(key)
        data = _below(data, key)
        shape = _model(shape, data)
    return shape


def _below(data: Any, key: Key) -> Any:
    if isinstance(key, int):
        return data[key] if isinstance(data, list) else None
    return data.get(key) if isinstance(data, dict) else None


def _model(shape: Any, data: Any) -> Any:
    """Return the one model of a union that fits the data's ``kind``; a list's shape is returned as it is."""
    members = [member for member in _members(shape) if fields(member) or get_origin(member) is tuple]
    kind = data.get("kind") if isinstance(data, dict) else None
    fitting = [member for member in members if kind in get_args(fields(member).get("kind"))]
    return (fitting or members or [None])[0]


def _members(shape: Any) -> list[Any]:
    """Return the leaves of nested unions and annotations; tuples and choices count as leaves."""
    inner = () if get_origin(shape) in (tuple, Literal) else get_args(shape)
    return [leaf for part in inner for leaf in _members(part)] if inner else [shape]


def _item(shape: Any) -> Any:
    return get_args(shape)[0] if get_origin(shape) is tuple else None
