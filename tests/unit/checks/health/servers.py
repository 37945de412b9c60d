"""Small real servers on loopback, and what they do wrong."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

HOST = "127.0.0.1"
Talk = Callable[[socket.socket], None]


@contextlib.contextmanager
def talking(talk: Talk, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve connections one after the other with a function; yield the port."""
    listener = socket.create_server((HOST, 0))
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), connection:
                if tls is None:
                    talk(connection)
                else:
                    with tls.wrap_socket(connection, server_side=True) as encrypted:
                        talk(encrypted)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        with contextlib.suppress(OSError), socket.create_connection(listener.getsockname(), timeout=1):
            pass
        listener.close()
        thread.join(5)


def saying(answer: bytes) -> Talk:
    """Read what comes, answer, and close."""

    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    return talk


def silent(connection: socket.socket) -> None:
    """Take the connection, and say nothing until the other side goes away."""
    connection.settimeout(10)
    while connection.recv(4096):
        pass


def dead_port() -> int:
    """Return a port on which nothing listens."""
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


@dataclass(frozen=True)
class Page:
    """What a path answers."""

    body: bytes = b"<h1>hello</h1>"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    """What a server was asked: method, path, headers, form."""

    method: str
    path: str
    headers: Mapping[str, str]
    form: Mapping[str, list[str]]


Answer = Callable[[Asked], Page]


@dataclass
class Site:
    """A web server: answers by path, and what it was asked."""

    pages: dict[str, Page | Answer]
    port: int = 0
    scheme: str = "http"
    asked: list[Asked] = field(default_factory=list)

    def url(self, path: str = "/") -> str:
        return f"{self.scheme}://{HOST}:{self.port}{path}"


@contextlib.contextmanager
def site(pages: Mapping[str, Page | Answer], tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """Serve pages; yield the site."""
    served = Site(dict(pages))

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            form = parse_qs(self.rfile.read(length).decode(), keep_blank_values=True)
            asked = Asked(self.command, self.path, dict(self.headers.items()), form)
            served.asked.append(asked)
            found = served.pages.get(self.path.partition("?")[0], Page(b"nothing here", 404))
            page = found if isinstance(found, Page) else found(asked)
            self.send_response(page.status)
            for name, value in page.headers.items():
                for one in value.split("\n"):
                    self.send_header(name, one)
            self.send_header("Content-Length", str(len(page.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(page.body)

        do_GET = do_POST = do_HEAD = _answer

        def log_message(self, *_args: object) -> None:
            """Stay quiet."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_args: object) -> None:
            """Stay quiet when the other side goes away."""

    server = Quiet((HOST, 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        served.scheme = "https"
    served.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
