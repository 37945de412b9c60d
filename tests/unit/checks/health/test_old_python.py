"""Targets may have a Python as old as 3.8: the probes run there as they do here."""

import json
import pathlib
import shutil
import subprocess
import sys

import pytest

from tests.unit.checks.health import authority
from tests.unit.checks.health.authority import Pair, Wanted
from tests.unit.checks.health.servers import HOST, Page, site

SOURCES = pathlib.Path(__file__).parents[4] / "src"
LOOK = """
import json, sys
sys.path.insert(0, sys.argv[1])
from dulae.checks import health
findings = health.run(health.probes_from(json.loads(sys.argv[2])), {"login": "secret"}, 20)
print(json.dumps([finding.to_dict() for finding in findings]))
"""
FORM = (
    b'<form method="post" action="/in"><input name="username"><input type="password" name="password"></form>'
)


def old_python() -> str:
    """Return a Python 3.8 that runs, or an empty text."""
    installed = [*map(str, pathlib.Path.home().glob(".pyenv/versions/3.8.*/bin/python3.8"))]
    found = [*installed, shutil.which("python3.8")]
    asked = (
        (python, subprocess.run([python, "-V"], capture_output=True, check=False))
        for python in found
        if python
    )
    return next((python for python, answer in asked if answer.returncode == 0), "")


@pytest.mark.parametrize("python", [sys.executable, pytest.param(old_python(), id="python3.8")])
def test_every_kind_runs_there(python: str, root: Pair, ca_file: str, tmp_path: pathlib.Path) -> None:
    if not python:
        pytest.skip("Python 3.8 is not installed here")
    settings = authority.context(tmp_path, authority.issue(Wanted(), root))
    with site({"/": Page(FORM), "/in": Page("ออกจากระบบ".encode())}, settings) as web:
        there = {"host": HOST, "port": web.port}
        given = [
            {"name": "page", "kind": "http", "url": web.url(), "ca_file": ca_file, "contains": "form"},
            {
                "name": "login",
                "kind": "journey",
                "login_url": web.url(),
                "username": "probe",
                "logged_in": "ออกจากระบบ",
                "ca_file": ca_file,
            },
            {"name": "certificate", "kind": "tls", "ca_file": ca_file, **there},
            {"name": "port", "kind": "tcp", **there},
            {"name": "unit", "kind": "service", "unit": "no-such-unit-anywhere.service"},
            {"name": "program", "kind": "process", "process": "no-such-program"},
            {"name": "database", "kind": "database", **there},
        ]
        done = subprocess.run(
            [python, "-I", "-W", "error", "-c", LOOK, str(SOURCES), json.dumps(given)],
            capture_output=True,
            text=True,
            check=True,
        )
    verdicts = {finding["subject"]: finding["verdict"] for finding in json.loads(done.stdout)}
    assert verdicts == {
        "page": "pass",
        "login": "pass",
        "certificate": "pass",
        "port": "pass",
        "unit": "unknown",
        "program": "fail",
        "database": "fail",
    }
