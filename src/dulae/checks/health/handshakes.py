"""How database servers greet, as bytes: PostgreSQL's and MySQL's protocols up to the login.

PostgreSQL is asked as ``pg_isready`` asks it: a startup message, and whatever answer shows that it takes
connections. MySQL and MariaDB greet first; the login is then finished with an unknown user, for servers
shut out a machine that often breaks off after the greeting (max_connect_errors).
"""

from __future__ import annotations

import re
import struct
from typing import Callable, Mapping, Tuple

from .network import Stream

# Code and message of an error; both empty where the server went on.
Said = Tuple[str, str]

_USER = b"dulae_probe"
_GOES_ON: Said = ("", "")

# PostgreSQL: protocol 3.0; libpq takes no longer message before the login.
_PROTOCOL_3 = 3 << 16
_LENGTH_BYTES = 4
_LONGEST_MESSAGE = 30000
_WHO_IS_THERE, _REFUSAL, _READY = b"R", b"E", b"Z"
_NOBODY_NEEDED = bytes(4)

# MySQL: protocol 4.1 with secure connection and named authentication.
_CAPABILITIES = 0x200 | 0x8000 | 0x80000
_BIGGEST_PACKET = 1 << 24
_UTF8 = 33
_GREETING, _ERROR, _OTHER_METHOD = 10, 0xFF, 0xFE
_LONGEST_PACKET = 4096


def postgresql(stream: Stream) -> Said:
    """Return what PostgreSQL answers to a startup message; raise ValueError or struct.error if it is another."""
    body = struct.pack("!i", _PROTOCOL_3) + b"user\0" + _USER + b"\0database\0postgres\0\0"
    stream.sendall(struct.pack("!i", len(body) + 4) + body)
    kind, answer = _message(stream)
    if kind not in (_WHO_IS_THERE, _REFUSAL):
        raise ValueError("no answer of PostgreSQL")
    if kind == _WHO_IS_THERE and answer.startswith(_NOBODY_NEEDED):
        # Let in without a password: what is left unread would stand in the server's log as a broken connection.
        while kind not in (_READY, _REFUSAL):
            kind, answer = _message(stream)
        stream.sendall(b"X" + struct.pack("!i", _LENGTH_BYTES))
    return parse_postgresql(answer) if kind == _REFUSAL else _GOES_ON


def _message(stream: Stream) -> tuple[bytes, bytes]:
    """Return type and body of a message of PostgreSQL; raise ValueError where it cannot be one."""
    kind = stream.exactly(1)
    (length,) = struct.unpack("!i", stream.exactly(_LENGTH_BYTES))
    if not _LENGTH_BYTES <= length <= _LONGEST_MESSAGE:
        raise ValueError("no message of PostgreSQL")
    return kind, stream.exactly(length - _LENGTH_BYTES)


def parse_postgresql(body: bytes) -> Said:
    """Return SQLSTATE and message of an ErrorResponse; raise ValueError where it has none."""
    fields = {part[:1]: part[1:].decode("utf-8", "replace") for part in body.split(b"\0") if part}
    code = fields.get(b"C", "")
    if not re.fullmatch("[0-9A-Z]{5}", code):
        raise ValueError("no error of PostgreSQL")
    return code, fields.get(b"M", "")


def mysql(stream: Stream) -> Said:
    """Return what MySQL answers to an unknown user; raise ValueError or struct.error if it is another."""
    number, greeting = _packet(stream)
    if greeting[0] == _ERROR:
        return parse_mysql(greeting)
    if greeting[0] != _GREETING:
        raise ValueError("no greeting of MySQL")
    login = struct.pack("<IIB23x", _CAPABILITIES, _BIGGEST_PACKET, _UTF8) + _USER + b"\0\0"
    _send(stream, number + 1, login + b"mysql_native_password\0")
    number, answer = _packet(stream)
    if answer[0] == _OTHER_METHOD:
        _send(stream, number + 1, b"")
        number, answer = _packet(stream)
    return parse_mysql(answer) if answer[0] == _ERROR else _GOES_ON


def parse_mysql(packet: bytes) -> Said:
    """Return number and message of an error packet; raise struct.error where it is too short."""
    (code,) = struct.unpack_from("<H", packet, 1)
    return str(code), re.sub("^#.{5}", "", packet[3:].decode("utf-8", "replace"))


def _packet(stream: Stream) -> tuple[int, bytes]:
    """Return number and body of a packet of MySQL; raise ValueError where it cannot be one."""
    head = stream.exactly(4)
    length = int.from_bytes(head[:3], "little")
    if not 0 < length <= _LONGEST_PACKET:
        raise ValueError("no packet of MySQL")
    return head[3], stream.exactly(length)


def _send(stream: Stream, number: int, body: bytes) -> None:
    """Send a packet of MySQL; raise OSError."""
    stream.sendall(len(body).to_bytes(3, "little") + bytes([number % 256]) + body)


HANDSHAKES: Mapping[str, Callable[[Stream], Said]] = {"postgresql": postgresql, "mysql": mysql}
