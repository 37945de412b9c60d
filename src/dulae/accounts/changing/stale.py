"""The refusal that every change of accounts shares: what was planned is no longer what is there."""

from __future__ import annotations

from dulae.errors import PlanError

AGAIN = "Nothing was changed; make a new plan with: dulae run access"


class StaleError(PlanError):
    """The rows are no longer what the plan was made from; nothing was changed."""
