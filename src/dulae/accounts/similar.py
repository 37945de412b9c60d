"""Names that differ in one letter: a hint for whoever decides, never more.

One change of a letter, or two neighbours exchanged, leaves what stands before the middle letter or what stands after it
as it was. Each leaver's surname is indexed under both halves, together with his first name: a million accounts need
look-ups of some few leavers, and no comparison with all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rapidfuzz.distance import OSA

_SHORTEST = 3
# Without this sign the word is read differently, so it is no spelling of the same name.
_THANTHAKHAT = "\u0e4c"


def is_similar(one: str, other: str) -> bool:
    """Say whether two names are different and one letter apart."""
    if one == other or OSA.distance(one, other, score_cutoff=1) > 1:
        return False
    return one.replace(_THANTHAKHAT, "") != other.replace(_THANTHAKHAT, "")


class Similar:
    """Finds leavers (by their number) whose first name or surname is one letter away, and the other part the same."""

    def __init__(self, names: Iterable[tuple[int, str]]) -> None:
        """Index numbers by ``first|surname``."""
        self._surnames, self._first_names = _Near(), _Near()
        for number, key in names:
            first, _, last = key.partition("|")
            self._surnames.add(first, last, number)
            self._first_names.add(last, first, number)

    def numbers(self, key: str) -> Iterator[int]:
        """Yield the numbers of the leavers whose name is similar to an account's, each once."""
        first, _, last = key.partition("|")
        yield from dict.fromkeys(self._surnames.numbers(first, last))
        yield from dict.fromkeys(self._first_names.numbers(last, first))


class _Near:
    """Names beside one that is the same, by their halves."""

    def __init__(self) -> None:
        self._same: set[str] = set()
        self._by_half: dict[str, list[tuple[str, int]]] = {}

    def add(self, same: str, name: str, number: int) -> None:
        """Index a number by the name that must be the same and the one that may differ."""
        self._same.add(same)
        for half in _halves(same, name, len(name)):
            self._by_half.setdefault(half, []).append((name, number))

    def numbers(self, same: str, name: str) -> Iterator[int]:
        """Yield the numbers of those with the same and a similar name, some twice."""
        if same not in self._same:
            return
        for length in range(len(name) - 1, len(name) + 2):
            for half in _halves(same, name, length):
                for other, number in self._by_half.get(half, ()):
                    if is_similar(name, other) and max(len(name), len(other)) >= _SHORTEST:
                        yield number


def _halves(same: str, name: str, length: int) -> tuple[str, str]:
    """Return what begins and what ends a name, as keys that a similar one of some length shares."""
    middle = length // 2
    return (
        f"{same}|{length}|{name[:middle]}|",
        f"{same}|{length}||{name[len(name) - (length - middle - 1) :]}",
    )
