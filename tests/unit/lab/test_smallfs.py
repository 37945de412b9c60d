"""The small file system answers the kernel as linux/fuse.h wants it, and never stores more than it holds."""

import errno
import struct

import pytest

from tests.lab.smallfs import Refused, Server, Store

BLOCK = 4096
ROOT = 1
UNIQUE = 77
LOOKUP, FORGET, SETATTR, MKDIR, UNLINK, READ, WRITE, STATFS, INIT, READDIR, CREATE = (
    1,
    2,
    4,
    9,
    10,
    15,
    16,
    17,
    26,
    28,
    35,
)


@pytest.fixture
def server() -> Server:
    return Server(Store(4 * BLOCK))


def ask(server: Server, operation: int, node: int = ROOT, body: bytes = b"") -> tuple[int, bytes]:
    """Return the error number (0 for none) and the body of what the server answers."""
    answer = server.answer(
        struct.pack("<IIQQIIIHH", 40 + len(body), operation, UNIQUE, node, 0, 0, 0, 0, 0) + body
    )
    assert answer is not None
    length, error, unique = struct.unpack_from("<IiQ", answer)
    assert (length, unique) == (len(answer), UNIQUE)
    return -error, answer[16:]


def create(server: Server, name: bytes) -> int:
    error, body = ask(server, CREATE, body=bytes(16) + name + b"\0")
    assert (error, len(body)) == (0, 144)
    number: int = struct.unpack_from("<Q", body)[0]
    return number


def write(server: Server, node: int, content: bytes, offset: int = 0) -> tuple[int, int]:
    error, body = ask(
        server, WRITE, node, struct.pack("<QQIIQII", 0, offset, len(content), 0, 0, 0, 0) + content
    )
    return error, struct.unpack_from("<I", body)[0] if body else 0


def free_blocks(server: Server) -> int:
    error, body = ask(server, STATFS)
    assert (error, len(body)) == (0, 80)
    total, free, available = struct.unpack_from("<QQQ", body)
    assert total == 4 and free == available
    return int(free)


def test_it_agrees_on_a_protocol_that_the_kernel_speaks(server: Server) -> None:
    error, body = ask(server, INIT, body=struct.pack("<IIII", 7, 39, 131072, 0))
    assert (error, len(body), struct.unpack_from("<II", body)) == (0, 64, (7, 31))


def test_what_is_written_is_read_back(server: Server) -> None:
    node = create(server, b"letter")
    assert write(server, node, b"hello") == (0, 5)
    assert write(server, node, b"J", 0) == (0, 1)
    assert ask(server, READ, node, struct.pack("<QQIIQII", 0, 1, 100, 0, 0, 0, 0)) == (0, b"ello")


def test_a_write_that_fits_in_part_is_written_in_part_and_then_refused(server: Server) -> None:
    node = create(server, b"filler")
    assert write(server, node, bytes(3 * BLOCK)) == (0, 3 * BLOCK)
    assert write(server, node, bytes(2 * BLOCK), 3 * BLOCK) == (0, BLOCK)
    assert free_blocks(server) == 0
    assert write(server, node, b"x", 4 * BLOCK) == (errno.ENOSPC, 0)
    assert write(server, create(server, b"more"), b"x") == (errno.ENOSPC, 0)


def test_removing_a_file_gives_its_blocks_back(server: Server) -> None:
    write(server, create(server, b"filler"), bytes(4 * BLOCK))
    assert ask(server, UNLINK, body=b"filler\0") == (0, b"")
    assert free_blocks(server) == 4
    assert ask(server, LOOKUP, body=b"filler\0")[0] == errno.ENOENT


def test_a_file_removed_while_it_is_open_is_told_as_gone(server: Server) -> None:
    node = create(server, b"letter")
    ask(server, UNLINK, body=b"letter\0")
    assert ask(server, READ, node, bytes(40))[0] == errno.ENOENT
    assert write(server, node, b"x") == (errno.ENOENT, 0)


def test_a_file_is_made_longer_only_where_that_fits(server: Server) -> None:
    node = create(server, b"letter")
    size_is_set = 1 << 3
    assert ask(server, SETATTR, node, struct.pack("<IIQQ", size_is_set, 0, 0, 2 * BLOCK))[0] == 0
    assert free_blocks(server) == 2
    assert ask(server, SETATTR, node, struct.pack("<IIQQ", size_is_set, 0, 0, 5 * BLOCK))[0] == errno.ENOSPC
    assert ask(server, SETATTR, node, struct.pack("<IIQQ", size_is_set, 0, 0, 1))[0] == 0
    assert free_blocks(server) == 3


def test_the_folder_is_listed_in_pieces(server: Server) -> None:
    for name in (b"one", b"two"):
        create(server, name)
    whole = ask(server, READDIR, body=struct.pack("<QQIIQII", 0, 0, 4096, 0, 0, 0, 0))[1]
    first = ask(server, READDIR, body=struct.pack("<QQIIQII", 0, 0, 96, 0, 0, 0, 0))[1]
    rest = ask(server, READDIR, body=struct.pack("<QQIIQII", 0, 3, 4096, 0, 0, 0, 0))[1]
    assert first + rest == whole
    assert b"one" in first and b"two" in rest


def test_what_it_does_not_do_is_refused_and_forgetting_needs_no_answer(server: Server) -> None:
    assert ask(server, MKDIR, body=b"folder\0")[0] == errno.ENOSYS
    assert server.answer(struct.pack("<IIQQIIIHH", 40, FORGET, UNIQUE, 2, 0, 0, 0, 0, 0)) is None


def test_the_number_of_files_is_limited_too() -> None:
    store = Store(BLOCK)
    for number in range(1024):
        store.create(str(number))
    with pytest.raises(Refused) as refused:
        store.create("one more")
    assert refused.value.errno == errno.ENOSPC
