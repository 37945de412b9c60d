"""Every reason of this room is said in Thai with the same places."""

from string import Formatter

from dulae.checks.finding import REASONS
from dulae.people import receiving, row_reasons


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_reason_has_a_thai_sentence_with_the_same_places() -> None:
    assert receiving.RECEIVED.code in row_reasons.thai_sentences()
    ours = {
        code: why for code, why in REASONS.items() if code.startswith(("list.", "list_row.", "list_file."))
    }
    assert set(row_reasons.thai_sentences()) == set(ours)
    for code, sentence in row_reasons.thai_sentences().items():
        assert places(sentence) == places(ours[code].text), code
