"""``systems.yml``: each system with its hosts, probes, databases, accounts, space, backups and usage."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import Field

from dulae.checks.backup.kinds import KINDS, KINDS_INSIDE
from dulae.checks.backup.level import LEVELS
from dulae.checks.backup_create.making import MAKERS
from dulae.settings.accounts import Accounts
from dulae.settings.probes import Probe
from dulae.settings.shape import (
    AtLeastOne,
    Count,
    Name,
    Percent,
    Port,
    Secret,
    Shape,
    Text,
    Url,
    Words,
    refused,
)

if TYPE_CHECKING:
    BackupKind: TypeAlias = str
    InsideKind: TypeAlias = str
    BackupMaker: TypeAlias = str
    Level: TypeAlias = str
else:
    BackupKind, BackupMaker, Level = Literal[tuple(KINDS)], Literal[tuple(MAKERS)], Literal[tuple(LEVELS)]
    InsideKind = Literal[KINDS_INSIDE]
CONTROLLER = "controller"
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class Database(Shape):
    """A database of the system, as SQLAlchemy reaches it from the controller."""

    name: Name
    host: Text
    url: Url
    password: Secret | None = None
    via_ssh: bool = False


class Mount(Shape):
    """A file system with the least space that must be left."""

    host: Text
    path: Annotated[str, Field(pattern="^/")]
    warn_free_percent: Percent = 20
    min_free_percent: Percent = 10
    min_free_bytes: Count = 0
    min_free_inodes_percent: Percent = 5
    # 0 asks for no warning.
    warn_days_until_full: Count = 0


class Assertion(Shape):
    """A query against restored data, and the answer that proves the content: exact, near a number, or within bounds."""

    sql: Text
    expect: str | int | None = None
    min: int | Decimal | None = None
    max: int | Decimal | None = None
    tolerance_percent: Annotated[Decimal, Field(ge=0)] | None = None

    def model_post_init(self, context: Any) -> None:
        """Refuse an assertion that expects nothing, or too much."""
        bounded = self.min is not None or self.max is not None
        if bounded == (self.expect is not None):
            raise refused("assertion_shape")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise refused("assertion_bounds")
        if self.tolerance_percent is not None and not _NUMBER.fullmatch(str(self.expect)):
            raise refused("assertion_tolerance")


class Attachments(Shape):
    """Files that rows of a restored database speak of: a query for them, and a set or folder that holds them."""

    sql: Text
    set: Name | None = None
    folder: Annotated[str, Field(pattern="^/")] | None = None
    sample: Count = 50
    seed: str = ""
    max_missing: Count = 0

    def model_post_init(self, context: Any) -> None:
        """Refuse attachments whose files are looked for nowhere, or in two places."""
        if bool(self.set) == bool(self.folder):
            raise refused("attachments_place")


class Retention(Shape):
    """How many copies of each step are kept; 0 asks for none."""

    daily: Count = 0
    weekly: Count = 0
    monthly: Count = 0


class ExpectedTable(Shape):
    """A table, with or without its schema, and its least rows; 0 allows it to be empty."""

    name: Text
    min_rows: Count = 1


class ExpectedFiles(Shape):
    """A shell pattern for paths inside a copy, and the least files of it."""

    pattern: Text
    min_files: AtLeastOne = 1


class Expect(Shape):
    """What a copy must hold, whatever its manifest says."""

    tables: tuple[ExpectedTable, ...] = ()
    files: tuple[ExpectedFiles, ...] = ()


class Inside(Shape):
    """What the snapshots of a repository hold: a path in them, its last part and folders as shell patterns."""

    path: Text
    kind: InsideKind


class BackupSet(Shape):
    """Copies of one kind of data in one place; 0 hours, minutes or percent set no limit."""

    name: Name
    title: Words
    host: Text
    kind: BackupKind
    path: Annotated[str, Field(pattern="^/")]
    pattern: Text
    max_age_hours: AtLeastOne = 26
    min_bytes: AtLeastOne = 1
    level: Level = "integrity"
    min_count: AtLeastOne = 1
    # What the copies hold: HOST:DATABASE or HOST:/FOLDER.
    covers: tuple[Annotated[str, Field(pattern="^[^:/]+:.+$")], ...] = ()
    max_shrink_percent: Percent = 0
    max_growth_percent: Count = 0
    retention: Retention = Retention()
    second_path: Annotated[str, Field(pattern="^/")] | None = None
    second_max_age_hours: Count = 0
    database: str = ""
    inside: Inside | None = None
    # A repository: files on its host that open it, and which cluster or server is meant.
    password_file: Annotated[str, Field(pattern="^/")] | None = None
    key_file: Annotated[str, Field(pattern="^/")] | None = None
    stanza: str = ""
    expect: Expect = Expect()
    manifest: Literal["optional", "required"] = "optional"
    # The host offers SFTP and nothing else: the controller examines the copies, as hosts.yml reaches it.
    vault: bool = False
    drill: bool = False
    drill_database: str = ""
    assertions: tuple[Assertion, ...] = ()
    attachments: Attachments | None = None
    thai_text: Literal["auto", "always", "never"] = "auto"
    pick: Literal["newest", "random"] = "newest"
    within_days: Count = 0
    seed: str = ""
    newest_record_sql: str = ""
    max_record_age_hours: Count = 0
    max_rpo_hours: Count = 0
    max_rto_minutes: Count = 0

    @property
    def data_kind(self) -> str:
        """Return the kind of the data themselves: of what lies inside the snapshots, where that is said."""
        return self.inside.kind if self.inside else self.kind


class Connection(Shape):
    """How a dump is taken: a socket folder, or host and port; never a password."""

    socket_dir: str = ""
    host: str = ""
    # Left out, it is the default of the server's own programs.
    port: Port | None = None
    user: str = ""


class BackupSource(Shape):
    """What this host dumps or packs, and where to."""

    name: Name
    host: Text
    kind: BackupMaker
    source: Text
    connection: Connection | None = None
    path: Annotated[str, Field(pattern="^/")]
    prefix: Text
    keep: AtLeastOne = 7
    retention: Retention = Retention()
    min_interval_hours: Count = 20


class DataStore(Shape):
    """What holds data on a host, so that nothing on it is forgotten when backups are made."""

    name: Name
    title: Words
    host: Text
    kind: Literal["postgresql", "mariadb", "folder"]
    path: str = ""
    connection: Connection | None = None
    # Databases that are not backed up on purpose.
    left_out: tuple[Text, ...] = ()

    def model_post_init(self, context: object) -> None:
        """Refuse a folder without its path, and a server with one."""
        if (self.kind == "folder") != self.path.startswith("/"):
            raise refused("store_path")


class Query(Shape):
    """One figure about the system's use, read by one SELECT."""

    name: Name
    title: Words
    unit: Text
    sql: Annotated[str, Field(min_length=1)]


class Usage(Shape):
    """The figures of step 5."""

    database: Name
    queries: tuple[Query, ...] = Field(min_length=1)


class System(Shape):
    """A system that the IT group looks after."""

    name: Name
    title: Words
    # Other words by which users' mails call the system.
    known_as: tuple[Text, ...] = ()
    hosts: tuple[Text, ...] = Field(min_length=1)
    weight: Annotated[Decimal, Field(gt=0)] = Decimal(1)
    probes: tuple[Probe, ...] = ()
    databases: tuple[Database, ...] = ()
    accounts: Accounts | None = None
    mounts: tuple[Mount, ...] = ()
    backup_sets: tuple[BackupSet, ...] = ()
    backups_made_here: tuple[BackupSource, ...] = ()
    data_stores: tuple[DataStore, ...] = ()
    usage: Usage | None = None

    def database(self, name: str) -> Database | None:
        """Return a database by name, or None."""
        return next((database for database in self.databases if database.name == name), None)
