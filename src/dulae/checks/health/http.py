"""Does a page answer as users need it? Status, words on it, and time (procedure 6.1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Mapping

from ..finding import Reason, Verdict, reason
from ..outcome import Stopwatch
from . import address, page
from .browser import Browser
from .exchange import Reply
from .options import Asked, option
from .probing import Around, Deadline, Judgement, shown
from .secure import Trust

ANSWERS = reason("health.http_answers", "{target}: answered {http_status} in {latency_ms} ms")
WRONG_STATUS = reason(
    "health.http_status", "{target}: answered {http_status}, expected {status}; look at the web server's log"
)
NO_WORDS = reason(
    "health.http_words_missing",
    "{target}: answered {http_status}, but the page does not say '{contains}'; open it and look",
)
TOO_LONG = reason(
    "health.http_too_long",
    "{target}: only the first {body_bytes} bytes of the page were read, so nobody knows what stands behind them;"
    " choose a shorter page, or words near its beginning",
)
BAD_WORDS = reason(
    "health.http_words_forbidden",
    "{target}: answered {http_status}, but the page says '{not_contains}'; look at the application's log",
)
GARBLED = reason(
    "health.http_charset",
    "{target}: the page says that it is {charset}, but its words are {written_in}; users see broken characters",
)
SLOW = reason(
    "health.http_slow",
    "{target}: answered {http_status}, but only after {latency_ms} ms; {max_latency_ms} ms allowed",
)


@dataclass(frozen=True)
class Http(Asked):
    """A page: status, words on it, and how long it took. Only methods that change nothing."""

    url: str = option("Address of the page; redirects are followed within its host only.")
    method: str = option("HTTP method.", "GET", choices=("GET", "HEAD", "OPTIONS"))
    status: tuple[int, ...] = option("Statuses that pass.", (200,), least=100, most=599, is_limit=True)
    contains: str = option("Words that must stand on the page.", "", is_limit=True)
    not_contains: str = option("Words that must not stand on the page.", "", is_limit=True)
    max_latency_ms: int | None = option(
        "Milliseconds, redirects and body included, after which the probe fails.",
        None,
        least=1,
        is_limit=True,
    )
    ca_file: str = option(
        "Authorities to trust, PEM, on the machine that looks; by default the system's.", ""
    )
    verify_tls: bool = option("Whether the certificate must be trusted.", True)

    @property
    def target(self) -> str:
        """Return the address without its query."""
        return shown(address.bare(self.url))

    def problem(self) -> str:
        """Return what is wrong with the address, or that a method brings no words."""
        wrong = address.problem(self.url)
        if wrong:
            return f"url: {wrong}"
        if self.method != "GET" and (self.contains or self.not_contains):
            return f"contains: {self.method} brings no page; write method GET"
        return ""


@dataclass(frozen=True)
class Seen:
    """A page as it came, and the milliseconds that it took."""

    reply: Reply
    latency_ms: int


def measure(asked: Http, deadline: Deadline) -> Seen:
    """Open the page; raise Trouble where none comes."""
    browser = Browser(address.parse(asked.url).host, Trust(asked.verify_tls, asked.ca_file), deadline)
    watch = Stopwatch()
    reply = browser.open(asked.url, asked.method, asked.status)
    return Seen(reply, watch.elapsed_ms)


def judge(asked: Http, seen: Seen) -> Judgement:
    """Compare a page with what is asked, the gravest first."""
    read = page.read(seen.reply.body, seen.reply.headers.get("Content-Type", ""))
    measured: dict[str, Any] = {
        "http_status": seen.reply.status,
        "latency_ms": seen.latency_ms,
        "body_bytes": len(seen.reply.body),
        "charset": read.charset,
    }
    if not seen.reply.is_whole:
        measured["is_cut_at_limit"] = True
    if seen.reply.status not in asked.status:
        return Judgement(Verdict.FAIL, WRONG_STATUS, measured)
    if asked.contains and not page.holds(read, asked.contains):
        why, more = _missing(seen.reply.body, asked.contains)
        return _on_a_whole_page(seen, Judgement(Verdict.FAIL, why, {**measured, **more}))
    if asked.not_contains and page.holds(read, asked.not_contains):
        return Judgement(Verdict.FAIL, BAD_WORDS, measured)
    if asked.max_latency_ms is not None and seen.latency_ms > asked.max_latency_ms:
        return Judgement(Verdict.FAIL, SLOW, measured)
    good = Judgement(Verdict.PASS, ANSWERS, measured)
    return _on_a_whole_page(seen, good) if asked.not_contains else good


def _on_a_whole_page(seen: Seen, judgement: Judgement) -> Judgement:
    """Return a judgement that rests on words not being there: nobody knows that of a page that was read in part."""
    return judgement if seen.reply.is_whole else replace(judgement, verdict=Verdict.UNKNOWN, why=TOO_LONG)


def _missing(body: bytes, words: str) -> tuple[Reason, Mapping[str, Any]]:
    """Return why words cannot be read on a page: they are not there, or they are in another charset."""
    written_in = page.holds_otherwise(body, words)
    return (GARBLED, {"written_in": written_in}) if written_in else (NO_WORDS, {})


def check(asked: Http, around: Around) -> Judgement:
    """Open the page, and judge."""
    return judge(asked, measure(asked, around.deadline))
