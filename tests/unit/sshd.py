"""A real SSH server on loopback for tests, a process of its own: host key, key login, commands, forwarding."""

import asyncio
import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncssh


class _Forwarding(asyncssh.SSHServer):
    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
        return True


@dataclass(frozen=True)
class Sshd:
    """A running server: its port, and the files that a client needs."""

    port: int
    key: Path
    known_hosts: Path

    def hosts_yml(self, **more: object) -> str:
        """Return an inventory's hosts.yml with this server as db1."""
        about = {
            "ansible_host": "127.0.0.1",
            "ansible_port": self.port,
            "ansible_user": "dulae",
            "ansible_ssh_private_key_file": str(self.key),
            "ansible_ssh_common_args": f"-F /dev/null -o IdentitiesOnly=yes -o UserKnownHostsFile={self.known_hosts}",
            **more,
        }
        lines = "".join(f"      {name}: '{value}'\n" for name, value in about.items())
        return f"all:\n  hosts:\n    db1:\n{lines}"


async def _answer(process: "asyncssh.SSHServerProcess[str]") -> None:
    if not process.command:
        process.exit(0)
        return
    done = await asyncio.to_thread(
        subprocess.run, process.command, shell=True, capture_output=True, text=True, check=False
    )
    with contextlib.suppress(asyncssh.Error, OSError):
        process.stdout.write(done.stdout)
        process.stderr.write(done.stderr)
        process.exit(done.returncode)


async def _serve(folder: Path) -> None:
    """Serve until SIGTERM; tell the port on standard output."""
    acceptor = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=_Forwarding,
        server_host_keys=[str(folder / "host_key")],
        authorized_client_keys=str(folder / "authorized_keys"),
        process_factory=_answer,
    )
    print(acceptor.get_port(), flush=True)
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    await told.wait()


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Sshd]:
    """Serve until the end of the block."""
    host_key, key = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
    (folder / "authorized_keys").write_bytes(key.export_public_key())
    for name, made in (("key", key), ("host_key", host_key)):
        made.write_private_key(str(folder / name))
        (folder / name).chmod(0o600)
    argv = [sys.executable, "-m", "tests.unit.sshd", str(folder)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as server:
        try:
            port = int(server.stdout.readline()) if server.stdout else 0
            known = folder / "known_hosts"
            known.write_text(f"[127.0.0.1]:{port} {host_key.export_public_key().decode()}")
            yield Sshd(port, folder / "key", known)
        finally:
            server.terminate()
            server.wait(10)


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
