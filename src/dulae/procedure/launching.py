"""Start the playbook of some work as a process of its own, keep what it prints, and wait for it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dulae.errors import SettingsError

_POLL_S = 0.2
# How long a playbook may take to end after it was interrupted.
_LAST_WORDS_S = 30
_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700
_SHOWN = 200


@dataclass(frozen=True)
class Launch:
    """How a playbook is called: from the project's folder, for an inventory, with some of its hosts."""

    project: Path
    inventory: Path
    check: bool = False
    limit: str = ""

    def command(self, playbook: str) -> list[str]:
        """Return the argument vector; nothing in it is secret."""
        tool = Path(sys.executable).with_name("ansible-playbook")
        given = [str(tool) if tool.exists() else "ansible-playbook", "-i", str(self.inventory)]
        given += ["--check"] if self.check else []
        given += ["--limit", self.limit] if self.limit else []
        return [*given, str(self.project / "playbooks" / playbook)]

    def environment(self, environ: Mapping[str, str]) -> dict[str, str]:
        """Return the environment: the project's ansible.cfg, UTF-8, no colours in what is kept."""
        utf8 = {
            name: value for name, value in environ.items() if name in ("LC_ALL", "LANG") and "UTF-8" in value
        }
        fixed = {
            "ANSIBLE_CONFIG": str(self.project / "ansible.cfg"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_FORCE_COLOR": "0",
        }
        return {**environ, "LC_ALL": "C.UTF-8", **utf8, **fixed}


def launch(command: list[str], environment: Mapping[str, str], log: Path, tick: Callable[[], object]) -> int:
    """Run a command with its words in a private file, call ``tick`` while it works, and return its status.

    ``command`` runs in the folder of ANSIBLE_CONFIG. Raise SettingsError if it cannot be started.
    """
    folder = Path(environment["ANSIBLE_CONFIG"]).parent
    try:
        log.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE_FILE)
        with os.fdopen(descriptor, "wb") as words:
            process = subprocess.Popen(  # noqa: S603
                command,
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
            )
    except OSError as error:
        raise SettingsError(
            f"{command[0]} cannot be started ({error.strerror})",
            place=str(error.filename or log),
            remedy="Look whether it is installed, and who owns the folder",
        ) from error
    return _wait(process, tick)


def _wait(process: subprocess.Popen[bytes], tick: Callable[[], object]) -> int:
    try:
        while process.poll() is None:
            tick()
            time.sleep(_POLL_S)
    except KeyboardInterrupt:
        # The terminal has interrupted the playbook too; what it has found is still to be sealed.
        try:
            process.wait(_LAST_WORDS_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise
    tick()
    return process.returncode


def last_words(log: Path) -> str:
    """Return the line of a kept output that tells best why a playbook stopped; empty if there is none."""
    lines = [
        line.strip()
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines()
        if line.strip()
    ]
    telling = [line for line in lines if line.startswith(("dulae:", "[ERROR]", "ERROR", "fatal:"))]
    return (telling or lines or [""])[-1][:_SHOWN]
