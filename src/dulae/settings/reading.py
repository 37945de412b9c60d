"""YAML with its line numbers kept, and nothing that Ansible and we could read in two ways."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from dulae.settings.problem import Problem

Key = str | int
Keys = tuple[Key, ...]
_BIGGEST = 2_000_000
_VAULT = "$ANSIBLE_VAULT"
_SEXAGESIMAL = re.compile(r"\d+(:\d\d)+")
_CONSTRUCTED = {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}
_AS_TEXT = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:timestamp"}
# In these the mistake lies where something began; that it never ends is noticed lines later.
_BEGUN = (
    "while parsing a flow sequence",
    "while parsing a flow mapping",
    "while scanning a quoted scalar",
    "while scanning a simple key",
)
_NULL = "tag:yaml.org,2002:null"


@dataclass
class Document:
    """A file's data as plain types, the line of each key, and what was wrong on the way.

    ``literal`` files hold values alone; others may hold what Ansible works out (templates, tags, aliases).
    """

    path: Path
    literal: bool = True
    data: Any = None
    lines: dict[Keys, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, keys: Keys) -> int:
        """Return the line of a key, or of the nearest thing around it."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return self.lines.get(keys, 1)

    def problem(self, code: str, keys: Keys = (), line: int = 0, **places: Any) -> Problem:
        """Return a problem at a key of this file."""
        return Problem(code, self.path, line or self.line(keys), dotted(keys, self.data), places)


def dotted(keys: Keys, data: Any) -> str:
    """Return keys as an officer would say them: ``dulae_systems[intranet].probes[login_page].status[1]``."""
    text = ""
    for key in keys:
        data = _below(data, key)
        text += f"[{_name(data, key)}]" if isinstance(key, int) else f".{key}"
    return text.removeprefix(".")


def _below(data: Any, key: Key) -> Any:
    if isinstance(data, list) and isinstance(key, int):
        return data[key]
    return data.get(key) if isinstance(data, dict) else None


def _name(item: Any, number: int) -> str:
    """Return the name of a list's item, or where it stands, counted from 1."""
    names = (
        [item[name] for name in ("name", "id") if isinstance(item.get(name), str)]
        if isinstance(item, dict)
        else []
    )
    return names[0] if names else str(number + 1)


def read(path: Path, *, literal: bool = True) -> Document:
    """Return what a file says; whatever cannot be read stands in ``problems``."""
    document = Document(path, literal)
    try:
        text = path.read_bytes()[: _BIGGEST + 1].decode("utf-8")
    except FileNotFoundError:
        document.problems.append(Problem("missing_file", path, places={"name": path.name}))
    except UnicodeDecodeError:
        document.problems.append(Problem("not_utf8", path))
    except OSError as error:
        document.problems.append(Problem("unreadable", path, places={"why": error.strerror or "?"}))
    else:
        _parse(document, text)
    return document


def _parse(document: Document, text: str) -> None:
    whole = "encrypted_file" if text.startswith(_VAULT) else "file_too_big" if len(text) > _BIGGEST else ""
    if whole:
        document.problems.append(Problem(whole, document.path))
        return
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except RecursionError:
        document.problems.append(Problem("too_deep", document.path))
    except yaml.MarkedYAMLError as error:
        document.problems.append(_syntax(document, error, text))
    except yaml.YAMLError as error:
        document.problems.append(
            Problem("not_yaml", document.path, places={"why": " ".join(str(error).split())})
        )
    else:
        if node is None or node.tag == _NULL:
            document.problems.append(Problem("empty_file", document.path))
        else:
            document.data = _Builder(document).value(node, ())


def _syntax(document: Document, error: yaml.MarkedYAMLError, text: str) -> Problem:
    lines = text.split("\n")
    noticed = error.problem_mark.line if error.problem_mark else 0
    begun = error.context_mark.line if error.context_mark and error.context in _BEGUN else noticed
    for number in (noticed, begun):
        if "\t" in lines[min(number, len(lines) - 1)]:
            return Problem("tab", document.path, number + 1)
    return Problem("not_yaml", document.path, begun + 1, places={"why": error.problem or "it cannot be read"})


class _Builder:
    """Turns YAML's nodes into plain data, refusing what an officer did not mean."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._seen: set[int] = set()
        self._inside: set[int] = set()
        self._loader = yaml.SafeLoader("")

    def value(self, node: yaml.Node, keys: Keys) -> Any:
        self._document.lines.setdefault(keys, node.start_mark.line + 1)
        if id(node) in (self._seen if self._document.literal else self._inside):
            # The node is the one that the alias names, so only the key knows where the alias stands.
            self._document.problems.append(self._document.problem("alias", keys))
            return None
        self._seen.add(id(node))
        self._inside.add(id(node))
        built = self._built(node, keys)
        self._inside.discard(id(node))
        return built

    def _built(self, node: yaml.Node, keys: Keys) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, keys)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*keys, number)) for number, item in enumerate(node.value)]
        return self._scalar(node, keys)

    def _refuse(self, code: str, node: yaml.Node, keys: Keys, **places: Any) -> None:
        if not self._document.literal and code != "duplicate_key":
            return
        line = node.start_mark.line + 1
        self._document.problems.append(self._document.problem(code, keys, line, **places))

    def _mapping(self, node: yaml.MappingNode, keys: Keys) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                self._refuse("alias", key_node, keys)
                continue
            name = str(key_node.value)
            here = (*keys, name)
            line = key_node.start_mark.line + 1
            if name in built:
                self._refuse("duplicate_key", key_node, here, first=self._document.line(here))
                continue
            self._document.lines[here] = line
            built[name] = self.value(value_node, here)
        return built

    def _scalar(self, node: yaml.Node, keys: Keys) -> Any:
        if node.tag == _NULL:
            return None
        if _SEXAGESIMAL.fullmatch(node.value) and node.tag not in _AS_TEXT:
            return self._refuse("unquoted_clock", node, keys, value=node.value)
        if node.tag in _AS_TEXT:
            if "{{" in node.value or "{%" in node.value:
                return self._refuse("jinja", node, keys)
            return node.value
        if node.tag in _CONSTRUCTED:
            return self._loader.construct_object(node)
        return self._refuse("inline_vault" if node.tag == "!vault" else "tag", node, keys, tag=node.tag)
