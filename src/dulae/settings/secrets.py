"""Secrets, read at the moment they are used; never on a command line, in a log or in an error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from dulae.errors import SettingsError
from dulae.settings.shape import SecretPlace

_VAULT = b"$ANSIBLE_VAULT"
_PATIENCE_S = 60


def reveal(secret: SecretPlace, inventory: Path) -> str:
    """Return a secret without its last line's end; raise SettingsError naming the place, never the secret."""
    if secret.env:
        return _from_environment(secret.env)
    path = inventory / secret.file
    try:
        kept = path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"the secret cannot be read: {error.strerror}", place=str(path), remedy="Make it with mode 0600"
        ) from error
    return _text(_decrypted(path) if kept.startswith(_VAULT) else kept, path)


def _from_environment(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise SettingsError(
            "the environment variable of a secret is not set",
            place=name,
            remedy=f"Set {name} before you run dulae",
        )
    return value


def _text(kept: bytes, path: Path) -> str:
    try:
        text = kept.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise SettingsError("the secret is not UTF-8", place=str(path), remedy="Save it as UTF-8") from error
    if not text:
        raise SettingsError("the secret is empty", place=str(path), remedy="Write the secret into the file")
    return text


def _decrypted(path: Path) -> bytes:
    """Return what ansible-vault makes of a file, asked without a terminal so that it never waits for a password."""
    tool = Path(sys.executable).with_name("ansible-vault")
    command = [str(tool) if tool.exists() else "ansible-vault", "view", str(path)]
    environment = {**os.environ, "ANSIBLE_NOCOLOR": "1", "PAGER": "cat"}
    try:
        done = subprocess.run(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environment,
            timeout=_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SettingsError(
            "ansible-vault gave no answer", place=str(path), remedy="Run it by hand"
        ) from error
    if done.returncode:
        raise SettingsError(
            "the secret cannot be decrypted",
            place=str(path),
            remedy="Set ANSIBLE_VAULT_PASSWORD_FILE to the file with the vault's password",
        )
    return done.stdout
