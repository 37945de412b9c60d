"""A user at a browser: keeps cookies, fills in the login form that the page shows, follows redirects."""

from __future__ import annotations

import html.parser
import http.cookiejar
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 15


@dataclass(frozen=True)
class Page:
    """What the browser shows."""

    status: int
    url: str
    text: str


class _Fields(html.parser.HTMLParser):
    """Collects the names and values of a form's inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("name") and given.get("type") != "checkbox":
            self.values[given["name"] or ""] = given.get("value") or ""


class Browser:
    """One user's browser."""

    def __init__(self, ca_file: Path | None = None) -> None:
        self.cookies = http.cookiejar.CookieJar()
        context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
        # This machine's proxy settings do not concern loopback.
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=context),
            urllib.request.HTTPCookieProcessor(self.cookies),
        )

    def get(self, url: str, *, bearer: str = "", **headers: str) -> Page:
        """Open a page, with more headers where given; raise URLError if nothing answers."""
        more = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return self._open(urllib.request.Request(url, headers={**more, **headers}))

    def log_in(self, url: str, username: str, password: str) -> Page:
        """Open the login page, fill in its form, send it, and return where that leads."""
        values = self._fields(url)
        name = "email" if "email" in values else "username"
        return self._send(url, {**values, name: username, "password": password})

    def fill(self, url: str, **values: str) -> Page:
        """Open a page, fill in some fields of its form, send it, and return where that leads."""
        return self._send(url, {**self._fields(url), **values})

    def _fields(self, url: str) -> dict[str, str]:
        form = _Fields()
        form.feed(self.get(url).text)
        return dict(form.values)

    def _send(self, url: str, values: Mapping[str, str]) -> Page:
        return self._open(urllib.request.Request(url, data=urllib.parse.urlencode(values).encode()))

    def cookie(self, name: str) -> str:
        """Return a cookie's value, or nothing."""
        return next((cookie.value or "" for cookie in self.cookies if cookie.name == name), "")

    def _open(self, request: urllib.request.Request) -> Page:
        try:
            with self._opener.open(request, timeout=_SECONDS) as answer:
                return Page(answer.status, answer.url, answer.read().decode("utf-8", "replace"))
        except urllib.error.HTTPError as error:
            with error:
                return Page(error.code, error.url or "", error.read().decode("utf-8", "replace"))
