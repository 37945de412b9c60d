"""A drill as it is being held: what is restored, where, and how long each stage took."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Iterator, Mapping

from ..backup.faults import CannotTell
from ..backup.manifest import Manifest
from ..backup.sets import BackupSet
from ..backup.steps import Examination
from ..finding import reason
from . import scratch
from .request import Drill

NO_SPACE = reason(
    "restore_drill.no_space",
    "{path}: {free_bytes} bytes free, the drill needs {needed_bytes}; free space, or name a larger scratch_dir",
)
# Room that a drill leaves for everybody else.
_RESERVE_BYTES = 64 << 20


@dataclass
class Work:
    """One drill: the examined copy with its manifest, the scratch folder, the stages so far."""

    drill: Drill
    examination: Examination
    folder: str
    manifest: Manifest | None = None
    # The other sets of the same call by subject, and where a cluster to copy is kept, if it is.
    peers: Mapping[str, BackupSet] = field(default_factory=dict)
    template: str = ""
    # The digest by which rows are compared with the manifest's, empty where they are only counted.
    digest: str = ""
    # Whether what was restored was compared with something that is neither manifest nor assertion, such as digests that
    # the copy itself brought.
    compared: bool = False
    # What declared queries are about, where the server holds several databases.
    database: str = ""
    stages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def measured(self) -> dict[str, Any]:
        """Return the numbers of the finding so far."""
        return self.examination.measured

    @property
    def made_at(self) -> datetime:
        """Return when the data of the copy were read."""
        made = self.manifest
        return datetime.fromisoformat(made.started_at) if made else self.examination.newest.made_at

    @property
    def moment(self) -> datetime:
        """Return from when ages are counted: now, or for a copy drawn by lot when it was made."""
        return self.examination.now if self.drill.pick.how == "newest" else self.made_at

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage, whether it succeeds or not."""
        scratch.note_stage(self.folder, name)
        began = time.monotonic()
        try:
            yield
        finally:
            self._passed(name, began)

    def _passed(self, name: str, began: float) -> None:
        """Note a stage that is over."""
        self.stages.append({"stage": name, "elapsed_ms": round((time.monotonic() - began) * 1000)})

    @contextlib.contextmanager
    def place(self, workshop: str) -> Iterator[None]:
        """Have a scratch folder; getting rid of it is the last stage."""
        began = time.monotonic()
        try:
            with scratch.folder(workshop) as self.folder:
                try:
                    yield
                finally:
                    began = time.monotonic()
        finally:
            self._passed("drop", began)

    def elapsed_ms(self) -> int:
        """Return the time of all stages so far."""
        return sum(stage["elapsed_ms"] for stage in self.stages)


def demand_space(folder: str, needed: int) -> None:
    """Raise CannotTell if a restore of some bytes does not fit into a folder."""
    free = free_bytes(folder)
    if free < needed:
        raise CannotTell(NO_SPACE, path=folder, free_bytes=free, needed_bytes=needed)


def free_bytes(folder: str) -> int:
    """Return the bytes that a drill may use in a folder."""
    space = os.statvfs(folder)
    return max(0, space.f_bavail * space.f_frsize - _RESERVE_BYTES)
