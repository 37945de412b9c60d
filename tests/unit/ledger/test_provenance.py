import ctypes
import getpass
import os
import pathlib
import shutil
import subprocess
from typing import Any

import pytest

from dulae.ledger import canonical, provenance
from tests.faults.evidence_house import House


def test_circumstances_can_be_kept_and_name_what_the_run_was_made_with(house: House) -> None:
    told = provenance.circumstances(house.inventory, "playbooks/check_availability.yml")
    canonical.encode(told)
    assert len(told["code_sha256"]) == len(told["inventory_sha256"]) == len(told["playbook_sha256"]) == 64
    assert told["operator"] and told["version"] and told["ansible"] and told["python"]


def test_sudo_s_caller_is_the_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "officer1")
    assert provenance.operator() == {"operator": "officer1", "account": getpass.getuser()}


def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError

    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setattr(getpass, "getuser", nameless)
    assert provenance.operator()["operator"] == str(os.getuid())


def test_settings_have_a_hash_and_secrets_and_state_have_none(house: House) -> None:
    before = provenance.inventory_sha256(house.inventory)
    (house.inventory / "secrets").mkdir()
    (house.inventory / "secrets/mailbox").write_text("hunter2")
    (house.state / "other").touch()
    assert provenance.inventory_sha256(house.inventory) == before
    (house.inventory / "group_vars/all/site.yml").open("a").close()
    with (house.inventory / "group_vars/all/site.yml").open("a") as stream:
        stream.write("# changed\n")
    assert provenance.inventory_sha256(house.inventory) != before


class Kernel:
    """Answers adjtimex as a kernel does whose clock is in the given state."""

    def __init__(self, state: int, status: int) -> None:
        self.state = state
        self.status = status

    def adjtimex(self, timex: Any) -> int:
        timex._obj.offset = 1_500_000
        timex._obj.maxerror = 4000
        timex._obj.status = self.status
        return self.state


@pytest.mark.parametrize(
    ("state", "status", "told"),
    [
        (0, 0x2000, {"synchronised": True, "offset_us": 1500, "max_error_us": 4000}),
        (5, 0, {"synchronised": False, "offset_us": 1_500_000, "max_error_us": 4000}),
        (-1, 0, {"synchronised": None}),
    ],
)
def test_the_clock_s_state_is_what_the_kernel_says(
    monkeypatch: pytest.MonkeyPatch, state: int, status: int, told: dict[str, Any]
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Kernel(state, status))
    assert provenance.clock() == told


def test_a_system_without_that_call_tells_nothing_of_its_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())
    assert provenance.clock() == {"synchronised": None}


def test_a_checkout_has_a_commit(tmp_path: pathlib.Path) -> None:
    git = shutil.which("git")
    if not git:
        pytest.skip("git is not installed")
    for command in (
        ["init", "-q"],
        ["-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-q", "--allow-empty", "-m", "x"],
    ):
        subprocess.run([git, "-C", tmp_path, *command], check=True)
    told = provenance._revision(tmp_path)
    assert len(told["commit"]) == 40 and told["dirty"] is False
    (tmp_path / "new").touch()
    subprocess.run([git, "-C", tmp_path, "add", "new"], check=True)
    assert provenance._revision(tmp_path)["dirty"] is True


def test_a_folder_that_is_no_checkout_has_none(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert provenance._revision(tmp_path) == {"commit": "", "dirty": None}
    (tmp_path / ".git").mkdir()
    assert provenance._revision(tmp_path) == {"commit": "", "dirty": None}
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert provenance._revision(tmp_path) == {"commit": "", "dirty": None}
