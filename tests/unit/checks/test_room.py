"""Will the next backups fit, and until when does what is kept of them?"""

import os
import queue
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dulae.checks import disk, room
from dulae.checks.finding import Finding, Verdict
from dulae.checks.room import Copies, Room, Store

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def copied(*sizes: int, keep: int = 0, step: timedelta = DAY) -> Copies:
    """Return copies, the newest of which was made now."""
    moments = tuple(NOW - step * back for back in reversed(range(len(sizes))))
    return Copies(sizes, moments, keep)


def asked(free: int, *stores: Copies) -> Room:
    return room.room(stores, free, NOW)


def test_the_next_copy_is_as_the_newest_and_what_copies_grow_by() -> None:
    assert copied(100, 110, 120).next_bytes == 130
    assert copied(100, 110, 120, 50, 60).next_bytes == 70
    assert copied(120, 110, 100).next_bytes == 100
    assert Copies().next_bytes == 0


def test_the_next_copies_of_all_stores_are_needed_together() -> None:
    assert asked(0, copied(100), copied(50), Copies()).next_bytes == 150


def test_a_full_retention_of_copies_that_do_not_grow_lasts() -> None:
    assert asked(100, copied(100, 100, 100, keep=3)).until is None


def test_the_new_copy_is_written_before_the_oldest_goes() -> None:
    told = asked(99, copied(100, 100, 100, keep=3))
    assert (told.fitting, told.until) == (0, NOW + DAY)


def test_a_retention_that_is_not_full_yet_needs_its_whole_space() -> None:
    told = asked(600, copied(100, keep=7))
    assert (told.fitting, told.until) == (6, NOW + 7 * DAY)
    assert asked(700, copied(100, keep=7)).until is None


def test_the_end_comes_by_the_usual_time_between_copies() -> None:
    hourly, weekly = (copied(100, 100, keep=9, step=step) for step in (timedelta(hours=1), 7 * DAY))
    assert asked(300, hourly).until == NOW + timedelta(hours=4)
    assert asked(300, weekly).until == NOW + 28 * DAY
    assert asked(300, hourly, weekly).until == NOW + timedelta(hours=4)


def test_a_copy_that_is_late_is_expected_now_and_not_in_the_past() -> None:
    old = Copies((100,), (NOW - 30 * DAY,), 5)
    assert asked(50, old).until == NOW


def test_copies_that_grow_end_the_space_some_day() -> None:
    told = asked(200, copied(100, 110, keep=2))
    assert told.until == NOW + 4 * DAY and told.fitting == 3


def test_without_a_declared_retention_no_end_is_foretold() -> None:
    assert asked(0, copied(100)).until is None


def test_nobody_looks_further_than_ten_years() -> None:
    assert asked(10**9, copied(1, 2, keep=1)).until is None


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=9), st.integers(1, 9), st.integers(0, 10**5))
def test_more_space_never_lasts_shorter(sizes: list[int], keep: int, free: int) -> None:
    less, more = (asked(space, copied(*sizes, keep=keep)).until for space in (free, free + 500))
    assert more is None or (less is not None and less <= more)


def test_only_finished_copies_of_the_pattern_are_counted_by_age(tmp_path: Path) -> None:
    for day, size in ((1, 30), (2, 20), (3, 10)):
        copy = tmp_path / f"a-2026110{day}T010000Z.dump"
        copy.write_bytes(b"x" * size)
        os.utime(copy, (day, day))
        (tmp_path / f"{copy.name}.manifest.json").write_text("{}")
    (tmp_path / "a-20261104T010000Z.dump.partial").write_bytes(b"x" * 99)
    (tmp_path / "b.dump").write_bytes(b"x")
    found = room.look(Store(str(tmp_path), "a-*.dump"))
    assert found.sizes == (30, 20, 10) and found.step == DAY
    assert room.look(Store(str(tmp_path / "none"))) == Copies()


def test_a_copy_may_be_a_folder_and_the_store_is_none(tmp_path: Path) -> None:
    for day in (1, 2):
        (tmp_path / f"base-{day}/deep").mkdir(parents=True)
        (tmp_path / f"base-{day}/deep/file").write_bytes(b"x" * 10 * day)
    assert sorted(room.look(Store(str(tmp_path), "*")).sizes) == [10, 20]


def judged(path: Path, free: int, keep: int = 0, **about: Any) -> Finding:
    mount = disk.Mount("/srv", disk.Limits(0, 0), stores=(Store(str(path), keep=keep),), **about)
    usage = disk.Usage("/srv", 1000, 1000 - free, free, 100, 50, read_only=False)
    return disk.check([mount], measure=lambda _: usage, now=NOW)[0]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    copy = tmp_path / "copy-20261122T120000Z"
    copy.write_bytes(b"x" * 100)
    os.utime(copy, (NOW.timestamp(), NOW.timestamp()))
    return tmp_path


def test_a_next_backup_that_fits_passes_and_says_what_it_needs(store: Path) -> None:
    finding = judged(store, 100)
    assert (finding.verdict, finding.code) == (Verdict.PASS, "disk.backups_fit")
    assert "need 100 bytes of 100 free" in finding.because


def test_a_next_backup_that_does_not_fit_fails_with_all_that_an_officer_needs(store: Path) -> None:
    finding = judged(store, 99)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "disk.next_backup_too_large")
    assert finding.because == (
        "/srv: the next backups need 100 bytes, 99 are free on /srv;"
        " free space or enlarge the disk before they are made"
    )


def test_a_retention_that_will_not_fit_warns_where_that_is_asked(store: Path) -> None:
    finding = judged(store, 350, keep=7, warn_days_until_full=4)
    assert (finding.verdict, finding.code) == (Verdict.WARN, "disk.retention_too_large")
    assert (finding.measured["backups_left"], finding.measured["retention_until"]) == (3, "2026-11-26")
    assert finding.limit["warn_days_until_full"] == 4
    for days in (0, 3):
        quiet = judged(store, 350, keep=7, warn_days_until_full=days)
        assert quiet.verdict is Verdict.PASS and quiet.measured["days_left"] == 4
    assert "retention_until" not in judged(store, 700, keep=7).measured


def test_an_empty_store_asks_for_nothing(tmp_path: Path) -> None:
    assert judged(tmp_path, 0).code == "disk.enough"


def full(path: Path) -> Finding:
    mount = disk.Mount("/srv", stores=(Store(str(path)),))
    usage = disk.Usage("/srv", 1000, 950, 50, 100, 50, read_only=False)
    return disk.check([mount], measure=lambda _: usage, timeout_s=0.2)[0]


def test_a_store_that_may_not_be_read_is_unknown_and_no_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(store: Store) -> Copies:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(room, "look", refuse)
    finding = judged(tmp_path, 500)
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "disk.store_refused")
    assert str(tmp_path) in finding.because and "Permission denied" in finding.because
    assert full(tmp_path).code == "disk.free_below_limit"


def test_a_store_that_never_answers_keeps_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    never: queue.Queue[Copies] = queue.Queue()
    monkeypatch.setattr(room, "look", lambda store: never.get())
    usage = disk.Usage("/srv", 1000, 100, 900, 100, 50, read_only=False)
    mount = disk.Mount("/srv", stores=(Store(str(tmp_path)),))
    [finding] = disk.check([mount], timeout_s=0.2, measure=lambda _: usage)
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "disk.store_silent")
    assert full(tmp_path).code == "disk.free_below_limit"
    never.put(Copies())
    never.put(Copies())
