"""Thai text in one spelling."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from dulae.people.text import arabic, normalised, plain

THAI = st.text(
    st.characters(min_codepoint=0x0E01, max_codepoint=0x0E5B) | st.sampled_from(" \u00a0\u200b\ufeffA1")
)


@given(THAI)
def test_what_is_in_one_spelling_stays_as_it_is(text: str) -> None:
    once = normalised(text).value
    assert normalised(once).value == once


@given(THAI)
def test_one_spelling_is_nfc_trimmed_and_on_one_line(text: str) -> None:
    value = normalised(text).value
    assert unicodedata.is_normalized("NFC", value)
    assert value == " ".join(value.split())


@given(st.text())
def test_any_text_is_survived(text: str) -> None:
    assert normalised(normalised(text).value).value == normalised(text).value


def test_clean_text_leaves_no_flag() -> None:
    assert normalised("น้ำฝน จำนงค์").flags == frozenset()


def test_full_width_digits_become_ordinary_ones() -> None:
    assert normalised("１２３").value == "123"
    assert normalised("１２３").flags == {"fullwidth"}


def test_lakkhangyao_alone_becomes_sara_aa() -> None:
    assert normalised("ว\u0e45").value == "วา"
    assert normalised("ฤๅ").flags == frozenset()


def test_control_characters_are_removed() -> None:
    assert normalised("สม\x07ชาย\x9b").value == "สมชาย"


def test_a_space_before_sara_am_is_closed() -> None:
    assert normalised("จ ำนงค์").value == "จำนงค์"


def test_nothing_is_an_empty_text() -> None:
    assert plain(None) == ""


def test_thai_digits_are_read() -> None:
    assert arabic("๐๑๙") == "019"
