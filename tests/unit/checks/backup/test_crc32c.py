"""CRC-32C by lanes is the one of the standard, however the data come in pieces."""

from hypothesis import given, settings
from hypothesis import strategies as some

from dulae.checks.backup.crc32c import Crc32c


def slowly(data: bytes) -> str:
    """Return the checksum bit by bit, as the standard defines it."""
    state = 0xFFFFFFFF
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = (state >> 1) ^ (0x82F63B78 if state & 1 else 0)
    return (state ^ 0xFFFFFFFF).to_bytes(4, "little").hex()


def swiftly(*parts: bytes) -> str:
    digest = Crc32c()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def test_known_values() -> None:
    # RFC 3720, B.4, in the order of memory
    assert swiftly(b"123456789") == "839206e3"
    assert swiftly(bytes(32)) == "aa36918a"
    assert swiftly(b"\xff" * 32) == "43aba862"
    assert swiftly(bytes(range(32))) == "4e79dd46"
    assert swiftly() == "00000000"


@given(some.binary(max_size=64), some.integers(0, 40), some.integers(0, 5000))
@settings(max_examples=60, deadline=None)
def test_pieces_of_any_size_give_the_same(seed: bytes, times: int, cut: int) -> None:
    data = seed * times + b"end"
    assert swiftly(data) == swiftly(data[:cut], data[cut:]) == slowly(data)


def test_a_block_of_long_lanes_gives_the_same() -> None:
    data = b"".join(number.to_bytes(3, "big") for number in range(100_000))
    assert len(data) > 1 << 18
    assert swiftly(data) == slowly(data)
    changed = bytearray(data)
    changed[150_000] ^= 1
    assert swiftly(bytes(changed)) != swiftly(data)
