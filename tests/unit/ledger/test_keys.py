import pathlib
import subprocess

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from dulae.errors import LedgerError
from dulae.ledger import keys


def test_the_private_key_is_readable_by_its_owner_alone(tmp_path: pathlib.Path) -> None:
    public = keys.create(tmp_path)
    assert (tmp_path / keys.PRIVATE).stat().st_mode & 0o777 == 0o400
    assert (
        keys.raw(keys.private(tmp_path).public_key()) == keys.raw(public) == keys.raw(keys.public(tmp_path))
    )


def test_openssl_gives_the_same_fingerprint(tmp_path: pathlib.Path) -> None:
    public = keys.create(tmp_path)
    command = f"openssl pkey -pubin -in {tmp_path / keys.PUBLIC} -outform DER | sha256sum"
    said = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout
    assert said.split()[0] == keys.fingerprint(public)


@pytest.mark.parametrize(
    "content", [None, b"", b"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"]
)
def test_a_key_that_is_none_is_refused(tmp_path: pathlib.Path, content: bytes | None) -> None:
    for name in (keys.PRIVATE, keys.PUBLIC):
        if content is not None:
            (tmp_path / name).write_bytes(content)
    with pytest.raises(LedgerError):
        keys.private(tmp_path)
    with pytest.raises(LedgerError):
        keys.public(tmp_path)


def test_a_key_of_another_kind_is_refused(tmp_path: pathlib.Path) -> None:
    other = generate_private_key(SECP256R1())
    (tmp_path / keys.PRIVATE).write_bytes(
        other.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    (tmp_path / keys.PUBLIC).write_bytes(
        other.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    with pytest.raises(LedgerError, match="no Ed25519 key"):
        keys.private(tmp_path)
    with pytest.raises(LedgerError, match="no Ed25519 key"):
        keys.public(tmp_path)
