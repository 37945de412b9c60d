"""Ask something that may hang for ever, without hanging with it: each question in a thread of its own."""

from __future__ import annotations

import queue
import threading
from typing import Callable, TypeVar

T = TypeVar("T")


def ask(work: Callable[[], T], name: str, carried: tuple[type[Exception], ...]) -> queue.Queue[T | Exception]:
    """Begin some work; its result, or an error of those that are carried, will lie in the queue.

    The thread may hang for ever, which does not keep the program from ending.
    """
    answer: queue.Queue[T | Exception] = queue.Queue()

    def run() -> None:
        try:
            answer.put(work())
        except carried as error:
            answer.put(error)

    threading.Thread(target=run, daemon=True, name=name).start()
    return answer
