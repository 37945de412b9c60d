"""Looking into the folders of repositories."""

import pathlib

import pytest

from dulae.checks.backup.faults import Bad
from dulae.checks.backup.kinds import repository, walking

OF_BORG = b"[repository]\nversion = 1\n"
OF_RESTIC = b"\x81\x94\xf0\x12 is encrypted"


@pytest.mark.parametrize(("tool", "config"), [("borg", OF_RESTIC), ("restic", OF_BORG)])
def test_the_repository_of_another_program_is_told_as_such(
    tool: str, config: bytes, tmp_path: pathlib.Path
) -> None:
    (tmp_path / "config").write_bytes(config)
    with pytest.raises(Bad) as caught:
        walking.demand_own(str(tmp_path), tool)
    assert caught.value.why is repository.NO_REPOSITORY
    assert caught.value.numbers["tool"] == tool


@pytest.mark.parametrize(("tool", "config"), [("borg", OF_BORG), ("restic", OF_RESTIC)])
def test_a_programs_own_repository_and_one_without_configuration_are_left_to_it(
    tool: str, config: bytes, tmp_path: pathlib.Path
) -> None:
    walking.demand_own(str(tmp_path), tool)
    (tmp_path / "config").write_bytes(config)
    walking.demand_own(str(tmp_path), tool)
