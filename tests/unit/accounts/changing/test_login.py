"""The application's own login form as proof, on a small real web application."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from dulae.accounts.changing.login import LoginProbe

FORM = '<form method="post" action="/login"><input name="username"><input name="password" type="password"></form>'
KNOWN = {"helper": "right", "stays": "open-door"}


class _Application(BaseHTTPRequestHandler):
    """Lets in whoever has the right password, and breaks for one name."""

    def do_GET(self) -> None:
        self._page(FORM)

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        name, password = form["username"][0], form["password"][0]
        if name == "broken":
            self._page("error", 500)
        else:
            self._page("welcome, log out" if KNOWN.get(name) == password else f"refused {FORM}")

    def _page(self, text: str, status: int = 200) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def probe(tmp_path: Path) -> Iterator[LoginProbe]:
    """Return a probe of the application, with passwords in files."""
    passwords = {**KNOWN, "user1": "was right once", "broken": "x"}
    for name, password in passwords.items():
        (tmp_path / name).write_text(password)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Application) as server:
        worker = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        worker.start()
        try:
            given = {
                "login_url": f"http://127.0.0.1:{server.server_port}/login",
                "logged_in": "log out",
                "colleague": "helper",
                "passwords": {name: {"file": name} for name in passwords},
            }
            yield LoginProbe.of(given, tmp_path, "systems.yml")
        finally:
            server.shutdown()
            worker.join()


@pytest.mark.parametrize(
    ("login", "answer"), [("user1", "refused"), ("stays", "open"), ("broken", "unclear")]
)
def test_the_form_says_who_gets_in(probe: LoginProbe, login: str, answer: str) -> None:
    assert probe.knows(login) and probe.attempt(login) == answer


def test_a_colleague_still_gets_in_or_does_not(probe: LoginProbe, tmp_path: Path) -> None:
    assert probe.colleague_gets_in() is True
    (tmp_path / "helper").write_text("another")
    assert probe.colleague_gets_in() is False


def test_a_form_that_cannot_be_reached_is_unclear_and_proves_nothing(probe: LoginProbe) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Application) as closed:
        port = closed.server_port
    away = replace(probe, form=replace(probe.form, login_url=f"http://127.0.0.1:{port}/login"))
    assert away.attempt("user1") == "unclear"
