"""Faults of the applications on web1."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg

from tests.lab import keys, services
from tests.lab.faults.fault import Fault, Memory
from tests.lab.lab import Lab

SLOW_SECONDS = 5
_WRONG = """<!DOCTYPE html>
<html lang="en"><head><title>Welcome</title></head>
<body><h1>It works!</h1><p>This is the default page of the web server.</p></body></html>
"""
_NEWS = "latest_news(integer)"
_SLOW = f"""CREATE OR REPLACE FUNCTION latest_news(wanted integer) RETURNS SETOF news LANGUAGE sql VOLATILE
AS $$ SELECT pg_sleep({SLOW_SECONDS}); SELECT * FROM news ORDER BY published_at DESC LIMIT wanted $$"""


def stop_saraban(lab: Lab) -> Memory:
    """End the correspondence system's process."""
    lab.stop("saraban")
    return {}


def start_saraban(lab: Lab, memory: Memory) -> None:
    """Start it again."""
    lab.start("saraban")


def deploy_wrong_page(lab: Lab) -> Memory:
    """Put the web server's default page where the Intranet's login page was; it is served with status 200."""
    (lab.layout.templates("intranet") / "login.html").write_text(_WRONG, encoding="utf-8")
    return {}


def deploy_right_pages(lab: Lab, memory: Memory) -> None:
    """Deploy the applications' pages again."""
    services.deploy_pages(lab.layout)


def slow_down_news(lab: Lab) -> Memory:
    """Make the query behind the Intranet's news page take seconds."""
    with psycopg.connect(lab.database_url("intranet")) as database:
        row = database.execute("SELECT pg_get_functiondef(%s::regprocedure)", [_NEWS]).fetchone()
        database.execute(_SLOW.encode())
    return {"function": row[0] if row else ""}


def speed_up_news(lab: Lab, memory: Memory) -> None:
    """Restore the query as it was."""
    with psycopg.connect(lab.database_url("intranet")) as database:
        database.execute(memory["function"].encode())


def expire_certificate(lab: Lab) -> Memory:
    """Give the Intranet a certificate that ended two days ago, and have it taken up."""
    _serve_certificate(lab, datetime.now(UTC) - timedelta(days=2))
    return {}


def renew_certificate(lab: Lab, memory: Memory) -> None:
    """Give it a valid one."""
    _serve_certificate(lab, datetime.now(UTC) + timedelta(days=keys.CERTIFICATE_DAYS))


def _serve_certificate(lab: Lab, until: datetime) -> None:
    keys.issue(lab.layout, "intranet", until)
    lab.restart("intranet")


FAULTS = {
    "service_stopped": Fault(
        "the correspondence system's process is gone", "saraban/web_service", stop_saraban, start_saraban
    ),
    "wrong_page": Fault(
        "the Intranet's login page answers 200 with another page",
        "intranet/login_page",
        deploy_wrong_page,
        deploy_right_pages,
    ),
    "slow_answer": Fault(
        f"the Intranet's news take {SLOW_SECONDS} seconds (a slow query)",
        "intranet/news",
        slow_down_news,
        speed_up_news,
    ),
    "expired_certificate": Fault(
        "the Intranet's certificate ended two days ago",
        "intranet/certificate",
        expire_certificate,
        renew_certificate,
    ),
}
