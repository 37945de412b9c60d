"""Will the certificate hold? Chain, host name and days left (procedure 6.1)."""

from __future__ import annotations

import contextlib
import ssl
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import cast

from ..finding import Verdict, reason
from . import network, secure
from .certificate import Certificate
from .options import Asked, option
from .probing import Around, Deadline, Judgement
from .secure import Trust

VALID = reason(
    "health.tls_valid", "{target}: its certificate holds for {days_left} more days, until {not_after}"
)
SOON = reason(
    "health.tls_expires_soon",
    "{target}: its certificate holds for only {days_left} more days, until {not_after}; order a new one",
)
TOO_SOON = reason(
    "health.tls_expires_too_soon",
    "{target}: its certificate holds for only {days_left} more days, until {not_after};"
    " at least {min_days} are asked, renew it now",
)


@dataclass(frozen=True)
class Tls(Asked):
    """A certificate: chain, host name, and days left."""

    host: str = option("Name or address of the machine.")
    port: int = option("TCP port.", 443, least=1, most=65535)
    server_name: str = option("Name that the certificate must be for; by default the host.", "")
    min_days: int = option("Fails with fewer days left than these.", 14, least=0, is_limit=True)
    warn_days: int = option("Warns with fewer days left than these.", 30, least=0, is_limit=True)
    ca_file: str = option(
        "Authorities to trust, PEM, on the machine that looks; by default the system's.", ""
    )

    @property
    def target(self) -> str:
        """Return host and port."""
        return network.at(self.host, self.port)


def measure(asked: Tls, deadline: Deadline) -> Certificate:
    """Return the certificate that a server shows; raise Trouble if there is none that can be trusted."""
    name = asked.server_name or asked.host
    with network.told(), contextlib.ExitStack() as open_streams:
        plain = open_streams.enter_context(network.connect(asked.host, asked.port, deadline))
        stream = open_streams.enter_context(secure.wrap(plain, name, Trust(ca_file=asked.ca_file)))
        return secure.presented(cast(ssl.SSLSocket, stream.connection))


def judge(asked: Tls, seen: Certificate, now: datetime) -> Judgement:
    """Compare the days that a trusted certificate has left with what is asked; a begun day does not count."""
    days_left = (seen.not_after - now).days
    measured = {"days_left": days_left, **secure.described(seen, asked.server_name or asked.host)}
    if days_left < asked.min_days:
        return Judgement(Verdict.FAIL, TOO_SOON, measured)
    if days_left < asked.warn_days:
        return Judgement(Verdict.WARN, SOON, measured)
    return Judgement(Verdict.PASS, VALID, measured)


def check(asked: Tls, around: Around) -> Judgement:
    """Look at the certificate, and judge."""
    return judge(asked, measure(asked, around.deadline), datetime.now(timezone.utc))
