"""A department's folder, copied from the example, in which a test can make a mistake."""

import pathlib
import shutil
from collections.abc import Callable

import pytest

EXAMPLE = pathlib.Path(__file__).parents[3] / "inventory/example"

Mistake = Callable[[str, str, str], int]


@pytest.fixture
def department(tmp_path: pathlib.Path) -> pathlib.Path:
    """Return a copy of the example inventory."""
    return pathlib.Path(shutil.copytree(EXAMPLE, tmp_path / "department"))


@pytest.fixture
def mistake(department: pathlib.Path) -> Mistake:
    """Return a function that replaces the first ``right`` in a file by ``wrong``, and returns the line it stood on."""

    def make(file: str, right: str, wrong: str) -> int:
        path = department / ("hosts.yml" if file == "hosts" else f"group_vars/all/{file}.yml")
        text = path.read_text(encoding="utf-8")
        assert right in text, f"{right!r} is not in {file}"
        path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
        return text[: text.index(right)].count("\n") + 1

    return make
