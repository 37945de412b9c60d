"""Addresses of the settings, as far as they can be judged without asking anybody."""

from __future__ import annotations

import difflib
import re
from urllib.parse import urlsplit

_WEB = ("http", "https")
_DATABASE = re.compile(r"(?P<dialect>[a-z0-9_]+)(\+[a-z0-9_]+)?://\S*")
_DIALECTS = ("postgresql", "mysql", "mariadb", "mssql", "oracle", "sqlite")
# Others have databases behind a name of the driver's own.
_NAMED = ("postgresql", "mysql", "mariadb")
_SHORT_NAMES = {"postgres": "postgresql", "pgsql": "postgresql", "sqlserver": "mssql", "maria": "mariadb"}
_LIKENESS = 0.7


def is_web(address: str) -> bool:
    """Say whether a text is a web address with a host, and with a port that can be one where it names any."""
    try:
        parts = urlsplit(address)
        return parts.scheme in _WEB and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def is_database(address: str) -> bool:
    """Say whether a text is a database's address: a dialect that is not mistyped, a port that can be one, a name."""
    found = _DATABASE.fullmatch(address)
    if not found or _mistyped(found["dialect"]):
        return False
    try:
        parts = urlsplit(address)
        has_port = parts.port != 0
    except ValueError:
        return False
    return has_port and (found["dialect"] not in _NAMED or bool(parts.path.strip("/")))


def _mistyped(dialect: str) -> bool:
    """Say whether a dialect is a known one's name written wrongly; drivers of others bring their own."""
    if dialect in _DIALECTS:
        return False
    return dialect in _SHORT_NAMES or bool(difflib.get_close_matches(dialect, _DIALECTS, 1, _LIKENESS))
