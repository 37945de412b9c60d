"""One HTTP request and its answer: no proxy, no automatic redirect, a body read up to a limit."""

from __future__ import annotations

import http.client
import zlib
from dataclasses import dataclass, field
from typing import Mapping

from ..finding import Verdict, reason
from . import address, network, secure
from .address import Address
from .network import Stream
from .probing import Deadline, Trouble, shown
from .secure import Trust

NO_HTTP = reason(
    "health.no_http", "{target}: the port answers, but not with HTTP ({error}); look at what listens there"
)
CUT_OFF = reason(
    "health.cut_off",
    "{target}: the answer ended after {body_bytes} bytes, before it was whole; look at the server's log",
)
UNREADABLE = reason(
    "health.compression_unknown", "{target}: answered in the compression {encoding}, which was not asked for"
)
BROKEN = reason(
    "health.compression_broken", "{target}: the compressed answer cannot be unpacked; look at the server"
)

# No page that is judged by its words is longer, and a body without end must end here.
BODY_LIMIT_BYTES = 1 << 20
_PART_BYTES = 1 << 16
# zlib: 32 recognises gzip and zlib by their headers.
_ANY_HEADER = 32 + zlib.MAX_WBITS
_HEADERS = {
    "User-Agent": "dulae (health check)",
    "Accept": "text/html,*/*;q=0.8",
    "Accept-Language": "th,en;q=0.5",
    "Accept-Encoding": "identity",
    "Connection": "close",
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True)
class Request:
    """What is asked of a web server."""

    url: str
    method: str = "GET"
    body: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Reply:
    """What a web server answered; ``is_whole`` is False where the body was longer than the limit."""

    url: str
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    is_whole: bool = True


class _Connection(http.client.HTTPConnection):
    """An HTTP connection over a stream that is already there."""

    auto_open = 0

    def __init__(self, where: Address, stream: Stream) -> None:
        super().__init__(where.host, where.port)
        self.default_port = where.default_port
        self.sock = stream

    def close(self) -> None:
        """Leave the stream to the one who opened it: http.client calls this before the body is read."""


def ask(request: Request, trust: Trust, deadline: Deadline) -> Reply:
    """Send a request and return the answer; raise Trouble where there is none."""
    where = address.parse(request.url)
    with network.told(), network.connect(where.host, where.port, deadline) as plain:
        if not where.is_encrypted:
            return _talk(request, where, plain)
        with secure.wrap(plain, where.host, trust) as encrypted:
            return _talk(request, where, encrypted)


def _talk(request: Request, where: Address, stream: Stream) -> Reply:
    """Speak HTTP over a stream; raise Trouble where the other side does not, OSError where it breaks."""
    connection = _Connection(where, stream)
    try:
        connection.request(request.method, where.path, request.body, {**_HEADERS, **request.headers})
        with connection.getresponse() as answer:
            body = _read(answer)
            is_whole = len(body) < BODY_LIMIT_BYTES
            if is_whole and answer.length:
                raise Trouble(CUT_OFF, http_status=answer.status, body_bytes=len(body))
            return Reply(request.url, answer.status, answer.headers, _unpacked(answer, body), is_whole)
    except http.client.RemoteDisconnected as error:
        raise Trouble(network.CLOSED) from error
    except http.client.IncompleteRead as error:
        raise Trouble(CUT_OFF, body_bytes=len(error.partial)) from error
    except (http.client.HTTPException, ValueError) as error:
        raise Trouble(NO_HTTP, error=shown(f"{type(error).__name__} {error}")) from error


def _read(answer: http.client.HTTPResponse) -> bytes:
    """Read a body up to the limit; raise OSError, or HTTPException where it breaks off."""
    body = bytearray()
    while len(body) < BODY_LIMIT_BYTES:
        part = answer.read(min(_PART_BYTES, BODY_LIMIT_BYTES - len(body)))
        if not part:
            break
        body += part
    return bytes(body)


def _unpacked(answer: http.client.HTTPResponse, body: bytes) -> bytes:
    """Unpack a body that came compressed though nobody asked for it; raise Trouble where that is impossible."""
    encoding = (answer.headers.get("Content-Encoding") or "identity").strip().lower()
    if encoding == "identity" or not body:
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise Trouble(UNREADABLE, Verdict.UNKNOWN, encoding=shown(encoding), http_status=answer.status)
    try:
        return zlib.decompressobj(_ANY_HEADER).decompress(body, BODY_LIMIT_BYTES)
    except zlib.error as error:
        raise Trouble(BROKEN, http_status=answer.status) from error
