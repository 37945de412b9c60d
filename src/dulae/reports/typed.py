"""What only people can say (columns 5 to 7 of form PK.5, a survey's figures): typed into a file, kept between runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from dulae.errors import ReportError
from dulae.reports.period import Period
from dulae.settings import Settings

FOLDER = "typed"
FIELDS = ("remaining_risk", "improvement", "responsible", "due", "status", "progress_percent", "obstacles")
_SECTIONS = ("internal_control", "satisfaction")
_LARGEST = 1_000_000
_HEAD = """---
# {number}: ข้อความที่ผู้รับผิดชอบกรอกเอง โปรแกรมไม่เขียนทับไฟล์นี้
# Typed by those responsible. The program reads this file and never overwrites it.
#
# remaining_risk ความเสี่ยงที่ยังมีอยู่ · improvement การปรับปรุงการควบคุมภายใน · responsible หน่วยงานที่รับผิดชอบ
# due กำหนดเสร็จ · status สถานะดำเนินการ · progress_percent ร้อยละความคืบหน้า (0-100) · obstacles ปัญหาอุปสรรคและแนวทางแก้ไข
internal_control:
"""
_TAIL = """
# ผลสำรวจความพึงพอใจ (ถ้ามี) หัวข้อ: ผล / Figures of a satisfaction survey, if there is one. Question: result
satisfaction: {}
"""


def path_of(folder: Path, period: Period) -> Path:
    """Return the file for a period in the folder of reports."""
    return folder / FOLDER / f"{period.text}.yml"


def blank(settings: Settings, period: Period) -> str:
    """Return the file as it is before anybody has typed."""
    lines = [_HEAD.format(number=period.text)]
    for control in settings.procedure.controls:
        lines.append(f"  {control.id}:  # {control.title.th}\n")
        lines += [f"    {name}:\n" for name in FIELDS]
    return "".join(lines) + _TAIL


def load(path: Path) -> Mapping[str, Any]:
    """Return what was typed, nothing where there is no file; raise ReportError where it cannot be read."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ReportError(f"it cannot be read ({error.strerror})", place=str(path)) from error
    if len(data) > _LARGEST:
        raise ReportError("it is too big to be typed by a person", place=str(path))
    try:
        typed = yaml.safe_load(data.decode("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        place = f"{path}:{_line(error)}"
        remedy = "Correct it, or move it away to get a blank one"
        raise ReportError("it is no YAML in UTF-8", place=place, remedy=remedy) from error
    _accept(path, typed)
    return dict(typed or {})


def _line(error: Exception) -> int:
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark else 1


def _accept(path: Path, typed: Any) -> None:
    """Raise ReportError unless the file has the shape of the blank one."""
    for section, fields in _mapping(path, typed, "the file").items():
        if section not in _SECTIONS:
            remedy = f"Use {' or '.join(_SECTIONS)}"
            raise ReportError(f"there is no '{section}'", place=str(path), remedy=remedy)
        for name, value in _mapping(path, fields, section).items():
            if section == "internal_control":
                _known(path, name, _mapping(path, value, name))


def _mapping(path: Path, value: Any, name: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ReportError(f"{name} must hold names with values", place=str(path))
    return value


def _known(path: Path, name: str, fields: Mapping[str, Any]) -> None:
    unknown = sorted(set(map(str, fields)) - set(FIELDS) - {"name", "position"})
    if unknown:
        remedy = f"Use {', '.join(FIELDS)}"
        raise ReportError(f"{name} has no '{unknown[0]}'", place=str(path), remedy=remedy)
