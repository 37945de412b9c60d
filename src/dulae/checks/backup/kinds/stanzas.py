"""Which cluster of a repository is meant: a stanza of pgBackRest, a server of Barman."""

from __future__ import annotations

from ...finding import reason
from ..copies import shown
from ..faults import Bad, CannotTell

WHICH = reason(
    "backup.which_stanza",
    "{path}: holds {count} stanzas or servers; name the one meant in stanza, or correct path or kind if it holds none",
)
NO_STANZA = reason(
    "backup.no_stanza",
    "{path}: holds no backup of {stanza}, but of {held_instead}; correct stanza in the settings, or find out why none"
    " was made",
)

_SHOWN_NAMES = 3


def chosen(path: str, stanza: str, names: list[str]) -> str:
    """Return the stanza or server that is meant: the declared or the only one.

    Raise Bad if the declared one is not among them, CannotTell if none is declared and there are several or none.
    """
    if stanza and names and stanza not in names:
        held = ", ".join(map(shown, names[:_SHOWN_NAMES]))
        raise Bad(NO_STANZA, path=shown(path), stanza=shown(stanza), held_instead=held)
    if stanza:
        return stanza
    if len(names) != 1:
        raise CannotTell(WHICH, path=shown(path), count=len(names))
    return names[0]
