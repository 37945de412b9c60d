"""The department's settings: read, checked for shape, then for meaning, and told with file, line and remedy.

``load(inventory)`` is the only way in. Every file is read before anything is said, so that one look shows all
that is wrong.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dulae.settings import hosts, meaning
from dulae.settings.model import Settings
from dulae.settings.office import Calendar, Contract, Site
from dulae.settings.people import People
from dulae.settings.problem import Problem, SettingsProblems
from dulae.settings.procedure import Procedure
from dulae.settings.reading import Document, read
from dulae.settings.systems import System
from dulae.settings.translate import shaped

__all__ = [
    "FILES",
    "Calendar",
    "Contract",
    "People",
    "Procedure",
    "Settings",
    "SettingsProblems",
    "Site",
    "System",
    "load",
]

# File of group_vars/all -> its shape; its one top-level key is dulae_NAME.
FILES: dict[str, Any] = {
    "procedure": Procedure,
    "systems": tuple[System, ...],
    "people": People,
    "contract": Contract,
    "calendar": Calendar,
    "site": Site,
}


def load(inventory: Path) -> Settings:
    """Return the settings of an inventory folder; raise SettingsProblems, which holds all that is wrong."""
    folder = Path(inventory).absolute()
    if not folder.is_dir():
        raise SettingsProblems([Problem("missing_folder", folder)])
    problems: list[Problem] = []
    machines = read(folder / "hosts.yml", literal=False)
    known = _hosts(machines, problems)
    documents = {name: read(folder / "group_vars" / "all" / f"{name}.yml") for name in FILES}
    parts = {name: _part(documents[name], name, problems) for name in FILES}
    if problems:
        raise SettingsProblems(problems)
    settings = Settings.model_construct(inventory=folder, hosts=known, **parts)
    problems = meaning.problems(settings, {**documents, "hosts": machines})
    if problems:
        raise SettingsProblems(problems)
    return settings


def _hosts(document: Document, problems: list[Problem]) -> tuple[str, ...]:
    problems.extend(document.problems)
    if document.data is None:
        return ()
    names, wrong = hosts.names(document)
    problems.extend(wrong)
    return names


def _part(document: Document, name: str, problems: list[Problem]) -> Any:
    key = f"dulae_{name}"
    problems.extend(document.problems)
    if document.data is None:
        return None
    if not isinstance(document.data, dict) or set(document.data) != {key}:
        others = [other for other in document.data if other != key] if isinstance(document.data, dict) else []
        problems.append(document.problem("top_key", tuple(others[:1]), name=key))
        return None
    part, wrong = shaped(document, FILES[name], (key,))
    problems.extend(wrong)
    return part
