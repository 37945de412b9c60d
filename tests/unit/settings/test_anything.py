"""Whatever is done to a file, the answer is settings or a refusal in words, never a traceback."""

import pathlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dulae.settings import FILES, SettingsProblems, load

from .conftest import EXAMPLE

TEXTS = {name: (EXAMPLE / f"group_vars/all/{name}.yml").read_text(encoding="utf-8") for name in FILES}
MARKS = ["", " ", "\t", "\n", ":", "- ", "{", "}", "[", "*x", "&x ", "!!", "'", '"', "#", "<<: ", "\x85"]
VALUES = ["null", "yes", "1e999", ".nan", "0x1f", "๒"]
ANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ANY
@given(
    name=st.sampled_from(sorted(FILES)),
    start=st.floats(0, 1),
    length=st.integers(0, 40),
    piece=st.sampled_from(MARKS + VALUES) | st.text(max_size=8),
)
def test_a_damaged_file_is_settings_or_a_refusal(
    department: pathlib.Path, name: str, start: float, length: int, piece: str
) -> None:
    text = TEXTS[name]
    first = int(start * len(text))
    path = department / f"group_vars/all/{name}.yml"
    path.write_bytes((text[:first] + piece + text[first + length :]).encode("utf-8", "surrogatepass"))
    try:
        load(department)
    except SettingsProblems as refused:
        for problem in refused.problems:
            assert problem.told("en") and problem.told("th")
            assert "\n" not in problem.told("en")
    finally:
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", FILES)
def test_every_single_line_may_be_lost(name: str, department: pathlib.Path) -> None:
    lines = TEXTS[name].splitlines(keepends=True)
    path = department / f"group_vars/all/{name}.yml"
    for number, line in enumerate(lines):
        if line.lstrip().startswith("#") or (number % 5 and len(lines) > 60):
            continue
        path.write_text("".join(lines[:number] + lines[number + 1 :]), encoding="utf-8")
        try:
            load(department)
        except SettingsProblems as refused:
            assert all(problem.told() for problem in refused.problems)


def test_a_quote_that_never_closes_is_told_and_not_a_crash(department: pathlib.Path) -> None:
    path = department / "group_vars/all/site.yml"
    path.write_text(f'"{TEXTS["site"]}', encoding="utf-8")
    with pytest.raises(SettingsProblems, match=r"site\.yml"):
        load(department)
