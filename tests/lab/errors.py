"""What can go wrong with the lab, told with the remedy.

LabError
├── MissingComponent   something must be installed first
└── FaultRefused       a fault cannot be made, or healed, as things stand
"""

from __future__ import annotations


class LabError(Exception):
    """The lab cannot do what was asked; the message says why and what to do."""


class MissingComponent(LabError):
    """Something that the lab is made of is not installed; the message names it and the command that installs it."""


class FaultRefused(LabError):
    """A fault cannot be made or healed as things stand."""
