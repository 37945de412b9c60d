"""A vault as people write its address: ``sftp://user@host:port/path``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dulae.errors import RemoteError
from dulae.remote import Host

SCHEME = "sftp://"
_REMEDY = f"Write it as {SCHEME}user@host:port/path, without a password"


def parsed(address: str, key: str = "", known_hosts: Iterable[str] = ()) -> tuple[Host, str]:
    """Return how a vault is reached, and the path in it; raise RemoteError where the address is not as it must be."""
    try:
        parts = urlsplit(address)
        port = parts.port or 22
    except ValueError as error:
        raise RemoteError("the vault's address cannot be read", remedy=_REMEDY) from error
    if not parts.hostname or not parts.path or parts.password or parts.query or parts.fragment:
        raise RemoteError("the vault's address is not whole", remedy=_REMEDY)
    host = Host(
        name=parts.hostname,
        address=parts.hostname,
        port=port,
        user=unquote(parts.username) if parts.username else None,
        key=Path(key).expanduser() if key else None,
        known_hosts=tuple(Path(file).expanduser() for file in known_hosts),
    )
    # A folder's name may be in an older encoding: its bytes stay as they are.
    return host, unquote(parts.path, errors="surrogateescape")
