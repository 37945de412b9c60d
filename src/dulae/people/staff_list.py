"""The full staff list, where the personnel division gives one: read as the list of leavers is (6.4, monthly)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from dulae.errors import ListError
from dulae.people import read_list
from dulae.people.dates import BANGKOK
from dulae.people.receiving import newest


def rows(path: Path, now: datetime) -> list[dict[str, Any]]:
    """Return everybody on a staff list, or on the newest in a folder, with whole citizen numbers.

    Raise ListError where there is none, or it cannot be read.
    """
    file = newest(path) if path.is_dir() else path
    if file is None or not file.is_file():
        remedy = "Put the list there (CSV or XLSX), or name the right file"
        raise ListError("there is no staff list", place=str(path), remedy=remedy)
    read = read_list(file, today=now.astimezone(BANGKOK).date())
    kept: list[dict[str, Any]] = read.to_dict(unmasked=True)["rows"]
    return kept
