"""What the tests ask of their runner, and lost once without a word: tests of one group run in one process."""

import pytest


@pytest.mark.xdist_group("seen")
def test_processes_are_told_which_group_a_test_is_of(request: pytest.FixtureRequest) -> None:
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("tests are not shared out by group here")
    assert request.node.nodeid.endswith("@seen")
