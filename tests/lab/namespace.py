"""The ordinary user that the lab's servers run as, even where root started the lab.

PostgreSQL and the SSH server refuse uid 0. Root therefore starts them in a user namespace in which its own uid
has another number: files stay root's, capabilities are gone, no user is created on the machine.

db1 gets a small file system of its own, so that a full disk is a full disk: a tmpfs inside the namespace where
the machine allows that, else (Ubuntu's AppArmor forbids it to ordinary users) one through FUSE.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.lab.errors import LabError

DATA_BYTES = 16 * 1024 * 1024
_MOUNT = 'mount -t tmpfs -o "size=$1,mode=0700" dulae-lab "$2" && shift 2 && exec "$@"'
_NO_FUSE = "nor is there FUSE: sudo apt install fuse3"
_PROBE = [
    "unshare",
    "--user",
    "--map-root-user",
    "--mount",
    "mount",
    "-t",
    "tmpfs",
    "-o",
    "size=4k",
    "dulae-lab",
]


@dataclass(frozen=True)
class Namespace:
    """How the servers are started: the words before their own command.

    ``disk`` says what db1's own file system is: ``tmpfs``, ``fuse``, or nothing, and then ``why_not``.
    """

    prefix: tuple[str, ...]
    disk: str
    why_not: str = ""


def choose(data_mount: Path) -> Namespace:
    """Return the way to start servers on this machine; raise LabError if root has no way to give up uid 0."""
    refused = _refusal(data_mount)
    become = ("unshare", "--user", f"--map-user={_known_uid()}", f"--map-group={_known_uid()}")
    if not refused:
        outer = ("unshare", "--user", "--map-root-user", "--mount")
        shell = ("sh", "-c", _MOUNT, "lab", str(DATA_BYTES), str(data_mount))
        return Namespace((*outer, *shell, *become), "tmpfs")
    if os.getuid() != 0:
        return Namespace((), "fuse") if _fuse_works() else Namespace((), "", f"{refused}; {_NO_FUSE}")
    if _runs([*become, "true"]):
        raise LabError(f"root cannot start the lab here ({refused}). Start it as an ordinary user")
    return Namespace(become, "", refused)


def _fuse_works() -> bool:
    return shutil.which("fusermount3") is not None and os.access("/dev/fuse", os.R_OK | os.W_OK)


def _refusal(data_mount: Path) -> str:
    if shutil.which("unshare") is None:
        return "unshare is missing: sudo apt install util-linux"
    said = _runs([*_PROBE, str(data_mount)])
    return f"this machine does not let the lab mount a file system: {said}" if said else ""


def _runs(command: list[str]) -> str:
    """Return what a command said when it failed, or nothing if it ended well."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    return (
        ""
        if done.returncode == 0
        else (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
    )


def _known_uid() -> int:
    """Return the number of an ordinary user that the machine can name (initdb asks for the name)."""
    users = [entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0]
    return 1000 if 1000 in users else os.getuid() or min(users, default=1000)
