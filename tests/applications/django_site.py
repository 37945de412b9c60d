"""The site of ``djangosite`` as tests meet it: in processes of its own, on PostgreSQL, MariaDB or SQLite."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.applications.serving import serving
from tests.integration.mariadb import MariaDb
from tests.integration.postgres import Server
from tests.lab.browser import Browser, Page

_ROOT = Path(__file__).parents[2]
_MODULE = "tests.applications.djangosite"
DJANGOS_USERS, OWN_USERS = "auth.User", "accounts.User"


@dataclass(frozen=True)
class Base:
    """A database for a site: as Django is told of it, and its address for SQLAlchemy."""

    settings: dict[str, Any]
    url: str


def on_sqlite(folder: Path) -> Base:
    """Return a database in a file."""
    path = folder / "site.db"
    return Base({"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}, f"sqlite:///{path}")


def on_postgres(server: Server, name: str) -> Base:
    """Return a new database of a PostgreSQL."""
    server.fresh(name, "SELECT 1")
    settings = {"ENGINE": "django.db.backends.postgresql", "USER": server.user, "HOST": server.socket_dir}
    return Base(
        {**settings, "NAME": name}, f"postgresql+psycopg://{server.user}@/{name}?host={server.socket_dir}"
    )


def on_mariadb(server: MariaDb, name: str) -> Base:
    """Return a new database of a MariaDB."""
    server.fresh(name)
    settings = {"ENGINE": "django.db.backends.mysql", "USER": "root", "HOST": server.socket}
    return Base(
        {**settings, "NAME": name, "OPTIONS": {"charset": "utf8mb4"}},
        f"mysql+pymysql://root@localhost/{name}?unix_socket={server.socket}",
    )


@dataclass(frozen=True)
class Member:
    """Somebody to have an account."""

    username: str
    password: str
    first_name: str
    last_name: str
    citizen_id: str = ""
    unit: str = "กองคลัง"
    is_superuser: bool = False

    @property
    def order(self) -> dict[str, Any]:
        """Return the order that makes the account; whoever is on the staff may log in to the administration."""
        return {"do": "create_user", **vars(self), "is_staff": True}


@dataclass(frozen=True)
class DjangoSite:
    """A site that is up."""

    address: str
    base: Base
    environment: dict[str, str]

    @property
    def login_url(self) -> str:
        """Return the address of the login form."""
        return f"{self.address}/admin/login/"

    def ordered(self, *orders: dict[str, Any]) -> list[Any]:
        """Have the site's owner carry out orders on its machine; return the answers."""
        return ordered(self.environment, *orders)

    def create(self, *members: Member) -> list[str]:
        """Make accounts; return their keys."""
        return self.ordered(*(member.order for member in members))

    def log_in(self, username: str, password: str) -> Browser:
        """Fill in the login form with its token; return the browser, whether it was let in or not."""
        browser = Browser()
        browser.fill(self.login_url, username=username, password=password)
        return browser

    def is_in(self, browser: Browser) -> bool:
        """Say whether a browser's session is alive: its user's own page is shown, and not the login form."""
        return self._is_mine(browser.get(f"{self.address}/mine/"))

    def takes_session(self, key: str) -> bool:
        """Say whether a session is alive that is known by its key alone."""
        return self._is_mine(Browser().get(f"{self.address}/mine/", Cookie=f"sessionid={key}"))

    def _is_mine(self, page: Page) -> bool:
        assert page.status == 200, page
        return "This is " in page.text

    def lets_in(self, username: str, password: str) -> bool:
        """Say whether the login form lets somebody in."""
        return self.is_in(self.log_in(username, password))

    def takes_token(self, token: str) -> bool:
        """Say whether the interface for programs knows somebody by a token."""
        page = Browser().get(f"{self.address}/api/me/", Authorization=f"Token {token}")
        assert page.status in (200, 401), page
        return page.status == 200


def ordered(environment: dict[str, str], *orders: dict[str, Any]) -> list[Any]:
    """Carry out orders on a site with this environment; return the answers."""
    done = subprocess.run(
        [sys.executable, "-m", _MODULE, "orders"],
        input=json.dumps(orders),
        capture_output=True,
        text=True,
        cwd=_ROOT,
        env={**os.environ, **environment},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


@contextlib.contextmanager
def site(folder: Path, base: Base, users: str = DJANGOS_USERS) -> Iterator[DjangoSite]:
    """Make a site's tables in an empty database; serve it until the end."""
    environment = {"SITE_DATABASE": json.dumps(base.settings), "SITE_USERS": users}
    ordered(environment, {"do": "migrate"})
    with serving(
        [sys.executable, "-m", _MODULE, "serve"], environment, folder / "site.log", _ROOT
    ) as address:
        yield DjangoSite(address, base, environment)
