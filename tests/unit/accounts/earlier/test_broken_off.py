"""A comparison that breaks off anywhere forgets nobody: neither of its own list, nor of one that had come before."""

from pathlib import Path
from typing import Any

import pytest

from dulae.accounts import private
from dulae.ledger import Ledger
from dulae.people import aside as putting_aside
from tests.unit.accounts.earlier.test_catching_up import aside, left_to_a_person, reviewed
from tests.unit.accounts.office import NOW, PEOPLE, Office, leaver

SOMCHAI, SOMYING, WICHAI, *_ = PEOPLE
TO_DECIDE = {"action": "REVIEW", "movement": "transfer_ambiguous", "standing": "review"}
# A first comparison writes its key, whom it must not forget, its plan, and the plan's entry: before and after each.
STEPS = range(8)


class PowerCut(BaseException):
    """Ends a run as the machine's end would."""


class _Power:
    """Counts what is written, before and after each."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
        self.left = after
        for owner, name in ((private, "_write"), (Ledger, "append")):
            monkeypatch.setattr(owner, name, self._stepped(getattr(owner, name)))

    def _stepped(self, write: Any) -> Any:
        def stepped(*arguments: Any, **more: Any) -> Any:
            self._step()
            done = write(*arguments, **more)
            self._step()
            return done

        return stepped

    def _step(self) -> None:
        if self.left == 0:
            raise PowerCut
        self.left -= 1


def broken_off(work: Office, after: int, week: int, *rows: dict[str, Any]) -> None:
    """Compare a list until the power goes."""
    with pytest.MonkeyPatch.context() as patch, pytest.raises(PowerCut):
        # The list's own arrival is the first entry.
        _Power(patch, after + 2)
        reviewed(work, week, *rows)


def put_aside(work: Office, arriving: str) -> None:
    """Do what ``dulae_leavers`` does before another list takes the place of the one that is there."""
    place = putting_aside.Place(work.desk.judged_list, Path(work.desk.state_dir) / "ledger")
    putting_aside.keep(place, arriving, NOW.date())


@pytest.mark.parametrize("after", STEPS)
def test_whom_a_late_list_leaves_to_a_person_is_told_when_the_same_list_is_compared_again(
    work: Office, after: int
) -> None:
    aside(work, 0, leaver(SOMCHAI, **TO_DECIDE))
    broken_off(work, after, 1, leaver(WICHAI, **TO_DECIDE))
    assert left_to_a_person(reviewed(work, 1, leaver(WICHAI, **TO_DECIDE))) == {"user1", "user3"}


@pytest.mark.parametrize("after", STEPS)
def test_nobody_is_forgotten_when_another_list_comes_first(work: Office, after: int) -> None:
    aside(work, 0, leaver(SOMCHAI, **TO_DECIDE))
    broken_off(work, after, 1, leaver(WICHAI, **TO_DECIDE))
    put_aside(work, f"{2:064}")
    assert left_to_a_person(reviewed(work, 2, leaver(SOMYING, **TO_DECIDE))) == {"user1", "user2", "user3"}
