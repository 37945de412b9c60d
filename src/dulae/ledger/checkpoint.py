"""A signed statement of how far the ledger had come (C2SP tlog-checkpoint, RFC 6962 tree, Ed25519).

The text is ``origin, size, root``, and one extension line with the hash of the last header line, by which a
shell script that replays the chain can check the signature without building the tree.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dulae.errors import LedgerError
from dulae.ledger import keys

FOLDER = "checkpoints"
_ED25519 = b"\x01"
_KEY_ID_BYTES = 4
_NOTE = re.compile(
    r"(?P<text>(?P<origin>[^\s+]+)\n(?P<size>0|[1-9][0-9]*)\n(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"head (?P<head>[0-9a-f]{64})\n)\n— (?P<name>[^\s+]+) (?P<signature>[A-Za-z0-9+/=]+)\n"
)


@dataclass
class Tree:
    """The RFC 6962 hash tree over header lines, kept as the roots of its full subtrees, largest first."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def add(self, line: str) -> None:
        """Add a header line (its newline belongs to the leaf)."""
        self.peaks.append(hashlib.sha256(b"\x00" + line.encode() + b"\n").digest())
        size = self.size
        while size & 1:
            right = self.peaks.pop()
            self.peaks.append(_node(self.peaks.pop(), right))
            size >>= 1
        self.size += 1

    def root(self) -> bytes:
        """Return the root of all lines so far."""
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = _node(peak, root)
        return root

    def to_text(self) -> str:
        """Return the tree's state, to go on from later."""
        return " ".join([str(self.size), *(peak.hex() for peak in self.peaks)])


def tree_from(text: str) -> Tree:
    """Return the tree of a state that `to_text` gave; an empty one for an empty text."""
    if not text:
        return Tree()
    size, *peaks = text.split()
    return Tree(int(size), [bytes.fromhex(peak) for peak in peaks])


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Checkpoint:
    """How far a ledger had come: its origin, the number of entries, the tree's root, the last line's hash."""

    origin: str
    size: int
    root: bytes
    head: str

    def text(self) -> str:
        """Return the lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\nhead {self.head}\n"


def signed(made: Checkpoint, key: Ed25519PrivateKey) -> str:
    """Return a checkpoint as a signed note."""
    signature = _key_id(made.origin, key.public_key()) + key.sign(made.text().encode())
    return f"{made.text()}\n— {made.origin} {base64.b64encode(signature).decode()}\n"


def opened(note: str, key: Ed25519PublicKey) -> Checkpoint:
    """Return the checkpoint of a signed note; raise LedgerError if this key did not sign exactly this text."""
    found = _NOTE.fullmatch(note)
    if not found:
        raise LedgerError("is not a signed checkpoint")
    try:
        signature = base64.b64decode(found["signature"], validate=True)
        key.verify(signature[_KEY_ID_BYTES:], found["text"].encode())
    except (InvalidSignature, binascii.Error) as error:
        raise LedgerError("its signature is not the ledger's") from error
    if found["name"] != found["origin"] or signature[:_KEY_ID_BYTES] != _key_id(found["origin"], key):
        raise LedgerError("is signed in another name")
    return Checkpoint(found["origin"], int(found["size"]), base64.b64decode(found["root"]), found["head"])


def file_name(size: int) -> str:
    """Return the file name of the checkpoint at a size; names sort as sizes."""
    return f"{size:012d}.txt"


def _key_id(name: str, key: Ed25519PublicKey) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + keys.raw(key)).digest()[:_KEY_ID_BYTES]
