"""Can a user get in? Log in by the form, open a page, log out; nothing else is written (procedure 6.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping

from ..finding import Verdict, reason
from ..outcome import Stopwatch
from . import address, forms, page
from .browser import Browser
from .exchange import Reply
from .forms import Form
from .options import Asked, option
from .page import Page
from .probing import Around, Judgement, Trouble, shown
from .secure import Trust

GOT_IN = reason("health.journey_done", "{target}: a user could log in and use the page in {latency_ms} ms")
PAGE_STATUS = reason(
    "health.journey_status",
    "{target}: the page at step {step} answered {http_status}; look at the application's log",
)
NO_FORM = reason(
    "health.journey_no_form",
    "{target}: there is no login form with a field '{password_field}'; open the page and look",
)
NO_TOKEN = reason(
    "health.journey_no_token",
    "{target}: the login form has no token '{csrf_field}'; look at the form's fields",
)
REFUSED = reason(
    "health.journey_refused",
    "{target}: the login was refused; look whether the test account is locked or its password has changed",
)
NOT_IN = reason(
    "health.journey_marker_missing",
    "{target}: after logging in the page does not say '{logged_in}'; open it as a user and look",
)
NOT_OUT = reason(
    "health.journey_not_out",
    "{target}: logging in works, but after logging out the page still says '{logged_in}'; look at the logout",
)
SLOW = reason(
    "health.journey_slow",
    "{target}: a user could log in, but only after {latency_ms} ms; {max_latency_ms} ms allowed",
)
NO_SECRET = reason(
    "health.journey_no_secret",
    "{target}: no password was given for the test account; write it in the settings",
)

_OK = 200
_FIRST_ERROR = 400
_REFUSALS = (401, 403, 422)


@dataclass(frozen=True)
class Journey(Asked):
    """A user's way in: log in, open a page, log out. The password comes apart from the options."""

    login_url: str = option("Address of the page with the login form; the whole journey stays on its host.")
    username: str = option("Name of the test account.")
    logged_in: str = option("Words that only a user who is logged in sees.", is_limit=True)
    username_field: str = option("Name of the form's field for the user's name.", "username")
    password_field: str = option("Name of the form's field for the password.", "password")
    csrf_field: str = option(
        "Name of the hidden field (or meta element) with the token, where one must be.", ""
    )
    then_url: str = option("Page to open after logging in; by default the one that the login leads to.", "")
    logout_url: str = option("Address that logs out; where the page has a form for it, the form is sent.", "")
    max_latency_ms: int | None = option(
        "Milliseconds from the login page to the page after it, over which the probe fails.",
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
        """Return the login page's address without its query."""
        return shown(address.bare(self.login_url))

    def problem(self) -> str:
        """Return which address is wrong or leaves the login page's host."""
        wrong = address.problem(self.login_url)
        if wrong:
            return f"login_url: {wrong}"
        host = address.parse(self.login_url).host
        for name in ("then_url", "logout_url"):
            url = address.joined(self.login_url, getattr(self, name))
            wrong = address.problem(url)
            if wrong or address.parse(url).host != host:
                return f"{name}: {wrong or f'it leaves the host {host}; write a page of that host'}"
        return ""


@dataclass(frozen=True)
class Visit:
    """How far a journey came: the page after the login, and whether the logout ended the session."""

    step: str
    status: int
    shown: Page
    asks_again: bool
    latency_ms: int
    is_out: bool | None = None


def measure(asked: Journey, around: Around) -> Visit:
    """Log in, open the page, log out; raise Trouble where the journey cannot go on."""
    if not around.secret:
        raise Trouble(NO_SECRET, Verdict.UNKNOWN)
    watch = Stopwatch()
    host = address.parse(asked.login_url).host
    browser = Browser(host, Trust(asked.verify_tls, asked.ca_file), around.deadline)
    step, reply = "login", _log_in(asked, browser, around.secret)
    if asked.then_url and reply.status < _FIRST_ERROR:
        step, reply = "page", browser.open(address.joined(asked.login_url, asked.then_url))
    latency_ms = watch.elapsed_ms
    seen = _page(reply)
    is_out = _log_out(asked, browser, reply) if asked.logout_url else None
    asks_again = _login_form(asked, seen) is not None
    return Visit(step, reply.status, seen, asks_again, latency_ms, is_out)


def _log_in(asked: Journey, browser: Browser, secret: str) -> Reply:
    """Fill in the login form and send it; raise Trouble where there is none."""
    reply = browser.open(asked.login_url)
    if reply.status != _OK:
        raise Trouble(PAGE_STATUS, step="login_page", http_status=reply.status)
    seen = _page(reply)
    form = _login_form(asked, seen)
    if form is None:
        raise Trouble(NO_FORM, password_field=asked.password_field)
    values = {**_token(asked, form, seen), asked.username_field: asked.username, asked.password_field: secret}
    return browser.send(address.joined(reply.url, form.action), form.filled(values))


def _login_form(asked: Journey, seen: Page) -> Form | None:
    """Return the form that asks for a password, or None."""
    return next((form for form in forms.read(seen.text) if asked.password_field in form.fields), None)


def _token(asked: Journey, form: Form, seen: Page) -> Mapping[str, str]:
    """Return the token that goes with the form; raise Trouble where the one asked for is not there."""
    if not asked.csrf_field or form.fields.get(asked.csrf_field):
        return {}
    token = forms.meta(seen.text, asked.csrf_field)
    if not token:
        raise Trouble(NO_TOKEN, csrf_field=asked.csrf_field)
    return {asked.csrf_field: token}


def _log_out(asked: Journey, browser: Browser, reply: Reply) -> bool:
    """Log out by the page's own form where there is one; say whether the page has become closed."""
    url = address.joined(asked.login_url, asked.logout_url)
    ours = (form for form in forms.read(_page(reply).text) if address.joined(reply.url, form.action) == url)
    form = next(ours, None)
    try:
        answer = browser.open(url) if form is None else browser.send(url, form.filled({}))
        again = browser.open(reply.url)
    except Trouble:
        return False
    return answer.status < _FIRST_ERROR and not page.holds(_page(again), asked.logged_in)


def _page(reply: Reply) -> Page:
    return page.read(reply.body, reply.headers.get("Content-Type", ""))


def judge(asked: Journey, visit: Visit) -> Judgement:
    """Say whether the visitor was let in, saw what users see, and left."""
    measured: dict[str, Any] = {
        "step": visit.step,
        "http_status": visit.status,
        "latency_ms": visit.latency_ms,
        "is_logged_out": visit.is_out,
    }
    is_in = page.holds(visit.shown, asked.logged_in)
    slow = asked.max_latency_ms is not None and visit.latency_ms > asked.max_latency_ms
    rules = (
        (visit.status in _REFUSALS or (visit.asks_again and not is_in), Verdict.FAIL, REFUSED),
        (visit.status >= _FIRST_ERROR, Verdict.FAIL, PAGE_STATUS),
        (not is_in, Verdict.FAIL, NOT_IN),
        (slow, Verdict.FAIL, SLOW),
        (visit.is_out is False, Verdict.WARN, NOT_OUT),
    )
    for broken, verdict, why in rules:
        if broken:
            return Judgement(verdict, why, measured)
    return Judgement(Verdict.PASS, GOT_IN, measured)


def check(asked: Journey, around: Around) -> Judgement:
    """Make the journey, and judge."""
    return judge(asked, measure(asked, around))
