"""Who may import what: the rooms of the house, held by reading its import statements."""

import ast
import pathlib
import sys
from collections.abc import Iterator

import pytest

ROOT = pathlib.Path(__file__).parents[2]
HOUSE = ROOT / "src/dulae"
SHIPPED = [HOUSE / "__init__.py", *sorted((HOUSE / "checks").rglob("*.py"))]
DOORS = sorted((ROOT / "library").glob("*.py"))
STDLIB = sys.stdlib_module_names

# Room -> the parts of dulae that it may use besides itself. `cli` may use all; `checks` has its own test.
COMMON = {"errors", "refusals", "checks"}
ROOMS: dict[str, set[str]] = {
    "errors": set(),
    "refusals": {"errors", "checks"},
    "settings": COMMON,
    "procedure": COMMON | {"settings"},
    "ledger": COMMON | {"settings", "procedure"},
    "people": COMMON | {"settings", "ledger", "procedure"},
    "claims": COMMON | {"settings", "ledger", "procedure", "people"},
    "accounts": COMMON | {"settings", "ledger", "procedure", "remote"},
    "incidents": COMMON | {"settings", "ledger", "procedure"},
    "reports": COMMON | {"settings", "ledger", "procedure", "claims"},
    "known_hosts": set(),
    "memory": set(),
    "ssh_arguments": set(),
    "remote": COMMON | {"settings", "known_hosts", "ssh_arguments"},
    "vaults": COMMON | {"remote"},
}


def imported(path: pathlib.Path) -> Iterator[str]:
    """Yield the absolute name of everything that a file imports."""
    package = [*path.relative_to(ROOT / "src").parent.parts] if path.is_relative_to(ROOT / "src") else []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def room_files(room: str) -> list[pathlib.Path]:
    """Return the files of a room, which is a folder or a single file."""
    return sorted((HOUSE / room).rglob("*.py")) if (HOUSE / room).is_dir() else [HOUSE / f"{room}.py"]


def test_every_room_has_a_rule() -> None:
    rooms = {path.stem for path in HOUSE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert rooms - {"__init__", "checks", "cli"} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_uses_only_the_rooms_below_it(room: str) -> None:
    for path in room_files(room):
        used = {
            name.split(".")[1] for name in imported(path) if name.startswith("dulae.") and name.count(".")
        }
        assert used <= ROOMS[room] | {room}, f"{path.relative_to(ROOT)} uses {used - ROOMS[room] - {room}}"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(HOUSE)))
def test_what_ships_to_targets_needs_only_the_standard_library(path: pathlib.Path) -> None:
    for name in imported(path):
        assert name.startswith("dulae.checks") or name.split(".")[0] in STDLIB, f"{path.name} imports {name}"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(HOUSE)))
def test_what_ships_to_targets_imports_its_siblings_relatively(path: pathlib.Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))
    absolute = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level]
    assert not [node.module for node in absolute if (node.module or "").startswith("dulae")]


@pytest.mark.parametrize("path", sorted(HOUSE.rglob("*.py")), ids=lambda path: str(path.relative_to(HOUSE)))
def test_nothing_in_the_house_imports_ansible(path: pathlib.Path) -> None:
    assert not [name for name in imported(path) if name.split(".")[0] == "ansible"]


@pytest.mark.parametrize("path", DOORS, ids=lambda path: path.stem)
def test_a_module_reaches_only_the_shipped_part_or_the_controller_part(path: pathlib.Path) -> None:
    names = [name for name in imported(path) if "dulae" in name]
    shipped = all(name.startswith("ansible.module_utils.dulae.checks") for name in names)
    controller = all(name.startswith("dulae") for name in names)
    assert names and (shipped or controller), f"{path.name} mixes both: {names}"
