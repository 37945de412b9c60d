import pathlib

import pytest

from dulae.ledger import files


def test_a_file_is_private_and_whole(tmp_path: pathlib.Path) -> None:
    files.write(tmp_path / "note", b"one")
    files.write(tmp_path / "note", b"two")
    assert (tmp_path / "note").read_bytes() == b"two"
    assert (tmp_path / "note").stat().st_mode & 0o777 == 0o600
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_that_cannot_take_its_name_leaves_nothing_behind(tmp_path: pathlib.Path) -> None:
    (tmp_path / "note").mkdir()
    with pytest.raises(OSError):
        files.write(tmp_path / "note", b"one")
    assert [path.name for path in tmp_path.iterdir()] == ["note"]
