"""mail1: SMTP that delivers into Maildir folders, IMAP that serves them; both on loopback, without TLS.

``python -m tests.lab.mail SETTINGS.json``. Mail to an address that has no mailbox is refused, as a real server does.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from argparse import Namespace
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pymap.backend.maildir import MaildirBackend
from pymap.imap import IMAPService

from tests.lab.mailboxes import deliver
from tests.lab.ports import LOOPBACK
from tests.lab.serving import arguments


class Postman:
    """Takes mail from SMTP."""

    def __init__(self, base: Path, addresses: set[str]) -> None:
        self._base = base
        self._addresses = addresses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept recipients that have a mailbox."""
        if address.lower() not in self._addresses:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address.lower())
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Deliver to each recipient."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        for address in dict.fromkeys(envelope.rcpt_tos):
            deliver(self._base, address, content)
        return "250 OK delivered"


async def serve(settings: dict[str, Any]) -> None:
    """Serve SMTP and IMAP until the process ends."""
    base: Path = settings["folder"]
    passwords: dict[str, str] = settings["passwords"]

    def known(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        given = data if isinstance(data, LoginPassword) else LoginPassword(b"", b"")
        wanted = passwords.get(given.login.decode("utf-8", "replace"), "")
        return AuthResult(success=bool(wanted) and hmac.compare_digest(wanted.encode(), given.password))

    def smtp() -> SMTP:
        postman = Postman(base, set(passwords))
        return SMTP(postman, hostname="mail1.dept.example", authenticator=known, auth_require_tls=False)

    loop = asyncio.get_running_loop()
    await loop.create_server(smtp, LOOPBACK, settings["smtp_port"])
    options: dict[str, Any] = {
        "cert": None,
        "key": None,
        "tls": False,
        "passlib_cfg": None,
        "proxy_protocol": None,
    }
    options |= {"base_dir": str(base), "concurrency": None, "layout": "++", "colon": None}
    listening = {"host": LOOPBACK, "port": settings["imap_port"], "inherited_sockets": None}
    backend, config = await MaildirBackend.init(Namespace(debug=False, **options, **listening))
    config.apply_context()
    async with AsyncExitStack() as stack:
        await backend.start(stack)
        await IMAPService(backend, config).start(stack)
        await asyncio.Event().wait()


def main() -> None:
    """Serve mail until SIGTERM."""
    # A client that goes away is no fault of the server.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    asyncio.run(serve(arguments()))


if __name__ == "__main__":
    main()
