"""What a probe can be told: options with a type, a default and a limit, read from plain data.

Each kind of probe is a frozen dataclass whose fields are made by ``option``. The same fields serve the
Ansible module, its documentation's test, and the command line.
"""

from __future__ import annotations

import abc
import difflib
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, Callable, Mapping, TypeVar

_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")


class ProbeError(ValueError):
    """A probe is not declared as it must be: the probe, the option, and what to write."""


@dataclass(frozen=True)
class Asked(abc.ABC):
    """What one kind of probe is told; the base of all kinds."""

    @property
    @abc.abstractmethod
    def target(self) -> str:
        """Return what the probe looks at, as a finding shows it."""

    def problem(self) -> str:
        """Return what is wrong with the options taken together, or an empty text."""
        return ""

    @property
    def limits(self) -> dict[str, Any]:
        """Return the options that a verdict rests on, as plain JSON; options left open are not among them."""
        asked = {
            about.name: getattr(self, about.name) for about in fields(self) if about.metadata["is_limit"]
        }
        return {name: plain(value) for name, value in asked.items() if value not in ("", None)}


AnyAsked = TypeVar("AnyAsked", bound=Asked)


def option(about: str, default: Any = MISSING, **rules: Any) -> Any:
    """Return a field with its help and rules: ``choices``, ``least``, ``most``, ``is_limit``."""
    metadata = {"about": about, "choices": (), "least": None, "most": None, "is_limit": False, **rules}
    return field(default=default, metadata=metadata)


def plain(value: Any) -> Any:
    """Return a value as a finding holds it: whole numbers and text, never a float."""
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    if isinstance(value, float):
        return int(value) if value.is_integer() else f"{value:g}"
    return value


def build(shape: type[AnyAsked], given: Mapping[str, Any], place: str) -> AnyAsked:
    """Return a kind's options from plain data; raise ProbeError naming the place, the option and the remedy."""
    known = {about.name: about for about in fields(shape)}
    problems = [_unknown(name, known) for name in given if name not in known]
    values: dict[str, Any] = {}
    for name, about in known.items():
        try:
            values[name] = _value(about, given.get(name))
        except ValueError as error:
            problems.append(f"{name}: {error}")
    if not problems:
        made = shape(**values)
        problems = [made.problem()] if made.problem() else []
        if not problems:
            return made
    raise ProbeError("; ".join(f"{place}: {problem}" for problem in problems))


def _unknown(name: str, known: Mapping[str, Any]) -> str:
    """Return what to say about an option that a kind does not have."""
    near = difflib.get_close_matches(str(name), known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"write one of {', '.join(sorted(known))}"
    return f"{name}: there is no such option; {hint}"


def _value(about: Field[Any], given: Any) -> Any:
    """Return one option's value; raise ValueError with what is wrong and what to write."""
    if given is None:
        if about.default is MISSING:
            raise ValueError("it is missing, and must be given")
        return about.default
    value = READERS[str(about.type)](given)
    if about.default is MISSING and value == "":
        raise ValueError("it is empty, and must be given")
    _within(value, about.metadata)
    return value


def _within(value: Any, rules: Mapping[str, Any]) -> None:
    """Raise ValueError where a value is none of the choices, or out of range."""
    if rules["choices"] and value not in rules["choices"]:
        raise ValueError(f"{value!r} is no choice; write one of {', '.join(rules['choices'])}")
    for number in value if isinstance(value, tuple) else (value,):
        low, high = rules["least"], rules["most"]
        if (low is not None and number < low) or (high is not None and number > high):
            bounds = f"at least {low}" if high is None else f"a number from {low} to {high}"
            raise ValueError(f"{number} is out of range; write {bounds}")


def text(given: Any) -> str:
    """Read a text; a number is taken as it is written."""
    if isinstance(given, (str, int)) and not isinstance(given, bool):
        return str(given)
    raise ValueError(f"{given!r} is no text; write it in quotes")


def whole(given: Any) -> int:
    """Read a whole number, also one that a template made a text of."""
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    if isinstance(given, str) and given.strip().isdecimal():
        return int(given)
    raise ValueError(f"{given!r} is no whole number; write one such as 10")


def seconds(given: Any) -> float:
    """Read a time in seconds, which must be positive."""
    try:
        number = float("nan") if isinstance(given, bool) else float(given)
    except (TypeError, ValueError):
        number = float("nan")
    if 0 < number < float("inf"):
        return number
    raise ValueError(f"{given!r} is no time in seconds; write a positive number such as 10")


def truth(given: Any) -> bool:
    """Read yes or no, also one that a template made a text of."""
    word = str(given).strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise ValueError(f"{given!r} is neither true nor false; write true or false")


def wholes(given: Any) -> tuple[int, ...]:
    """Read a list of whole numbers; one alone needs no list."""
    parts: list[Any] = list(given) if isinstance(given, (list, tuple)) else [given]
    if not parts:
        raise ValueError("the list is empty; write at least one number")
    return tuple(whole(part) for part in parts)


# How a field's type, as it is written, is read.
READERS: Mapping[str, Callable[[Any], Any]] = {
    "str": text,
    "int": whole,
    "int | None": whole,
    "float": seconds,
    "bool": truth,
    "tuple[int, ...]": wholes,
}
