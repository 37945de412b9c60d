from pathlib import Path

import pytest
import yaml

from dulae.errors import ReportError
from dulae.reports import typed
from dulae.reports.period import read
from tests.unit.reports.department import Department


def test_a_blank_file_can_be_read_as_it_is(tale: Department, tmp_path: Path) -> None:
    path = tmp_path / "2570-Q1.yml"
    path.write_text(typed.blank(tale.settings, read("2570-Q1")), encoding="utf-8")
    loaded = typed.load(path)
    assert set(loaded["internal_control"]) == {control.id for control in tale.settings.procedure.controls}
    assert loaded["satisfaction"] == {}


def test_a_file_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert typed.load(tmp_path / "none.yml") == {}


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty.yml").write_text("", encoding="utf-8")
    assert typed.load(tmp_path / "empty.yml") == {}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"a: [", "is no YAML"),
        (b"\xff\xfe", "is no YAML"),
        (b"- list", "the file must hold names"),
        (b"unknown: {}", "there is no 'unknown'"),
        (b"internal_control: text", "internal_control must hold names"),
        (b"internal_control: {availability: text}", "availability must hold names"),
        (b"internal_control: {availability: {riks: x}}", "availability has no 'riks'"),
        (b"x" * 1_000_001, "too big"),
    ],
)
def test_a_mistyped_file_is_refused_with_its_place(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "2570-Q1.yml"
    path.write_bytes(content)
    with pytest.raises(ReportError, match=problem) as refused:
        typed.load(path)
    assert str(path) in str(refused.value)


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "2570-Q1.yml").mkdir()
    with pytest.raises(ReportError, match="cannot be read"):
        typed.load(tmp_path / "2570-Q1.yml")


def test_the_blank_file_is_yaml_with_every_field(tale: Department) -> None:
    blank = yaml.safe_load(typed.blank(tale.settings, read("2570-Q1")))
    assert set(blank["internal_control"]["access"]) == set(typed.FIELDS)
