"""The probes of step 1, each kind with exactly its own options."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from dulae.settings.shape import AtLeastOne, Count, Name, Port, Secret, Shape, Text, Url, Words, refused

Status = Annotated[int, Field(ge=100, le=599)]
Method = Literal["GET", "HEAD", "OPTIONS"]


class Probed(Shape):
    """What all probes say: a name, a title, and from where they look (``controller`` = this machine)."""

    name: Name
    title: Words
    seen_from: tuple[Text, ...] = Field(default=("controller",), alias="from", min_length=1)
    timeout_s: AtLeastOne = 10


class Http(Probed):
    """A page: status, words on it, and how long it took. Read-only methods alone."""

    kind: Literal["http"]
    url: Url
    method: Method = "GET"
    status: tuple[Status, ...] = Field(default=(200,), min_length=1)
    contains: str = ""
    not_contains: str = ""
    max_latency_ms: AtLeastOne | None = None
    ca_file: str = ""
    verify_tls: bool = True


class Journey(Probed):
    """A user's way in: log in, open a page, log out. Creates nothing."""

    kind: Literal["journey"]
    login_url: Url
    username: Text
    password: Secret
    username_field: Text = "username"
    password_field: Text = "password"
    csrf_field: str = ""
    then_url: str = ""
    logged_in: Text
    logout_url: str = ""
    max_latency_ms: AtLeastOne | None = None
    ca_file: str = ""
    verify_tls: bool = True


class Tls(Probed):
    """A certificate: chain, host name, and days left."""

    kind: Literal["tls"]
    host: Text
    port: Port = 443
    server_name: str = ""
    min_days: Count = 14
    warn_days: Count = 30
    ca_file: str = ""


class Tcp(Probed):
    """A port that answers."""

    kind: Literal["tcp"]
    host: Text
    port: Port
    max_latency_ms: AtLeastOne | None = None


class Service(Probed):
    """A systemd unit that is active."""

    kind: Literal["service"]
    unit: Text


class Process(Probed):
    """A process that runs, found by its name or its pidfile."""

    kind: Literal["process"]
    process: str = ""
    pidfile: str = ""
    min_count: AtLeastOne = 1

    def model_post_init(self, context: object) -> None:
        """Refuse a probe that names both or neither."""
        if bool(self.process) == bool(self.pidfile):
            raise refused("process_or_pidfile")


class Database(Probed):
    """A database server that answers its own protocol's handshake."""

    kind: Literal["database"]
    engine: Literal["postgresql", "mysql"] = "postgresql"
    host: Text
    port: Port | None = None
    max_latency_ms: AtLeastOne | None = None


Probe = Annotated[
    Http | Journey | Tls | Tcp | Service | Process | Database,
    Field(discriminator="kind"),
]
