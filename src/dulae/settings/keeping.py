"""Whether the secrets that the settings name are kept as they must be, on the machine that will need them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import BaseModel

from dulae.settings.model import Settings
from dulae.settings.problem import Problem
from dulae.settings.shape import SecretPlace

_OTHERS = 0o077


def places(part: Any) -> Iterator[SecretPlace]:
    """Yield every place of a secret in some settings, however deep."""
    if isinstance(part, SecretPlace):
        yield part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from places(getattr(part, name))
    elif isinstance(part, tuple):
        for item in part:
            yield from places(item)


def problems(settings: Settings) -> list[Problem]:
    """Return what is wrong with the files of secrets: missing, readable by others, outside the inventory folder."""
    files = dict.fromkeys(place.file for place in places(settings) if place.file)
    return [problem for file in files for problem in _file(settings.inventory, file)]


def _file(inventory: Path, file: str) -> Iterator[Problem]:
    path = inventory / file
    if PurePosixPath(file).is_absolute() or ".." in PurePosixPath(file).parts:
        yield Problem("outside_secret", path)
    elif PurePosixPath(file).parts[:1] != ("secrets",):
        yield Problem("secret_read_as_hosts", path, places={"value": file})
    elif not path.is_file():
        yield Problem("missing_secret", path, places={"value": file})
    elif path.stat().st_mode & _OTHERS:
        yield Problem("open_secret", path, places={"value": path})
