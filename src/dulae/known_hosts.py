"""The files of known host keys, as ssh reads them: a line that cannot be used hinders no other.

paramiko's own reader gives up at the first odd line: a comment in an older encoding, ``@cert-authority``, half a key.
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from paramiko.hostkeys import HostKeyEntry, HostKeys, InvalidHostKey
from paramiko.ssh_exception import SSHException

_REVOKED = "@revoked"
# The marker, names of hosts, the kind of key, the key.
_REVOKED_WORDS = 4


def add(known: HostKeys, file: Path) -> None:
    """Add the keys of a file; one that it revokes anywhere is known for no host. Raise OSError if it is unreadable."""
    lines = [line.decode("utf-8-sig", "replace").split() for line in file.read_bytes().splitlines()]
    revoked = {_blob(words[3]) for words in lines if words[:1] == [_REVOKED] and len(words) >= _REVOKED_WORDS}
    for entry in filter(None, map(_entry, lines)):
        if entry.key.asbytes() not in revoked:
            for name in entry.hostnames:
                known.add(name, entry.key.get_name(), entry.key)


def _blob(key: str) -> bytes:
    """Return a public key's bytes; none where they cannot be read."""
    try:
        return base64.b64decode(key)
    except binascii.Error:
        return b""


def _entry(words: list[str]) -> HostKeyEntry | None:
    """Return what a line says; nothing where it is a comment, has a marker, or is broken."""
    if not words or words[0].startswith(("#", "@")):
        return None
    try:
        entry: HostKeyEntry | None = HostKeyEntry.from_line(" ".join(words))
    except (InvalidHostKey, SSHException, ValueError, IndexError):
        return None
    return entry
