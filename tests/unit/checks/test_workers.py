"""Work that is spread over processes."""

import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dulae.checks import workers

LARGE = workers._WORTH_BYTES


@pytest.fixture(autouse=True)
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1})
    # xdist has threads of its own in each process that runs tests.
    monkeypatch.setattr(threading, "active_count", lambda: 1)


def pid(item: int) -> int:
    return os.getpid()


def test_answers_come_in_the_order_of_the_items() -> None:
    assert workers.each(lambda item: item * 2, range(1000), [LARGE] * 1000) == list(range(0, 2000, 2))


def test_much_work_is_spread_and_little_is_not() -> None:
    assert len(set(workers.each(pid, range(8), [LARGE] * 8))) == 2
    assert set(workers.each(pid, range(8), [1] * 8)) == {os.getpid()}
    assert workers.each(pid, [], []) == []


def test_beside_other_threads_nothing_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert set(workers.each(pid, range(8), [LARGE] * 8)) == {os.getpid()}


@given(some.lists(some.integers(1, 10**12), max_size=60), some.integers(1, 9))
def test_all_is_dealt_and_nobody_has_more_than_the_largest_too_much(costs: list[int], hands: int) -> None:
    dealt = workers._dealt(costs, hands)
    assert sorted(place for places in dealt for place in places) == list(range(len(costs)))
    loads = [sum(costs[place] for place in places) for places in dealt]
    assert max(loads) - min(loads) <= max(costs, default=0)


@pytest.mark.parametrize("bad", range(6))
def test_an_error_in_either_process_is_raised(bad: int, tmp_path: pathlib.Path) -> None:
    paths = [tmp_path / str(number) for number in range(6)]
    for path in paths:
        path.write_text("x")
    paths[bad].unlink()
    with pytest.raises(FileNotFoundError, match=str(paths[bad])):
        workers.each(lambda path: path.read_text(), paths, [LARGE] * 6)


def kill_the_other(parent: int) -> Callable[[int], int]:
    def work(item: int) -> int:
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return item

    return work


def test_a_process_that_is_killed_is_no_answer() -> None:
    with pytest.raises(OSError, match="has ended before it was done"):
        workers.each(kill_the_other(os.getpid()), range(8), [LARGE] * 8)


def test_whoever_is_interrupted_leaves_no_process() -> None:
    children: list[int] = []
    fork = os.fork

    def noted() -> int:
        children.append(fork())
        return children[-1]

    parent = os.getpid()

    def work(item: int) -> None:
        if os.getpid() == parent:
            raise KeyboardInterrupt
        time.sleep(600)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fork", noted)
        with pytest.raises(KeyboardInterrupt):
            workers.each(work, range(2), [LARGE] * 2)
    [child] = children
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


_ORPHANS = """
import os, time
from dulae.checks import workers
os.sched_getaffinity = lambda process: {0, 1}
first = os.getpid()
def work(item):
    print(os.getpid(), flush=True)
    if os.getpid() == first:
        os.kill(first, 9)
    time.sleep(0.2)
workers.each(work, range(4000), [1 << 30] * 4000)
"""


def test_a_child_whose_parent_is_killed_gives_up() -> None:
    run = subprocess.run(
        [sys.executable, "-c", _ORPHANS], capture_output=True, text=True, timeout=60, check=False
    )
    # What it printed is read to its end, so nobody holds the other end any more.
    assert run.returncode == -signal.SIGKILL
    assert len(run.stdout.split()) < 10


def test_a_child_stops_at_the_next_item_when_its_parent_is_another() -> None:
    assert list(workers._worked(pid, range(3), range(3), parent=1 << 30)) == []


def test_what_no_process_can_be_made_for_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    before = len(os.listdir("/proc/self/fd"))
    monkeypatch.setattr(os, "fork", refused)
    assert workers.each(lambda item: item * 2, range(100), [LARGE] * 100) == list(range(0, 200, 2))
    assert len(os.listdir("/proc/self/fd")) == before
