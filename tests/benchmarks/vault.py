"""What reading a vault costs: SHA-256 of a large file over SFTP, beside `sftp` fetching it, in the same run.

`sftp` fetches to /dev/null and hashes nothing. Beside them: paramiko's own client with all that it can ask ahead, and
one request at a time, which is what a slow network makes of a reader that does not ask ahead.
"""

import hashlib
import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable

from paramiko.sftp_client import SFTPClient

from dulae.checks.backup.hashing import sha256_of
from dulae.remote import connected
from dulae.vaults import reading
from dulae.vaults.vault import reached
from tests.integration.vault import Vault, serving

_MEBIBYTES = 512
_ROUNDS = 3


def main() -> None:
    """Print medians and ratios."""
    with serving() as vault:
        large = vault.root / "large"
        with large.open("wb") as file:
            for _ in range(_MEBIBYTES):
                file.write(os.urandom(1 << 20))
        path = vault.path_of(large)
        expected = sha256_of(str(large))[0]
        ways: dict[str, Callable[[], None]] = {
            "sftp get to /dev/null, no hash": lambda: _fetch(vault, path),
            "dulae, SHA-256": lambda: _hash(vault, path, expected),
            "dulae, one request at a time": lambda: _one_by_one(vault, path, expected),
            "paramiko's prefetch, SHA-256": lambda: _paramiko(vault, path, expected),
        }
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(_ROUNDS):
            for name, way in ways.items():
                started = time.perf_counter()
                way()
                taken[name].append(time.perf_counter() - started)
        print(
            f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB"
        )
    yardstick = statistics.median(taken["sftp get to /dev/null, no hash"])
    for name, seconds in taken.items():
        median = statistics.median(seconds)
        print(f"{name:<40}{median:8.2f} s{_MEBIBYTES / median:8.0f} MiB/s{median / yardstick:7.2f}x")


def _fetch(vault: Vault, path: str) -> None:
    host = vault.host
    options = [
        "-o",
        f"UserKnownHostsFile={host.known_hosts[0]}",
        "-o",
        "IdentitiesOnly=yes",
        "-F",
        "/dev/null",
    ]
    argv = ["sftp", "-q", "-b", "-", "-P", str(host.port), "-i", str(host.key), *options]
    subprocess.run(
        [*argv, f"{host.user}@{host.address}"],
        input=f"get {path} /dev/null\n".encode(),
        check=True,
        capture_output=True,
    )


def _hash(vault: Vault, path: str, expected: str) -> None:
    with reached(vault.host, 60) as medium:
        assert sha256_of(path, medium)[0] == expected


def _one_by_one(vault: Vault, path: str, expected: str) -> None:
    ahead, reading._MOST_AHEAD = reading._MOST_AHEAD, 1
    try:
        _hash(vault, path, expected)
    finally:
        reading._MOST_AHEAD = ahead


def _paramiko(vault: Vault, path: str, expected: str) -> None:
    digest = hashlib.sha256()
    with connected(vault.host) as connection:
        client = SFTPClient.from_transport(connection.transport)
        assert client
        with client.open(path, "rb") as file:
            file.prefetch()
            while block := file.read(1 << 15):
                digest.update(block)
    assert digest.hexdigest() == expected


if __name__ == "__main__":
    main()
