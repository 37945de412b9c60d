"""How a lab server learns its settings: from a private file, never from its command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tests.lab.layout import read_json

_PATHS = ("templates", "certificate", "files", "folder")


def arguments() -> dict[str, Any]:
    """Return the settings in the file that the command line names, its paths as paths."""
    plain: dict[str, Any] = read_json(Path(sys.argv[1]))
    return {key: Path(value) if key in _PATHS else value for key, value in plain.items()}
