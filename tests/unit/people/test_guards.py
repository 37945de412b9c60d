"""What is no whole file of a kind that can be a list, each refused with what it is and what to do."""

import os
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from dulae.errors import ListError
from dulae.people import guards, reading


def refusal(data: bytes) -> ListError:
    with pytest.raises(ListError) as caught:
        reading.document(data, "list.xls")
    assert caught.value.remedy
    return caught.value


def archive(**parts: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def container(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + stream.encode("utf-16-le") + b"\x00" * 100


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (container("EncryptedPackage"), "protected by a password"),
        (container("Workbook"), "old .xls workbook"),
        (container("WordDocument"), "old Word document"),
        (container("Unknown"), "old .xls workbook or is protected"),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00", "old .xls workbook"),
        (archive(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "OpenDocument"),
        (archive(**{"word__document.xml": "<w/>"}), "Word document"),
        (archive(**{"xl__workbook.bin": "x"}), "binary workbook"),
        (archive(readme="x"), "no Excel workbook"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related;", "web page saved as one file"),
        (b"<style>td {}</style><table>", "web page"),
        ("\ufeff<!-- made by HR --><table>".encode("utf-16"), "web page"),
        ("<div>ชื่อ".encode(), "web page"),
        (b"\xef\xbb\xbf<html>", "web page"),
        (b"GIF89a", "picture"),
    ],
)
def test_what_is_no_list_is_called_by_its_kind(data: bytes, what: str) -> None:
    assert what in refusal(data).what


def test_a_byte_of_zero_is_named_with_its_line() -> None:
    refused = refusal("ชื่อ-สกุล,สังกัด\nนาย\x00สมชาย ใจดี,กองคลัง\n".encode())
    assert (refused.what, refused.place) == ("the file is not text", "list.xls:2")


def test_a_folder_a_pipe_and_a_device_are_no_lists(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, what in (
        (tmp_path, "a folder"),
        (tmp_path / "pipe", "a pipe"),
        (Path("/dev/zero"), "a device"),
    ):
        with pytest.raises(ListError, match=what):
            guards.content(path)


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", denied)
    with pytest.raises(ListError, match="Permission denied"):
        guards.content(tmp_path / "list.csv")


def test_a_file_that_grows_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("ชื่อ-สกุล,สังกัด\n", encoding="utf-8")
    looked = os.fstat
    asked: list[int] = []

    def growing(handle: int) -> os.stat_result:
        asked.append(handle)
        if len(asked) > 1:
            with path.open("a", encoding="utf-8") as more:
                more.write("นายสมชาย ใจดี,กองคลัง\n")
        return looked(handle)

    monkeypatch.setattr(os, "fstat", growing)
    with pytest.raises(ListError, match="still being written"):
        guards.content(path)


def test_a_list_whose_first_word_begins_like_an_archive_is_a_list() -> None:
    assert not guards.is_workbook(b"PKID,name\n", "list.csv")
