"""What step 1 looks at in the lab: pages, journeys, certificates, processes, the database server, mail."""

from __future__ import annotations

from typing import Any

from tests.lab.layout import Layout
from tests.lab.people import PROBE, RESIGNED, department
from tests.lab.ports import LOOPBACK
from tests.lab.services import pidfile
from tests.lab.state import State

# An idle machine answers in a few milliseconds, one that runs a whole test suite in a second or two.
SLOW_MS = 4000
TIMEOUT_S = 20
_LOGIN_WORDS = "ลงชื่อเข้าใช้"
_WELCOME = "ออกจากระบบ"
_USER = ("controller",)
Plain = dict[str, Any]


def intranet(layout: Layout, state: State) -> list[Plain]:
    """Return the Intranet's probes."""
    web = _intranet_web(state)
    page = {"url": f"{web}/login", "contains": _LOGIN_WORDS, "not_contains": "SQLSTATE"}
    news = {"url": f"{web}/news", "contains": "ข่าวประชาสัมพันธ์", "max_latency_ms": SLOW_MS}
    journey = {
        **_journey(web, "/bookings", "_token"),
        "username": f"{PROBE}@dept.example",
        "username_field": "email",
    }
    return [
        _probe("login_page http", ("หน้าเข้าสู่ระบบ", "Login page"), (*_USER, "web1"), **page),
        _probe("news http", ("หน้าข่าวประชาสัมพันธ์", "News page"), _USER, **news),
        _probe("sign_in journey", ("เข้าสู่ระบบด้วยบัญชีทดสอบ", "Sign in with the test account"), _USER, **journey),
        _certificate(layout, "intranet", state.ports["intranet_tls"]),
        *_servers(layout, state, "intranet"),
    ]


def saraban(layout: Layout, state: State) -> list[Plain]:
    """Return the correspondence system's probes."""
    web, trust = _saraban_web(state), _trust(layout)
    page = {"url": f"{web}/login", "contains": _LOGIN_WORDS, "max_latency_ms": SLOW_MS, **trust}
    journey = {**_journey(web, "/register", "csrf_token"), "username": PROBE, **trust}
    smtp = {"host": LOOPBACK, "port": state.ports["smtp"]}
    imap = {"host": LOOPBACK, "port": state.ports["imap"]}
    return [
        _probe("login_page http", ("หน้าเข้าสู่ระบบ", "Login page"), (*_USER, "web1"), **page),
        _probe("register journey", ("ทะเบียนหนังสือรับ-ส่ง", "Correspondence register"), _USER, **journey),
        _certificate(layout, "saraban", state.ports["saraban"]),
        *_servers(layout, state, "saraban"),
        _probe("mail_out tcp", ("ส่งอีเมล", "Outgoing mail"), _USER, **smtp),
        _probe("mailbox tcp", ("อีเมลกลาง", "Central mailbox"), ("mail1",), **imap),
    ]


def intranet_login(state: State) -> Plain:
    """Return how step 4 shows at the Intranet's own form that a leaver is refused and a colleague is not."""
    leaver, colleague = department()[RESIGNED].email, f"{PROBE}@dept.example"
    return _login(_intranet_web(state), "_token", leaver, colleague) | {"username_field": "email"}


def saraban_login(layout: Layout, state: State) -> Plain:
    """Return the same for the correspondence system's form."""
    return _login(_saraban_web(state), "csrf_token", department()[RESIGNED].username, PROBE) | _trust(layout)


def _login(web: str, csrf_field: str, leaver: str, colleague: str) -> Plain:
    return {
        "login_url": f"{web}/login",
        "csrf_field": csrf_field,
        "logged_in": _WELCOME,
        "colleague": colleague,
        "passwords": {leaver: {"file": "secrets/leaver"}, colleague: {"file": "secrets/probe"}},
    }


def _intranet_web(state: State) -> str:
    return f"http://{LOOPBACK}:{state.ports['intranet']}"


def _saraban_web(state: State) -> str:
    return f"https://{LOOPBACK}:{state.ports['saraban']}"


def _trust(layout: Layout) -> Plain:
    return {"ca_file": str(layout.tls / "ca.pem")}


def _probe(name_and_kind: str, title: tuple[str, str], seen_from: tuple[str, ...], **options: Any) -> Plain:
    name, kind = name_and_kind.split()
    words = {"th": title[0], "en": title[1]}
    return {
        "name": name,
        "title": words,
        "kind": kind,
        "from": list(seen_from),
        "timeout_s": TIMEOUT_S,
        **options,
    }


def _journey(web: str, inside: str, csrf_field: str) -> Plain:
    return {
        "login_url": f"{web}/login",
        "password": {"file": "secrets/probe"},
        "csrf_field": csrf_field,
        "then_url": web + inside,
        "logged_in": _WELCOME,
        "logout_url": f"{web}/logout",
    }


def _certificate(layout: Layout, system: str, port: int) -> Plain:
    name, trust = f"{system}.dept.example", str(layout.tls / "ca.pem")
    where = {"host": LOOPBACK, "port": port, "server_name": name, "ca_file": trust}
    return _probe("certificate tls", ("ใบรับรอง TLS", "TLS certificate"), _USER, **where)


def _servers(layout: Layout, state: State, system: str) -> list[Plain]:
    server = {"host": LOOPBACK, "port": state.ports["postgres"]}
    # By pidfile: a name would also find the processes of another lab on this machine.
    process = str(pidfile(layout, system))
    return [
        _probe("web_service process", ("บริการเว็บ", "Web service"), ("web1",), pidfile=process),
        _probe("database database", ("ฐานข้อมูล", "Database"), ("web1",), **server),
    ]
