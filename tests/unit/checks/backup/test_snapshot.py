"""A snapshot as a medium: what a repository lists is looked up, and what it pours is a file that can be sought in."""

import contextlib
import io
import stat
from collections.abc import Iterator
from typing import BinaryIO, cast

import pytest

from dulae.checks.backup import medium
from dulae.checks.backup.faults import Bad, CannotTell
from dulae.checks.backup.hashing import sha256_of
from dulae.checks.backup.kinds.repository import BROKEN, LOCKED, nanoseconds
from dulae.checks.backup.medium import Lost, Spoiled
from dulae.checks.backup.snapshot import Held, Node, Poured, Pours

DATA = bytes(range(256)) * 1000


class Program:
    """Pours files as a repository's program does, and counts its starts."""

    def __init__(self, data: bytes = DATA) -> None:
        self.data = data
        self.starts = 0
        self.fault: Bad | CannotTell | None = None

    @contextlib.contextmanager
    def pour(self, path: str) -> Iterator[Poured]:
        self.starts += 1
        yield cast(BinaryIO, io.BytesIO(self.data)), self._ended

    def _ended(self) -> None:
        if self.fault:
            raise self.fault

    def held(self, size: int = len(DATA)) -> Held:
        nodes = [
            Node("var/backup/db.dump", stat.S_IFREG, size, 5),
            Node("var/backup/again", stat.S_IFREG, 0, 6, "var/backup/db.dump"),
            Node("var/backup/latest", stat.S_IFLNK, 7),
        ]
        return Held(nodes, Pours(self.pour, self.pour))


def test_folders_that_are_not_listed_are_there_all_the_same() -> None:
    held = Program().held()
    assert sorted(held.folders()) == ["", "var", "var/backup"]
    assert set(held.listed("/")) == {"var"} and set(held.listed("/var/backup")) == {
        "db.dump",
        "again",
        "latest",
    }
    assert medium.is_folder(held, "/var") and medium.is_file(held, "/var/backup/db.dump")
    assert medium.state(held, "/var/none") is None
    assert not held.stat("/var/backup/latest").is_file


def test_a_further_name_has_the_data_of_its_file() -> None:
    held = Program().held()
    assert held.stat("/var/backup/again").bytes == len(DATA)
    assert sha256_of("/var/backup/again", held) == sha256_of("/var/backup/db.dump", held)


def test_a_further_name_of_itself_leaves_the_file_as_it_was() -> None:
    nodes = [Node("a", stat.S_IFREG, 9), Node("a", stat.S_IFREG, 0, 0, "a")]
    assert Held(nodes, Pours(Program().pour, Program().pour)).stat("/a").bytes == 9


def test_one_can_go_anywhere_in_a_file() -> None:
    held = Program().held()
    with held.open("/var/backup/db.dump") as source:
        assert source.read(4) == DATA[:4]
        source.seek(-1024, io.SEEK_END)
        assert source.read() == DATA[-1024:]
        source.seek(70_000)
        assert source.read(10) == DATA[70_000:70_010]
        assert source.tell() == 70_010
        source.seek(len(DATA) + 5)
        assert source.read(1) == b""


def test_the_beginning_of_a_file_is_asked_for_once() -> None:
    program = Program()
    held = program.held()
    for _ in range(5):
        with held.open("/var/backup/db.dump") as source:
            assert source.read(100) == DATA[:100]
    assert program.starts == 1


@pytest.mark.parametrize("size", [len(DATA) + 1, len(DATA) - 1, 1 << 16, 100])
def test_another_number_of_bytes_than_is_listed_is_damage(size: int) -> None:
    with pytest.raises(Spoiled) as raised:
        sha256_of("/var/backup/db.dump", Program().held(size))
    assert medium.fault_of(raised.value, BROKEN).why.code == "backup.snapshot_other_length"


@pytest.mark.parametrize("size", [0, 10, 1 << 16, len(DATA)])
@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        (Bad(BROKEN, path="r", error="e"), Spoiled),
        (CannotTell(LOCKED, path="r", lock="l", tool="t"), Lost),
    ],
)
def test_a_program_that_ends_badly_is_no_end_of_the_file(
    size: int, fault: Bad | CannotTell, raised: type[Lost]
) -> None:
    program = Program(DATA[:size])
    program.fault = fault
    with pytest.raises(raised) as caught:
        sha256_of("/var/backup/db.dump", program.held())
    assert type(caught.value) is raised
    assert medium.fault_of(caught.value, BROKEN).verdict is fault.verdict


def test_times_of_any_zone_are_read() -> None:
    assert nanoseconds("1970-01-01T07:00:01.5+07:00") == 1_500_000_000
    assert nanoseconds("1970-01-01T00:00:00.000001") == 1000
