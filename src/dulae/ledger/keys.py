"""The ledger's own key: made once, readable by its owner alone, known by its fingerprint on paper."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dulae.errors import LedgerError
from dulae.ledger import files

PRIVATE = "key.pem"
PUBLIC = "public.pem"
_READ_ONLY = 0o400
_SEEN_BY_ALL = 0o644


def create(folder: Path) -> Ed25519PublicKey:
    """Make a new key pair in a folder and return its public half; raise OSError if it cannot be kept."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    files.write(folder / PRIVATE, pem, _READ_ONLY)
    files.write(folder / PUBLIC, to_pem(key.public_key()), _SEEN_BY_ALL)
    return key.public_key()


def private(folder: Path) -> Ed25519PrivateKey:
    """Return the key that signs; raise LedgerError if it is missing or is none."""
    path = folder / PRIVATE
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise LedgerError(
            "the key that signs the ledger cannot be read",
            place=str(path),
            remedy="Restore it from its safe copy",
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise LedgerError("is no Ed25519 key", place=str(path))
    return key


def public(folder: Path) -> Ed25519PublicKey:
    """Return the key that verifies, from a ledger or an export; raise LedgerError if it is missing or is none."""
    path = folder / PUBLIC
    try:
        return from_pem(path.read_bytes())
    except OSError as error:
        raise LedgerError(
            f"the ledger's public key cannot be read ({error.strerror})", place=str(path)
        ) from error


def from_pem(pem: bytes) -> Ed25519PublicKey:
    """Return the public key of a PEM text; raise LedgerError if it is none."""
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise LedgerError("the ledger's public key is no key") from error
    if not isinstance(key, Ed25519PublicKey):
        raise LedgerError("the ledger's public key is no Ed25519 key")
    return key


def to_pem(key: Ed25519PublicKey) -> bytes:
    """Return a public key as PEM text."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def raw(key: Ed25519PublicKey) -> bytes:
    """Return the 32 bytes of a public key."""
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return the SHA-256 of a public key's DER form, as ``openssl pkey -pubin -outform DER | sha256sum`` gives it."""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()
