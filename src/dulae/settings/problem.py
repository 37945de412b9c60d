"""One thing that is wrong in the settings: place, words in two languages, and what to write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dulae.errors import SettingsError
from dulae.settings.words import sentences


@dataclass(frozen=True)
class Problem:
    """A sentence of ``words`` with its places filled, and where it happened (``line`` 0: the whole file)."""

    code: str
    file: Path
    line: int = 0
    key: str = ""
    places: Mapping[str, Any] = field(default_factory=dict)

    def told(self, language: str = "en", base: Path | None = None) -> str:
        """Return one line: file:line: key: what is wrong. What to write."""
        shown = self.file.relative_to(base) if base and self.file.is_relative_to(base) else self.file
        place = f"{shown}:{self.line}" if self.line else str(shown)
        sentence = sentences()[self.code][language].format_map(
            {"key": self.key.rpartition(".")[2], **self.places}
        )
        return f"{place}: {self.key}: {sentence}" if self.key else f"{place}: {sentence}"


class SettingsProblems(SettingsError):
    """The settings cannot be used; ``problems`` holds everything that is wrong, in the files' order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(
            sorted(set_once(problems), key=lambda problem: (str(problem.file), problem.line))
        )
        first = self.problems[0].told()
        more = len(self.problems) - 1
        remedy = f"And {more} more: 'dulae inventory check' lists them all" if more else ""
        super().__init__(first.rstrip("."), remedy=remedy)


def set_once(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems without those that say the same at the same place."""
    return list({problem.told(): problem for problem in problems}.values())
