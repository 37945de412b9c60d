"""Forms of a page: where they are sent, and the fields that a browser would send with them."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Mapping

# Input types whose value a browser sends as it stands in the page.
_SENT = ("hidden", "text", "password", "email", "number", "tel", "url", "search", "")
_TICKED = ("checkbox", "radio")


@dataclass
class Form:
    """A form: its address (empty: the page's own), and its fields by name."""

    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)

    def filled(self, values: Mapping[str, str]) -> list[tuple[str, str]]:
        """Return what a browser sends when these values are typed and the first button is pressed."""
        pressed = dict(list(self.buttons.items())[:1])
        return list({**self.fields, **pressed, **values}.items())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.meta: dict[str, str] = {}
        self._open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(about.get("action", ""))
            self.forms.append(self._open)
        elif tag == "meta" and "name" in about:
            self.meta[about["name"]] = about.get("content", "")
        elif tag in ("input", "button") and self._open is not None and about.get("name"):
            self._add(self._open, tag, about)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None

    def _add(self, form: Form, tag: str, about: Mapping[str, str]) -> None:
        kind = about.get("type", "submit" if tag == "button" else "").lower()
        if kind in ("submit", "image"):
            form.buttons.setdefault(about["name"], about.get("value", ""))
        elif kind in _SENT or (kind in _TICKED and "checked" in about):
            form.fields[about["name"]] = about.get("value", "on" if kind in _TICKED else "")


def read(text: str) -> list[Form]:
    """Return the forms of a page, in its order."""
    return _read(text).forms


def meta(text: str, name: str) -> str:
    """Return the content of a page's meta element, where frameworks keep tokens too, or an empty text."""
    return _read(text).meta.get(name, "")


def _read(text: str) -> _Reader:
    """Read a page as far as it can be read."""
    reader = _Reader()
    # Broken declarations; which of the two is raised depends on Python's version.
    with contextlib.suppress(AssertionError, NotImplementedError):
        reader.feed(text)
    return reader
