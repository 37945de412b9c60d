import base64
import hashlib
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from dulae.errors import LedgerError
from dulae.ledger import checkpoint
from dulae.ledger.checkpoint import Checkpoint, Tree

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
MADE = Checkpoint("example/dulae/control1", 3, hashlib.sha256(b"root").digest(), "ab" * 32)


def merkle(leaves: list[bytes]) -> bytes:
    """Return the root as RFC 6962 section 2.1 defines it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + merkle(leaves[:half]) + merkle(leaves[half:])).digest()


@given(st.lists(st.text("abc", max_size=3), max_size=40), st.integers(0, 40))
def test_the_tree_is_that_of_rfc_6962_also_when_it_goes_on_from_a_kept_state(
    lines: list[str], stop: int
) -> None:
    tree = Tree()
    for line in lines[:stop]:
        tree.add(line)
    tree = checkpoint.tree_from(tree.to_text())
    for line in lines[stop:]:
        tree.add(line)
    assert tree.root() == merkle([f"{line}\n".encode() for line in lines])
    assert tree.size == len(lines)


def test_it_goes_on_from_nothing() -> None:
    assert checkpoint.tree_from("") == Tree()


def test_a_checkpoint_has_the_c2sp_form() -> None:
    note = checkpoint.signed(MADE, KEY)
    origin, size, root, head, empty, signature, end = note.split("\n")
    assert (origin, size, root) == ("example/dulae/control1", "3", base64.b64encode(MADE.root).decode())
    assert (head, empty, end) == (f"head {MADE.head}", "", "")
    dash, name, signed = signature.split(" ")
    assert (dash, name) == ("—", origin)
    key_id = hashlib.sha256(origin.encode() + b"\n\x01" + KEY.public_key().public_bytes_raw()).digest()[:4]
    assert base64.b64decode(signed)[:4] == key_id and len(base64.b64decode(signed)) == 68


def test_a_signed_checkpoint_is_opened_by_its_key() -> None:
    assert checkpoint.opened(checkpoint.signed(MADE, KEY), KEY.public_key()) == MADE


def test_no_byte_of_a_checkpoint_can_be_changed() -> None:
    note = checkpoint.signed(MADE, KEY)
    for place in range(len(note)):
        for other in ("0", "A", "\n"):
            changed = note[:place] + other + note[place + 1 :]
            if changed != note:
                with pytest.raises(LedgerError):
                    checkpoint.opened(changed, KEY.public_key())


def test_another_key_opens_nothing() -> None:
    other = Ed25519PrivateKey.generate().public_key()
    with pytest.raises(LedgerError, match="signature"):
        checkpoint.opened(checkpoint.signed(MADE, KEY), other)


def test_a_signature_in_another_name_is_refused() -> None:
    note = checkpoint.signed(MADE, KEY).replace("— example/", "— other/")
    with pytest.raises(LedgerError, match="another name"):
        checkpoint.opened(note, KEY.public_key())


def test_file_names_sort_as_sizes() -> None:
    names = [checkpoint.file_name(size) for size in (9, 10, 123456)]
    assert names == sorted(names)
    assert replace(MADE, size=9).text().split("\n")[1] == "9"
