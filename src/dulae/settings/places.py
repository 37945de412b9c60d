"""Where in the files a problem stands, and the two questions that are asked most: known, and only once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dulae.settings.problem import Problem
from dulae.settings.reading import Document, Keys
from dulae.settings.translate import near


@dataclass(frozen=True)
class Places:
    """The files as they were read; keys below are written without the file's one top-level key."""

    documents: Mapping[str, Document]

    def problem(self, file: str, keys: Keys, code: str, **about: Any) -> Problem:
        """Return a problem at some keys of a file."""
        top: Keys = () if file == "hosts" else (f"dulae_{file}",)
        return self.documents[file].problem(code, (*top, *keys), **about)

    def known(self, file: str, keys: Keys, value: str, among: tuple[str, Iterable[str]]) -> Iterator[Problem]:
        """Yield a problem where a value is none of ``among`` (what it is, all that there are)."""
        what, names = among[0], list(among[1])
        if value in names:
            return
        meant = near(value, names)
        code = f"near_{what}" if meant else f"unknown_{what}"
        yield self.problem(file, keys, code, value=value, near=meant, known=", ".join(names) or "-")

    def twice(self, file: str, named: Iterable[tuple[Keys, str]], code: str = "twice") -> Iterator[Problem]:
        """Yield a problem for each name that stood before."""
        seen: dict[str, Keys] = {}
        for keys, name in named:
            if name in seen:
                first = self.problem(file, seen[name], code).line
                yield self.problem(file, keys, code, value=name, first=first)
            seen.setdefault(name, keys)
