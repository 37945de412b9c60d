"""The kinds of probes, and a probe as the settings declare it."""

from __future__ import annotations

import difflib
import importlib
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, Mapping, Sequence

from .options import Asked, ProbeError, build, plain, seconds, text
from .probing import Around, Judgement

if TYPE_CHECKING:
    # Never run: it names the files for Ansible, which sends to a target what it sees imported.
    from . import database, http, journey, process, service, tcp, tls  # noqa: F401

DEFAULT_TIMEOUT_S = 10.0
# What the settings say about every probe. Its title and the places that it looks from are the controller's
# affair; a password stands there only as the name of the place that holds it.
_ABOUT = ("kind", "name", "system", "subject", "timeout_s", "title", "from", "password")


@dataclass(frozen=True)
class Kind:
    """One kind of probe: a file of this folder, loaded only where it is asked for, to keep a target's cost low."""

    name: str

    @property
    def _file(self) -> ModuleType:
        return importlib.import_module(f".{self.name}", __package__)

    @property
    def options(self) -> type[Asked]:
        """Return the class of its options, which has the kind's name."""
        options: type[Asked] = getattr(self._file, self.name.capitalize())
        return options

    def check(self, asked: Asked, around: Around) -> Judgement:
        """Look, and judge; raise Trouble."""
        judgement: Judgement = self._file.check(asked, around)
        return judgement


KINDS: Mapping[str, Kind] = {
    name: Kind(name) for name in ("http", "journey", "tls", "tcp", "service", "process", "database")
}


@dataclass(frozen=True)
class Probe:
    """What is to be looked at: subject ``SYSTEM/NAME``, kind, options, and the seconds that it may take."""

    subject: str
    kind: str
    asked: Asked
    system: str = ""
    timeout_s: float = DEFAULT_TIMEOUT_S

    @property
    def limits(self) -> dict[str, Any]:
        """Return the limits of its verdict as plain JSON."""
        return {**self.asked.limits, "timeout_s": plain(self.timeout_s)}


def probes_from(given: Sequence[Mapping[str, Any]]) -> list[Probe]:
    """Return probes from plain data, as the settings declare them.

    Raise ProbeError naming every probe and option that is wrong, before anything is measured.
    """
    probes, problems = [], []
    for number, one in enumerate(given, start=1):
        try:
            probes.append(_probe(one, number))
        except ProbeError as error:
            problems.append(str(error))
    problems.extend(_twice(probes))
    if not given:
        problems.append("probes: the list is empty; name at least one probe, for nothing checked is no pass")
    if problems:
        raise ProbeError("; ".join(problems))
    return probes


def _probe(given: Mapping[str, Any], number: int) -> Probe:
    """Return one probe; raise ProbeError."""
    if not isinstance(given, Mapping):
        raise ProbeError(f"probe {number}: {given!r} is no probe; write name, kind and options")
    subject = _subject(given)
    place = f"probe {number} ({subject})" if subject else f"probe {number}"
    if not subject:
        raise ProbeError(f"{place}: it has no name; write system and name, or subject")
    kind = given.get("kind")
    if kind not in KINDS:
        near = difflib.get_close_matches(str(kind), KINDS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"write one of {', '.join(KINDS)}"
        raise ProbeError(f"{place}: kind: {kind!r} is no kind of probe; {hint}")
    if isinstance(given.get("password"), str):
        raise ProbeError(f"{place}: password: it may not stand in a probe; give it in secrets")
    try:
        timeout_s = seconds(given.get("timeout_s") or DEFAULT_TIMEOUT_S)
        system = text(given.get("system") or "")
    except ValueError as error:
        raise ProbeError(f"{place}: {error}") from error
    options = {name: value for name, value in given.items() if name not in _ABOUT}
    asked = build(KINDS[str(kind)].options, options, place)
    return Probe(subject, str(kind), asked, system, timeout_s)


def _subject(given: Mapping[str, Any]) -> str:
    """Return the subject that is given, or the one made of system and name."""
    parts = (str(given.get(key) or "") for key in ("system", "name"))
    return str(given.get("subject") or "/".join(part for part in parts if part))


def _twice(probes: Sequence[Probe]) -> list[str]:
    """Return what to say about subjects that stand for several probes."""
    subjects = [probe.subject for probe in probes]
    twice = sorted({subject for subject in subjects if subjects.count(subject) > 1})
    return [f"{subject}: two probes have this name; give each its own" for subject in twice]
