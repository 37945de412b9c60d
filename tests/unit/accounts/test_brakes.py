"""What stops a plan, and what does not."""

import pytest

from dulae.accounts.applications import Brake
from dulae.accounts.brakes import Load, tripped

BRAKE = Brake(max_count=20, max_percent=5)


@pytest.mark.parametrize(
    ("load", "codes"),
    [
        (Load(0, 0, 0), []),
        (Load(5, 100, 5), []),
        (Load(6, 100, 6), ["access.brake_percent"]),
        (Load(3, 10, 3), []),
        (Load(4, 10, 4), ["access.brake_percent"]),
        (Load(21, 1000, 21), ["access.brake_count"]),
        (Load(100, 1000, 100), ["access.brake_count", "access.brake_percent"]),
        (Load(3, 1000, 3, declared=3), []),
        (Load(3, 1000, 3, declared=2), ["access.brake_declared"]),
        (Load(0, 1000, 3, declared=2), []),
    ],
)
def test_count_percent_and_the_declared_number_stop_a_plan(load: Load, codes: list[str]) -> None:
    assert [stopped["code"] for stopped in tripped(BRAKE, load)] == codes


def test_a_brake_says_its_numbers() -> None:
    (stopped,) = tripped(BRAKE, Load(21, 1000, 21))
    assert stopped["because"] == "21 accounts would be disabled, at most 20 without a bulk approval"
    assert stopped["measured"]["max_count"] == 20
