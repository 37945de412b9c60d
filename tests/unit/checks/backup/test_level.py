"""What each level leaves open."""

import itertools

from dulae.checks.backup.level import LEVELS, WORDS, not_proven


def test_nothing_reached_leaves_everything_open() -> None:
    assert not_proven("") == list(WORDS)


def test_each_level_leaves_less_open_than_the_one_before() -> None:
    left_open = [set(not_proven(level)) for level in ("", *LEVELS)]
    assert all(later <= earlier for earlier, later in itertools.pairwise(left_open))


def test_not_even_integrity_proves_content_and_restoring() -> None:
    assert not_proven("integrity") == ["content", "restorable"]


def test_data_that_were_read_without_a_manifest_are_not_proven_unchanged() -> None:
    assert not_proven("structure", "readable") == ["unchanged", "content", "restorable"]


def test_content_leaves_only_restoring_open() -> None:
    assert not_proven("content") == ["restorable"]
