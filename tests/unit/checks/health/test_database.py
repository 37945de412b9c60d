"""Database servers that answer, refuse, start, are full, or are something else."""

import socket
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from dulae.checks.finding import Finding, Verdict
from dulae.checks.health import database
from dulae.checks.health.database import Answer, Database
from tests.unit.checks.health import servers
from tests.unit.checks.health.servers import HOST, Talk, saying, silent, talking

Probe = Callable[..., Finding]
ASKS_FOR_A_PASSWORD = b"R" + struct.pack("!ii", 8, 10)
LETS_IN = b"R" + struct.pack("!ii", 8, 0) + b"S" + struct.pack("!i", 8) + b"a\0b\0"
READY = b"Z" + struct.pack("!i", 5) + b"I"


def postgres_error(code: str, message: str) -> bytes:
    body = f"SFATAL\0VFATAL\0C{code}\0M{message}\0\0".encode()
    return b"E" + struct.pack("!i", len(body) + 4) + body


@pytest.mark.parametrize(
    ("answer", "verdict", "code"),
    [
        (ASKS_FOR_A_PASSWORD, Verdict.PASS, "health.database_answers"),
        (
            postgres_error("28000", 'no pg_hba.conf entry for host "1"'),
            Verdict.PASS,
            "health.database_answers",
        ),
        (postgres_error("28P01", "no such role"), Verdict.PASS, "health.database_answers"),
        (postgres_error("3D000", "no such database"), Verdict.PASS, "health.database_answers"),
        (
            postgres_error("57P03", "the database system is starting up"),
            Verdict.FAIL,
            "health.database_not_ready",
        ),
        (postgres_error("53300", "sorry, too many clients already"), Verdict.FAIL, "health.database_full"),
        (postgres_error("XX000", "could not open file"), Verdict.FAIL, "health.database_error"),
        (b"HTTP/1.1 400 Bad Request\r\n", Verdict.FAIL, "health.database_other"),
        (b"E" + struct.pack("!i", 1 << 30), Verdict.FAIL, "health.database_other"),
        (b"E" + struct.pack("!i", 9) + b"Mhm\0\0", Verdict.FAIL, "health.database_other"),
        (LETS_IN + READY, Verdict.PASS, "health.database_answers"),
        (LETS_IN + postgres_error("57P03", "shutting down"), Verdict.FAIL, "health.database_not_ready"),
        (LETS_IN, Verdict.FAIL, "health.closed"),
        (b"Z" + struct.pack("!i", 5) + b"I", Verdict.FAIL, "health.database_other"),
        (b"R", Verdict.FAIL, "health.closed"),
        (b"E\0", Verdict.FAIL, "health.closed"),
        (b"", Verdict.FAIL, "health.closed"),
    ],
)
def test_the_verdict_follows_what_postgresql_answers(
    probe: Probe, answer: bytes, verdict: Verdict, code: str
) -> None:
    with talking(saying(answer)) as port:
        finding = probe("database", host=HOST, port=port)
    assert (finding.verdict, finding.code) == (verdict, code)


def test_a_server_that_is_starting_is_told_in_its_own_words(probe: Probe) -> None:
    with talking(saying(postgres_error("57P03", "the database \x1b[31msystem is starting up"))) as port:
        finding = probe("database", host=HOST, port=port)
    assert "57P03 the database [31msystem is starting up" in finding.because


def test_a_dead_and_a_silent_server_fail(probe: Probe) -> None:
    assert probe("database", host=HOST, port=servers.dead_port()).code == "health.refused"
    with talking(silent) as port:
        assert probe("database", host=HOST, port=port, timeout_s=0.2).code == "health.timed_out"


def test_postgresqls_own_socket_is_asked_where_the_host_is_a_folder(probe: Probe, tmp_path: Path) -> None:
    assert probe("database", host=str(tmp_path)).code == "health.unreachable"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / ".s.PGSQL.5432"))
        listener.listen()
        finding = probe("database", host=str(tmp_path), timeout_s=0.2)
    assert finding.code == "health.timed_out"


def packet(number: int, body: bytes) -> bytes:
    return len(body).to_bytes(3, "little") + bytes([number]) + body


GREETING = packet(0, b"\x0a11.4.3-MariaDB\0" + bytes(40))
DENIED = b"\xff" + struct.pack("<H", 1045) + b"#28000Access denied for user 'dulae_probe'"


def uttering(words: bytes) -> Talk:
    """Speak first, and leave."""
    return lambda connection: connection.sendall(words)


def greeting(*answers: bytes) -> Talk:
    """Greet, then answer packet for packet."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(GREETING)
        for answer in answers:
            connection.recv(4096)
            connection.sendall(answer)

    return talk


@pytest.mark.parametrize(
    ("talk", "verdict", "code"),
    [
        (greeting(packet(2, DENIED)), Verdict.PASS, "health.database_answers"),
        (
            greeting(packet(2, b"\xfemysql_clear\0"), packet(4, DENIED)),
            Verdict.PASS,
            "health.database_answers",
        ),
        (greeting(packet(2, b"\0")), Verdict.PASS, "health.database_answers"),
        (
            uttering(packet(0, b"\xff" + struct.pack("<H", 1040) + b"Too many")),
            Verdict.FAIL,
            "health.database_full",
        ),
        (
            uttering(packet(0, b"\xff" + struct.pack("<H", 1129) + b"blocked")),
            Verdict.FAIL,
            "health.database_error",
        ),
        (
            uttering(packet(0, b"\xff" + struct.pack("<H", 1053) + b"Shutdown")),
            Verdict.FAIL,
            "health.database_not_ready",
        ),
        (
            uttering(packet(0, b"\xff" + struct.pack("<H", 1130) + b"not allowed")),
            Verdict.PASS,
            "health.database_answers",
        ),
        (uttering(packet(0, b"\x09old")), Verdict.FAIL, "health.database_other"),
        (uttering(packet(0, b"\xff")), Verdict.FAIL, "health.database_other"),
        (uttering(b"220 mail.example ESMTP\r\n"), Verdict.FAIL, "health.database_other"),
    ],
)
def test_the_verdict_follows_what_mysql_answers(
    probe: Probe, talk: Talk, verdict: Verdict, code: str
) -> None:
    with talking(talk) as port:
        finding = probe("database", engine="mysql", host=HOST, port=port)
    assert (finding.verdict, finding.code) == (verdict, code)


def test_the_login_is_finished_so_that_mysql_does_not_shut_this_machine_out(probe: Probe) -> None:
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        connection.sendall(GREETING)
        heard.append(connection.recv(4096))
        connection.sendall(packet(2, DENIED))

    with talking(talk) as port:
        probe("database", engine="mysql", host=HOST, port=port)
    assert heard[0][3] == 1
    assert b"dulae_probe\0" in heard[0]


def test_a_slow_answer_fails() -> None:
    asked = Database("db1", max_latency_ms=100)
    assert database.judge(asked, Answer(latency_ms=101)).why.code == "health.database_slow"
    assert database.judge(asked, Answer(latency_ms=100)).verdict is Verdict.PASS


@pytest.mark.parametrize(("engine", "port"), [("postgresql", 5432), ("mysql", 3306)])
def test_each_engine_has_its_own_port(engine: str, port: int) -> None:
    assert Database("db1", engine=engine).target == f"db1:{port}"
