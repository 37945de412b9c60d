"""Kinds of backup, one file each: a new kind is a file here and a line in KINDS."""

from __future__ import annotations

from typing import Mapping

from . import pg_dump, tar
from .contents import Kind

KINDS: Mapping[str, Kind] = {
    "pg_dump": Kind(structure=pg_dump.structure, read=pg_dump.read),
    "tar": Kind(structure=tar.structure, read=tar.read),
}
