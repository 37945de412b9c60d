"""How much is proven: each level includes those before it, and says in words what it cannot see."""

from __future__ import annotations

from ..finding import reason

LEVELS = ("present", "fresh", "structure", "integrity", "content")

# What is proven only from a level on, in the order of the levels; the words are codes, for reports in Thai.
_PROVEN_FROM = (
    ("recent", "fresh"),
    ("opens", "structure"),
    ("readable", "integrity"),
    ("unchanged", "integrity"),
    ("content", "content"),
    ("restorable", "drill"),
)
WORDS = {
    "recent": reason("backup.not_proven.recent", "how old the data are"),
    "opens": reason("backup.not_proven.opens", "that it opens and has contents"),
    "readable": reason("backup.not_proven.readable", "that all its data can be read"),
    "unchanged": reason("backup.not_proven.unchanged", "that it is the same as when it was made"),
    "content": reason("backup.not_proven.content", "that its rows and files are those of the source"),
    "restorable": reason("backup.not_proven.restorable", "that it can be restored"),
}


def not_proven(level: str, *seen: str) -> list[str]:
    """Return what a level leaves open (empty level: nothing is proven), without what was ``seen`` all the same."""
    reached = LEVELS[: LEVELS.index(level) + 1] if level else ()
    return [word for word, since in _PROVEN_FROM if since not in reached and word not in seen]
