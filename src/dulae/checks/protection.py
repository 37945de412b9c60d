"""Is everything backed up that is there? (procedure 6.3: data are backed up)

What holds data is asked for what it holds: the databases of a server, a folder of documents. Whatever no backup set
covers is a finding. What cannot be listed, or not in full, is unknown: nobody knows what is forgotten there.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Iterable, Mapping, Sequence, Union

from .backup.copies import shown
from .backup.faults import CannotTell
from .backup.session import Session, SessionError
from .backup.sets import subject_of
from .backup.tools import Tools, first_error
from .backup_create.request import Connection
from .command import here
from .finding import Finding, Verdict, judged, reason
from .outcome import Stopwatch
from .waiting import ask

COVERED = reason(
    "protection.covered", "{subject}: all {count} databases are covered by backup sets or left out on purpose"
)
FOLDER_COVERED = reason("protection.folder_covered", "{path}: covered by a backup set")
UNCOVERED = reason(
    "protection.uncovered",
    "{subject}: no backup set covers {names}; back them up and name them in covers, or leave them out on purpose",
)
FOLDER_UNCOVERED = reason(
    "protection.folder_uncovered",
    "{path}: no backup set covers this folder; back it up and name it in covers",
)
NO_FOLDER = reason(
    "protection.no_folder", "{path}: cannot be looked at: {error}; mount it, or correct the path"
)
REFUSED = reason(
    "protection.refused",
    "{subject}: its databases cannot be listed: {error}; see that it runs, and that the checking user may connect",
)
PARTLY = reason(
    "protection.partly_seen",
    "{subject}: the checking user does not see every database; grant it SHOW DATABASES on *.*",
)
NO_CLIENT = reason("protection.no_client", "{subject}: no client of {kind} is on this machine; install it")
SILENT = reason(
    "protection.silent",
    "{subject}: no answer within {timeout_s} s; look at the server or the mount that holds it",
)

# Templates and the empty database that every server has for administration; a name may hold any letter.
_POSTGRESQL = (
    "SELECT coalesce(json_agg(datname ORDER BY datname), '[]') FROM pg_database"
    " WHERE NOT datistemplate AND datname <> 'postgres'"
)
_MARIADB = (
    "SELECT IF((SELECT count(*) FROM information_schema.user_privileges WHERE privilege_type = 'SHOW DATABASES') = 0,"
    " 'null', coalesce((SELECT json_arrayagg(schema_name) FROM information_schema.schemata WHERE schema_name NOT IN"
    " ('information_schema', 'performance_schema', 'mysql', 'sys')), '[]'))"
)
_SHOWN = 10


@dataclass(frozen=True)
class DataStore:
    """What holds data, what backup sets cover of it (names, or folders), and what is left out on purpose."""

    kind: str
    subject: str
    system: str = ""
    path: str = ""
    covered: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    connection: Connection = field(default_factory=Connection)


def store_from(given: Mapping[str, Any]) -> DataStore:
    """Return a store from plain data as the settings have it."""
    way = given.get("connection") or {}
    connection = Connection(
        host=way.get("socket_dir") or way.get("host") or "",
        port=str(way.get("port") or ""),
        user=way.get("user") or "",
    )
    return DataStore(
        kind=given["kind"],
        subject=subject_of(given) or given.get("path") or given["kind"],
        system=given.get("system") or "",
        path=given.get("path") or "",
        covered=tuple(given.get("covered") or ()),
        left_out=tuple(given.get("left_out") or ()),
        connection=connection,
    )


def check(stores: Iterable[DataStore], tools: Tools) -> list[Finding]:
    """Judge some stores side by side; one that does not answer in time is unknown, not a hung run."""
    watch = Stopwatch()
    waiting = [(store, _begin(store, tools)) for store in stores]
    return [
        replace(
            _answer(store, answer, watch, tools.timeout_s),
            system=store.system,
            started_at=watch.started_at,
            elapsed_ms=watch.elapsed_ms,
        )
        for store, answer in waiting
    ]


_Listed = Union[Sequence[str], Exception]


def _begin(store: DataStore, tools: Tools) -> queue.Queue[_Listed]:
    return ask(lambda: _LISTS[store.kind](store, tools), f"list {store.subject}", (CannotTell,))


def _answer(store: DataStore, answer: queue.Queue[_Listed], watch: Stopwatch, timeout_s: float) -> Finding:
    """Wait for a listing until the common time is over, and judge it."""
    try:
        # Programs are ended at their own limit; what they say of it may come a moment later.
        listed = answer.get(timeout=max(0.001, timeout_s + 1 - watch.elapsed_ms / 1000))
    except queue.Empty:
        listed = CannotTell(SILENT, timeout_s=f"{timeout_s:g}")
    if isinstance(listed, CannotTell):
        measured = {"kind": store.kind, "path": store.path, **listed.numbers}
        return judged("protection", store.subject, Verdict.UNKNOWN, listed.why, measured=measured)
    assert not isinstance(listed, Exception)
    return judge(store, listed)


def judge(store: DataStore, listed: Sequence[str]) -> Finding:
    """Compare what a store holds with what is covered or left out on purpose."""
    is_folder = store.kind == "folder"
    known = _covers_folder if is_folder else _covers_name
    open_names = [name for name in listed if not known(store, name)]
    measured = {
        "kind": store.kind,
        "path": shown(store.path),
        "count": len(listed),
        "found": [shown(name) for name in listed],
        "uncovered": [shown(name) for name in open_names],
        "names": _told(open_names),
    }
    limit = {"covered": list(store.covered), "left_out": list(store.left_out)}
    if open_names:
        verdict, why = Verdict.FAIL, FOLDER_UNCOVERED if is_folder else UNCOVERED
    else:
        verdict, why = Verdict.PASS, FOLDER_COVERED if is_folder else COVERED
    return judged("protection", store.subject, verdict, why, measured=measured, limit=limit)


def _told(names: Sequence[str]) -> str:
    more = [f"+{len(names) - _SHOWN}"] if len(names) > _SHOWN else []
    return ", ".join([*(shown(name) for name in names[:_SHOWN]), *more])


def _covers_name(store: DataStore, name: str) -> bool:
    return name in store.covered or name in store.left_out


def _covers_folder(store: DataStore, path: str) -> bool:
    """Say whether a folder, or one above it, is covered."""
    folder = os.path.normpath(path)
    above = [os.path.normpath(name) for name in store.covered if name.startswith("/")]
    return any(folder == name or folder.startswith(name.rstrip("/") + "/") for name in above)


def _folder(store: DataStore, _tools: Tools) -> Sequence[str]:
    """Return the folder itself, where it is there; raise CannotTell where it is not."""
    try:
        os.listdir(store.path)
    except OSError as error:
        raise CannotTell(NO_FOLDER, error=error.strerror or "?") from error
    return (store.path,)


def _postgresql(store: DataStore, tools: Tools) -> Sequence[str]:
    """Return a server's databases; raise CannotTell if they cannot be listed."""
    environment = {**store.connection.environment("postgres"), "PGCLIENTENCODING": "UTF8"}
    try:
        with Session(tools, environment) as session:
            return _names(session.ask(_POSTGRESQL))
    except SessionError as error:
        raise CannotTell(REFUSED, error=shown(str(error))) from error


def _mariadb(store: DataStore, tools: Tools) -> Sequence[str]:
    """Return a server's databases; raise CannotTell if they cannot be listed, or not all of them."""
    client = shutil.which("mariadb") or shutil.which("mysql")
    if not client:
        raise CannotTell(NO_CLIENT)
    way = [*store.connection.mariadb_options(), "--connect-timeout=10"]
    argv = [client, *way, "--batch", "--raw", "--skip-column-names", "-e", _MARIADB]
    try:
        answer = here(argv, tools.timeout_s)
    except subprocess.TimeoutExpired as error:
        raise CannotTell(SILENT, timeout_s=f"{tools.timeout_s:g}") from error
    if answer.status:
        raise CannotTell(REFUSED, error=shown(first_error(answer.error)))
    return _names(answer.text)


def _names(answer: str) -> Sequence[str]:
    """Return the names of a JSON list; raise CannotTell where a server says that it does not show all."""
    try:
        names = json.loads(answer)
    except ValueError as error:
        raise CannotTell(REFUSED, error="its answer cannot be read") from error
    if not isinstance(names, list):
        raise CannotTell(PARTLY)
    return [str(name) for name in names]


_LISTS: dict[str, Callable[[DataStore, Tools], Sequence[str]]] = {
    "postgresql": _postgresql,
    "mariadb": _mariadb,
    "folder": _folder,
}
