"""How a table is known, whatever letters its schema and its name hold."""

from __future__ import annotations

# Stands for a space of a schema's own, so that the first space of a key ends the schema.
_WITHIN = "\u2002"
_LISTED = str.maketrans({_WITHIN: " ", "\n": " ", "\r": " "})


def key(schema: str, name: str) -> str:
    """Return how a table is known: "schema name", or " name" where a dump tells no schema."""
    return f"{schema.replace(' ', _WITHIN)} {name}"


def bare(known: str) -> str:
    """Return a table's name without its schema."""
    return known.partition(" ")[2]


def as_listed(known: str) -> str:
    """Return a table as lists write it, in which a line break of a name is a space."""
    return known.translate(_LISTED)
