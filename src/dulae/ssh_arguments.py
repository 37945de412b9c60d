"""What the arguments that Ansible gives ssh say of the way to a host."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Iterator
from pathlib import Path

_JUMPS = ("proxyjump", "proxycommand")


def known_hosts_in(arguments: str) -> Iterator[Path]:
    """Yield the files that ``-o UserKnownHostsFile=...`` names."""
    for name, value in _options(arguments):
        if name == "userknownhostsfile":
            yield from (Path(file).expanduser() for file in value.split())


def jump_in(arguments: str) -> str:
    """Return through what the host is reached (``-J``, ``ProxyJump``, ``ProxyCommand``); empty if it is directly."""
    words = shlex.split(arguments)
    jumps = [after for before, after in itertools.pairwise(words) if before == "-J"]
    jumps += [value for name, value in _options(arguments) if name in _JUMPS and value.lower() != "none"]
    return jumps[0] if jumps else ""


def _options(arguments: str) -> Iterator[tuple[str, str]]:
    """Yield the name, in small letters, and the value of each ``-o``."""
    words = shlex.split(arguments)
    options = [after for before, after in itertools.pairwise(words) if before == "-o"]
    options += [word[2:] for word in words if word.startswith("-o") and len(word) > len("-o")]
    for option in options:
        name, _, value = option.partition("=")
        yield name.strip().lower(), value.strip().strip('"')
