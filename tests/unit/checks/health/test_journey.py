"""A user's way in: applications that let in, refuse, forget, and break."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dulae.checks.finding import Finding, Verdict
from dulae.checks.health import journey
from dulae.checks.health.journey import Journey, Visit
from dulae.checks.health.page import Page as Read
from tests.unit.checks.health.servers import Asked, Page, Site, site

Probe = Callable[..., Finding]
MARKER = "ทะเบียนหนังสือรับ"
SECRET = "kha-pen-khon-thai"
LOGIN = """<html><head><meta name="csrf-token" content="in-meta"></head>
<form action="/search"><input name="q"></form>
<form method="post" action="/session">
<input type="hidden" name="_token" value="t0k3n"><input name="username"><input type="password" name="password">
<input type="checkbox" name="remember"><input type="checkbox" name="terms" checked>
<input type="radio" name="lang" value="th" checked><input type="radio" name="lang" value="en">
<button name="go" value="1">Login</button><button name="reset" value="2">Reset</button></form></html>"""
INSIDE = f"<h1>{MARKER}</h1>"
LOGOUT_FORM = (
    INSIDE + '<form method="post" action="/logout"><input type="hidden" name="_token" value="out"></form>'
)


class Application:
    """A small application with sessions."""

    def __init__(self) -> None:
        self.sessions: set[str] = set()
        self.inside = INSIDE
        self.forgets_nobody = False

    def login(self, asked: Asked) -> Page:
        right = asked.form.get("password") == [SECRET] and asked.form.get("_token") == ["t0k3n"]
        if not right:
            return Page(status=302, headers={"Location": "/login"})
        self.sessions.add("s1")
        return Page(
            status=302, headers={"Location": "/register", "Set-Cookie": "session=s1; HttpOnly; Path=/"}
        )

    def register(self, asked: Asked) -> Page:
        if asked.headers.get("Cookie") == "session=s1" and self.sessions:
            return Page(self.inside.encode())
        return Page(status=302, headers={"Location": "/login"})

    def logout(self, asked: Asked) -> Page:
        if self.inside == LOGOUT_FORM and (asked.method, asked.form.get("_token")) != ("POST", ["out"]):
            return Page(status=405)
        if not self.forgets_nobody:
            self.sessions.clear()
        return Page(status=302, headers={"Location": "/login"})


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
def web(application: Application) -> Iterator[Site]:
    pages: dict[str, Any] = {
        "/login": Page(LOGIN.encode()),
        "/session": application.login,
        "/register": application.register,
        "/logout": application.logout,
    }
    with site(pages) as served:
        yield served


def options(web: Site, **more: Any) -> dict[str, Any]:
    return {
        "login_url": web.url("/login"),
        "username": "probe",
        "logged_in": MARKER,
        "secret": SECRET,
        **more,
    }


def test_a_user_gets_in_sees_the_page_and_leaves(probe: Probe, web: Site, application: Application) -> None:
    more = {"csrf_field": "_token", "then_url": "/register", "logout_url": "/logout"}
    finding = probe("journey", **options(web, **more))
    assert (finding.verdict, finding.code) == (Verdict.PASS, "health.journey_done")
    assert finding.measured["is_logged_out"] is True
    assert not application.sessions


def test_the_form_is_sent_as_a_browser_sends_it(probe: Probe, web: Site) -> None:
    probe("journey", **options(web))
    (sent,) = (asked for asked in web.asked if asked.method == "POST")
    assert sent.form == {
        "_token": ["t0k3n"],
        "username": ["probe"],
        "password": [SECRET],
        "terms": ["on"],
        "lang": ["th"],
        "go": ["1"],
    }


def test_nothing_but_the_login_and_the_logout_is_written(
    probe: Probe, web: Site, application: Application
) -> None:
    application.inside = LOGOUT_FORM
    finding = probe("journey", **options(web, then_url="/register", logout_url="/logout"))
    assert finding.verdict is Verdict.PASS
    assert [asked.path for asked in web.asked if asked.method == "POST"] == ["/session", "/logout"]


def test_a_refused_login_fails_without_the_password_in_the_finding(probe: Probe, web: Site) -> None:
    finding = probe(
        "journey", **options(web, secret="wr0ng-passw0rd", then_url="/register", logout_url="/logout")
    )
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.journey_refused")
    assert "wr0ng" not in str(finding)


@pytest.mark.parametrize("status", [401, 403, 422])
def test_a_login_that_is_refused_by_its_status_fails(probe: Probe, web: Site, status: int) -> None:
    web.pages["/session"] = Page(status=status)
    assert probe("journey", **options(web)).code == "health.journey_refused"


def test_an_application_that_breaks_at_the_login_fails(probe: Probe, web: Site) -> None:
    web.pages["/session"] = Page(status=500)
    finding = probe("journey", **options(web, then_url="/register"))
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.journey_status")
    assert "step login answered 500" in finding.because


def test_an_application_that_breaks_after_the_login_fails(probe: Probe, web: Site) -> None:
    web.pages["/documents"] = Page(status=500)
    assert "step page answered 500" in probe("journey", **options(web, then_url="/documents")).because


def test_a_login_page_that_is_down_fails(probe: Probe, web: Site) -> None:
    web.pages["/login"] = Page(status=503)
    assert "step login_page answered 503" in probe("journey", **options(web)).because


def test_a_page_without_the_marker_fails(probe: Probe, web: Site, application: Application) -> None:
    application.inside = "<h1>Under maintenance</h1>"
    finding = probe("journey", **options(web))
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.journey_marker_missing")


def test_a_page_without_a_login_form_fails(probe: Probe, web: Site) -> None:
    web.pages["/login"] = Page(b"It works! <![if broken <form")
    finding = probe("journey", **options(web))
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.journey_no_form")


def test_a_token_that_is_missing_fails(probe: Probe, web: Site) -> None:
    finding = probe("journey", **options(web, csrf_field="authenticity_token"))
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.journey_no_token")


def test_a_token_is_also_taken_from_the_meta_element(probe: Probe, web: Site) -> None:
    probe("journey", **options(web, csrf_field="csrf-token"))
    (sent,) = (asked for asked in web.asked if asked.method == "POST")
    assert sent.form["csrf-token"] == ["in-meta"]


def test_a_session_that_outlives_the_logout_warns(probe: Probe, web: Site, application: Application) -> None:
    application.forgets_nobody = True
    finding = probe("journey", **options(web, then_url="/register", logout_url="/logout"))
    assert (finding.verdict, finding.code) == (Verdict.WARN, "health.journey_not_out")


def test_a_logout_that_leads_elsewhere_warns(probe: Probe, web: Site) -> None:
    web.pages["/logout"] = Page(status=302, headers={"Location": "http://elsewhere.invalid/"})
    finding = probe("journey", **options(web, then_url="/register", logout_url="/logout"))
    assert finding.code == "health.journey_not_out"


def test_the_password_is_never_sent_to_another_host(probe: Probe, web: Site) -> None:
    web.pages["/login"] = Page(LOGIN.replace("/session", "http://elsewhere.invalid/session").encode())
    finding = probe("journey", **options(web))
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.redirect_elsewhere")


def test_a_password_that_a_server_sends_back_is_hidden(probe: Probe, web: Site) -> None:
    web.pages["/session"] = Page(status=302, headers={"Location": f"http://elsewhere.invalid/{SECRET}"})
    finding = probe("journey", **options(web))
    assert finding.code == "health.redirect_elsewhere"
    assert SECRET not in str(finding)


def test_without_a_password_nothing_is_known(probe: Probe, web: Site) -> None:
    finding = probe("journey", **options(web, secret=""))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "health.journey_no_secret")
    assert not web.asked


def test_a_form_is_sent_again_only_where_the_status_says_so(probe: Probe, web: Site) -> None:
    again = web.pages["/session"]
    web.pages.update({"/again": again, "/session": Page(status=307, headers={"Location": "/again"})})
    assert probe("journey", **options(web)).verdict is Verdict.PASS


def test_a_slow_journey_fails() -> None:
    asked = Journey("http://a/", "probe", MARKER, max_latency_ms=100)
    seen = journey.judge(asked, Visit("login", 200, Read(MARKER, "utf-8"), False, 101))
    assert (seen.verdict, seen.why.code) == (Verdict.FAIL, "health.journey_slow")
