"""The full staff list, where the personnel division gives one: read as the list of leavers is (6.4, monthly)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from dulae.people import read_list, refusals
from dulae.people.dates import BANGKOK
from dulae.people.receiving import newest
from dulae.people.refusals import RefusedList


def rows(path: Path, now: datetime) -> list[dict[str, Any]]:
    """Return everybody on a staff list, or on the newest in a folder, with whole citizen numbers.

    Raise ListError where there is none, or it cannot be read.
    """
    file = newest(path) if path.is_dir() else path
    if file is None:
        raise RefusedList(refusals.NO_LIST, str(path))
    read = read_list(file, today=now.astimezone(BANGKOK).date())
    kept: list[dict[str, Any]] = read.to_dict(unmasked=True)["rows"]
    return kept
