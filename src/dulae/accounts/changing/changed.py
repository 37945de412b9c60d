"""How a row is other than it was when somebody last looked at it: for the officer, who must look again. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dulae.accounts import refusing
from dulae.accounts.applications import Application
from dulae.accounts.changing.keeping import Change, Row
from dulae.accounts.changing.stale import StaleError
from dulae.accounts.databases.values import words
from dulae.accounts.plan import Plan
from dulae.accounts.planning import identity

_GONE = "gone"
_ANOTHER = "renamed, or another's by now"
_ADMINISTRATOR = "an administrator by now"
_PROTECTED = "protected by now"
_CHANGED = "changed"


def since_planned(application: Application, key: bytes, item: Mapping[str, Any], row: Row | None) -> str:
    """Return how a row is not as an item of a plan says, or nothing; one that was disabled meanwhile is."""
    profile = application.profile
    if row is None:
        return _GONE
    if application.protects(str(row[profile.users.login])):
        return _PROTECTED
    if item["identity"] != identity(key, application, row):
        return _ANOTHER
    if not item["account"]["privileged"] and any(sign.holds(row[sign.label]) for sign in profile.users.signs):
        return _ADMINISTRATOR
    shown = {column: words(value) for column, value in profile.shown(row).items()}
    return "" if shown == item["before"] or profile.is_disabled(row) else _CHANGED


def demand_as_disabled(
    application: Application, key: bytes, plan: Plan, changed: Sequence[tuple[Change, Row | None]]
) -> None:
    """Raise StaleError where accounts are no longer as they were left when a plan disabled them."""
    planned = {item["person"]: item["identity"] for item in plan.of(application.system)}
    found = [
        (change.login, _since_disabled(application, key, planned[change.person], (change, row)))
        for change, row in changed
    ]
    if told := [f"{login} ({how})" for login, how in found if how]:
        logins = ", ".join(told)
        raise StaleError(refusing.CHANGED_SINCE_DISABLED, system=application.system, logins=logins)


def _since_disabled(
    application: Application, key: bytes, planned: str, changed: tuple[Change, Row | None]
) -> str:
    change, row = changed
    if row is None:
        return _GONE
    if planned != identity(key, application, {**row, **change.before}):
        return _ANOTHER
    is_left = not change.is_new or all(row[column] == value for column, value in change.after.items())
    return "" if is_left else _CHANGED
