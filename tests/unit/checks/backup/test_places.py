"""Which files of a folder are copies, whatever order the system tells them in."""

import pathlib
from collections.abc import Callable, Mapping

import pytest

from dulae.checks.backup import places
from dulae.checks.backup.medium import HERE, About
from dulae.checks.backup.sets import BackupSet


@pytest.mark.parametrize("order", [sorted, lambda names: sorted(names, reverse=True)])
def test_a_link_never_stands_for_the_copy_that_it_leads_to(
    order: Callable[[Mapping[str, About]], list[str]], tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "b-20260101.sql").write_text("a dump")
    for name in ("a-latest.sql", "z-latest.sql"):
        (tmp_path / name).symlink_to("b-20260101.sql")
    told = HERE.listed(str(tmp_path))
    monkeypatch.setattr(type(HERE), "listed", lambda here, folder: {name: told[name] for name in order(told)})
    found = places.find(BackupSet(str(tmp_path), "mariadb_dump"), places.is_file)
    (stays,) = {copy.state[:2]: copy.name for copy, _ in found}.values()
    assert stays == "b-20260101.sql"
