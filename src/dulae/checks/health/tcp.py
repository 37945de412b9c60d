"""Does a port take connections? (procedure 6.1)"""

from __future__ import annotations

from dataclasses import dataclass

from ..finding import Verdict, reason
from ..outcome import Stopwatch
from . import network
from .options import Asked, option
from .probing import Around, Deadline, Judgement

OPEN = reason("health.tcp_open", "{target}: takes connections, {latency_ms} ms")
SLOW = reason(
    "health.tcp_slow",
    "{target}: takes connections, but only after {latency_ms} ms; {max_latency_ms} ms allowed",
)


@dataclass(frozen=True)
class Tcp(Asked):
    """A port that answers."""

    host: str = option("Name or address of the machine.")
    port: int = option("TCP port.", least=1, most=65535)
    max_latency_ms: int | None = option(
        "Milliseconds after which the probe fails.", None, least=1, is_limit=True
    )

    @property
    def target(self) -> str:
        """Return host and port."""
        return network.at(self.host, self.port)


def measure(host: str, port: int, deadline: Deadline) -> int:
    """Return the milliseconds that a connection takes; raise Trouble if there is none."""
    watch = Stopwatch()
    with network.connect(host, port, deadline):
        return watch.elapsed_ms


def judge(asked: Tcp, latency_ms: int) -> Judgement:
    """Compare a latency with what is allowed."""
    slow = asked.max_latency_ms is not None and latency_ms > asked.max_latency_ms
    verdict, why = (Verdict.FAIL, SLOW) if slow else (Verdict.PASS, OPEN)
    return Judgement(verdict, why, {"latency_ms": latency_ms})


def check(asked: Tcp, around: Around) -> Judgement:
    """Connect once, and judge."""
    return judge(asked, measure(asked.host, asked.port, around.deadline))
