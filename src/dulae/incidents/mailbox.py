"""The mailbox in which users' reports arrive, over IMAP; a mail is marked as read only after it is kept."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dulae.errors import IncidentError
from dulae.incidents.mail_reading import LARGEST_BYTES
from dulae.settings.office import Mail

TIMEOUT_S = 20


@dataclass(frozen=True)
class Mailbox:
    """An open mailbox."""

    server: imaplib.IMAP4

    def unread(self) -> Iterator[tuple[str, bytes]]:
        """Yield uid and bytes of each unread mail; of one that is too large only the first part."""
        _status, found = self.server.uid("SEARCH", "UNSEEN")
        for uid in (found[0] or b"").split():
            name = uid.decode("ascii")
            _status, parts = self.server.uid("FETCH", name, f"(BODY.PEEK[]<0.{LARGEST_BYTES + 1}>)")
            body = next((part[1] for part in parts or () if isinstance(part, tuple)), b"")
            # A mail that somebody deletes at this moment has no bytes, and is no report.
            if body:
                yield name, body

    def mark_read(self, uid: str) -> None:
        """Mark a mail as read; it is neither moved nor deleted."""
        self.server.uid("STORE", uid, "+FLAGS", r"(\Seen)")


@contextmanager
def opened(mail: Mail, password: str) -> Iterator[Mailbox]:
    """Log in to the mailbox of the settings; raise IncidentError with server, reason and remedy if that fails."""
    place = f"mailbox {mail.username} at {mail.imap_host}:{mail.imap_port}"
    try:
        server = _connected(mail)
    except (OSError, imaplib.IMAP4.error) as error:
        raise IncidentError(
            f"no connection: {error}", place=place, remedy="Is the mail server up?"
        ) from error
    try:
        server.login(mail.username, password)
        server.select(f'"{mail.mailbox}"')
        yield Mailbox(server)
    except (OSError, imaplib.IMAP4.error) as error:
        remedy = "Look at user name, password and mailbox in site.yml."
        raise IncidentError(f"it refused: {error}", place=place, remedy=remedy) from error
    finally:
        _leave(server)


def _connected(mail: Mail) -> imaplib.IMAP4:
    if not mail.imap_tls:
        return imaplib.IMAP4(mail.imap_host, mail.imap_port, timeout=TIMEOUT_S)
    context = ssl.create_default_context(cafile=mail.ca_file or None)
    return imaplib.IMAP4_SSL(mail.imap_host, mail.imap_port, ssl_context=context, timeout=TIMEOUT_S)


def _leave(server: imaplib.IMAP4) -> None:
    try:
        server.logout()
    except (OSError, imaplib.IMAP4.error):
        server.shutdown()
