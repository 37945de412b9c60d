"""Under whom the scratch server runs: database servers refuse root, so root steps down for them."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass

from ..backup.faults import CannotTell
from ..finding import reason

ROOT = reason(
    "restore_drill.root",
    "database servers do not run as root, and neither unshare nor setpriv can step down here;"
    " install util-linux, or run the drill as an ordinary user",
)

_NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
_STEP_DOWN_TO = ("postgres", "nobody")
# The server ends with the drill, even if the drill is killed.
_END_WITH_PARENT = ("setpriv", "--pdeathsig")


@dataclass(frozen=True)
class Identity:
    """A prefix for commands, and whom the scratch folder must belong to."""

    prefix: tuple[str, ...] = ()
    uid: int = -1
    gid: int = -1

    def argv(self, *command: str) -> list[str]:
        """Return a command as it is run under this identity."""
        return [*self.prefix, *command]

    def bound(self, *command: str, signal: str = "INT") -> list[str]:
        """Return a command as it is run under this identity, to end with this program where the machine can do it."""
        prefix = (*_END_WITH_PARENT, signal, "--")
        return self.argv(*(prefix if _works(prefix) else ()), *command)


def ordinary() -> Identity:
    """Return an identity that database servers accept; raise CannotTell if root cannot step down."""
    if os.geteuid():
        return Identity()
    if _works(_NAMESPACE):
        return Identity(_NAMESPACE)
    for name in _STEP_DOWN_TO:
        account = _account(name)
        prefix = (
            ("setpriv", f"--reuid={name}", f"--regid={account.pw_gid}", "--clear-groups", "--")
            if account
            else ()
        )
        if account and _works(prefix):
            return Identity(prefix, account.pw_uid, account.pw_gid)
    raise CannotTell(ROOT)


def _account(name: str) -> pwd.struct_passwd | None:
    """Return the machine's account of a name, if it has one."""
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _works(prefix: tuple[str, ...]) -> bool:
    """Say whether a prefix can run a command here."""
    if not shutil.which(prefix[0]):
        return False
    try:
        done = subprocess.run([*prefix, "true"], check=False, capture_output=True, timeout=10)  # noqa: S603
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
