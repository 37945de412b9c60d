"""Lists that an application packs into one text, such as WordPress' administrators of a network of sites.

Only the form is read: nothing of it is ever carried out or made an object.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from dulae.errors import DatabaseError

# A list of administrators is short; a text that is longer than this is none.
_LONGEST = 1 << 20
_HEAD = re.compile(rb"a:(\d{1,7}):\{")
_KEY = re.compile(rb"i:-?\d{1,19};|s:(\d{1,7}):\"")
_TEXT = re.compile(rb"s:(\d{1,7}):\"")


def members(stored: Iterable[object], form: str, table: str) -> list[str]:
    """Return everybody on the lists that some rows hold, each once; raise DatabaseError where one cannot be read."""
    found: dict[str, None] = {}
    for value in stored:
        data = value if isinstance(value, bytes) else str("" if value is None else value).encode()
        try:
            found.update(dict.fromkeys(_FORMS[form](data)))
        except ValueError as error:
            remedy = "Look at it with the application's own tools, or write privileged under accounts in systems.yml"
            raise DatabaseError(
                f"the list of administrators in table {table} cannot be read", remedy=remedy
            ) from error
    return list(found)


def _php_array(data: bytes) -> Iterator[str]:
    """Yield the texts of a serialized PHP array of texts; raise ValueError if it is none.

    An empty value is an empty list. Lengths are those of bytes, so that quotation marks within a text end nothing.
    """
    if not data.strip():
        return
    head = _HEAD.match(data)
    if head is None or len(data) > _LONGEST:
        raise ValueError("no array")
    place = head.end()
    for _ in range(int(head[1])):
        _, place = _part(_KEY, data, place)
        text, place = _part(_TEXT, data, place)
        yield text
    if data[place:] != b"}":
        raise ValueError("it goes on")


def _part(form: re.Pattern[bytes], data: bytes, place: int) -> tuple[str, int]:
    """Return the text at a place, and where it ends; a number has none."""
    found = form.match(data, place)
    if found is None:
        raise ValueError("no text")
    if found[1] is None:
        return "", found.end()
    start, end = found.end(), found.end() + int(found[1])
    if data[end : end + 2] != b'";':
        raise ValueError("a text of another length")
    return data[start:end].decode(), end + 2


_FORMS: Mapping[str, Callable[[bytes], Iterator[str]]] = {"php_array": _php_array}
