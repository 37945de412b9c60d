"""The raw variable ``dulae_systems`` as arguments of modules, for one host; plain data in, plain data out.

Ansible hands the settings over as it read them, so nothing here needs the models. What only people read
(titles) and what has been answered already (which host) is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from dulae.procedure.population import inventory_name
from dulae.settings.secrets import reveal
from dulae.settings.shape import SecretPlace
from dulae.settings.systems import CONTROLLER, BackupSource, Mount

Plain = Mapping[str, Any]
_OF_DRILLS = (
    "newest_record_sql",
    "max_record_age_hours",
    "max_rpo_hours",
    "max_rto_minutes",
    "pick",
    "within_days",
    "seed",
    "thai_text",
    "drill_database",
    "attachments",
)
# Kinds whose copies are files or folders of their own, so that the next one needs as much again.
_OF_THEIR_OWN = ("pg_dump", "mariadb_dump", "pg_basebackup", "tar", "files")
_OF_VAULTS = ("vault",)
_OF_FORECASTS = ("warn_days_until_full",)
_KEEP = BackupSource.model_fields["keep"].default
_OF_PROTECTION = ("covers",)
_LIMITS = {
    name: field.default
    for name, field in Mount.model_fields.items()
    if not field.is_required() and name not in _OF_FORECASTS
}


def probes(systems: Iterable[Plain], host: str) -> list[dict[str, Any]]:
    """Return the probes that look from a host, each with its system and subject ``SYSTEM/PROBE``."""
    return [
        {**_without(probe, "from", "title"), **_named(system, probe)}
        for system in systems
        for probe in system.get("probes") or ()
        if host in (inventory_name(name) for name in probe.get("from") or (CONTROLLER,))
    ]


def mounts(systems: Iterable[Plain], host: str) -> list[dict[str, Any]]:
    """Return the mount points of a host, each path once: of two systems' limits the stricter ones hold.

    With a mount go the stores of backups that lie on it, and how long before their end a warning is wanted.
    """
    every = list(systems)
    found: dict[str, dict[str, Any]] = {}
    for system in every:
        for mount in system.get("mounts") or ():
            if inventory_name(mount["host"]) != host:
                continue
            limits = {**_LIMITS, **_without(mount, "host", "path", *_OF_FORECASTS)}
            kept = found.setdefault(
                mount["path"], {"path": mount["path"], "system": system["name"], **limits}
            )
            kept.update({name: max(kept[name], limit) for name, limit in limits.items()})
    for path, stores in _by_mount(found, _stores(every, host)).items():
        found[path].update(stores=stores, **_warnings(every, host, path))
    return list(found.values())


def _stores(systems: Iterable[Plain], host: str) -> Iterator[dict[str, Any]]:
    """Yield the folders of a host to which copies are added: what is made there itself, and what comes from elsewhere.

    A folder that is itself the copy is left out, for nothing is added to it, and a repository, whose copies share data.
    """
    every = list(systems)
    made = _on_host(every, "backups_made_here", host)
    for source in made:
        yield {"path": source["path"], "pattern": f"{source['prefix']}-*", "keep": _kept(source)}
    for found in _on_host(every, "backup_sets", host):
        if found["pattern"] == "." or found["kind"] not in _OF_THEIR_OWN:
            continue
        keep = sum((found.get("retention") or {}).values())
        own = [one for one in made if _same_store(one, found)]
        paths = [] if own else [found["path"]]
        for path in (*paths, *filter(None, [found.get("second_path")])):
            yield {"path": path, "pattern": found["pattern"], "keep": keep}


def _kept(source: Plain) -> int:
    """Return how many copies of its own a host keeps at most: the newest, of days too, and the ladder's; 0 is all."""
    keep = int(source.get("keep", _KEEP))
    ladder = {"daily": 0, **(source.get("retention") or {})}
    return max(keep, ladder.pop("daily")) + sum(ladder.values()) if keep else 0


def _same_store(source: Plain, backup_set: Plain) -> bool:
    """Say whether a set is about the copies that this host makes itself."""
    return bool(
        source["path"] == backup_set["path"] and backup_set["pattern"].startswith(f"{source['prefix']}-")
    )


def _by_mount(mounts: Iterable[str], stores: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return the stores below each mount, each at the mount that is nearest to it."""
    placed: dict[str, list[dict[str, Any]]] = {}
    paths = sorted(mounts, key=len, reverse=True)
    for store in stores:
        near = next((path for path in paths if PurePosixPath(store["path"]).is_relative_to(path)), None)
        if near and store not in placed.get(near, []):
            placed.setdefault(near, []).append(store)
    return placed


def _warnings(systems: Iterable[Plain], host: str, path: str) -> dict[str, int]:
    """Return the strictest warning that is asked for a mount, if any is."""
    days = [
        mount.get("warn_days_until_full") or 0
        for system in systems
        for mount in system.get("mounts") or ()
        if inventory_name(mount["host"]) == host and mount["path"] == path
    ]
    return {"warn_days_until_full": max(days)} if any(days) else {}


def forecast_mounts(systems: Iterable[Plain]) -> list[str]:
    """Return the paths whose mounts ask to be warned before they are full."""
    return [
        mount["path"]
        for system in systems
        for mount in system.get("mounts") or ()
        if any(mount.get(name) for name in _OF_FORECASTS)
    ]


def backup_sets(systems: Iterable[Plain], host: str) -> list[dict[str, Any]]:
    """Return the backup sets that a host itself examines, each with its system and subject ``SYSTEM/SET``."""
    return _examined(systems, host, in_vault=False)


def vault_sets(systems: Iterable[Plain], host: str) -> list[dict[str, Any]]:
    """Return the backup sets of a host that is a vault: they are examined from the controller."""
    return _examined(systems, host, in_vault=True)


def _examined(systems: Iterable[Plain], host: str, *, in_vault: bool) -> list[dict[str, Any]]:
    return [
        _without(found, *_OF_DRILLS, *_OF_PROTECTION, *_OF_VAULTS)
        for found in _on_host(systems, "backup_sets", host)
        if bool(found.get("vault")) is in_vault
    ]


def drill_sets(systems: Iterable[Plain], host: str) -> list[dict[str, Any]]:
    """Return the backup sets of a host that drills restore, with what only a drill asks of them."""
    sets = _on_host(systems, "backup_sets", host)
    return [_without(found, *_OF_PROTECTION, *_OF_VAULTS) for found in sets if found.get("drill")]


def backups_made_here(systems: Iterable[Plain], host: str) -> list[dict[str, Any]]:
    """Return what a host dumps or packs, each with its system and subject ``SYSTEM/SET``."""
    return _on_host(systems, "backups_made_here", host)


def data_stores(systems: Iterable[Plain], host: str) -> list[dict[str, Any]]:
    """Return what holds data on a host, each with the names on this host that backup sets of all systems cover."""
    every = list(systems)
    covered = [name for place, name in _covered(every) if place == host]
    return [{**store, "covered": covered} for store in _on_host(every, "data_stores", host)]


def _covered(systems: Iterable[Plain]) -> Iterator[tuple[str, str]]:
    """Yield host and name of whatever backup sets say that they cover, and of what dulae itself backs up."""
    for system in systems:
        for backup_set in system.get("backup_sets") or ():
            for text in backup_set.get("covers") or ():
                host, _, name = text.partition(":")
                yield inventory_name(host), name
        for source in system.get("backups_made_here") or ():
            yield inventory_name(source["host"]), source["source"]


def secrets(listed: Iterable[Plain], inventory: str) -> dict[str, str]:
    """Return subject -> password for whatever in a list has one; raise SettingsError if one cannot be read."""
    return {
        str(item["subject"]): reveal(SecretPlace(**item["password"]), Path(inventory))
        for item in listed
        if item.get("password")
    }


def _on_host(systems: Iterable[Plain], part: str, host: str) -> list[dict[str, Any]]:
    return [
        {**_without(item, "host", "title"), **_named(system, item)}
        for system in systems
        for item in system.get(part) or ()
        if inventory_name(item["host"]) == host
    ]


def _named(system: Plain, item: Plain) -> dict[str, str]:
    return {"system": system["name"], "subject": f"{system['name']}/{item['name']}"}


def _without(item: Plain, *names: str) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in names}
