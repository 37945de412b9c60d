"""What ``systems.yml`` says must be so: hosts and databases exist, names are unique, limits and queries make sense."""

from __future__ import annotations

from collections.abc import Iterator

from dulae.checks.backup.kinds import KINDS
from dulae.checks.restore_drill.drill import DRILLS, DRILLS_INSIDE
from dulae.settings.addresses import is_database, is_web
from dulae.settings.model import Settings
from dulae.settings.places import Places
from dulae.settings.probes import Http, Journey, Tls
from dulae.settings.problem import Problem
from dulae.settings.reading import Keys
from dulae.settings.reading_sql import only_reads, parameters
from dulae.settings.systems import CONTROLLER, BackupSet, System

_PARTS = ("probes", "databases", "backup_sets", "backups_made_here", "data_stores")
# Parts that need a program on their host.
_NEEDS_PROGRAMS = ("probes", "mounts", "backups_made_here", "data_stores")
# This machine as the settings may name it: it reads its own disk.
_HERE = (CONTROLLER, "localhost")
_CLUSTERS = ("pg_basebackup", "pgbackrest", "barman")
_DATABASES = ("pg_dump", "mariadb_dump", *_CLUSTERS)
# Kinds of copies, and of data where something lies inside them, for which alone a key means something.
_ONLY_COPIES = {
    "password_file": ("restic", "borg", "pgbackrest"),
    "key_file": ("borg",),
    "stanza": ("pgbackrest", "barman"),
}
_ONLY_DATA = {
    "manifest": tuple(name for name, kind in KINDS.items() if not kind.repository),
    "drill_database": _CLUSTERS,
    **dict.fromkeys(("assertions", "newest_record_sql", "attachments", "thai_text"), _DATABASES),
}


def problems(settings: Settings, places: Places) -> Iterator[Problem]:
    """Yield everything in the systems that is well-formed but cannot be meant."""
    names = (((row, "name"), system.name) for row, system in enumerate(settings.systems))
    yield from places.twice("systems", names)
    if "localhost" not in settings.hosts:
        yield places.problem("hosts", (), "no_localhost")
    for row, system in enumerate(settings.systems):
        yield from _system(settings, places, (row,), system)


def _system(settings: Settings, places: Places, keys: Keys, system: System) -> Iterator[Problem]:
    if not system.probes:
        yield places.problem("systems", keys, "nothing_to_check", value=system.name)
    for part in _PARTS:
        named = (((*keys, part, row, "name"), item.name) for row, item in enumerate(getattr(system, part)))
        yield from places.twice("systems", named)
    for where, host in _hosts(system):
        if host != CONTROLLER:
            yield from places.known("systems", (*keys, *where), host, ("host", settings.hosts))
    yield from _on_vaults(settings, places, keys, system)
    yield from _databases(settings, places, keys, system)
    yield from _probes(places, keys, system)
    yield from _limits(places, keys, system)


def _on_vaults(settings: Settings, places: Places, keys: Keys, system: System) -> Iterator[Problem]:
    """Yield what would need a program on a vault, where none runs."""
    every = (backup_set for one in settings.systems for backup_set in one.backup_sets)
    vaults = {backup_set.host for backup_set in every if backup_set.vault}
    for where, host in _hosts(system):
        if host in vaults and where[0] in _NEEDS_PROGRAMS:
            yield places.problem("systems", (*keys, *where), "vault_runs_nothing", value=host)


def _hosts(system: System) -> Iterator[tuple[Keys, str]]:
    """Yield every place in a system where an inventory name stands."""
    for number, host in enumerate(system.hosts):
        yield ("hosts", number), host
    for row, probe in enumerate(system.probes):
        for number, host in enumerate(probe.seen_from):
            yield ("probes", row, "from", number), host
    for part in ("databases", "mounts", "backup_sets", "backups_made_here", "data_stores"):
        for row, item in enumerate(getattr(system, part)):
            yield (part, row, "host"), item.host
    for row, backup_set in enumerate(system.backup_sets):
        for number, covered in enumerate(backup_set.covers):
            yield ("backup_sets", row, "covers", number), covered.partition(":")[0]


def _databases(settings: Settings, places: Places, keys: Keys, system: System) -> Iterator[Problem]:
    for row, database in enumerate(system.databases):
        if not is_database(database.url):
            yield places.problem(
                "systems", (*keys, "databases", row, "url"), "bad_database_url", value=database.url
            )
    names = [database.name for database in system.databases]
    for part in ("accounts", "usage"):
        item = getattr(system, part)
        if item and item.database not in names:
            known = ", ".join(names) or "-"
            where = (*keys, part, "database")
            yield places.problem("systems", where, "unknown_database", value=item.database, known=known)
    yield from _accounts(settings, places, keys, system)
    if system.usage:
        named = [
            ((*keys, "usage", "queries", row, "name"), each.name)
            for row, each in enumerate(system.usage.queries)
        ]
        yield from places.twice("systems", named)
        for row, query in enumerate(system.usage.queries):
            if not only_reads(query.sql):
                yield places.problem("systems", (*keys, "usage", "queries", row, "sql"), "not_select")


def _accounts(settings: Settings, places: Places, keys: Keys, system: System) -> Iterator[Problem]:
    """Yield what accounts that are no single person's, and the query for what waits at one, must be."""
    kept, here = system.accounts, (*keys, "accounts")
    if kept is None:
        return
    holders = [holder.id for holder in settings.people.holders]
    for row, shared in enumerate(kept.shared):
        yield from places.known("systems", (*here, "shared", row, "owner"), shared.owner, ("holder", holders))
    for part in ("shared", "vendors"):
        named = (((*here, part, row, "login"), one.login) for row, one in enumerate(getattr(kept, part)))
        yield from places.twice("systems", named)
    query = kept.pending_documents
    if query and not only_reads(query):
        yield places.problem("systems", (*here, "pending_documents"), "not_select")
    elif query and len(parameters(query)) != 1:
        yield places.problem("systems", (*here, "pending_documents"), "one_parameter")


def _probes(places: Places, keys: Keys, system: System) -> Iterator[Problem]:
    for row, probe in enumerate(system.probes):
        here = (*keys, "probes", row)
        if isinstance(probe, Http | Journey):
            name = "url" if isinstance(probe, Http) else "login_url"
            address = str(getattr(probe, name))
            if not is_web(address):
                yield places.problem("systems", (*here, name), "bad_url", value=address)
        if isinstance(probe, Tls) and probe.warn_days < probe.min_days:
            yield places.problem("systems", here, "warn_below_min", first="warn_days", second="min_days")


def _limits(places: Places, keys: Keys, system: System) -> Iterator[Problem]:
    for row, mount in enumerate(system.mounts):
        if mount.warn_free_percent < mount.min_free_percent:
            names = {"first": "warn_free_percent", "second": "min_free_percent"}
            yield places.problem("systems", (*keys, "mounts", row), "warn_below_min", **names)
    for row, backup_set in enumerate(system.backup_sets):
        yield from _backup_set(places, (*keys, "backup_sets", row), backup_set)
        yield from _attachments(places, (*keys, "backup_sets", row), system, backup_set)


def _backup_set(places: Places, keys: Keys, backup_set: BackupSet) -> Iterator[Problem]:
    if backup_set.drill and backup_set.level not in ("integrity", "content"):
        yield places.problem("systems", keys, "no_drill_manifest")
    drilled = DRILLS_INSIDE if backup_set.inside else DRILLS
    if backup_set.drill and backup_set.data_kind not in drilled:
        yield places.problem("systems", (*keys, "drill"), "no_drill_kind", value=backup_set.data_kind)
    if backup_set.inside and not KINDS[backup_set.kind].held:
        known = ", ".join(name for name, kind in KINDS.items() if kind.held)
        yield places.problem(
            "systems", (*keys, "inside"), "inside_nothing", value=backup_set.kind, known=known
        )
    yield from _of_other_kinds(places, keys, backup_set)
    if backup_set.vault:
        yield from _vault(places, keys, backup_set)
    counted_as = KINDS[backup_set.data_kind].counted_as
    for part in ("tables", "files"):
        if getattr(backup_set.expect, part) and part != counted_as:
            about = {"value": backup_set.data_kind, "known": counted_as}
            yield places.problem("systems", (*keys, "expect", part), "expect_other", **about)
    if backup_set.second_max_age_hours and not backup_set.second_path:
        yield places.problem("systems", (*keys, "second_max_age_hours"), "second_nowhere")


def _of_other_kinds(places: Places, keys: Keys, backup_set: BackupSet) -> Iterator[Problem]:
    """Yield what is said of a set, but is read of other kinds alone: it would be taken for done and never be."""
    for only, value in ((_ONLY_COPIES, backup_set.kind), (_ONLY_DATA, backup_set.data_kind)):
        for name, kinds in only.items():
            said = getattr(backup_set, name) != BackupSet.model_fields[name].default
            if said and value not in kinds:
                known = ", ".join(kinds)
                yield places.problem("systems", (*keys, name), "of_other_kind", value=value, known=known)


def _vault(places: Places, keys: Keys, backup_set: BackupSet) -> Iterator[Problem]:
    """Yield what a set in a vault cannot be: restored where no program runs, or of a kind that is no stream."""
    if backup_set.drill:
        yield places.problem("systems", (*keys, "drill"), "no_drill_vault")
    if not KINDS[backup_set.kind].streams:
        known = ", ".join(name for name, kind in KINDS.items() if kind.streams)
        yield places.problem("systems", (*keys, "kind"), "no_vault_kind", value=backup_set.kind, known=known)
    if backup_set.host in _HERE:
        yield places.problem("systems", (*keys, "host"), "vault_here")


def _of_files(backup_set: BackupSet) -> bool:
    """Say whether a drill can look for attachments in a set: an archive of files, or a folder in snapshots."""
    return backup_set.data_kind in (("tar", "files") if backup_set.inside else ("tar",))


def _attachments(places: Places, keys: Keys, system: System, backup_set: BackupSet) -> Iterator[Problem]:
    """Yield what is wrong with attachments: a drill reads their set beside its own, on the same host."""
    wanted = backup_set.attachments
    if not wanted or not wanted.set:
        return
    fitting = [
        other.name
        for other in system.backup_sets
        if _of_files(other) and other.drill and other.host == backup_set.host
    ]
    if wanted.set not in fitting:
        known = ", ".join(fitting) or "-"
        where = (*keys, "attachments", "set")
        yield places.problem("systems", where, "attachments_set", value=wanted.set, known=known)
