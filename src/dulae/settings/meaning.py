"""What the settings say must be so: references lead somewhere, names are unique, roles are held."""

from __future__ import annotations

from collections.abc import Mapping

from dulae.settings.model import Settings
from dulae.settings.problem import Problem
from dulae.settings.reading import Document


def problems(settings: Settings, documents: Mapping[str, Document]) -> list[Problem]:
    """Return everything that is well-formed but cannot be meant."""
    return []
