"""Every reason of this room has its Thai sentence, with the same places."""

import pathlib
import string

import yaml

from dulae.checks.finding import REASONS
from dulae.ledger import opening, receiving, recording, sealing

THAI = pathlib.Path(opening.__file__).parents[1] / "reports/languages/reasons/ledger.th.yml"
ROOMS = (opening, receiving, recording, sealing)


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_the_thai_sentences_are_those_of_the_reasons() -> None:
    assert ROOMS
    sentences: dict[str, str] = yaml.safe_load(THAI.read_text(encoding="utf-8"))
    english = {code: reason.text for code, reason in REASONS.items() if code.startswith("run.")}
    assert sentences.keys() == english.keys()
    # A Thai sentence may leave out a place, but never name one that is not filled.
    filled = {"run.task_failed": {"host"}, "run.unreachable": {"host"}}
    for code, sentence in sentences.items():
        assert places(sentence) <= places(english[code]) | filled.get(code, set()), code
