"""What a server that is none, or means ill, may say."""

import struct
from collections.abc import Callable
from typing import Any

import pytest
from paramiko.ssh_exception import SSHException

from dulae.vaults.session import Ended, Session


class _Line:
    """A channel on which the answers lie ready."""

    def __init__(self, *packets: bytes) -> None:
        self.coming = b"".join(struct.pack(">I", len(packet)) + packet for packet in packets)

    def open_session(self, *_: Any) -> "_Line":
        return self

    def settimeout(self, timeout_s: float) -> None:
        pass

    def invoke_subsystem(self, name: str) -> None:
        assert name == "sftp"

    def sendall(self, data: bytes) -> None:
        pass

    def recv(self, size: int) -> bytes:
        # In small pieces, as a network may bring it.
        piece, self.coming = self.coming[:3], self.coming[3:]
        return piece


VERSION = struct.pack(">BI", 2, 3)


def string(text: bytes) -> bytes:
    return struct.pack(">I", len(text)) + text


def session(*packets: bytes) -> Session:
    return Session(_Line(VERSION, *packets), 1)  # type: ignore[arg-type]


def status(number: int, code: int, text: bytes = b"") -> bytes:
    return struct.pack(">BII", 101, number, code) + string(text) + string(b"")


def test_answers_in_another_order_are_told_apart() -> None:
    asked = session(
        struct.pack(">BI", 103, 2) + string(b"second"), struct.pack(">BI", 103, 1) + string(b"first")
    )
    first, second = asked.ask_read(b"h", 0, 5), asked.ask_read(b"h", 5, 6)
    assert (asked.answer(first), asked.answer(second)) == (b"first", b"second")


@pytest.mark.parametrize(
    ("code", "raised"), [(1, Ended), (2, FileNotFoundError), (3, PermissionError), (4, OSError)]
)
def test_a_status_is_an_error_with_a_number(code: int, raised: type[Exception]) -> None:
    with pytest.raises(raised) as told:
        session(status(1, code, b"bad \x1b[31m")).stat(b"/")
    if isinstance(told.value, OSError):
        assert told.value.errno is not None
        assert told.value.strerror == "bad ?[31m"


def test_attributes_are_read_past_what_is_not_needed() -> None:
    told = struct.pack(">IQIIIII", 1 | 2 | 4 | 8 | 0x80000000, 5 << 32, 0, 0, 0o100644, 7, 9)
    packet = struct.pack(">BI", 105, 1) + told + struct.pack(">I", 1) + string(b"k@x") + string(b"v")
    about = session(packet).stat(b"/file")
    assert (about.bytes, about.is_file, about.modified_ns) == (5 << 32, True, 9_000_000_000)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Session(_Line(b"\x65"), 1),  # type: ignore[arg-type]
        lambda: Session(_Line(), 1),  # type: ignore[arg-type]
        lambda: session(b"x" * (1 << 20) + b"x").stat(b"/"),
        lambda: session(struct.pack(">BI", 103, 1) + string(b"")).stat(b"/"),
        lambda: session(struct.pack(">BI", 105, 1)).stat(b"/"),
        lambda: session(struct.pack(">BII", 103, 1, 500) + b"short").answer(1),
    ],
    ids=["no version", "no word", "too long", "another kind", "cut short", "a string beyond its packet"],
)
def test_what_is_no_sftp_is_never_an_answer(make: Callable[[], Any]) -> None:
    with pytest.raises((SSHException, EOFError, struct.error)):
        make()
