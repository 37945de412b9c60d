"""Names that differ in one letter: a hint for whoever decides, never more.

Each leaver's name is indexed under itself and under every spelling with one letter left out; two names of one-letter
difference meet under one of these, so that a million accounts need look-ups only, no comparisons.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from rapidfuzz.distance import OSA

_SHORTEST = 3
# Without this sign the word is read differently, so it is no spelling of the same name.
_THANTHAKHAT = "\u0e4c"
_DISTINCT = 1 << 16


def is_similar(one: str, other: str) -> bool:
    """Say whether two names are different and one letter apart."""
    if one == other or one.replace(_THANTHAKHAT, "") == other.replace(_THANTHAKHAT, ""):
        return False
    return OSA.distance(one, other, score_cutoff=1) <= 1


class Similar:
    """Finds leavers (by their number) whose first name or surname is one letter away, and the other part the same."""

    def __init__(self, names: Iterable[tuple[int, str]]) -> None:
        """Index numbers by ``first|surname``."""
        self._numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._variants: dict[str, set[str]] = defaultdict(set)
        for number, key in names:
            first, _, last = key.partition("|")
            self._numbers[first, last].append(number)
            for part in (first, last):
                for variant in _variants(part):
                    self._variants[variant].add(part)
        self._near = lru_cache(_DISTINCT)(self._near_names)

    def numbers(self, key: str) -> Iterator[int]:
        """Yield the numbers of the leavers whose name is similar to an account's."""
        first, _, last = key.partition("|")
        for near in self._near(first):
            yield from self._numbers.get((near, last), ())
        for near in self._near(last):
            yield from self._numbers.get((first, near), ())

    def _near_names(self, name: str) -> tuple[str, ...]:
        met = set().union(*(self._variants.get(variant, ()) for variant in _variants(name)))
        return tuple(sorted(other for other in met if is_similar(name, other)))


def _variants(name: str) -> Iterator[str]:
    yield name
    if len(name) >= _SHORTEST:
        for index in range(len(name)):
            yield name[:index] + name[index + 1 :]
