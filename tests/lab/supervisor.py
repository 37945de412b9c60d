"""The parent of the lab's servers: builds the department, starts and stops servers when asked, ends them all.

``python -m tests.lab.supervisor FOLDER``. It inherits the socket that claims the lab's ports, and holds it by living.
It prints ``pid NUMBER``, one line for each step of the building, then ``ready`` or ``failed: REASON``.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg

from tests.lab import backups, mailboxes, postgres, state
from tests.lab.control import SOCKET
from tests.lab.errors import LabError
from tests.lab.layout import Layout, write_private
from tests.lab.processes import listens
from tests.lab.services import DATA, Service, declared, environment, pidfile

_READY_SECONDS = 60
_STOP_SECONDS = 10
_LOG_TAIL = 600
# PostgreSQL last, so that its clients have left before it ends.
_STOP_ORDER = ("saraban", "intranet", "mail", "sshd", "postgres", DATA)


class Supervisor:
    """Knows the servers that run now."""

    def __init__(self, layout: Layout, present: state.State) -> None:
        self._layout = layout
        self._services = declared(layout, present)
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        """Start a server and wait until it answers; raise LabError with the end of its log if it does not."""
        service = self._services[name]
        running = self._children.get(name)
        if running is not None and running.poll() is None:
            return
        with (self._layout.run / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(
                service.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(self._layout),
                cwd=state.repository(),
                start_new_session=True,
            )
        self._children[name] = child
        write_private(pidfile(self._layout, name), f"{child.pid}\n")
        self._await(service, child)

    def _await(self, service: Service, child: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while not listens(child.pid, service.ports) or subprocess.run(service.ready, check=False).returncode:
            if child.poll() is not None or time.monotonic() > deadline:
                log = (self._layout.run / f"{service.name}.log").read_text(encoding="utf-8", errors="replace")
                raise LabError(f"{service.name} does not answer: {log[-_LOG_TAIL:].strip()}")
            time.sleep(0.03)

    def stop(self, name: str) -> None:
        """End a server and wait until it is gone."""
        child = self._children.get(name)
        if child is None:
            return
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(self._services[name].stop_signal)
        try:
            child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        pidfile(self._layout, name).unlink(missing_ok=True)

    def reload(self, name: str) -> None:
        """Tell a server to read its settings again."""
        child = self._children.get(name)
        if child is None or child.poll() is not None:
            raise LabError(f"{name} does not run")
        child.send_signal(signal.SIGHUP)

    def stop_all(self) -> None:
        """End every server."""
        for name in _STOP_ORDER:
            self.stop(name)

    def reap(self) -> None:
        """Take note of servers that ended by themselves."""
        for child in self._children.values():
            child.poll()


def build(layout: Layout, present: state.State, supervisor: Supervisor, say: Callable[[str], None]) -> None:
    """Make the department: cluster and rows, applications, mailboxes, backups; raise LabError if a part fails."""
    port, passwords = present.ports["postgres"], present.database_passwords
    mailboxes.make_mailboxes(layout.mail, present.mail_passwords)
    for report in mailboxes.reports(present.now):
        mailboxes.deliver(layout.mail, mailboxes.HELPDESK, report)
    if present.disk == "fuse":
        supervisor.start(DATA)
    with ThreadPoolExecutor() as side:
        servers = [side.submit(supervisor.start, name) for name in ("sshd", "mail")]
        say("PostgreSQL: making the cluster on db1")
        postgres.create_cluster(layout, Path(present.postgres_bin), port, passwords["postgres"])
        supervisor.start("postgres")
        say("PostgreSQL: loading users, sessions and the correspondence register")
        postgres.fill(layout, port, passwords, present.now)
        postgres.write_pgpass(layout, port, passwords["backup"])
        servers += [side.submit(supervisor.start, name) for name in ("intranet", "saraban")]
        say("backup1: making backups of a week")
        backups.make(layout, present)
        say("web1 and mail1: waiting for the applications, SSH and mail")
        for server in servers:
            server.result()


def listen(layout: Layout) -> socket.socket:
    """Return the socket on which requests arrive; only the owner of the lab's folder reaches it."""
    control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    folder = os.open(layout.run, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # The folder's path may be longer than a socket's may be.
        control.bind(f"/proc/self/fd/{folder}/{SOCKET}")
    finally:
        os.close(folder)
    control.listen(4)
    return control


def obey(supervisor: Supervisor, connection: socket.socket) -> None:
    """Carry out one request, ``{"do": "start|stop|reload", "service": NAME}``, and answer it."""
    with connection, connection.makefile("rw", encoding="utf-8") as stream:
        request = json.loads(stream.readline())
        actions = {"start": supervisor.start, "stop": supervisor.stop, "reload": supervisor.reload}
        try:
            actions[request["do"]](request["service"])
            answer = {"error": ""}
        except LabError as error:
            answer = {"error": str(error)}
        stream.write(json.dumps(answer) + "\n")


def watch(supervisor: Supervisor, control: socket.socket, ended: socket.socket) -> None:
    """Serve requests until a signal asks for the end."""
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(ended, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select(timeout=1)}
            if ended in ready:
                return
            supervisor.reap()
            if control in ready:
                with contextlib.suppress(OSError, ValueError, KeyError):
                    obey(supervisor, control.accept()[0])


def _signals(numbers: Iterable[signal.Signals]) -> socket.socket:
    """Return a socket that becomes readable when one of these signals arrives."""
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.detach())
    for number in numbers:
        signal.signal(number, lambda *_: None)
    return reader


def _say(line: str) -> None:
    print(line, flush=True)


def main() -> None:
    """Build the lab, serve it, end it."""
    os.umask(0o077)
    layout = Layout(Path(sys.argv[1]))
    present = state.load(layout)
    if present is None:
        sys.exit("failed: there is no state.json")
    ended = _signals((signal.SIGTERM, signal.SIGINT))
    supervisor = Supervisor(layout, present)
    try:
        _say(f"pid {os.getpid()}")
        build(layout, present, supervisor, _say)
        control = listen(layout)
        _say("ready")
    except (LabError, OSError, psycopg.Error, subprocess.SubprocessError) as error:
        supervisor.stop_all()
        said = getattr(error, "stderr", None) or str(error)
        with contextlib.suppress(BrokenPipeError):
            _say("failed: " + " ".join(str(said).split()))
        os._exit(1)
    quiet = os.open(layout.run / "supervisor.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    watch(supervisor, control, ended)
    supervisor.stop_all()


if __name__ == "__main__":
    main()
