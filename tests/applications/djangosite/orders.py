"""What the site's owner does on its machine: make the tables, accounts, tokens and sessions of older forms."""

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.auth.tokens import default_token_generator
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone
from django.utils.crypto import get_random_string, salted_hmac
from rest_framework.authtoken.models import Token

from tests.applications.djangosite.officers.models import Officer

_BACKEND = "django.contrib.auth.backends.ModelBackend"
_OLD_SALT = "django.contrib.sessions.SessionStore"
_KEY_LENGTH = 32


def migrate() -> None:
    """Make the tables: those with migrations by them, then those that have none."""
    if not settings.MIGRATION_MODULES:
        call_command("migrate", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)


def create_user(citizen_id: str, unit: str, **user: Any) -> str:
    """Make an account; return its key."""
    users = get_user_model()
    if hasattr(users, "citizen_id"):
        user |= {"citizen_id": citizen_id or None, "unit": unit}
    made = users.objects.create_user(**user)
    if not hasattr(users, "citizen_id") and citizen_id:
        Officer.objects.create(user=made, citizen_id=citizen_id, unit=unit)
    return str(made.pk)


def token(username: str) -> str:
    """Give somebody a token of Django REST framework; return it."""
    return str(Token.objects.create(user=_user(username)).key)


def reset_token(username: str) -> str:
    """Return what a letter for a forgotten password would hold."""
    return str(default_token_generator.make_token(_user(username)))


def use_reset_token(username: str, token: str, password: str) -> bool:
    """Do what the form does to which such a letter leads: give a new password; say whether it was taken."""
    user = _user(username)
    is_good = bool(default_token_generator.check_token(user, token))
    if is_good:
        user.set_password(password)
        user.save()
    return is_good


def session(username: str, form: str) -> str:
    """Keep a session of somebody, in a form: signed, compressed, or that of before Django 3.1. Return its key."""
    content = _content(username)
    if form == "old":
        return _old_session(content)
    store = SessionStore()
    store.update(content)
    if form == "compressed":
        store["basket"] = ["เรื่องเพื่อพิจารณา"] * 100
    store.save()
    return str(store.session_key)


def anonymous_session(data: Mapping[str, Any]) -> str:
    """Keep a session of nobody; return its key."""
    store = SessionStore()
    store.update(data)
    store.save()
    return str(store.session_key)


def _user(username: str) -> Any:
    return get_user_model().objects.get(username=username)


def _content(username: str) -> dict[str, Any]:
    user = _user(username)
    return {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: _BACKEND,
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    }


def _old_session(content: Mapping[str, Any]) -> str:
    """Keep a session as Django 1.5 to 3.0 wrote it: a keyed hash, a colon and the JSON, in base64."""
    serialized = json.dumps(content, separators=(",", ":")).encode("latin-1")
    signature = salted_hmac(_OLD_SALT, serialized).hexdigest().encode()
    key = get_random_string(_KEY_LENGTH, "abcdefghijklmnopqrstuvwxyz0123456789")
    Session.objects.create(
        session_key=key,
        session_data=base64.b64encode(signature + b":" + serialized).decode("ascii"),
        expire_date=timezone.now() + timedelta(days=14),
    )
    return str(key)


ORDERS = {
    made.__name__: made
    for made in (migrate, create_user, token, reset_token, use_reset_token, session, anonymous_session)
}
