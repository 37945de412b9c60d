"""CRC-32C, with which pg_basebackup signs by default, as fast as the standard library can: many lanes side by side.

A block is cut into lanes of equal length. One step takes a byte of every lane, and the lanes' states are four long
numbers, a byte of each state in each, so that ``bytes.translate`` looks all of them up in the table at once. CRC is
linear: a lane that begins with nothing is joined to those before it by moving their state on by its length.
"""

from __future__ import annotations

from functools import lru_cache
from typing import List, Sequence

_POLYNOMIAL = 0x82F63B78
_ALL = 0xFFFFFFFF
_LONG_LANE = 512
_SHORT_LANE = 64
# Below this a block is not worth long lanes, or lanes at all.
_LONG_BYTES = 1 << 18
_SHORT_BYTES = 1 << 10
_Table = List[int]


def _entry(number: int) -> int:
    """Return one number of the usual table of a byte each."""
    for _ in range(8):
        number = (number >> 1) ^ (_POLYNOMIAL if number & 1 else 0)
    return number


_BYTE = [_entry(number) for number in range(256)]
_PLANES = tuple(bytes(number >> shift & 0xFF for number in _BYTE) for shift in (0, 8, 16, 24))


class Crc32c:
    """A checksum that is fed block by block."""

    def __init__(self) -> None:
        self._state = _ALL

    def update(self, data: bytes) -> None:
        """Take the next bytes."""
        if len(data) >= _SHORT_BYTES:
            lane = _LONG_LANE if len(data) >= _LONG_BYTES else _SHORT_LANE
            whole = len(data) // lane * lane
            for state in _lanes(data[:whole], lane):
                self._state = _moved(self._state, _move(lane)) ^ state
            data = data[whole:]
        state = self._state
        for byte in data:
            state = (state >> 8) ^ _BYTE[(state ^ byte) & 0xFF]
        self._state = state

    def hexdigest(self) -> str:
        """Return the checksum as backup_manifest writes it: its bytes in the order of memory."""
        return (self._state ^ _ALL).to_bytes(4, "little").hex()


def _lanes(data: bytes, lane: int) -> Sequence[int]:
    """Return the state of each lane of a block, begun with nothing."""
    count = len(data) // lane
    low, second, third, high = 0, 0, 0, 0
    for place in range(lane):
        taken = (low ^ int.from_bytes(data[place::lane], "little")).to_bytes(count, "little")
        low = second ^ int.from_bytes(taken.translate(_PLANES[0]), "little")
        second = third ^ int.from_bytes(taken.translate(_PLANES[1]), "little")
        third = high ^ int.from_bytes(taken.translate(_PLANES[2]), "little")
        high = int.from_bytes(taken.translate(_PLANES[3]), "little")
    planes = [plane.to_bytes(count, "little") for plane in (low, second, third, high)]
    return [a | b << 8 | c << 16 | d << 24 for a, b, c, d in zip(*planes)]


def _moved(state: int, move: Sequence[_Table]) -> int:
    """Return a state moved on by as many empty bytes as a table was made for."""
    return (
        move[0][state & 0xFF]
        ^ move[1][state >> 8 & 0xFF]
        ^ move[2][state >> 16 & 0xFF]
        ^ move[3][state >> 24]
    )


@lru_cache(maxsize=None)
def _move(length: int) -> Sequence[_Table]:
    """Return the tables that move a state on by some empty bytes."""
    bits = []
    for number in range(32):
        state = 1 << number
        for _ in range(length):
            state = (state >> 8) ^ _BYTE[state & 0xFF]
        bits.append(state)
    return [[_sum(bits[8 * place : 8 * place + 8], number) for number in range(256)] for place in range(4)]


def _sum(bits: Sequence[int], number: int) -> int:
    """Return what the set bits of a byte stand for together."""
    total = 0
    for place, state in enumerate(bits):
        total ^= state if number >> place & 1 else 0
    return total
