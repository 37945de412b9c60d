"""A playbook is a process of its own: its words are kept, its end is waited for."""

import os
import pathlib
import stat
import sys

import pytest

from dulae.errors import SettingsError
from dulae.procedure import launching


def nothing() -> None:
    """Tick without doing anything."""


@pytest.fixture
def environment(tmp_path: pathlib.Path) -> dict[str, str]:
    return {**os.environ, "ANSIBLE_CONFIG": str(tmp_path / "ansible.cfg")}


def test_words_go_into_a_private_file_and_the_status_comes_back(
    tmp_path: pathlib.Path, environment: dict[str, str]
) -> None:
    log = tmp_path / "logs/a.log"
    command = [
        sys.executable,
        "-c",
        "import os, sys; print(os.getcwd(), flush=True); print('no', file=sys.stderr); sys.exit(7)",
    ]
    assert launching.launch(command, environment, log, nothing) == 7
    assert log.read_text().split() == [str(tmp_path), "no"]
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700


def test_a_program_that_is_not_there_is_told(tmp_path: pathlib.Path, environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="cannot be started"):
        launching.launch(["/no/such/program"], environment, tmp_path / "a.log", nothing)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: pathlib.Path, environment: dict[str, str]) -> None:
    (tmp_path / "logs").write_text("a file")
    with pytest.raises(SettingsError, match="cannot be started"):
        launching.launch([sys.executable, "-V"], environment, tmp_path / "logs/a.log", nothing)


@pytest.mark.parametrize("patience", [30, 0.1])
def test_an_interrupted_playbook_may_end_and_is_ended_where_it_does_not(
    patience: float, tmp_path: pathlib.Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(launching, "_LAST_WORDS_S", patience)
    seconds = 0.2 if patience > 1 else 60
    log = tmp_path / "a.log"
    command = [sys.executable, "-c", f"import time; time.sleep({seconds}); print('the end')"]
    with pytest.raises(KeyboardInterrupt):
        launching.launch(command, environment, log, interrupt)
    assert log.read_text() == ("the end\n" if patience > 1 else "")
