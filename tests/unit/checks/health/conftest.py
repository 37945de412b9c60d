"""What the tests of the probes share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dulae.checks import health
from dulae.checks.finding import Finding
from tests.unit.checks.health import authority
from tests.unit.checks.health.authority import Pair, Wanted

Probe = Callable[..., Finding]


@pytest.fixture
def probe() -> Probe:
    """Return a function that makes one probe, as a playbook would, and gives back its finding."""

    def look(kind: str, secret: str = "", **options: Any) -> Finding:
        given = {"subject": "saraban/probe", "system": "saraban", "kind": kind, "timeout_s": 5, **options}
        (finding,) = health.run(health.probes_from([given]), {"saraban/probe": secret}, 10)
        assert not [
            value for value in (*finding.measured.values(), *finding.limit.values()) if _is_float(value)
        ]
        return finding

    return look


def _is_float(value: Any) -> bool:
    return isinstance(value, float)


@pytest.fixture(scope="session")
def root() -> Pair:
    """Return an authority that the tests trust."""
    return authority.issue(Wanted("Department Root", is_authority=True))


@pytest.fixture(scope="session")
def ca_file(root: Pair, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the file with that authority."""
    path: Path = tmp_path_factory.mktemp("trust") / "ca.pem"
    path.write_bytes(root.pem)
    return str(path)
