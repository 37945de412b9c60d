"""Can the systems be used? Many probes in one call, side by side (procedure 6.1).

A service that does not answer, or answers wrongly, fails. What this machine could not look at is unknown.
"""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass, field, replace
from typing import Iterable, Mapping

from ..finding import Finding, Verdict, judged, reason
from ..outcome import Stopwatch
from .kinds import KINDS, Probe, probes_from
from .options import ProbeError
from .probing import Around, Deadline, Judgement, Trouble

__all__ = ["KINDS", "Probe", "ProbeError", "probes_from", "run"]

CALL_OVER = reason(
    "health.call_over",
    "{target}: not finished when the whole call's {call_timeout_s} s were over; nothing is known",
)
HUNG = reason(
    "health.probe_hung", "{target}: the probe itself did not come back within {timeout_s} s; nothing is known"
)
BROKE = reason("health.probe_broke", "{target}: the probe itself ended without an answer; nothing is known")

# A probe keeps its own time; this is for one that hangs where it cannot, as in looking up a name.
_GRACE_S = 1.0
_HIDDEN = "***"


@dataclass(frozen=True)
class _Attempt:
    """One probe at work in a thread of its own, which may hang for ever without keeping the program from ending."""

    probe: Probe
    secret: str = field(default="", repr=False)
    watch: Stopwatch = field(default_factory=Stopwatch)
    answers: queue.SimpleQueue[Finding] = field(default_factory=queue.SimpleQueue)

    def start(self) -> _Attempt:
        """Begin; a machine that has no thread left answers at once that it could not look."""
        try:
            threading.Thread(target=self._work, daemon=True, name=self.probe.subject).start()
        except RuntimeError:
            self.answers.put(self.finding(Judgement(Verdict.UNKNOWN, BROKE)))
        return self

    def _work(self) -> None:
        judgement = Judgement(Verdict.UNKNOWN, BROKE)
        try:
            around = Around(Deadline(self.probe.timeout_s), self.secret)
            judgement = KINDS[self.probe.kind].check(self.probe.asked, around)
        except Trouble as trouble:
            judgement = trouble.judgement()
        finally:
            self.answers.put(self.finding(judgement))

    def finding(self, judgement: Judgement) -> Finding:
        """Return a judgement as the finding about this probe, without its password."""
        made = judged(
            self.probe.kind,
            self.probe.subject,
            judgement.verdict,
            judgement.why,
            measured={"target": self.probe.asked.target, **_without(self.secret, judgement.measured)},
            limit=self.probe.limits,
        )
        return replace(
            made,
            system=self.probe.system,
            started_at=self.watch.started_at,
            elapsed_ms=self.watch.elapsed_ms,
        )

    def wait(self, call_ends: float, call_timeout_s: float) -> Finding:
        """Return the finding, or an unknown one when the probe's or the whole call's time is over."""
        own_s = self.probe.timeout_s + _GRACE_S - self.watch.elapsed_ms / 1000
        left_s = call_ends - time.monotonic()
        try:
            return self.answers.get(timeout=max(0.001, min(own_s, left_s)))
        except queue.Empty:
            if own_s < left_s:
                return self.finding(Judgement(Verdict.UNKNOWN, HUNG))
            measured = {"call_timeout_s": f"{call_timeout_s:g}"}
            return self.finding(Judgement(Verdict.UNKNOWN, CALL_OVER, measured))


def _without(secret: str, measured: Mapping[str, object]) -> Mapping[str, object]:
    """Return numbers and words in which a server cannot have sent the password back to us."""
    if not secret:
        return measured
    return {
        name: value.replace(secret, _HIDDEN) if isinstance(value, str) else value
        for name, value in measured.items()
    }


def run(
    probes: Iterable[Probe], secrets: Mapping[str, str] | None = None, timeout_s: float = 60
) -> list[Finding]:
    """Look at everything at once, and return one finding for each probe, in their order.

    ``secrets`` holds the password of each probe that needs one, by subject. The call returns within
    ``timeout_s``; a probe that has not answered by then is unknown.
    """
    call_ends = time.monotonic() + timeout_s
    attempts = [_Attempt(probe, (secrets or {}).get(probe.subject, "")).start() for probe in probes]
    return [attempt.wait(call_ends, timeout_s) for attempt in attempts]
