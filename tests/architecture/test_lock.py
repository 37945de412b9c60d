"""The lock pins what pip will ask for: a name with its extras too, or pip takes the newest and finds no hash for it."""

import re
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[([^\]]+)\])?==", re.MULTILINE)


def pinned(lock: str) -> dict[str, set[str]]:
    """Return the extras of each name in a lock."""
    text = (ROOT / f"requirements/{lock}.txt").read_text(encoding="utf-8")
    return {
        canonicalize_name(name): set(filter(None, extras.split(","))) for name, extras in _PIN.findall(text)
    }


def asked(names: set[str]) -> Iterator[Requirement]:
    """Yield what the named packages that are installed here require here."""
    for package in distributions():
        if canonicalize_name(package.name) in names:
            for requirement in map(Requirement, package.requires or ()):
                if not requirement.marker or requirement.marker.evaluate({"extra": ""}):
                    yield requirement


def test_every_extra_that_a_package_asks_for_is_pinned_with_its_name() -> None:
    lock = pinned("dev")
    wanted = [requirement for requirement in asked(set(lock)) if requirement.extras]
    assert wanted
    missing = {
        str(requirement)
        for requirement in wanted
        if not requirement.extras <= lock.get(canonicalize_name(requirement.name), set())
    }
    assert missing == set()


def test_every_lock_pins_what_the_next_smaller_one_pins() -> None:
    assert set(pinned("runtime")) < set(pinned("demo")) < set(pinned("dev"))
