"""The department's settings as one frozen whole."""

from __future__ import annotations

from pathlib import Path

from dulae.settings.office import Calendar, Contract, Site
from dulae.settings.people import People
from dulae.settings.procedure import Control, Procedure
from dulae.settings.shape import Shape
from dulae.settings.systems import System


class Settings(Shape):
    """All that the inventory says; folders that are written relatively begin at the inventory folder."""

    inventory: Path
    hosts: tuple[str, ...]
    procedure: Procedure
    systems: tuple[System, ...]
    people: People
    contract: Contract
    calendar: Calendar
    site: Site

    @property
    def state_dir(self) -> Path:
        """Return where the ledger, locks, logs and plans live."""
        return self.inventory / self.site.state_dir

    @property
    def report_dir(self) -> Path:
        """Return where reports are written."""
        return self.inventory / self.site.report_dir

    @property
    def lists_dir(self) -> Path:
        """Return where the personnel division's lists arrive."""
        return self.inventory / self.site.lists_dir

    @property
    def claims_dir(self) -> Path:
        """Return where the contractor's files arrive, one for each period (``2026-11.csv``)."""
        return self.inventory / self.site.claims_dir

    def system(self, name: str) -> System | None:
        """Return a system by name, or None."""
        return next((system for system in self.systems if system.name == name), None)

    def control(self, identity: str) -> Control | None:
        """Return a control of the procedure by id, or None."""
        return next((control for control in self.procedure.controls if control.id == identity), None)
