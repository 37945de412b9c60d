"""Reading many files with all processors of this machine: forked, for threads of one Python wait for each other."""

from __future__ import annotations

import contextlib
import errno
import heapq
import os
import pickle
import signal
import threading
from typing import BinaryIO, Callable, Iterator, Sequence, Tuple, TypeVar, Union

Item = TypeVar("Item")
Done = TypeVar("Done")
# What a piece costs beside its bytes: opening and closing a file takes as long as computing so many of them.
_BYTES_EACH = 1 << 16
# Below this a second process costs more than it saves.
_WORTH_BYTES = 32 << 20

# The place of an item in the list, and what came of it.
_Answer = Tuple[int, Union[Done, OSError]]


def each(work: Callable[[Item], Done], items: Sequence[Item], sizes: Sequence[int]) -> list[Done]:
    """Return what ``work`` returns for each item; ``sizes`` are the bytes of each.

    The work must only read. Raise the OSError of the first item that met one, or one that says that a process ended.
    """
    costs = [size + _BYTES_EACH for size in sizes]
    # A process with several threads cannot be forked safely.
    alone = sum(costs) < _WORTH_BYTES or threading.active_count() > 1
    hands = 1 if alone else min(len(os.sched_getaffinity(0)), len(items))
    if hands == 1:
        return [work(item) for item in items]
    answers = _gathered(work, items, _dealt(costs, hands))
    if len(answers) < len(items):
        raise OSError(errno.ECHILD, "a process that read files has ended before it was done")
    done: list[Done] = []
    for _, answer in sorted(answers, key=lambda answer: answer[0]):
        if isinstance(answer, OSError):
            raise answer
        done.append(answer)
    return done


def _dealt(costs: Sequence[int], hands: int) -> list[list[int]]:
    """Return the places of the items that each process takes, so that all have about as much to do."""
    dealt: list[list[int]] = [[] for _ in range(hands)]
    loads = [(0, hand) for hand in range(hands)]
    for place in sorted(range(len(costs)), key=costs.__getitem__, reverse=True):
        load, hand = loads[0]
        dealt[hand].append(place)
        heapq.heapreplace(loads, (load + costs[place], hand))
    return dealt


def _gathered(
    work: Callable[[Item], Done], items: Sequence[Item], dealt: Sequence[Sequence[int]]
) -> list[_Answer[Done]]:
    """Have each process do its part, this one too; return all answers, fewer where a process was ended.

    Where no further process can be had, its part is done here.
    """
    own, *others = dealt
    children: list[tuple[int, BinaryIO]] = []
    answers: list[_Answer[Done]] = []
    try:
        for places in others:
            try:
                children.append(_forked(work, items, places))
            except OSError:
                own = [*own, *places]
        answers += _worked(work, items, own)
        for _, source in children:
            with contextlib.suppress(EOFError, pickle.UnpicklingError):
                answers += pickle.load(source)  # noqa: S301 written by a child of this very process
    finally:
        for child, source in children:
            source.close()
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return answers


def _forked(
    work: Callable[[Item], Done], items: Sequence[Item], places: Sequence[int]
) -> tuple[int, BinaryIO]:
    """Start a process that works on some items; return it, and the file from which its answers can be read.

    Raise OSError if this machine allows no further process.
    """
    reading, writing = os.pipe()
    parent = os.getpid()
    try:
        child = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        raise
    if child:
        os.close(writing)
        return child, os.fdopen(reading, "rb")
    try:
        os.close(reading)
        with os.fdopen(writing, "wb") as told:
            pickle.dump(list(_worked(work, items, places, parent)), told)
    finally:
        # Whatever this process has in common with its parent is the parent's to flush and to clean up.
        os._exit(0)


def _worked(
    work: Callable[[Item], Done], items: Sequence[Item], places: Sequence[int], parent: int | None = None
) -> Iterator[_Answer[Done]]:
    """Yield the answers for some items; a child whose parent has gone gives up."""
    for place in places:
        if parent and os.getppid() != parent:
            return
        try:
            yield place, work(items[place])
        except OSError as error:
            yield place, error
