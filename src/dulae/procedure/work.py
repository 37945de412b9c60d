"""The raw variable ``dulae_systems`` as arguments of modules, for one host; plain data in, plain data out.

Ansible hands the settings over as it read them, so nothing here needs the models. What only people read
(titles) and what has been answered already (which host) is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dulae.procedure.population import inventory_name
from dulae.settings.secrets import reveal
from dulae.settings.shape import SecretPlace
from dulae.settings.systems import CONTROLLER, Mount

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
    "attachments",
)
_LIMITS = {name: field.default for name, field in Mount.model_fields.items() if not field.is_required()}


def probes(systems: Iterable[Plain], host: str) -> list[dict[str, Any]]:
    """Return the probes that look from a host, each with its system and subject ``SYSTEM/PROBE``."""
    return [
        {**_without(probe, "from", "title"), **_named(system, probe)}
        for system in systems
        for probe in system.get("probes") or ()
        if host in (inventory_name(name) for name in probe.get("from") or (CONTROLLER,))
    ]


def mounts(systems: Iterable[Plain], host: str) -> list[dict[str, Any]]:
    """Return the mount points of a host, each path once: of two systems' limits the stricter ones hold."""
    found: dict[str, dict[str, Any]] = {}
    for system in systems:
        for mount in system.get("mounts") or ():
            if inventory_name(mount["host"]) != host:
                continue
            limits = {**_LIMITS, **_without(mount, "host", "path")}
            kept = found.setdefault(
                mount["path"], {"path": mount["path"], "system": system["name"], **limits}
            )
            kept.update({name: max(kept[name], limit) for name, limit in limits.items()})
    return list(found.values())


def backup_sets(systems: Iterable[Plain], host: str) -> list[dict[str, Any]]:
    """Return the backup sets kept on a host, each with its system and subject ``SYSTEM/SET``."""
    return [_without(found, *_OF_DRILLS) for found in _on_host(systems, "backup_sets", host)]


def drill_sets(systems: Iterable[Plain], host: str) -> list[dict[str, Any]]:
    """Return the backup sets of a host that drills restore, with what only a drill asks of them."""
    return [found for found in _on_host(systems, "backup_sets", host) if found.get("drill")]


def backups_made_here(systems: Iterable[Plain], host: str) -> list[dict[str, Any]]:
    """Return what a host dumps or packs, each with its system and subject ``SYSTEM/SET``."""
    return _on_host(systems, "backups_made_here", host)


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
