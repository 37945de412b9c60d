"""Free ports on loopback, taken a block at a time so that labs side by side never meet.

The first port of a block is held by a listening socket for as long as the lab lives: it is the lab's claim to
the rest. The blocks lie below the range from which the kernel takes ports for outgoing connections.
"""

from __future__ import annotations

import random
import socket
from dataclasses import dataclass

from tests.lab.errors import LabError

LOOPBACK = "127.0.0.1"
_FIRST, _LAST, _BLOCK = 15000, 31000, 16
NAMES = (
    "ssh_web1",
    "ssh_db1",
    "ssh_backup1",
    "ssh_mail1",
    "postgres",
    "intranet",
    "intranet_tls",
    "saraban",
    "smtp",
    "imap",
    "dead",
)


@dataclass(frozen=True)
class Claim:
    """A block of ports: who holds the socket holds the ports."""

    socket: socket.socket
    ports: dict[str, int]


def claim() -> Claim:
    """Take a block of free ports; raise LabError if there is none."""
    blocks = list(range(_FIRST, _LAST, _BLOCK))
    random.shuffle(blocks)
    for block in blocks:
        held = _listen(block)
        if held is None:
            continue
        if all(_free(block + 1 + offset) for offset in range(len(NAMES))):
            return Claim(held, {name: block + 1 + offset for offset, name in enumerate(NAMES)})
        held.close()
    raise LabError(f"no {_BLOCK} free ports in a row between {_FIRST} and {_LAST}. Stop other labs")


def _listen(port: int) -> socket.socket | None:
    held = socket.socket()
    try:
        held.bind((LOOPBACK, port))
        held.listen(1)
    except OSError:
        held.close()
        return None
    held.set_inheritable(True)
    return held


def _free(port: int) -> bool:
    with socket.socket() as attempt:
        try:
            attempt.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def answers(port: int, seconds: float = 0.5) -> bool:
    """Say whether something accepts connections on a port."""
    try:
        socket.create_connection((LOOPBACK, port), seconds).close()
    except OSError:
        return False
    return True
