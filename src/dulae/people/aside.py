"""Lists that came and were not compared yet, kept aside before the next one takes their place.

A run may break off between the arrival of a list and its comparison with the accounts. The judged list is kept for that
comparison; where only the ledger remembers it, its file is looked for where it came from, and read again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from dulae.errors import ListError
from dulae.ledger import Ledger, files
from dulae.ledger.views.lists import KINDS, Arrived, lists
from dulae.people import read_list

FOLDER = "uncompared"
# An older list says nothing that later ones do not know better.
_LOOKED_FOR = timedelta(days=92)
# A workbook that is larger than this is no list.
_LARGEST = 64 << 20


@dataclass(frozen=True)
class Place:
    """Where the judged list is kept, which ledger remembers it, and the department's own units."""

    output: Path
    ledger: Path
    units: Collection[str] = ()


def keep(place: Place, arriving: str, today: date) -> bool:
    """Keep aside whatever was not compared, but for the list that is arriving; say whether anything was written.

    Raise LedgerError if the ledger cannot be read, OSError if a file cannot be written.
    """
    known = lists(Ledger.open(place.ledger).entries(KINDS))
    folder, kept = place.output.parent / FOLDER, False
    last = _judged(place.output)
    if last and last["sha256"] not in {arriving, *known.compared}:
        kept = _write(folder, last)
    since = today - _LOOKED_FOR
    for one in known.forgotten:
        is_kept = one.sha256 == arriving or (folder / f"{one.sha256}.json").exists()
        if not is_kept and one.at.date() >= since:
            for read in _read_again(one, today, place.units):
                kept = _write(folder, read) or kept
    return kept


def _judged(path: Path) -> dict[str, Any] | None:
    """Return the judged list that lies where the next one will; None where there is none with rows."""
    try:
        judged = json.loads(path.read_text(encoding="utf-8"))
        return judged if judged["sha256"] and judged["rows"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _read_again(one: Arrived, today: date, units: Collection[str]) -> Iterator[dict[str, Any]]:
    """Yield a list out of its own file, under whatever name it lies in the folder where it came from."""
    folder = Path(one.origin)
    there = sorted(folder.iterdir()) if one.origin and folder.is_dir() else []
    # Its own name first, for the others have to be read to be known.
    for path in sorted(there, key=lambda path: path.name != one.file):
        if path.is_file() and path.stat().st_size <= _LARGEST and _sha256(path) == one.sha256:
            try:
                made = read_list(path, today=today, units=units).to_dict(unmasked=True)
            except ListError:
                return
            yield {**made, "received_at": one.at.isoformat(timespec="milliseconds")}
            return


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _write(folder: Path, judged: dict[str, Any]) -> bool:
    path = folder / f"{judged['sha256']}.json"
    if path.exists():
        return False
    files.make_folder(folder)
    files.write(path, json.dumps(judged, ensure_ascii=False, indent=1).encode())
    return True
