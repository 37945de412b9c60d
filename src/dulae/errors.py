"""What can go wrong at the controller, told so that a tired officer can act on it.

DulaeError
├── SettingsError      an inventory file is not as it must be
├── LedgerError        evidence cannot be kept, or no longer says what was written
├── ListError          the personnel division's list, or a contractor's, cannot be read as it is
├── PlanError          an access plan may not be carried out
├── DatabaseError      an application's database cannot be asked, or refused what was asked
├── IncidentError      an incident cannot be changed as asked
├── RemoteError        another machine cannot be reached or trusted
└── ReportError        a report cannot be written
"""

from __future__ import annotations


class DulaeError(Exception):
    """Something cannot be done as asked: the thing, what is wrong, the place, and the remedy."""

    def __init__(self, what: str, *, place: str = "", remedy: str = "") -> None:
        self.what = what
        self.place = place
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        """Return one line: place, what is wrong, what to do."""
        head = f"{self.place}: {self.what}" if self.place else self.what
        return f"{head}. {self.remedy}" if self.remedy else head


class SettingsError(DulaeError):
    """An inventory file is not as it must be."""


class LedgerError(DulaeError):
    """Evidence cannot be kept, or no longer says what was written."""


class ListError(DulaeError):
    """The personnel division's list, or a contractor's, cannot be read as it is."""


class PlanError(DulaeError):
    """An access plan may not be made, approved or carried out."""


class DatabaseError(DulaeError):
    """An application's database cannot be asked, or refused what was asked."""


class IncidentError(DulaeError):
    """An incident cannot be opened or changed as asked."""


class RemoteError(DulaeError):
    """Another machine cannot be reached, or cannot be trusted."""


class ReportError(DulaeError):
    """A report cannot be written."""
