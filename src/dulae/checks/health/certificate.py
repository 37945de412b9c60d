"""What a certificate says: names and dates, read from its DER form (X.509, RFC 5280) without a library.

The standard library gives these only for certificates that it trusts, and the ones that fail are those that
have to be described.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Iterator

# Tags of ASN.1 (X.690) and of the fields used here.
_GENERALIZED_TIME = 0x18
_VERSION = 0xA0
_EXTENSIONS = 0xA3
_OCTETS = 0x04
_DNS_NAME = 0x82
_IP_ADDRESS = 0x87
_LONG_LENGTH = 0x80
_IPV6_BYTES = 16
_COMMON_NAME = bytes.fromhex("550403")
_ALTERNATIVE_NAMES = bytes.fromhex("551d11")
# UTCTime has two digits for the year: from 50 on they mean 19xx (RFC 5280, 4.1.2.5.1).
_CENTURY_TURNS_AT = 50


@dataclass(frozen=True)
class Certificate:
    """Who a certificate is for, who issued it, and between which moments it holds."""

    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    names: tuple[str, ...] = ()


def parse(der: bytes) -> Certificate:
    """Read a certificate; raise ValueError if it is none."""
    try:
        return _certificate(der)
    except (IndexError, ValueError) as error:
        raise ValueError("this is no certificate") from error


def _certificate(der: bytes) -> Certificate:
    (_, whole), *_ = _parts(der)
    (_, signed), *_ = _parts(whole)
    fields = [part for part in _parts(signed) if part[0] != _VERSION]
    # serial number, signature algorithm, issuer, validity, subject, public key, extensions
    issuer, validity, subject = (fields[position][1] for position in (2, 3, 4))
    begins, ends = (_moment(tag, value) for tag, value in _parts(validity))
    names = [name for tag, value in fields if tag == _EXTENSIONS for name in _names(value)]
    return Certificate(_common_name(subject), _common_name(issuer), begins, ends, tuple(names))


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and value of each element; raise IndexError or ValueError where the data end too early."""
    at = 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & _LONG_LENGTH:
            size = length & ~_LONG_LENGTH
            length, at = int.from_bytes(data[at : at + size], "big"), at + size
        if at + length > len(data):
            raise ValueError("the data end too early")
        yield tag, data[at : at + length]
        at += length


def _moment(tag: int, value: bytes) -> datetime:
    """Return a UTCTime or GeneralizedTime."""
    digits = value.decode("ascii").rstrip("Z")
    if tag != _GENERALIZED_TIME:
        digits = ("19" if int(digits[:2]) >= _CENTURY_TURNS_AT else "20") + digits
    return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)


def _common_name(name: bytes) -> str:
    """Return the common name of a subject or issuer, or an empty text."""
    for _, relative in _parts(name):
        for _, pair in _parts(relative):
            (_, kind), (_, value) = _parts(pair)
            if kind == _COMMON_NAME:
                return value.decode("utf-8", "replace")
    return ""


def _names(extensions: bytes) -> Iterator[str]:
    """Yield the host names and addresses among the alternative names."""
    (_, listed), *_ = _parts(extensions)
    for _, extension in _parts(listed):
        (_, kind), *_, (tag, octets) = _parts(extension)
        if kind == _ALTERNATIVE_NAMES and tag == _OCTETS:
            (_, names), *_ = _parts(octets)
            yield from (_name(tag, value) for tag, value in _parts(names) if tag in (_DNS_NAME, _IP_ADDRESS))


def _name(tag: int, value: bytes) -> str:
    """Return a host name, or an address as it is written; raise ValueError if it is neither."""
    if tag == _DNS_NAME:
        return value.decode("ascii", "replace")
    return socket.inet_ntop(socket.AF_INET6 if len(value) == _IPV6_BYTES else socket.AF_INET, value)
