"""Cookies of one host, kept from one page to the next (RFC 6265, without what one host does not need)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.utils import mktime_tz, parsedate_tz
from typing import Iterable, Mapping

# A server that sets more cookies than this is broken, and its headers would not be accepted back.
MOST = 50


@dataclass(frozen=True)
class _Cookie:
    value: str
    is_secure: bool


class Cookies:
    """A jar for one host; a secure cookie never travels without encryption."""

    def __init__(self) -> None:
        self._kept: dict[str, _Cookie] = {}

    def take(self, lines: Iterable[str]) -> None:
        """Keep what the lines of ``Set-Cookie`` set, and forget what they end."""
        for line in lines:
            pair, *rest = line.split(";")
            name, _, value = pair.partition("=")
            about = {
                key.strip().lower(): said.strip() for key, _, said in (part.partition("=") for part in rest)
            }
            self._kept.pop(name.strip(), None)
            if name.strip() and not _is_over(about) and len(self._kept) < MOST:
                self._kept[name.strip()] = _Cookie(value.strip(), "secure" in about)

    def header(self, encrypted: bool) -> dict[str, str]:
        """Return the header that brings the cookies back, or nothing where there are none."""
        sent = [f"{name}={one.value}" for name, one in self._kept.items() if encrypted or not one.is_secure]
        return {"Cookie": "; ".join(sent)} if sent else {}


def _is_over(about: Mapping[str, str]) -> bool:
    """Say whether a cookie ends at once: ``Max-Age`` counts before ``Expires``."""
    age = about.get("max-age", "")
    if age.lstrip("-").isdecimal():
        return int(age) <= 0
    expires = parsedate_tz(about.get("expires", ""))
    try:
        return expires is not None and mktime_tz(expires) <= time.time()
    except (ValueError, OverflowError):
        return False
