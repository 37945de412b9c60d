"""How many persons a list usually has: weeks without anybody, copies and very short lists tell nothing of it."""

import pytest

from dulae.people.arrivals import Earlier


def came(*lengths: int) -> Earlier:
    """Return lists of some lengths, each of its own content, the latest last."""
    return Earlier([{"sha256": str(at), "counts": {"received": length}} for at, length in enumerate(lengths)])


@pytest.mark.parametrize(
    ("lengths", "usual"),
    [
        ((6, 8, 9, 30), 8),
        ((10, 10, 10, 0, 0, 0, 0), 10),
        ((2, 3, 3, 2, 1), None),
        ((10,), None),
        ((), None),
        ((90, 90, 90, 10, 10, 10, 10, 10, 10, 10, 10), 10),
    ],
)
def test_the_usual_length_is_that_of_the_last_lists_that_named_somebody(
    lengths: tuple[int, ...], usual: int | None
) -> None:
    assert came(*lengths).usual() == usual


def test_a_copy_is_no_further_week() -> None:
    once = {"sha256": "a", "counts": {"received": 10}}
    assert Earlier([once, once]).usual() is None
