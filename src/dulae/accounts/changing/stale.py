"""The refusal that every change of accounts shares: what was planned is no longer what is there."""

from __future__ import annotations

from dulae.accounts.refusing import RefusedPlan


class StaleError(RefusedPlan):
    """The rows are no longer what the plan was made from; nothing was changed."""
