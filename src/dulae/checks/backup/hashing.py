"""SHA-256 of files at the disk's speed: one thread reads while another computes; memory stays flat."""

from __future__ import annotations

import hashlib
import queue
import threading
from functools import partial
from typing import BinaryIO, Callable

from .medium import HERE, Medium

_BLOCK_BYTES = 1 << 20
_BLOCKS_AHEAD = 8
# Before so many a second thread costs more than it saves.
_BLOCKS_ALONE = 4

_Block = bytes


def sha256_of(path: str, medium: Medium = HERE) -> tuple[str, int]:
    """Return the SHA-256 of a file in hexadecimal, and its bytes; raise OSError if it cannot be read."""
    digest = hashlib.sha256()
    total = 0
    with medium.open(path) as source:
        for _ in range(_BLOCKS_ALONE):
            block = source.read(_BLOCK_BYTES)
            if not block:
                return digest.hexdigest(), total
            digest.update(block)
            total += len(block)
        total += _rest(source, digest)
    return digest.hexdigest(), total


def _rest(source: BinaryIO, digest: hashlib._Hash) -> int:
    """Hash what is left of a file while a second thread reads ahead; return its bytes."""
    blocks: queue.Queue[_Block | OSError] = queue.Queue(_BLOCKS_AHEAD)
    following: Callable[[], _Block | OSError] = blocks.get
    try:
        threading.Thread(target=_read, args=(source, blocks), daemon=True).start()
    except RuntimeError:
        # The machine allows no further thread: what it would do beside is done in turn.
        following = partial(source.read, _BLOCK_BYTES)
    total = 0
    while True:
        block = following()
        if isinstance(block, OSError):
            raise block
        if not block:
            return total
        digest.update(block)
        total += len(block)


def _read(source: BinaryIO, blocks: queue.Queue[_Block | OSError]) -> None:
    """Put a file's blocks into a queue, an empty one at its end, or the error that stopped it."""
    try:
        while True:
            block = source.read(_BLOCK_BYTES)
            blocks.put(block)
            if not block:
                return
    except OSError as error:
        blocks.put(error)
