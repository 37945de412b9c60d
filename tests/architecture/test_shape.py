"""The house stays small-roomed: sizes, thin doors, no broad except, every package installed."""

import ast
import pathlib
import tomllib

import pytest

ROOT = pathlib.Path(__file__).parents[2]
SOURCES = sorted(p for top in ("src", "library", "plugins") for p in (ROOT / top).rglob("*.py"))
LONGEST_FILE = 300
LONGEST_FUNCTION = 45
LONGEST_DOOR = 40
DOCUMENTATION = {"DOCUMENTATION", "EXAMPLES", "RETURN"}


def name(path: pathlib.Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_files_and_functions_stay_short(path: pathlib.Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert path.is_relative_to(ROOT / "library") or text.count("\n") <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, (
                f"{name(path)}:{node.lineno} {node.name}"
            )


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_no_handler_catches_everything(path: pathlib.Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ExceptHandler):
            broad = node.type is None or getattr(node.type, "id", "") in {"Exception", "BaseException"}
            assert not broad, f"{name(path)}:{node.lineno}"


@pytest.mark.parametrize("path", sorted((ROOT / "library").glob("*.py")), ids=name)
def test_a_door_is_thin(path: pathlib.Path) -> None:
    source = text = path.read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in DOCUMENTATION:
            text = text.replace(ast.get_source_segment(source, node) or "", "")
    written = len([line for line in text.splitlines() if line.strip() and not line.startswith("#")])
    assert written <= LONGEST_DOOR, f"{written} lines besides documentation"


def test_every_package_is_installed_under_its_names() -> None:
    listed = set(
        tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    )
    folders = {init.parent.relative_to(ROOT / "src") for init in (ROOT / "src/dulae").rglob("__init__.py")}
    dulae = {".".join(folder.parts) for folder in folders}
    shipped = {
        f"ansible.module_utils.{name}" for name in dulae if name == "dulae" or name.startswith("dulae.checks")
    }
    assert listed == dulae | shipped


@pytest.mark.parametrize("path", sorted((ROOT / "roles").glob("*")), ids=name)
def test_a_role_is_complete(path: pathlib.Path) -> None:
    for part in ("tasks/main.yml", "defaults/main.yml", "meta/argument_specs.yml", "README.md"):
        assert (path / part).is_file(), f"{name(path)}/{part} is missing"
