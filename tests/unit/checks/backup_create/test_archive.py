"""Archives of folders, hashed as they are written."""

import hashlib
import os
import pathlib
import socket
import tarfile

import pytest

from dulae.checks.backup.faults import Bad
from dulae.checks.backup.tools import Tools
from dulae.checks.backup_create import archive
from dulae.checks.backup_create.made import Made
from dulae.checks.backup_create.request import Request


@pytest.fixture
def source(tmp_path: pathlib.Path) -> pathlib.Path:
    folder = tmp_path / "source"
    (folder / "ปี 2569").mkdir(parents=True)
    (folder / "ปี 2569" / "หนังสือ.pdf").write_bytes(os.urandom(70_000))
    (folder / "empty.txt").touch()
    (folder / "link").symlink_to("/etc/passwd")
    os.link(folder / "empty.txt", folder / "second name.txt")
    return folder


def write(source: pathlib.Path) -> tuple[Made, pathlib.Path]:
    path = source.parent / "out.tar.gz"
    return archive.write(Request("tar", str(source), str(source.parent), "files"), str(path), Tools()), path


def test_every_file_is_in_the_archive_with_the_hash_of_its_bytes(source: pathlib.Path) -> None:
    made, path = write(source)
    with tarfile.open(path) as stored:
        for file in made.files:
            content = stored.extractfile(file.path)
            assert content and hashlib.sha256(content.read()).hexdigest() == file.sha256
        assert stored.getmember("link").issym()
    assert [file.path for file in made.files] == ["empty.txt", "second name.txt", "ปี 2569/หนังสือ.pdf"]
    assert made.changed == ()


def test_the_same_folder_gives_the_same_archive(source: pathlib.Path) -> None:
    _, path = write(source)
    first = path.read_bytes()
    write(source)
    assert path.read_bytes() == first


def test_a_missing_folder_is_refused(tmp_path: pathlib.Path) -> None:
    with pytest.raises(Bad) as caught:
        write(tmp_path / "none")
    assert caught.value.why is archive.NO_FOLDER


def test_an_empty_folder_is_refused(tmp_path: pathlib.Path) -> None:
    (tmp_path / "source" / "inner").mkdir(parents=True)
    with pytest.raises(Bad) as caught:
        write(tmp_path / "source")
    assert caught.value.why is archive.NO_FILES


def test_the_store_itself_is_left_out(source: pathlib.Path) -> None:
    request = Request("tar", str(source.parent), str(source), "files")
    (source.parent / "letter.pdf").touch()
    made = archive.write(request, str(source / ".files-1.partial"), Tools())
    assert [file.path for file in made.files] == ["letter.pdf"]


def test_a_folder_is_not_archived_into_itself(source: pathlib.Path) -> None:
    with pytest.raises(Bad) as caught:
        archive.write(Request("tar", str(source), str(source), "files"), str(source / ".x.partial"), Tools())
    assert caught.value.why is archive.SAME_FOLDER


def test_a_socket_is_left_out(source: pathlib.Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(source / "s"))
        made, _ = write(source)
    assert len(made.files) == 3


def test_a_file_that_may_not_be_read_is_refused(
    source: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(archive, "_add_file", refuse)
    with pytest.raises(Bad) as caught:
        write(source)
    assert caught.value.why is archive.UNREADABLE


def test_a_file_that_vanishes_meanwhile_is_left_out(
    source: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = archive._add_file

    def vanish(work: archive._Work, path: str, name: str) -> None:
        if name == "empty.txt":
            raise FileNotFoundError
        real(work, path, name)

    monkeypatch.setattr(archive, "_add_file", vanish)
    made, path = write(source)
    assert len(made.files) == 2
    with tarfile.open(path) as stored:
        assert "empty.txt" not in stored.getnames()


def test_a_file_that_shrinks_meanwhile_is_noted_and_the_archive_stays_whole(
    source: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tarfile.TarFile.addfile

    def shrink(self: tarfile.TarFile, member: tarfile.TarInfo, reading: object = None) -> None:
        if member.size:
            os.truncate(source / "ปี 2569" / "หนังสือ.pdf", 10)
        real(self, member, reading)  # type: ignore[arg-type]

    monkeypatch.setattr(tarfile.TarFile, "addfile", shrink)
    made, path = write(source)
    assert made.changed == ("ปี 2569/หนังสือ.pdf",)
    with tarfile.open(path) as stored:
        content = stored.extractfile(made.changed[0])
        assert content and hashlib.sha256(content.read()).hexdigest() == made.files[-1].sha256


def test_a_name_that_is_no_text_is_kept(source: pathlib.Path) -> None:
    (source / os.fsdecode(b"caf\xe9")).write_text("x")
    made, path = write(source)
    with tarfile.open(path) as stored:
        assert {file.path for file in made.files} <= set(stored.getnames())
