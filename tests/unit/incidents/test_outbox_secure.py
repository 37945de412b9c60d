"""A mail server outside the house: STARTTLS with a checked certificate, and a password only under it."""

import datetime
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dulae.errors import IncidentError, SettingsError
from dulae.incidents.outbox import Letter, Outbox
from dulae.settings import office

LETTER = Letter("INC-2570-0001.notice", "fix@contractor.example", "แจ้งเหตุขัดข้อง", "อาการ: เปิดไม่ได้")
PASSWORD = "correct horse"


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for 127.0.0.1 that vouches for itself; return it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.office.example")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "key.pem").write_bytes(pem)
    return folder / "cert.pem", folder / "key.pem"


class Server(Controller):
    """Takes mail only from who has logged in under TLS."""

    def __init__(self, handler: Any, context: ssl.SSLContext, port: int) -> None:
        self.context = context
        super().__init__(handler, hostname="127.0.0.1", port=port)

    def factory(self) -> SMTP:
        def known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
            right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
            return AuthResult(success=right, handled=False)

        return SMTP(
            self.handler,
            tls_context=self.context,
            require_starttls=True,
            authenticator=known,
            auth_required=True,
        )


class Kept:
    """Counts what arrives."""

    count = 0

    async def handle_DATA(self, _server: Any, _session: Any, _envelope: Any) -> str:
        self.count += 1
        return "250 OK"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Kept, int]]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate(tmp_path))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    kept = Kept()
    controller = Server(kept, context, port)
    controller.start()
    yield kept, port
    controller.stop()


def outbox(folder: Path, port: int, *, password: str = PASSWORD, ca_file: str = "cert.pem") -> Outbox:
    mail = office.Mail.model_validate(
        {
            "smtp_host": "127.0.0.1",
            "smtp_port": port,
            "starttls": True,
            "sender": "helpdesk@office.example",
            "imap_host": "127.0.0.1",
            "username": "helpdesk",
            "password": {"env": "UNUSED"},
            "ca_file": str(folder / ca_file) if ca_file else "",
        }
    )
    box = Outbox(folder / "outbox", mail, lambda: password)
    box.put(LETTER)
    return box


def test_a_letter_leaves_under_tls_with_a_login(tmp_path: Path, server: tuple[Kept, int]) -> None:
    assert outbox(tmp_path, server[1]).send(lambda name, to: None).sent == [LETTER.name]
    assert server[0].count == 1


def test_a_certificate_that_nobody_vouches_for_stops_it(tmp_path: Path, server: tuple[Kept, int]) -> None:
    with pytest.raises(IncidentError, match="CERTIFICATE_VERIFY_FAILED"):
        outbox(tmp_path, server[1], ca_file="").send(lambda name, to: None)


def test_a_wrong_password_is_told_without_it(tmp_path: Path, server: tuple[Kept, int]) -> None:
    with pytest.raises(IncidentError, match="535") as caught:
        outbox(tmp_path, server[1], password="wrong horse").send(lambda name, to: None)
    assert "horse" not in str(caught.value)


def test_a_password_that_cannot_be_read_keeps_the_letter(tmp_path: Path, server: tuple[Kept, int]) -> None:
    def missing() -> str:
        raise SettingsError("the secret cannot be read")

    known = outbox(tmp_path, server[1])
    with pytest.raises(SettingsError, match="cannot be read"):
        Outbox(known.folder, known.mail, missing).send(lambda name, to: None)
    assert known.waiting() == [LETTER.name]
