"""What the lab's two applications have in common: requests, pages from files, forms with a CSRF token, the database."""

from __future__ import annotations

import hashlib
import hmac
import html
import http.server
import json
import secrets
import socket
import ssl
import string
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row

_LONGEST_FORM = 65536
_IDLE_SECONDS = 15
_CSRF_COOKIE = "csrf"
# A manual that everybody may read, with a hash that tests know.
MANUAL = b"%PDF-1.4\n% manual of the lab's application\n" + bytes(range(256)) * 8
Database = psycopg.Connection[DictRow]


@dataclass(frozen=True)
class Request:
    """What a browser asked."""

    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    cookies: Mapping[str, str]
    bearer: str


@dataclass
class Response:
    """What the application answers."""

    body: bytes = b""
    status: HTTPStatus = HTTPStatus.OK
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)


Route = Callable[[Request, Database], Response]


def redirect(to: str, **cookies: str) -> Response:
    """Return an answer that sends the browser on, with cookies to set (empty: to forget)."""
    return Response(status=HTTPStatus.FOUND, headers={"Location": to}, cookies=cookies)


def as_json(value: Any, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return an answer for programs."""
    return Response(json.dumps(value, ensure_ascii=False).encode(), status, "application/json")


class Application:
    """An application: its routes, the folder of its pages, and how to reach its database."""

    def __init__(self, templates: Path, database_url: str, csrf_field: str) -> None:
        self._templates = templates
        self._database_url = database_url
        self._csrf_field = csrf_field
        self._secret = secrets.token_bytes(32)
        self.routes: dict[tuple[str, str], Route] = {("GET", "/health"): self.health}

    def page(self, name: str, **values: str) -> Response:
        """Return a page as it is deployed now, its values escaped; ``items`` is a ready list."""
        template = string.Template((self._templates / name).read_text(encoding="utf-8"))
        ready = {key: value if key == "items" else html.escape(value) for key, value in values.items()}
        return Response(template.safe_substitute(ready).encode())

    def form_page(self, request: Request, error: str = "") -> Response:
        """Return the login page with a token bound to the browser's cookie."""
        cookie = request.cookies.get(_CSRF_COOKIE) or secrets.token_urlsafe(16)
        made = self.page("login.html", error=error, csrf=self._csrf(cookie))
        made.cookies[_CSRF_COOKIE] = cookie
        return made

    def csrf_holds(self, request: Request) -> bool:
        """Say whether a form came from a page that this browser was given."""
        wanted = self._csrf(request.cookies.get(_CSRF_COOKIE, ""))
        return hmac.compare_digest(wanted, request.form.get(self._csrf_field, ""))

    def _csrf(self, cookie: str) -> str:
        return hmac.new(self._secret, cookie.encode(), hashlib.sha256).hexdigest()

    def health(self, request: Request, database: Database) -> Response:
        """Answer for monitors: the database was asked."""
        database.execute("SELECT 1")
        return as_json({"status": "ok", "database": "ok"})

    def answer(self, request: Request) -> Response:
        """Answer a request in one transaction; a database that is down is told as such."""
        route = self.routes.get((request.method, request.path)) or self._numbered(request)
        if route is None:
            return Response("ไม่พบหน้าที่ต้องการ".encode(), HTTPStatus.NOT_FOUND)
        try:
            with psycopg.connect(self._database_url, connect_timeout=3, row_factory=dict_row) as database:
                return route(request, database)
        except psycopg.OperationalError:
            if request.path == "/health":
                return as_json({"status": "failed", "database": "down"}, HTTPStatus.SERVICE_UNAVAILABLE)
            return Response("ระบบฐานข้อมูลไม่พร้อมใช้งาน".encode(), HTTPStatus.SERVICE_UNAVAILABLE)

    def _numbered(self, request: Request) -> Route | None:
        folder, _, last = request.path.rpartition("/")
        return self.routes.get((request.method, f"{folder}/*")) if last.isdigit() else None


def _handler(application: Application) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        timeout = _IDLE_SECONDS
        server_version = "LabApplication"

        def do_GET(self) -> None:
            self._answer("GET", {})

        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), _LONGEST_FORM)
            text = self.rfile.read(length).decode("utf-8", "replace")
            self._answer("POST", dict(urllib.parse.parse_qsl(text)))

        def _answer(self, method: str, form: Mapping[str, str]) -> None:
            url = urllib.parse.urlsplit(self.path)
            cookies = SimpleCookie(self.headers.get("Cookie", ""))
            request = Request(
                method,
                url.path,
                dict(urllib.parse.parse_qsl(url.query)),
                form,
                {name: morsel.value for name, morsel in cookies.items()},
                self.headers.get("Authorization", "").removeprefix("Bearer ").strip(),
            )
            self._send(application.answer(request))

        def _send(self, response: Response) -> None:
            self.send_response(response.status)
            for name, value in response.headers.items():
                self.send_header(name, value)
            for name, value in response.cookies.items():
                forget = "" if value else "; Max-Age=0"
                self.send_header("Set-Cookie", f"{name}={value}; Path=/; HttpOnly; SameSite=Lax{forget}")
            self.send_header("Content-Type", response.kind)
            self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            self.wfile.write(response.body)

    return Handler


class Server(http.server.ThreadingHTTPServer):
    """Serves an application in threads, over TLS where a certificate is given."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self, address: tuple[str, int], application: Application, certificate: Path | None = None
    ) -> None:
        super().__init__(address, _handler(application))
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, certificate.with_suffix(".key"))
            # The handshake belongs to the request's own thread: a silent client must not hold up the others.
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def server_bind(self) -> None:
        """Bind without asking the resolver for this machine's name."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about clients that leave early; the log is for the application's own faults."""
