import multiprocessing
import os
import pathlib

import pytest

from dulae.errors import LedgerError
from dulae.ledger.locks import ControlLock, Holder, holder_of, running


def holder(**changed: object) -> Holder:
    told = {
        "control": "availability",
        "session": "s",
        "pid": os.getpid(),
        "operator": "officer1",
        "since": "now",
    }
    return Holder(**{**told, **changed})  # type: ignore[arg-type]


def test_who_holds_a_lock_is_told_and_private(tmp_path: pathlib.Path) -> None:
    lock = ControlLock(tmp_path, holder(tags=("step1",)))
    lock.take()
    assert running(tmp_path, "availability") == lock.holder
    assert (tmp_path / "locks/availability.json").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "locks").stat().st_mode & 0o777 == 0o700
    lock.free()
    assert running(tmp_path, "availability") is None


def test_another_control_is_another_lock(tmp_path: pathlib.Path) -> None:
    locks = [ControlLock(tmp_path, holder(control=control)) for control in ("availability", "access")]
    for lock in locks:
        lock.take()
    for lock in locks:
        lock.free()


def _take(state: pathlib.Path, told: "multiprocessing.Queue[str]") -> None:
    try:
        ControlLock(state, holder(operator="timer")).take()
    except LedgerError as error:
        told.put(str(error))


def refused(state: pathlib.Path) -> str:
    """Return what another process is told that wants the lock."""
    context = multiprocessing.get_context("spawn")
    told: multiprocessing.Queue[str] = context.Queue()
    process = context.Process(target=_take, args=(state, told))
    process.start()
    text = told.get(timeout=60)
    process.join()
    return text


def test_a_lock_that_is_held_is_refused_with_who_and_what_to_do(tmp_path: pathlib.Path) -> None:
    lock = ControlLock(tmp_path, holder())
    lock.take()
    said = refused(tmp_path)
    assert f"availability is being run by officer1 (process {os.getpid()}, manual, since now)" in said
    assert f"kill {os.getpid()}" in said
    lock.tell(holder(pid=2**22 + 1))
    assert "has just begun" in refused(tmp_path)
    lock.free()


def test_a_holder_that_is_gone_runs_nothing(tmp_path: pathlib.Path) -> None:
    lock = ControlLock(tmp_path, holder())
    lock.take()
    lock.tell(holder(pid=2**22 + 1))
    assert holder_of(tmp_path, "availability") and not running(tmp_path, "availability")
    lock.free()


def test_a_process_of_somebody_else_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_pid: int, _signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    assert holder().alive


@pytest.mark.parametrize("told", ["", "[]", "{}", '{"tags": 1}', '{"tags": [], "other": 1}'])
def test_a_note_that_cannot_be_read_names_nobody(tmp_path: pathlib.Path, told: str) -> None:
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks/availability.json").write_text(told)
    assert holder_of(tmp_path, "availability") is None


def test_a_lock_that_cannot_be_written_is_told(tmp_path: pathlib.Path) -> None:
    (tmp_path / "locks").touch()
    with pytest.raises(LedgerError, match="the lock cannot be taken"):
        ControlLock(tmp_path, holder()).take()
