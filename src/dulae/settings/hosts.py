"""``hosts.yml``: the names in Ansible's inventory, read without Ansible."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dulae.settings import host_variables
from dulae.settings.problem import Problem
from dulae.settings.reading import Document, Keys

_GROUP_KEYS = {"hosts", "children", "vars"}


def names(document: Document) -> tuple[tuple[str, ...], list[Problem]]:
    """Return every host name once, in the file's order, and what is wrong with the file's shape."""
    problems: list[Problem] = []
    found = dict.fromkeys(_groups(document, (), document.data, problems))
    if not found and not problems:
        problems.append(document.problem("no_hosts"))
    return tuple(found), problems


def _groups(document: Document, keys: Keys, groups: Any, problems: list[Problem]) -> Iterator[str]:
    if groups is None:
        return
    if not isinstance(groups, dict):
        problems.append(document.problem("hosts_shape", keys))
        return
    for name, group in groups.items():
        yield from _group(document, (*keys, name), group, problems)


def _group(document: Document, keys: Keys, group: Any, problems: list[Problem]) -> Iterator[str]:
    if group is None:
        return
    hosts = group.get("hosts") or {} if isinstance(group, dict) else None
    if not isinstance(hosts, dict) or set(group) - _GROUP_KEYS:
        problems.append(document.problem("hosts_shape", keys))
        return
    problems.extend(host_variables.problems(document, (*keys, "vars"), group.get("vars")))
    for host, variables in hosts.items():
        problems.extend(host_variables.problems(document, (*keys, "hosts", host), variables))
        if "[" in host:
            problems.append(document.problem("host_range", (*keys, "hosts", host), value=host))
        yield host
    yield from _groups(document, (*keys, "children"), group.get("children"), problems)
