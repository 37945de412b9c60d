# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Jinja's door to dulae.procedure.work: the settings of the systems as arguments of modules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from dulae.errors import DulaeError
from dulae.procedure import work


def _secrets(listed: Any, inventory: str) -> dict[str, str]:
    """Reveal secrets; raise AnsibleFilterError with the place and remedy."""
    try:
        return work.secrets(listed, inventory)
    except DulaeError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """Names the filters."""

    def filters(self) -> Mapping[str, Callable[..., Any]]:
        """Return name -> function."""
        return {
            "dulae_probes": work.probes,
            "dulae_mounts": work.mounts,
            "dulae_data_stores": work.data_stores,
            "dulae_forecast_mounts": work.forecast_mounts,
            "dulae_backup_sets": work.backup_sets,
            "dulae_vault_sets": work.vault_sets,
            "dulae_drill_sets": work.drill_sets,
            "dulae_backups_made_here": work.backups_made_here,
            "dulae_secrets": _secrets,
        }
