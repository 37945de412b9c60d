"""Faults in backup1's store. What is damaged is kept aside and comes back when it is healed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.lab import backups
from tests.lab.faults.fault import Fault, Memory
from tests.lab.lab import Lab


def _aside(lab: Lab, fault: str) -> Path:
    folder = lab.layout.root / "aside" / fault
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def truncate(lab: Lab) -> Memory:
    """Cut the newest dump of the correspondence database in half, as a full disk or a cut connection does."""
    path = backups.newest(lab.layout, "saraban", "saraban-*.dump")
    shutil.copy2(path, _aside(lab, "truncated_dump") / path.name)
    with _TimesKept(path):
        os.truncate(path, path.stat().st_size // 2)
    return {"path": str(path)}


def complete(lab: Lab, memory: Memory) -> None:
    """Bring the whole dump back."""
    path = Path(memory["path"])
    shutil.copy2(_aside(lab, "truncated_dump") / path.name, path)


def remove(lab: Lab) -> Memory:
    """Take every backup of the document files away."""
    folder = backups.folder(lab.layout, "saraban")
    for path in folder.glob(f"{backups.DOCUMENTS}-*"):
        shutil.move(path, _aside(lab, "missing_backup") / path.name)
    return {"folder": str(folder)}


def put_back(lab: Lab, memory: Memory) -> None:
    """Put them back."""
    for path in _aside(lab, "missing_backup").iterdir():
        shutil.move(path, Path(memory["folder"]) / path.name)


def flip(lab: Lab) -> Memory:
    """Change one byte in the middle of the newest dump of the Intranet's database."""
    path = backups.newest(lab.layout, "intranet", "intranet-*.dump")
    place = path.stat().st_size // 2
    _flip(path, place)
    return {"path": str(path), "place": place}


def flip_back(lab: Lab, memory: Memory) -> None:
    """Change it back, unless the dump has been rotated away since."""
    if Path(memory["path"]).exists():
        _flip(Path(memory["path"]), memory["place"])


def _flip(path: Path, place: int) -> None:
    with _TimesKept(path), path.open("r+b") as stream:
        stream.seek(place)
        byte = stream.read(1)[0]
        stream.seek(place)
        stream.write(bytes([byte ^ 0xFF]))


class _TimesKept:
    """Keeps a file's times while it is changed: rotting media do not renew them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._was = path.stat()

    def __enter__(self) -> None:
        """Begin the change."""

    def __exit__(self, *_: object) -> None:
        """Set the times back."""
        os.utime(self._path, ns=(self._was.st_atime_ns, self._was.st_mtime_ns))


FAULTS = {
    "truncated_dump": Fault(
        "the newest dump of saraban is cut in half", "saraban/database", truncate, complete
    ),
    "missing_backup": Fault(
        "no backup of saraban's documents is there", "saraban/documents", remove, put_back
    ),
    "flipped_byte": Fault(
        "one byte of the newest dump of intranet is another", "intranet/database", flip, flip_back
    ),
}
