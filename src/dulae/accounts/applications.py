"""The applications whose accounts are looked after, out of the settings of the systems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from dulae.accounts.changing.login import LoginProbe
from dulae.accounts.databases.database import Database
from dulae.accounts.profiles import describing, profile
from dulae.accounts.profiles.profile import Profile
from dulae.errors import SettingsError
from dulae.settings import secrets
from dulae.settings.problem import SettingsProblems

if TYPE_CHECKING:
    from dulae.settings import Settings
    from dulae.settings.systems import System


@dataclass(frozen=True)
class Brake:
    """How many accounts one plan may disable in one application, and how many percent of the active ones."""

    max_count: int = 20
    max_percent: int = 5


@dataclass(frozen=True)
class Application:
    """One system's accounts: where they are, what disabling means there, and what may never be touched.

    ``shared`` gives the owner of an account that several people use, ``vendors`` the last day of a contractor's.
    Names of accounts in both are folded as those of ``protected`` are.
    """

    system: str
    profile: Profile
    database: Database
    protected: frozenset[str] = frozenset()
    brake: Brake = Brake()
    login_probe: LoginProbe | None = None
    pending_documents: str = ""
    shared: Mapping[str, str] = field(default_factory=dict)
    vendors: Mapping[str, date] = field(default_factory=dict)

    def protects(self, login: str) -> bool:
        """Say whether nobody may touch an account."""
        return login.casefold() in self.protected


def applications(settings: Settings) -> tuple[Application, ...]:
    """Return the applications of all systems with accounts.

    Raise SettingsProblems, with every mistake and its line, where one is described wrongly.
    """
    if wrong := describing.problems(settings):
        raise SettingsProblems(wrong)
    return tuple(_application(system, settings) for system in settings.systems if system.accounts)


def database(settings: Settings, system: System, name: str) -> Database:
    """Return how one database of a system is reached; raise SettingsError if the system declares none of this name."""
    kept = system.database(name)
    if kept is None:
        raise SettingsError(
            f"system {system.name} has no database {name}",
            place="systems.yml",
            remedy="Add it under databases",
        )
    reveal = partial(secrets.reveal, kept.password, settings.inventory) if kept.password else None
    return Database(
        f"{system.name}/{name}", kept.url, settings.inventory, kept.host, kept.via_ssh, password=reveal
    )


def _application(system: System, settings: Settings) -> Application:
    kept = system.accounts
    if kept is None:
        raise SettingsError(f"system {system.name} has no accounts", place="systems.yml")
    place = f"systems.yml, system {system.name}"
    options = dict(kept.options)
    probe = options.pop("login_probe", None)
    return Application(
        system=system.name,
        profile=profile.load(kept.profile, options, place=place),
        database=database(settings, system, kept.database),
        protected=frozenset(login.casefold() for login in kept.protected),
        brake=Brake(kept.brake.max_count, kept.brake.max_percent),
        login_probe=LoginProbe.of(probe, settings.inventory, place) if probe else None,
        pending_documents=kept.pending_documents or "",
        shared={one.login.casefold(): one.owner for one in kept.shared},
        vendors={one.login.casefold(): one.ends or settings.contract.ends for one in kept.vendors},
    )
