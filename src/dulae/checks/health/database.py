"""Does a database server answer in its own protocol? Without a driver and a password (procedure 6.1)."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from ..finding import Reason, Verdict, reason
from ..outcome import Stopwatch
from . import network
from .handshakes import HANDSHAKES
from .options import Asked, option
from .probing import Around, Deadline, Judgement, Trouble, shown

ANSWERS = reason("health.database_answers", "{target}: {engine} takes connections, {latency_ms} ms")
NOT_READY = reason(
    "health.database_not_ready",
    "{target}: {engine} is starting, stopping or recovering ({error}); look at its log",
)
FULL = reason(
    "health.database_full", "{target}: {engine} has no connection left ({error}); look who holds them"
)
ERROR = reason("health.database_error", "{target}: {engine} answers with an error ({error}); look at its log")
OTHER = reason("health.database_other", "{target}: what answers there is not {engine}; look at host and port")
SLOW = reason(
    "health.database_slow",
    "{target}: {engine} takes connections, but only after {latency_ms} ms; {max_latency_ms} ms allowed",
)

_DEFAULT_PORTS = {"postgresql": 5432, "mysql": 3306}
# SQLSTATE of PostgreSQL, error numbers of MySQL. To refuse an unknown user (28), a database that is not
# there (3D) or a foreign machine (1130) is the answer of a server that works.
_MEANINGS: tuple[tuple[str, Verdict, Reason], ...] = (
    ("|28...|3D...|1044|1045|1130", Verdict.PASS, ANSWERS),
    ("57P0[123]|1053", Verdict.FAIL, NOT_READY),
    ("53300|1040|1203", Verdict.FAIL, FULL),
)


@dataclass(frozen=True)
class Database(Asked):
    """A database server that answers its own protocol's handshake."""

    host: str = option("Name or address of the machine, or the folder of PostgreSQL's socket.")
    port: int | None = option("TCP port; by default the engine's.", None, least=1, most=65535)
    engine: str = option(
        "Which protocol; C(mysql) is MariaDB's too.", "postgresql", choices=tuple(_DEFAULT_PORTS)
    )
    max_latency_ms: int | None = option(
        "Milliseconds after which the probe fails.", None, least=1, is_limit=True
    )

    @property
    def target(self) -> str:
        """Return host and port."""
        return network.at(self.host, self.number)

    @property
    def number(self) -> int:
        """Return the port."""
        return self.port or _DEFAULT_PORTS[self.engine]


@dataclass(frozen=True)
class Answer:
    """What the server said; ``code`` is empty where it went on to ask who is there."""

    code: str = ""
    message: str = ""
    latency_ms: int = 0


def measure(asked: Database, deadline: Deadline) -> Answer:
    """Return what the server answers to a handshake; raise Trouble where it is no such server."""
    watch = Stopwatch()
    with network.told(), network.connect(asked.host, asked.number, deadline) as stream:
        try:
            code, message = HANDSHAKES[asked.engine](stream)
        except (ValueError, struct.error) as error:
            raise Trouble(OTHER, engine=asked.engine) from error
    return Answer(code, shown(message), watch.elapsed_ms)


def judge(asked: Database, answer: Answer) -> Judgement:
    """Say what a server's answer means for its users."""
    verdict, why = next(
        ((verdict, why) for pattern, verdict, why in _MEANINGS if re.fullmatch(pattern, answer.code)),
        (Verdict.FAIL, ERROR),
    )
    slow = asked.max_latency_ms is not None and answer.latency_ms > asked.max_latency_ms
    if verdict is Verdict.PASS and slow:
        verdict, why = Verdict.FAIL, SLOW
    measured = {
        "engine": asked.engine,
        "latency_ms": answer.latency_ms,
        "error": f"{answer.code} {answer.message}".strip(),
    }
    return Judgement(verdict, why, measured)


def check(asked: Database, around: Around) -> Judgement:
    """Shake hands, and judge."""
    return judge(asked, measure(asked, around.deadline))
