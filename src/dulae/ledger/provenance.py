"""What a run was made with and by whom, so that an auditor can tell one run's circumstances from another's."""

from __future__ import annotations

import ctypes
import getpass
import hashlib
import importlib.metadata
import os
import platform
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dulae.settings import project

_CODE = Path(__file__).parents[1]
_CODE_FOLDERS = ("library", "playbooks", "plugins", "roles")
_INVENTORY_PARTS = ("hosts.yml", "group_vars", "host_vars")
_NO_CODE = {".pyc"}
_PATIENCE_S = 10
# adjtimex(2): the answer 5 says that the clock is not synchronised; offset and errors follow in microseconds.
_CLOCK_ERROR = 5
_STA_NANO = 0x2000


class _Timex(ctypes.Structure):
    """The part of struct timex that is read; the rest is room for what the kernel writes."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 512),
    )


def circumstances(inventory: Path, playbook: str) -> dict[str, Any]:
    """Return operator, versions, hashes of code and settings, and the clock's state; raise OSError, SettingsError."""
    root = project.root()
    return {
        **operator(),
        "version": importlib.metadata.version("dulae"),
        "ansible": importlib.metadata.version("ansible-core"),
        "python": platform.python_version(),
        **_revision(root),
        "playbook_sha256": _digest(root, _files([Path(playbook)] if playbook else [])),
        "code_sha256": _digest(_CODE.parent, _files([_CODE, *(root / name for name in _CODE_FOLDERS)])),
        "inventory": str(inventory),
        "inventory_sha256": inventory_sha256(inventory),
        "clock": clock(),
    }


def operator() -> dict[str, str]:
    """Return the login under which this process runs, and who called it through sudo."""
    try:
        login = getpass.getuser()
    except (KeyError, OSError):
        login = str(os.getuid())
    sudo = os.environ.get("SUDO_USER", "")
    return {"operator": sudo or login, "account": login}


def clock() -> dict[str, Any]:
    """Return whether the kernel takes its clock for synchronised, and by how much it may be wrong."""
    timex = _Timex()
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex))
    except (AttributeError, OSError):
        state = -1
    if state < 0:
        return {"synchronised": None}
    offset_us = timex.offset // 1000 if timex.status & _STA_NANO else timex.offset
    return {"synchronised": state != _CLOCK_ERROR, "offset_us": offset_us, "max_error_us": timex.maxerror}


def inventory_sha256(inventory: Path) -> str:
    """Return one SHA-256 of the settings' files: paths and contents, without secrets and state."""
    return _digest(inventory, _files(inventory / part for part in _INVENTORY_PARTS))


def _files(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file() and path.suffix not in _NO_CODE:
                yield path


def _digest(base: Path, paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{os.path.relpath(path, base)}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _revision(root: Path) -> dict[str, Any]:
    """Return the commit of a checkout and whether it was changed since; empty where there is none."""
    git = shutil.which("git")
    if not git or not (root / ".git").exists():
        return {"commit": "", "dirty": None}
    answers = []
    for command in (["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no"]):
        try:
            done = subprocess.run(  # noqa: S603
                [git, "--no-optional-locks", "-C", str(root), *command],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_PATIENCE_S,
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            return {"commit": "", "dirty": None}
        answers.append(done.stdout.strip())
    return {"commit": answers[0], "dirty": bool(answers[1])}
