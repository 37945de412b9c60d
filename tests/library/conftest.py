"""Run a module of library/ in this process, as Ansible would."""

import importlib.util
import json
import pathlib
from collections.abc import Callable
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

LIBRARY = pathlib.Path(__file__).parents[2] / "library"
FRAGMENTS = LIBRARY.parent / "plugins" / "doc_fragments"
MODULES = sorted(path.stem for path in LIBRARY.glob("*.py"))

RunModule = Callable[..., dict[str, Any]]


def load(name: str) -> Any:
    """Import one module of library/ by its name."""
    return imported(LIBRARY / f"{name}.py")


def imported(path: pathlib.Path) -> Any:
    """Import one file that belongs to Ansible and to no package."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run_module(capsys: pytest.CaptureFixture[str]) -> RunModule:
    """Return a function that runs a module and gives back its result; ``_check_mode=True`` as Ansible passes it."""

    def run(name: str, _check_mode: bool = False, **args: Any) -> dict[str, Any]:
        given = {**args, "_ansible_check_mode": _check_mode}
        with patch_module_args(given), pytest.raises(SystemExit):
            load(name).main()
        result: dict[str, Any] = json.loads(capsys.readouterr().out)
        return result

    return run
