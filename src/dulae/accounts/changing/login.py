"""The application's own login form as proof: a leaver's account is refused there, and a colleague's still gets in.

Only where the settings give a test password for an account; a real leaver's password is nobody's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dulae.checks.finding import Verdict
from dulae.checks.health import journey
from dulae.checks.health.options import ProbeError, build
from dulae.checks.health.probing import Around, Deadline, Judgement, Trouble
from dulae.errors import SettingsError
from dulae.settings import secrets
from dulae.settings.shape import SecretPlace

REFUSED = "refused"
OPEN = "open"
UNCLEAR = "unclear"
_TIMEOUT_S = 10


@dataclass(frozen=True)
class LoginProbe:
    """A login form, the accounts with a known test password, and the colleague whose login must go on working."""

    form: journey.Journey
    passwords: Mapping[str, Any]
    colleague: str = ""
    timeout_s: int = _TIMEOUT_S

    @classmethod
    def of(cls, given: Mapping[str, Any], inventory: Path, place: str) -> LoginProbe:
        """Return the probe of ``accounts.login_probe``; raise SettingsError if it is none."""
        options = dict(given)
        kept, colleague = options.pop("passwords", None) or {}, str(options.pop("colleague", "") or "")
        timeout_s = options.pop("timeout_s", _TIMEOUT_S)
        where = f"{place}, accounts.login_probe"
        if type(timeout_s) is not int or timeout_s < 1:
            raise SettingsError(
                f"timeout_s must be whole seconds, not {timeout_s!r}",
                place=where,
                remedy="Write it as timeout_s: 10",
            )
        try:
            form = build(journey.Journey, {**options, "username": colleague or "-"}, where)
            passwords = {
                str(login): partial(secrets.reveal, SecretPlace.model_validate(secret), inventory)
                for login, secret in kept.items()
            }
        except (ProbeError, ValidationError) as error:
            remedy = "It takes what a probe of kind journey takes, and passwords: {LOGIN: {file: PATH}}"
            raise SettingsError(str(error).splitlines()[0], place=where, remedy=remedy) from error
        if colleague and colleague not in passwords:
            raise SettingsError(
                f"there is no password for {colleague}", place=where, remedy="Add it to passwords"
            )
        return cls(form, passwords, colleague, timeout_s)

    def knows(self, login: str) -> bool:
        """Say whether a test password is known for an account."""
        return login in self.passwords

    def attempt(self, login: str) -> str:
        """Return what the form answers to an account: ``refused``, ``open``, or ``unclear`` where it cannot be told."""
        asked = replace(self.form, username=login)
        around = Around(Deadline(self.timeout_s), self.passwords[login]())
        try:
            judgement = journey.check(asked, around)
        except Trouble as trouble:
            judgement = trouble.judgement()
        return _answer(judgement)

    def colleague_gets_in(self) -> bool | None:
        """Say whether the colleague can still log in; None where none is named."""
        return self.attempt(self.colleague) == OPEN if self.colleague else None


def _answer(judgement: Judgement) -> str:
    if judgement.verdict in (Verdict.PASS, Verdict.WARN):
        return OPEN
    return REFUSED if judgement.why == journey.REFUSED else UNCLEAR
