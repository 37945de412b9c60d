"""Where the playbooks are."""

from __future__ import annotations

import os
from pathlib import Path

from dulae.errors import SettingsError


def root() -> Path:
    """Return the project's folder: DULAE_PROJECT, else the checkout that this file is in, else the current folder.

    Raise SettingsError where none of them holds playbooks.
    """
    named = os.environ.get("DULAE_PROJECT", "")
    places = [Path(named)] if named else [Path(__file__).resolve().parents[3], Path.cwd()]
    for place in places:
        if (place / "playbooks").is_dir():
            return place
    raise SettingsError(
        "the playbooks cannot be found",
        place=str(places[-1]),
        remedy="Set DULAE_PROJECT to the project's folder",
    )


def playbooks() -> tuple[str, ...]:
    """Return the file names of the playbooks, sorted; raise SettingsError where there are none to be found."""
    return tuple(sorted(path.name for path in (root() / "playbooks").glob("*.yml")))
