"""Encrypted connections, and in which way a certificate cannot be trusted."""

from __future__ import annotations

import functools
import os
import ssl
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from ..finding import Reason, Verdict, reason
from . import certificate, network
from .certificate import Certificate
from .network import Stream
from .probing import Deadline, Trouble, shown

EXPIRED = reason("health.tls_expired", "{target}: its certificate expired on {not_after}; renew it")
NOT_YET_VALID = reason(
    "health.tls_not_yet_valid",
    "{target}: its certificate holds only from {not_before}; look at the clocks, or install the right one",
)
SELF_SIGNED = reason(
    "health.tls_self_signed",
    "{target}: its certificate is self-signed, browsers warn their users; install one from an authority",
)
UNTRUSTED = reason(
    "health.tls_untrusted",
    "{target}: its certificate comes from an authority that is not trusted here ({issuer}); name its ca_file",
)
INCOMPLETE = reason(
    "health.tls_incomplete",
    "{target}: its chain leads to no trusted authority ({issuer}); let the server send the intermediate"
    " certificates, or name the authority's ca_file",
)
WRONG_HOST = reason(
    "health.tls_wrong_host",
    "{target}: its certificate is for {names}, not for {server_name}; install the right one",
)
INVALID = reason("health.tls_invalid", "{target}: its certificate is not valid ({error})")
NO_TLS = reason(
    "health.tls_none", "{target}: the port answers, but not with TLS; look at the server's settings"
)
HANDSHAKE = reason(
    "health.tls_handshake",
    "{target}: no encrypted connection could be agreed upon ({error}); update the server",
)
NO_CA_FILE = reason(
    "health.ca_file_unreadable",
    "{target}: the ca_file cannot be read on this machine ({error}); correct its path",
)
NO_AUTHORITIES = reason(
    "health.no_authorities",
    "{target}: this machine trusts no certificate authority at all; install ca-certificates, or name a ca_file",
)

# OpenSSL's verification results (x509_vfy.h).
_VERIFY = {9: NOT_YET_VALID, 10: EXPIRED, 18: SELF_SIGNED, 19: UNTRUSTED, 62: WRONG_HOST, 64: WRONG_HOST}
_NO_ISSUER = (2, 20, 21)
# Since Python 3.13 the default also asks for extensions that older authorities leave out; browsers do not.
_STRICT = 0x20
_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE")


@dataclass(frozen=True)
class Trust:
    """Which certificates are accepted: those of the machine's authorities, of one file, or all."""

    verify: bool = True
    ca_file: str = ""


def context(trust: Trust) -> ssl.SSLContext:
    """Return the settings of encrypted connections; raise Trouble (unknown) where authorities are missing."""
    try:
        made = _context(trust)
    except (OSError, ValueError) as error:
        said = shown(getattr(error, "strerror", None) or error)
        raise Trouble(NO_CA_FILE, Verdict.UNKNOWN, error=f"{trust.ca_file}: {said}") from error
    if trust.verify and not trust.ca_file and not _authorities(made):
        raise Trouble(NO_AUTHORITIES, Verdict.UNKNOWN)
    return made


@functools.lru_cache(maxsize=8)
def _context(trust: Trust) -> ssl.SSLContext:
    """Read the authorities once for all probes; raise OSError or ValueError where the file is none."""
    made = ssl.create_default_context(cafile=trust.ca_file or None)
    made.verify_flags &= ~_STRICT
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    # Browsers have not looked at the common name for years.
    made.hostname_checks_common_name = False
    if not trust.verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made


def _authorities(made: ssl.SSLContext) -> bool:
    """Say whether any authority is trusted: loaded ones, or a folder that is searched when needed."""
    folder = ssl.get_default_verify_paths().capath
    return bool(made.cert_store_stats()["x509_ca"]) or bool(folder and os.listdir(folder))


def wrap(stream: Stream, server_name: str, trust: Trust) -> Stream:
    """Encrypt a connection; raise Trouble that says why it cannot be trusted, OSError if it breaks."""
    settings = context(trust)
    stream.connection.settimeout(stream.deadline.left())
    address = stream.connection.getpeername()
    try:
        encrypted = settings.wrap_socket(stream.connection, server_hostname=server_name)
    except ssl.SSLCertVerificationError as error:
        stream.close()
        raise distrusted(error, peer(address, server_name, stream.deadline), server_name) from error
    except ssl.SSLEOFError as error:
        raise Trouble(network.CLOSED) from error
    except ssl.SSLError as error:
        why = NO_TLS if error.reason in _NO_TLS else HANDSHAKE
        raise Trouble(why, error=shown(error.reason or error)) from error
    return Stream(encrypted, stream.deadline)


def peer(address: Any, server_name: str, deadline: Deadline) -> Certificate | None:
    """Return the certificate of a server that is not trusted, or None where it does not show it again."""
    settings = context(Trust(verify=False))
    try:
        with network.connect(address[0], address[1], deadline) as stream:
            stream.connection.settimeout(deadline.left())
            with settings.wrap_socket(stream.connection, server_hostname=server_name) as encrypted:
                return presented(encrypted)
    except (OSError, ValueError, Trouble):
        return None


def presented(encrypted: ssl.SSLSocket) -> Certificate:
    """Return the certificate that the other side has shown; raise ValueError if it is none."""
    return certificate.parse(encrypted.getpeercert(binary_form=True) or b"")


def distrusted(error: ssl.SSLCertVerificationError, seen: Certificate | None, server_name: str) -> Trouble:
    """Return why a certificate is refused; an expired one is called so, whatever else is wrong with it."""
    code = error.verify_code
    why: Reason = INCOMPLETE if code in _NO_ISSUER else _VERIFY.get(code, INVALID)
    if seen and seen.not_after < datetime.now(timezone.utc):
        why = EXPIRED
    return Trouble(why, error=shown(error.verify_message), **described(seen, server_name))


def described(seen: Certificate | None, server_name: str) -> dict[str, Any]:
    """Return a certificate as a finding holds it; question marks where it could not be read."""
    about = {"server_name": server_name, "not_before": "?", "not_after": "?", "issuer": "?", "names": "?"}
    if seen:
        about.update(
            not_before=f"{seen.not_before:%Y-%m-%dT%H:%M:%SZ}",
            not_after=f"{seen.not_after:%Y-%m-%dT%H:%M:%SZ}",
            issuer=shown(seen.issuer) or "?",
            names=shown(", ".join(seen.names) or seen.subject) or "?",
        )
    return about
