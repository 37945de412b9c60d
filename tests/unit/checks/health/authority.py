"""Certificates for tests: good ones, and each kind of bad one."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Wanted:
    """A certificate to be made; ``names`` without dots and letters are addresses."""

    common_name: str = "localhost"
    names: tuple[str, ...] = ("localhost", "127.0.0.1")
    begins: datetime = NOW - timedelta(days=1)
    ends: datetime = NOW + timedelta(days=90, hours=1)
    is_authority: bool = False


@dataclass(frozen=True)
class Pair:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]) if common_name else x509.Name([])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def issue(wanted: Wanted, issuer: Pair | None = None) -> Pair:
    """Make a certificate, signed by an issuer or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(wanted.common_name))
        .issuer_name(issuer.certificate.subject if issuer else _name(wanted.common_name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(wanted.begins)
        .not_valid_after(wanted.ends)
        .add_extension(x509.BasicConstraints(ca=wanted.is_authority, path_length=None), critical=True)
    )
    if wanted.names and not wanted.is_authority:
        names = x509.SubjectAlternativeName([_general(name) for name in wanted.names])
        builder = builder.add_extension(names, critical=False)
    return Pair(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def context(folder: Path, pair: Pair, *chain: Pair) -> ssl.SSLContext:
    """Return a server's settings with a certificate and what it sends along."""
    path = folder / f"{pair.certificate.serial_number}.pem"
    key = pair.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(pair.pem + b"".join(one.pem for one in chain) + key)
    settings = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    settings.load_cert_chain(path)
    return settings
