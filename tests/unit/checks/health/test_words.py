"""Every reason is said in Thai too, from the same numbers."""

import pathlib
import string

import pytest
import yaml

from dulae.checks import health
from dulae.checks.finding import REASONS, Reason

SOURCES = pathlib.Path(health.__file__).parents[2]
THAI = yaml.safe_load((SOURCES / "reports/languages/reasons/health.th.yml").read_text(encoding="utf-8"))
KINDS_LOADED = [kind.options for kind in health.KINDS.values()]
OURS = [why for code, why in sorted(REASONS.items()) if code.startswith("health.")]


def places(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("why", OURS, ids=lambda why: why.code)
def test_a_reason_has_a_thai_sentence_with_the_same_places(why: Reason) -> None:
    assert places(THAI[why.code]) == places(why.text)


def test_no_thai_sentence_is_left_over() -> None:
    assert set(THAI) == {why.code for why in OURS}
