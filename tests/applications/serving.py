"""A web server of its own process, on a port of loopback that it chooses and tells."""

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

_WAIT_S = 30
_ADDRESS = re.compile(r"http://127\.0\.0\.1:[1-9]\d*")


@contextlib.contextmanager
def serving(
    argv: Sequence[str], environment: Mapping[str, str], log: Path, folder: Path | None = None
) -> Iterator[str]:
    """Start a server that writes its address to its log; yield the address, and stop it afterwards."""
    with log.open("wb") as told:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            env={**os.environ, **environment},
            cwd=folder,
        )
    try:
        yield _address(process, log)
    finally:
        process.terminate()
        process.wait()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    give_up = time.monotonic() + _WAIT_S
    while time.monotonic() < give_up and process.poll() is None:
        found = _ADDRESS.search(log.read_text(errors="replace"))
        if found:
            return found[0]
        time.sleep(0.05)
    raise AssertionError(log.read_text(errors="replace"))
