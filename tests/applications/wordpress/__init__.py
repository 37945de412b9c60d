"""A real WordPress: Debian's packages, PHP's own web server, a database of a scratch MariaDB; no network is needed."""

import base64
import contextlib
import json
import os
import shutil
import subprocess
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from tests.applications.serving import serving
from tests.integration.mariadb import MariaDb
from tests.lab.browser import Browser

PACKAGED = Path("/usr/share/wordpress")
PACKAGES = "wordpress php-cli php-mysql"
BOSS, BOSS_PASSWORD = "boss", "of-the-whole-site-1"
_HERE = Path(__file__).parent
# Errors are told in full, and no letter leaves.
_PHP = ("php", "-d", "display_errors=stderr", "-d", "sendmail_path=true")
# Scripts, styles and pictures are for eyes; the content folder of the package is the machine's own.
_NEEDED = {".php", ".json", ".crt"}


@dataclass(frozen=True)
class Member:
    """Somebody to have an account. ``meta`` is kept beside it as user meta."""

    login: str
    password: str
    name: str
    role: str = "editor"
    citizen_id: str = ""

    @property
    def order(self) -> dict[str, Any]:
        """Return the order that makes the account."""
        user = {
            "user_login": self.login,
            "user_pass": self.password,
            "user_email": f"{urllib.parse.quote(self.login)}@dept.example",
            "display_name": self.name,
            "role": self.role,
            "meta_input": {"citizen_id": self.citizen_id} if self.citizen_id else {},
        }
        return {"do": "create_user", "user": user}


@dataclass(frozen=True)
class WordPress:
    """A site that is up."""

    folder: Path
    address: str
    server: MariaDb
    environment: dict[str, str]

    @property
    def prefix(self) -> str:
        """Return what the names of its tables begin with."""
        return self.environment["SITE_PREFIX"]

    @property
    def url(self) -> str:
        """Return the address of its database for SQLAlchemy."""
        name = self.environment["SITE_DATABASE"]
        return f"mysql+pymysql://root@localhost/{name}?unix_socket={self.server.socket}"

    def ordered(self, *orders: dict[str, Any], **environment: str) -> list[Any]:
        """Have WordPress' own functions carry out orders; return their answers."""
        argv = [*_PHP, str(_HERE / "orders.php"), str(self.folder), self.address.removeprefix("http://")]
        done = subprocess.run(
            argv,
            input=json.dumps(orders),
            capture_output=True,
            text=True,
            env={**os.environ, **self.environment, **environment},
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return list(json.loads(done.stdout.splitlines()[-1]))

    def create(self, *members: Member) -> list[int]:
        """Make accounts; return their numbers."""
        return self.ordered(*(member.order for member in members))

    def log_in(self, login: str, password: str) -> Browser:
        """Fill in the login form; return the browser, whether it was let in or not."""
        browser = Browser()
        browser.fill(f"{self.address}/wp-login.php", log=login, pwd=password)
        return browser

    def is_in(self, browser: Browser) -> bool:
        """Say whether a browser's session is alive: its user's own page is shown, and not the login form."""
        page = browser.get(f"{self.address}/wp-admin/profile.php")
        return page.status == 200 and page.url.endswith("/wp-admin/profile.php")

    def lets_in(self, login: str, password: str) -> bool:
        """Say whether the login form lets somebody in."""
        return self.is_in(self.log_in(login, password))

    def takes_application_password(self, login: str, password: str) -> bool:
        """Say whether the REST API knows somebody by an application password."""
        basic = base64.b64encode(f"{login}:{password}".encode()).decode()
        page = Browser().get(f"{self.address}/?rest_route=/wp/v2/users/me", Authorization=f"Basic {basic}")
        assert page.status in (200, 401), page
        return page.status == 200

    def takes_reset_key(self, login: str, key: str) -> bool:
        """Say whether the form for a new password opens for a key out of a letter."""
        asked = urllib.parse.urlencode({"action": "rp", "key": key, "login": login})
        page = Browser().get(f"{self.address}/wp-login.php?{asked}")
        assert ("error=" in page.url) != ('name="pass1"' in page.text), page
        return "error=" not in page.url

    def rows(self, table: str) -> list[str]:
        """Return all rows of a table in a fixed order, as the database tells them."""
        query = f"SELECT * FROM `{self.prefix}{table}` ORDER BY 1"
        told = self.server.run("mariadb", "-BN", self.environment["SITE_DATABASE"], "-e", query)
        return told.decode().splitlines()

    @contextlib.contextmanager
    def only_administrator(self, number: int) -> Iterator[None]:
        """Have every other administrator be an editor meanwhile."""
        others = [found for found in self.ordered({"do": "administrators"})[0] if found != number]
        self.ordered(*({"do": "set_role", "user": other, "role": "editor"} for other in others))
        yield
        self.ordered(*({"do": "set_role", "user": other, "role": "administrator"} for other in others))

    @cached_property
    def version(self) -> str:
        """Return the version of WordPress."""
        return str(self.ordered({"do": "version"})[0])


def files(folder: Path) -> Path:
    """Return a folder with WordPress' own files and settings of ours; skip where the packages are missing."""
    missing = [tool for tool in ("php",) if not shutil.which(tool)]
    if missing or not PACKAGED.is_dir():
        pytest.skip(f"no WordPress here: apt-get install {PACKAGES}")
    shutil.copytree(PACKAGED, folder, ignore=_unneeded, ignore_dangling_symlinks=True)
    (folder / "wp-content").mkdir()
    shutil.copy(_HERE / "wp-config.php", folder)
    return folder


def _unneeded(folder: str, names: list[str]) -> list[str]:
    return [
        name
        for name in names
        if name == "wp-content" or not (Path(folder, name).is_dir() or Path(name).suffix in _NEEDED)
    ]


@contextlib.contextmanager
def site(
    folder: Path,
    server: MariaDb,
    prefix: str = "wp_",
    *,
    network: bool = False,
    beside: WordPress | None = None,
) -> Iterator[WordPress]:
    """Install a site with its files in a folder, in a new database or that of another site; serve it until the end."""
    database = beside.environment["SITE_DATABASE"] if beside else server.fresh(f"wordpress_{prefix}")
    environment = {"SITE_DATABASE": database, "SITE_SOCKET": server.socket, "SITE_PREFIX": prefix}
    environment["SITE_NETWORK"] = "on" if network else ""
    argv = [*_PHP, "-S", "127.0.0.1:0", "-t", str(folder)]
    with serving(argv, environment, folder.with_name(f"{prefix}.log")) as address:
        made = WordPress(folder, address, server, environment)
        boss = {"login": BOSS, "email": "boss@dept.example", "password": BOSS_PASSWORD}
        made.ordered({"do": "install", **boss}, SITE_NETWORK="")
        if network:
            made.ordered({"do": "network", **boss}, SITE_NETWORK="prepared")
        yield made
