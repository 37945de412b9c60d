"""A real vault: OpenSSH's sshd with internal-sftp and nothing else, shut in a folder where root runs it."""

import contextlib
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from dulae.remote import Host

_SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {private}/host_key
AuthorizedKeysFile {private}/key.pub
PidFile none
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AllowTcpForwarding no
MaxStartups 100
Subsystem sftp internal-sftp
ForceCommand internal-sftp
{more}
"""


@dataclass(frozen=True)
class Vault:
    """A running vault: the folder that it serves, and how it is reached."""

    root: pathlib.Path
    private: pathlib.Path
    host: Host
    shut_in: bool
    server: subprocess.Popen[bytes]

    def path_of(self, path: pathlib.Path) -> str:
        """Return the path under which the vault shows a file."""
        return f"/{path.relative_to(self.root)}" if self.shut_in else str(path)

    def files(self) -> dict[str, tuple[int, int]]:
        """Return everything that lies in the vault, with size and time of change."""
        found = ((path, path.lstat()) for path in self.root.rglob("*"))
        return {str(path): (about.st_size, about.st_mtime_ns) for path, about in found}

    def cut(self) -> None:
        """Kill the processes of all connections that there are, and not the server."""
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.server.pid)], capture_output=True, text=True, check=False
        )
        for pid in listed.stdout.split():
            subprocess.run(["kill", "-9", pid], check=False)

    def known(self, file: pathlib.Path, key: str) -> Host:
        """Return how the vault is reached with another public key as the known one."""
        file.write_text(f"[127.0.0.1]:{self.host.port} {key}" if key else "")
        return replace(self.host, known_hosts=(file,))


@contextlib.contextmanager
def serving(setting: str = "") -> Iterator[Vault]:
    """Serve a new folder until the end of the block, with one more setting; skip where there is no sshd."""
    if not _SSHD:
        pytest.skip("no sshd here: apt-get install openssh-server openssh-sftp-server")
    shut_in = os.getuid() == 0
    with contextlib.ExitStack() as stack:
        # A folder in which sshd shuts users in must belong to root all the way up.
        place = "/var/lib" if shut_in else None
        root = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vault-", dir=place)))
        private = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vault-keys-")))
        root.chmod(0o755)
        if shut_in:
            pathlib.Path("/run/sshd").mkdir(exist_ok=True)
        yield stack.enter_context(_started(root, private, shut_in, setting))


@contextlib.contextmanager
def _started(root: pathlib.Path, private: pathlib.Path, shut_in: bool, setting: str) -> Iterator[Vault]:
    for name in ("host_key", "key", "other_key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(private / name)], check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = private / "sshd_config"
    more = f"{setting}\nChrootDirectory {root}" if shut_in else setting
    config.write_text(_CONFIG.format(port=port, private=private, more=more))
    known = private / "known_hosts"
    known.write_text(f"[127.0.0.1]:{port} {(private / 'host_key.pub').read_text()}")
    user = pwd.getpwuid(os.getuid()).pw_name
    host = Host("nas1", "127.0.0.1", port, user, private / "key", (known,))
    assert _SSHD
    with (private / "log").open("wb") as log:
        server = subprocess.Popen([_SSHD, "-D", "-e", "-f", str(config)], stderr=log)
    try:
        _wait_for(port, server, private / "log")
        yield Vault(root, private, host, shut_in, server)
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(port: int, server: subprocess.Popen[bytes], log: pathlib.Path) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        assert server.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(log.read_text())
