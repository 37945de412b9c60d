"""The sentences of ``words.yml``: what can be wrong in the settings, in English and Thai."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

import yaml

LANGUAGES = ("en", "th")


@functools.cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """Return code -> language -> sentence with named places."""
    text = Path(__file__).with_name("words.yml").read_text(encoding="utf-8")
    known: Mapping[str, Mapping[str, str]] = yaml.safe_load(text)
    return known
