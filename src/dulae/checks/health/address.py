"""Web addresses: what may be written, how it is sent, and how it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

_PORTS = {"http": 80, "https": 443}
# What may stand in a request line as it is: reserved and unreserved signs (RFC 3986), and % of what is quoted.
_KEPT = "!#$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True)
class Address:
    """A web address taken apart."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_encrypted(self) -> bool:
        """Say whether it is reached with TLS."""
        return self.scheme == "https"

    @property
    def default_port(self) -> int:
        """Return the port that need not be written."""
        return _PORTS[self.scheme]


def parse(url: str) -> Address:
    """Take a web address apart; raise ValueError with what is wrong and what to write."""
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii") if parts.hostname else ""
    except (ValueError, UnicodeError) as error:
        raise ValueError(f"{url!r} is no web address ({error})") from error
    if parts.scheme not in _PORTS or not host:
        raise ValueError(f"{url!r} is no web address; write http://HOST/ or https://HOST/")
    if parts.username is not None or parts.password is not None:
        raise ValueError("the address holds a user or password; remove it, it would stand in findings")
    path = quote(parts.path or "/", safe=_KEPT) + (
        f"?{quote(parts.query, safe=_KEPT)}" if parts.query else ""
    )
    return Address(parts.scheme, host, port or _PORTS[parts.scheme], path)


def joined(base: str, reference: str) -> str:
    """Return the address that a page at ``base`` refers to; what cannot be joined is returned as it is."""
    try:
        return urljoin(base, reference.strip())
    except ValueError:
        return reference


def problem(url: str) -> str:
    """Return what is wrong with an address, or an empty text."""
    try:
        parse(url)
    except ValueError as error:
        return str(error)
    return ""


def bare(url: str) -> str:
    """Return an address as findings show it: without query and fragment, which may hold what is private."""
    return url.split("?", 1)[0].split("#", 1)[0]
