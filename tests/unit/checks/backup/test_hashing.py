"""Hashing files."""

import hashlib
import os
import pathlib
import threading

import pytest

from dulae.checks.backup import hashing

ALONE = hashing._BLOCKS_ALONE * hashing._BLOCK_BYTES


@pytest.mark.parametrize("size", [0, 1, ALONE - 1, ALONE, 3 * ALONE + 7])
def test_the_digest_is_that_of_hashlib(tmp_path: pathlib.Path, size: int) -> None:
    data = bytes(number % 251 for number in range(1000)) * (size // 1000 + 1)
    (tmp_path / "file").write_bytes(data[:size])
    assert hashing.sha256_of(str(tmp_path / "file")) == (hashlib.sha256(data[:size]).hexdigest(), size)


def test_an_error_of_the_medium_in_the_middle_is_raised(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing:
        def __init__(self) -> None:
            self.reads = 0

        def read(self, size: int) -> bytes:
            self.reads += 1
            if self.reads > 3:
                raise OSError(5, "Input/output error")
            return bytes(size)

    with pytest.raises(OSError, match="Input/output"):
        hashing._rest(Failing(), hashlib.sha256())  # type: ignore[arg-type]


def test_a_missing_file_raises() -> None:
    with pytest.raises(FileNotFoundError):
        hashing.sha256_of("/no/such/file")


def test_a_file_is_hashed_alone_where_no_further_thread_can_be_had(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = os.urandom((hashing._BLOCKS_ALONE + 2) * hashing._BLOCK_BYTES + 5)
    (tmp_path / "f").write_bytes(data)
    monkeypatch.setattr(threading.Thread, "start", refused)
    assert hashing.sha256_of(str(tmp_path / "f")) == (hashlib.sha256(data).hexdigest(), len(data))


def refused(thread: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")
