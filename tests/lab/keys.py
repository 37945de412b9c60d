"""The lab's keys: a host key for each host, key logins, an own known_hosts, and a small certificate authority."""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Mapping
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.lab.layout import HOSTS, Layout, write_private

# Logins: the controller's own, the officers who make and approve plans, and one that no host knows.
LOGINS = ("controller", "officer1", "officer2", "stranger")
CERTIFICATE_DAYS = 180
_CLOCK_SLACK = datetime.timedelta(hours=1)


def make_ssh_key(path: Path, comment: str) -> None:
    """Write a new ed25519 key and, beside it, its public half."""
    key = ed25519.Ed25519PrivateKey.generate()
    form = serialization.PrivateFormat.OpenSSH
    private = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    write_private(path, private.decode())
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    write_private(path.with_suffix(".pub"), f"{public.decode()} {comment}\n")


def public_key(path: Path) -> str:
    """Return the public half of a key, in one line as OpenSSH writes it."""
    return path.with_suffix(".pub").read_text(encoding="ascii").strip()


def host_key(layout: Layout, host: str) -> Path:
    """Return the path of a host's key."""
    return layout.keys / f"host_{host}"


def make_ssh_keys(layout: Layout) -> None:
    """Write every key of the lab."""
    for host in HOSTS:
        make_ssh_key(host_key(layout, host), host)
    make_ssh_key(host_key(layout, "impostor"), "impostor")
    for login in LOGINS:
        make_ssh_key(layout.keys / login, f"{login}@control1")


def write_known_hosts(layout: Layout, ports: Mapping[str, int]) -> Path:
    """Write the lab's known_hosts, under each host's name and under its address; return its path."""
    path = layout.keys / "known_hosts"
    lines = [
        f"{host},[127.0.0.1]:{ports['ssh_' + host]} {public_key(host_key(layout, host)).rsplit(' ', 1)[0]}\n"
        for host in HOSTS
    ]
    write_private(path, "".join(lines))
    return path


def make_certificates(layout: Layout) -> None:
    """Write the lab's certificate authority and a certificate for each application."""
    authority = ec.generate_private_key(ec.SECP256R1())
    name = _name("Lab certificate authority")
    now = datetime.datetime.now(datetime.UTC)
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder(name, name, authority.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=400))
        .not_valid_after(now + datetime.timedelta(days=400))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority.public_key()), critical=False)
        .sign(authority, hashes.SHA256())
    )
    _write(layout.tls / "ca", authority, certificate)
    for system in ("intranet", "saraban"):
        issue(layout, system, now + datetime.timedelta(days=CERTIFICATE_DAYS))


def issue(layout: Layout, system: str, until: datetime.datetime) -> None:
    """Write a new certificate for an application, valid until a moment (which may have passed)."""
    signer = serialization.load_pem_private_key((layout.tls / "ca.key").read_bytes(), None)
    issuer = x509.load_pem_x509_certificate((layout.tls / "ca.pem").read_bytes())
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise TypeError("the lab's certificate authority has an elliptic-curve key")
    key = ec.generate_private_key(ec.SECP256R1())
    start = min(until, datetime.datetime.now(datetime.UTC)) - datetime.timedelta(days=90)
    names: list[x509.GeneralName] = [
        x509.DNSName("localhost"),
        x509.DNSName(f"{system}.dept.example"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    certificate = (
        x509.CertificateBuilder(
            issuer.subject, _name(f"{system}.dept.example"), key.public_key(), x509.random_serial_number()
        )
        .not_valid_before(start - _CLOCK_SLACK)
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()),  # type: ignore[arg-type]
            critical=False,
        )
        .sign(signer, hashes.SHA256())
    )
    _write(layout.tls / system, key, certificate)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _write(stem: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
    form = serialization.PrivateFormat.PKCS8
    private = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    write_private(stem.with_suffix(".key"), private.decode())
    write_private(stem.with_suffix(".pem"), certificate.public_bytes(serialization.Encoding.PEM).decode())
