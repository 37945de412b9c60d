"""What a run must account for: every host, subject and check that the settings make due."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from dulae.errors import SettingsError
from dulae.settings import Settings
from dulae.settings.systems import CONTROLLER, Mount

LOCALHOST = "localhost"
FORECAST = "forecast"


@dataclass(frozen=True, order=True)
class Item:
    """One thing that a run owes a finding about: the inventory name, the finding's subject and its check."""

    host: str
    subject: str
    check: str


def inventory_name(host: str) -> str:
    """Return the inventory name of a host as the settings name it: ``controller`` is this machine."""
    return LOCALHOST if host == CONTROLLER else host


def mount_subject(mount: Mount) -> str:
    """Return the subject of a forecast, which is made for all hosts in one place: ``HOST:PATH``."""
    return f"{inventory_name(mount.host)}:{mount.path}"


def population(settings: Settings, work: str) -> tuple[Item, ...]:
    """Return what a run of some work must account for, once each; raise SettingsError for work that is not known."""
    if work not in _POPULATIONS:
        raise SettingsError(
            f"nobody knows what '{work}' must account for",
            place="procedure.yml",
            remedy=f"Name one of: {', '.join(_POPULATIONS)}",
        )
    return tuple(dict.fromkeys(_POPULATIONS[work](settings)))


def _availability(settings: Settings) -> Iterator[Item]:
    for system in settings.systems:
        for probe in system.probes:
            for host in probe.seen_from:
                yield Item(inventory_name(host), f"{system.name}/{probe.name}", probe.kind)


def _restoration(settings: Settings) -> Iterator[Item]:
    yield Item(LOCALHOST, "mailbox", "incident")


def _recoverability(settings: Settings) -> Iterator[Item]:
    for system in settings.systems:
        for mount in system.mounts:
            yield Item(inventory_name(mount.host), mount.path, "disk")
            if mount.warn_days_until_full:
                yield Item(LOCALHOST, mount_subject(mount), FORECAST)
        for backup_set in system.backup_sets:
            yield Item(inventory_name(backup_set.host), f"{system.name}/{backup_set.name}", "backup")
        for store in system.data_stores:
            yield Item(inventory_name(store.host), f"{system.name}/{store.name}", "protection")


def _drill(settings: Settings) -> Iterator[Item]:
    for system in settings.systems:
        for backup_set in system.backup_sets:
            if backup_set.drill:
                yield Item(
                    inventory_name(backup_set.host), f"{system.name}/{backup_set.name}", "restore_drill"
                )


def _creation(settings: Settings) -> Iterator[Item]:
    for system in settings.systems:
        for source in system.backups_made_here:
            yield Item(inventory_name(source.host), f"{system.name}/{source.name}", "backup_create")


def _access(settings: Settings) -> Iterator[Item]:
    yield Item(LOCALHOST, "leavers_list", "leavers")
    for system in settings.systems:
        if system.accounts:
            yield Item(LOCALHOST, system.name, "access")


def _usage(settings: Settings) -> Iterator[Item]:
    for system in settings.systems:
        for query in system.usage.queries if system.usage else ():
            yield Item(LOCALHOST, f"{system.name}/{query.name}", "usage")


_POPULATIONS: Mapping[str, Callable[[Settings], Iterator[Item]]] = {
    "availability": _availability,
    "restoration": _restoration,
    "recoverability": _recoverability,
    "drill": _drill,
    "creation": _creation,
    "access": _access,
    "usage": _usage,
}
