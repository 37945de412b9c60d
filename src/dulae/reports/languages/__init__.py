"""Fixed words of the reports, and a Thai sentence for each reason that a check can give."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
LANGUAGES = ("th", "en")


def _read(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return loaded


@cache
def words(language: str) -> Mapping[str, Any]:
    """Return the fixed words of a language; raise FileNotFoundError if it has none."""
    return _read(FOLDER / f"{language}.yml")


@cache
def thai_reasons() -> Mapping[str, str]:
    """Return the Thai sentence of each reason code; raise ValueError where two rooms claim one code."""
    found: dict[str, str] = {}
    for path in sorted((FOLDER / "reasons").glob("*.th.yml")):
        for code, sentence in _read(path).items():
            if found.setdefault(code, sentence) != sentence:
                raise ValueError(f"{path.name}: {code} has a sentence already")
    return found
