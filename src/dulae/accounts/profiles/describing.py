"""Everything that is wrong in how ``systems.yml`` describes the accounts, each with its line and both languages.

The settings' room reads ``accounts`` without knowing what a profile asks for; this room knows, so it looks again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from dulae.accounts.changing.login import LoginProbe
from dulae.accounts.profiles import profile
from dulae.accounts.profiles.profile import PROFILE_KEYS, Profile
from dulae.errors import SettingsError
from dulae.settings.problem import Problem
from dulae.settings.reading import Document, Keys, read
from dulae.settings.shape import Secret, SecretPlace
from dulae.settings.translate import choice_of, problem_of, unknown_of

if TYPE_CHECKING:
    from dulae.settings import Settings
    from dulae.settings.systems import System

_PROBE = "login_probe"


def problems(settings: Settings) -> list[Problem]:
    """Return what is wrong in all systems' accounts."""
    document = read(settings.inventory / "group_vars" / "all" / "systems.yml")
    return [
        problem
        for row, system in enumerate(settings.systems)
        if system.accounts
        for problem in _system(settings, document, ("dulae_systems", row, "accounts"), system)
    ]


def _system(settings: Settings, document: Document, keys: Keys, system: System) -> Iterator[Problem]:
    kept = system.accounts
    if kept is None:
        return
    options = dict(kept.options)
    probe = options.pop(_PROBE, None)
    for name in sorted(set(options) - PROFILE_KEYS):
        code, places = unknown_of(name, {*PROFILE_KEYS, *type(kept).model_fields, _PROBE})
        yield document.problem(code, (*keys, name), **places)
        del options[name]
    if kept.profile in profile.names():
        yield from _profile(document, keys, kept.profile, options)
    else:
        code, places = choice_of(kept.profile, profile.names())
        yield document.problem(code, (*keys, "profile"), **places)
    if probe:
        yield from _probe(settings, document, (*keys, _PROBE), probe)


def _profile(document: Document, keys: Keys, name: str, options: dict[str, Any]) -> Iterator[Problem]:
    """Yield each thing that does not fit the profile, once for each key."""
    try:
        profile.load(name, options)
    except SettingsError as error:
        told: dict[str, Problem] = {}
        cause = error.__cause__
        for details in cause.errors(include_url=False) if isinstance(cause, ValidationError) else ():
            problem = problem_of(document, Profile, keys, details)
            told.setdefault(problem.key, problem)
        yield from told.values() or [document.problem("other", keys, why=error.what)]


def _probe(settings: Settings, document: Document, keys: Keys, probe: Any) -> Iterator[Problem]:
    if not isinstance(probe, dict):
        yield document.problem("want_keys", keys, known="login_url, logged_in, passwords, colleague")
        return
    passwords = probe.get("passwords") or {}
    if not isinstance(passwords, dict):
        yield document.problem("want_keys", (*keys, "passwords"), known="LOGIN: {file: PATH}")
        return
    wrong = [*_passwords(document, (*keys, "passwords"), passwords)]
    if wrong:
        yield from wrong
        return
    try:
        LoginProbe.of(probe, settings.inventory, "")
    except SettingsError as error:
        yield document.problem("other", keys, why=error.what)


def _passwords(document: Document, keys: Keys, passwords: dict[Any, Any]) -> Iterator[Problem]:
    """Yield each password whose place is not told as it must be."""
    for login, secret in passwords.items():
        try:
            TypeAdapter(Secret).validate_python(secret)
        except ValidationError as error:
            for details in error.errors(include_url=False):
                yield problem_of(document, SecretPlace, (*keys, login), details)
