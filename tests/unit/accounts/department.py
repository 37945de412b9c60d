"""An inventory folder for doors: the example's, with two systems on SQLite, an approver's key, and a ledger."""

import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from dulae.ledger import Ledger
from tests.unit.accounts import office
from tests.unit.accounts.office import PEOPLE, Person

EXAMPLE = Path(__file__).parents[3] / "inventory" / "example"


def department(
    folder: Path, keys: dict[str, Path], people: Iterable[Person] = PEOPLE, **accounts: Any
) -> Path:
    """Return the inventory folder of an office with both applications."""
    folder.mkdir(parents=True, exist_ok=True)
    people = tuple(people)
    office.flag_application(folder, people)
    office.scramble_application(folder, people)
    intranet = {"profile": "scramble", "protected": ["admin@dept.example"], **accounts}
    saraban = {"profile": "flag", "protected": ["admin"], **accounts}
    systems = [
        system("intranet", f"sqlite:///{folder / 'intranet.db'}", intranet),
        system("saraban", f"sqlite:///{folder / 'saraban.db'}", saraban),
    ]
    return inventory_of(folder, keys, systems)


def inventory_of(folder: Path, keys: dict[str, Path], systems: Sequence[dict[str, Any]]) -> Path:
    """Return the inventory folder of an office with some systems, whose head approves with officer2's key."""
    inventory = Path(shutil.copytree(EXAMPLE, folder / "department"))
    _write(inventory, "systems", systems)
    _change(inventory, "site", state_dir="state", report_dir="reports", lists_dir="lists")
    holders = _read(inventory, "people")
    for holder in holders["holders"]:
        if "approver" in holder["roles"]:
            holder["ssh_public_key"] = (
                keys["officer2"].with_suffix(".pub").read_text(encoding="utf-8").strip()
            )
    _write(inventory, "people", holders)
    Ledger.create(inventory / "state" / "ledger", organisation="example", node="control1")
    return inventory


def system(name: str, url: str, accounts: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a system with one database, whose users dulae looks after."""
    return {
        "name": name,
        "title": {"th": name, "en": name},
        "hosts": ["web1"],
        "probes": [
            {"name": "port", "title": {"th": name, "en": name}, "kind": "tcp", "host": "web1", "port": 80}
        ],
        "databases": [{"name": name, "host": "db1", "url": url}],
        "accounts": {"database": name, "brake": {"max_count": 20, "max_percent": 90}, **accounts},
        "usage": {
            "database": name,
            "queries": [
                {
                    "name": "users",
                    "title": {"th": "ผู้ใช้", "en": "Users"},
                    "unit": "users",
                    "sql": "SELECT count(*) FROM users",
                }
            ],
        },
    }


def _file(inventory: Path, name: str) -> Path:
    return inventory / "group_vars" / "all" / f"{name}.yml"


def _read(inventory: Path, name: str) -> Any:
    return yaml.safe_load(_file(inventory, name).read_text(encoding="utf-8"))[f"dulae_{name}"]


def _write(inventory: Path, name: str, content: Any) -> None:
    # Settings are literal: the same object twice would be written as an alias.
    plain = json.loads(json.dumps({f"dulae_{name}": content}))
    text = yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)
    _file(inventory, name).write_text(text, encoding="utf-8")


def _change(inventory: Path, name: str, **changes: Any) -> None:
    _write(inventory, name, {**_read(inventory, name), **changes})


def change_accounts(inventory: Path, **changes: Any) -> None:
    """Change what every system says of its accounts."""
    systems = _read(inventory, "systems")
    for system in systems:
        system["accounts"].update(changes)
    _write(inventory, "systems", systems)
