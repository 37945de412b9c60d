"""Archives of files."""

import gzip
import io
import lzma
import pathlib
import tarfile

import pytest

from dulae.checks.backup.faults import Bad, CannotTell, Fault
from dulae.checks.backup.kinds import stream, tar
from dulae.checks.backup.tools import Tools

TOOLS = Tools()
MODES = {"tar": "w", "tar+gzip": "w:gz", "tar+bzip2": "w:bz2", "tar+xz": "w:xz"}


def archive(path: pathlib.Path, mode: str = "w", files: int = 3, size: int = 20_000) -> pathlib.Path:
    with tarfile.open(path, mode) as made:  # type: ignore[call-overload]
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        made.addfile(folder)
        for number in range(files):
            member = tarfile.TarInfo(f"folder/{number}")
            member.size = size
            made.addfile(member, io.BytesIO(bytes((number + place * place) % 251 for place in range(size))))
    return path


def fault(path: pathlib.Path) -> Fault:
    with pytest.raises(Fault) as caught:
        tar.structure(str(path), TOOLS)
        tar.read(str(path), TOOLS)
    return caught.value


@pytest.mark.parametrize(("form", "mode"), MODES.items())
def test_a_good_archive_lists_its_files(tmp_path: pathlib.Path, form: str, mode: str) -> None:
    path = archive(tmp_path / "a", mode)
    contents = tar.structure(str(path), TOOLS)
    assert (contents.format, contents.files, contents.all_read) == (form, 3, form != "tar")
    tar.read(str(path), TOOLS)


@pytest.mark.parametrize("mode", MODES.values())
@pytest.mark.parametrize("left_percent", [1, 30, 60, 85])
def test_a_truncated_archive_is_bad(tmp_path: pathlib.Path, mode: str, left_percent: int) -> None:
    data = archive(tmp_path / "a", mode).read_bytes()
    (tmp_path / "cut").write_bytes(data[: len(data) * left_percent // 100])
    assert isinstance(fault(tmp_path / "cut"), Bad)


def test_an_archive_cut_between_two_members_is_bad(tmp_path: pathlib.Path) -> None:
    data = archive(tmp_path / "a", size=512).read_bytes()
    (tmp_path / "cut").write_bytes(data[: 512 * 3])
    assert fault(tmp_path / "cut").why is stream.CUT_OFF


def test_a_compressed_archive_cut_between_two_members_is_bad(tmp_path: pathlib.Path) -> None:
    data = archive(tmp_path / "a", size=512).read_bytes()
    (tmp_path / "cut").write_bytes(gzip.compress(data[: 512 * 3]))
    assert fault(tmp_path / "cut").why is stream.CUT_OFF


def test_a_flipped_byte_in_compressed_data_is_bad(tmp_path: pathlib.Path) -> None:
    data = bytearray(archive(tmp_path / "a", "w:gz").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "flipped").write_bytes(data)
    assert isinstance(fault(tmp_path / "flipped"), Bad)


@pytest.mark.parametrize("mode", MODES.values())
def test_the_archive_of_an_empty_folder_is_bad(tmp_path: pathlib.Path, mode: str) -> None:
    assert fault(archive(tmp_path / "a", mode, files=0)).why is tar.NO_FILES


def test_an_archive_without_any_member_is_bad(tmp_path: pathlib.Path) -> None:
    (tmp_path / "zeros").write_bytes(bytes(10240))
    assert fault(tmp_path / "zeros").why is tar.NO_FILES


def test_an_error_message_saved_as_archive_is_told_as_such(tmp_path: pathlib.Path) -> None:
    for text in (b"tar: /srv/files: Cannot open: Permission denied\n", b"bash: tar: command not found\n"):
        (tmp_path / "a").write_bytes(text)
        assert fault(tmp_path / "a").why is stream.ERROR_TEXT


def test_what_is_no_archive_is_not_quoted(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a").write_text("a secret letter")
    made = fault(tmp_path / "a")
    assert made.why is stream.UNKNOWN_FORMAT
    assert "secret" not in str(made.numbers)


@pytest.mark.parametrize("magic", [b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18"], ids=["zstd", "lz4"])
def test_a_compression_without_its_program_is_unknown(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, magic: bytes
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "a").write_bytes(magic + bytes(100))
    made = fault(tmp_path / "a")
    assert isinstance(made, CannotTell)
    assert made.why is stream.NO_PROGRAM


def test_compressed_nothing_is_cut_off(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a").write_bytes(lzma.compress(b""))
    assert fault(tmp_path / "a").why is stream.CUT_OFF
