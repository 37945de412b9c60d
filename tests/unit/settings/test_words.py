"""What is told can be told in both languages, and nothing is told that has no words."""

import pathlib
import re
import string

import pytest

from dulae.settings.words import LANGUAGES, sentences

SOURCES = sorted((pathlib.Path(__file__).parents[3] / "src/dulae/settings").glob("*.py"))


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("code", sentences())
def test_both_languages_say_the_same(code: str) -> None:
    said = sentences()[code]
    assert set(said) == set(LANGUAGES)
    assert places(said["en"]) >= places(said["th"])
    assert re.search("[ก-๙]", said["th"])


@pytest.mark.parametrize("code", sentences())
def test_a_sentence_says_what_is_wrong_and_what_to_do(code: str) -> None:
    english = sentences()[code]["en"]
    assert ". " in english or ", " in english or english.startswith("'{key}' must")
    assert len(english) > 20


def test_every_sentence_is_used() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    made = {"near_host", "unknown_host", "near_role", "near_playbook", "near_report"}
    made |= {"near_holder", "unknown_holder", "unknown_role", "unknown_playbook", "unknown_report"}
    assert [code for code in sentences() if f'"{code}"' not in source and code not in made] == []
