"""Both languages say the same things, and every reason that a check can give is said in Thai."""

import importlib
import pkgutil
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dulae
from dulae.checks.finding import REASONS
from dulae.reports import languages
from dulae.reports.making import KINDS

for found in pkgutil.walk_packages(dulae.__path__, "dulae."):
    importlib.import_module(found.name)


def leaves(words: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(words, dict):
        for name, value in words.items():
            yield from leaves(value, f"{path}.{name}")
    elif isinstance(words, list):
        yield f"{path}[{len(words)}]", words
    else:
        yield path, words


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_thai_and_english_have_the_same_words() -> None:
    thai, english = (dict(leaves(languages.words(language))) for language in ("th", "en"))
    assert thai.keys() == english.keys()


def test_words_are_filled_with_the_same_places_in_both_languages() -> None:
    thai, english = (dict(leaves(languages.words(language))) for language in ("th", "en"))
    for path, words in thai.items():
        if isinstance(words, str):
            assert words.count("{}") == english[path].count("{}"), path
            assert places(words) == places(english[path]), path


@pytest.mark.parametrize("code", sorted(REASONS))
def test_every_reason_is_said_in_thai_with_the_same_places(code: str) -> None:
    thai = languages.thai_reasons()
    assert code in thai, f"{code} has no Thai sentence in languages/reasons"
    assert places(thai[code]) == places(REASONS[code].text)


def test_no_thai_sentence_is_left_without_its_reason() -> None:
    assert set(languages.thai_reasons()) <= set(REASONS)


def test_two_rooms_cannot_claim_one_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "reasons").mkdir()
    (tmp_path / "reasons/a.th.yml").write_text("x.y: หนึ่ง\n", encoding="utf-8")
    (tmp_path / "reasons/b.th.yml").write_text("x.y: สอง\n", encoding="utf-8")
    monkeypatch.setattr(languages, "FOLDER", tmp_path)
    languages.thai_reasons.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"b\.th\.yml: x\.y"):
            languages.thai_reasons()
    finally:
        languages.thai_reasons.cache_clear()


@pytest.mark.parametrize("language", languages.LANGUAGES)
def test_every_report_has_its_name_and_its_signatures(language: str) -> None:
    words = languages.words(language)
    assert set(words["kinds"]) == set(KINDS) <= set(words["signoff"])
