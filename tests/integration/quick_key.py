"""A key of restic's repository that opens at once: restic takes half a second to derive one, at each of its calls.

restic chooses how costly a passphrase is to try when it makes a repository, and notes it in the key's file. This writes
the same keys anew with the least cost, which restic then reads as any other; the repository stays restic's own.
Format: https://restic.readthedocs.io/en/stable/100_references.html#keys-encryption-and-mac
"""

import base64
import hashlib
import json
import os
import pathlib
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.poly1305 import Poly1305

_LEAST_COST = {"N": 2, "r": 1, "p": 1}
_NONCE = 16


def quicken(repository: pathlib.Path, passphrase: str) -> None:
    """Write the key of a new repository anew, so that it is derived at once."""
    (kept,) = (repository / "keys").iterdir()
    about = json.loads(kept.read_text())
    plain = _opened(_derived(about, passphrase), base64.b64decode(about["data"]))
    about |= {**_LEAST_COST, "salt": base64.b64encode(os.urandom(64)).decode()}
    about["data"] = base64.b64encode(_sealed(_derived(about, passphrase), plain)).decode()
    text = json.dumps(about, separators=(",", ":")).encode()
    (repository / "keys" / hashlib.sha256(text).hexdigest()).write_bytes(text)
    kept.unlink()


def _derived(about: dict[str, Any], passphrase: str) -> tuple[bytes, bytes, bytes]:
    """Return the key of AES-256 and both halves of that of Poly1305-AES."""
    costs = {"n": about["N"], "r": about["r"], "p": about["p"]}
    key = hashlib.scrypt(
        passphrase.encode(), salt=base64.b64decode(about["salt"]), dklen=64, maxmem=1 << 28, **costs
    )
    return key[:32], key[32:48], key[48:]


def _opened(keys: tuple[bytes, bytes, bytes], sealed: bytes) -> bytes:
    nonce, ciphertext, tag = sealed[:_NONCE], sealed[_NONCE:-16], sealed[-16:]
    Poly1305.verify_tag(_one_time(keys, nonce), ciphertext, tag)
    return Cipher(algorithms.AES(keys[0]), modes.CTR(nonce)).decryptor().update(ciphertext)


def _sealed(keys: tuple[bytes, bytes, bytes], plain: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    ciphertext = Cipher(algorithms.AES(keys[0]), modes.CTR(nonce)).encryptor().update(plain)
    return nonce + ciphertext + Poly1305.generate_tag(_one_time(keys, nonce), ciphertext)


def _one_time(keys: tuple[bytes, bytes, bytes], nonce: bytes) -> bytes:
    """Return the key of Poly1305 for one message: half a key, and the nonce under the other half."""
    return keys[2] + Cipher(algorithms.AES(keys[1]), modes.ECB()).encryptor().update(nonce)
