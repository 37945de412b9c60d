"""How a process looks after its memory."""

from __future__ import annotations

import gc

_NEW_OBJECTS, _ROUNDS = 50_000, 20


def expect_many_objects() -> None:
    """Let cycles be looked for rarely in this process, which handles whole lists and plans.

    They are a million objects without any cycle, and each look walks through all of them: an eighth of a review's time.
    """
    gc.set_threshold(_NEW_OBJECTS, _ROUNDS, _ROUNDS)
