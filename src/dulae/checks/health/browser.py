"""What a browser does around a page: redirects within the declared host, and cookies."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Collection, Iterable
from urllib.parse import urlencode

from ..finding import reason
from . import address, exchange
from .address import Address
from .cookies import Cookies
from .exchange import Reply, Request
from .probing import Deadline, Trouble, shown
from .secure import Trust

ELSEWHERE = reason(
    "health.redirect_elsewhere",
    "{target}: leads to another host ({location}), which is not followed; correct it, or the probe's address",
)
INSECURE = reason(
    "health.redirect_insecure",
    "{target}: redirects to a page without encryption ({location}); correct the redirect",
)
LOOP = reason("health.redirect_loop", "{target}: redirects more than {redirects} times; correct the redirect")
BAD_LOCATION = reason(
    "health.redirect_broken", "{target}: leads to something that is no web address ({location}); correct it"
)

REDIRECTS = (301, 302, 303, 307, 308)
_KEEPS_METHOD = (307, 308)
# Browsers give up at 20; a login page that needs half as many is broken.
MOST_REDIRECTS = 10
_FORM = "application/x-www-form-urlencoded"


@dataclass
class Browser:
    """Opens pages of one host, remembering cookies from one to the next."""

    host: str
    trust: Trust
    deadline: Deadline
    cookies: Cookies = field(default_factory=Cookies)

    def open(self, url: str, method: str = "GET", stay_at: Collection[int] = ()) -> Reply:
        """Return the page that an address leads to; raise Trouble where it leads elsewhere or nowhere.

        A redirect whose status is in ``stay_at`` is the answer itself.
        """
        return self._follow(Request(url, method), stay_at)

    def send(self, url: str, fields: Iterable[tuple[str, str]]) -> Reply:
        """Send a form, and return the page that it leads to; raise Trouble as ``open`` does."""
        body = urlencode(list(fields)).encode("ascii")
        return self._follow(Request(url, "POST", body, {"Content-Type": _FORM}), ())

    def _follow(self, request: Request, stay_at: Collection[int]) -> Reply:
        where = self._allowed(request.url)
        for _ in range(MOST_REDIRECTS + 1):
            headers = {**request.headers, **self.cookies.header(where.is_encrypted)}
            reply = exchange.ask(replace(request, headers=headers), self.trust, self.deadline)
            self.cookies.take(reply.headers.get_all("Set-Cookie") or [])
            location = reply.headers.get("Location")
            if reply.status not in REDIRECTS or reply.status in stay_at or not location:
                return reply
            request, before = self._next(request, reply.status, location), where
            where = self._allowed(request.url)
            if before.is_encrypted and not where.is_encrypted:
                raise Trouble(INSECURE, location=shown(address.bare(request.url)))
        raise Trouble(LOOP, redirects=MOST_REDIRECTS)

    def _next(self, request: Request, status: int, location: str) -> Request:
        """Return the request that a redirect asks for; a form is sent again only where the status says so."""
        # Header bytes come as Latin-1; Thai paths are sent by some servers as plain UTF-8.
        path = location.encode("latin-1", "replace").decode("utf-8", "replace")
        url = address.joined(request.url, path)
        if status in _KEEPS_METHOD or request.method != "POST":
            return replace(request, url=url)
        return Request(url)

    def _allowed(self, url: str) -> Address:
        """Return an address of the declared host; raise Trouble for any other, or if it is none."""
        try:
            where = address.parse(url)
        except ValueError as error:
            raise Trouble(BAD_LOCATION, location=shown(address.bare(url))) from error
        if where.host != self.host:
            raise Trouble(ELSEWHERE, location=shown(address.bare(url)))
        return where
