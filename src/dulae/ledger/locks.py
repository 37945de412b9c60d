"""One run of a control at a time: a lock that its process holds, and beside it who that is.

The kernel frees the lock when the process is gone, so that a killed run leaves none behind.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from dulae.errors import LedgerError
from dulae.ledger import files

FOLDER = "locks"
# By these words a run that was refused its lock is known.
TAKEN = "is being run by"


@dataclass(frozen=True)
class Holder:
    """Who runs a control, and how it was asked for: all that a module of the same run needs to know of it."""

    control: str
    session: str
    pid: int
    operator: str
    since: str
    trigger: str = "manual"
    playbook: str = ""
    limit: str = ""
    tags: tuple[str, ...] = ()
    check_mode: bool = False
    run: str = ""

    @property
    def alive(self) -> bool:
        """Say whether its process still is."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


@dataclass
class ControlLock:
    """The lock of one control, held from `take` to `free` or to the end of the process."""

    state_dir: Path
    holder: Holder
    lock: FileLock = field(init=False)

    def take(self) -> None:
        """Take the lock; raise LedgerError that says who has it and what to do."""
        path = self.state_dir / FOLDER / f"{self.holder.control}.lock"
        try:
            files.make_folder(path.parent)
            self.lock = FileLock(path, mode=files.PRIVATE_FILE)
            self.lock.acquire(timeout=0)
            self.tell(self.holder)
        except Timeout:
            raise _taken(self.holder.control, holder_of(self.state_dir, self.holder.control), path) from None
        except OSError as error:
            raise LedgerError(f"the lock cannot be taken ({error.strerror})", place=str(path)) from error

    def tell(self, holder: Holder) -> None:
        """Write beside the lock who holds it; raise OSError."""
        self.holder = holder
        files.write(_beside(self.state_dir, holder.control), json.dumps(asdict(holder)).encode())

    def free(self) -> None:
        """Let the next one run."""
        _beside(self.state_dir, self.holder.control).unlink(missing_ok=True)
        self.lock.release()


def holder_of(state_dir: Path, control: str) -> Holder | None:
    """Return who last took the lock of a control and has not freed it (ask `alive`), or None."""
    try:
        told = json.loads(_beside(state_dir, control).read_text(encoding="utf-8"))
        return Holder(**{**told, "tags": tuple(told["tags"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def running(state_dir: Path, control: str) -> Holder | None:
    """Return who runs a control at this moment on this machine, or None."""
    holder = holder_of(state_dir, control)
    return holder if holder and holder.alive else None


def _beside(state_dir: Path, control: str) -> Path:
    return state_dir / FOLDER / f"{control}.json"


def _taken(control: str, holder: Holder | None, path: Path) -> LedgerError:
    if holder is None or not holder.alive:
        remedy = "Try again in a moment"
        return LedgerError(f"another run of {control} has just begun", place=str(path), remedy=remedy)
    who = f"{holder.operator} (process {holder.pid}, {holder.trigger}, since {holder.since})"
    remedy = f"Wait until it has ended, or stop it with: kill {holder.pid}"
    return LedgerError(f"{control} {TAKEN} {who}", place=str(path), remedy=remedy)
