import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dulae.checks.finding import Verdict
from dulae.errors import LedgerError
from dulae.ledger import canonical

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-canonical.LARGEST, canonical.LARGEST) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text('abcXYZ_ 09\n"'), inner),
    max_leaves=20,
)


@given(PLAIN)
def test_what_is_encoded_comes_back_the_same(value: Any) -> None:
    assert canonical.decode(canonical.encode(value)) == value


@given(PLAIN)
def test_one_value_has_one_form(value: Any) -> None:
    turned = dict(reversed(value.items())) if isinstance(value, dict) else value
    assert canonical.encode(turned) == canonical.encode(value)


def test_it_is_the_form_of_rfc_8785() -> None:
    # From section 3.2.2 of the RFC, without its numbers.
    value = {"string": "€$\u000f\u000aA'\u0042\u0022\u005c\\\u0022/", "literals": [None, True, False]}
    assert canonical.encode(value).decode() == (
        '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_thai_is_kept_as_it_is() -> None:
    assert canonical.encode({"name": "สมชาย"}) == '{"name":"สมชาย"}'.encode()


def test_thai_keys_stand_in_the_order_of_rfc_8785() -> None:
    value = {"สถานะ": 0, "ชื่อ": 1, "\uffee": 2, "z": 3}
    assert canonical.encode(value) == '{"z":3,"ชื่อ":1,"สถานะ":0,"\uffee":2}'.encode()


def test_a_verdict_is_kept_as_its_word() -> None:
    assert canonical.encode({"verdict": Verdict.PASS}) == b'{"verdict":"pass"}'


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), 2**53, -(2**53), {"\U0001f600": 1}, {1: 1}, {1, 2}, b"bytes", "\ud800", object()],
)
def test_what_has_no_single_form_is_refused(value: Any) -> None:
    with pytest.raises(LedgerError):
        canonical.encode({"value": value} if not isinstance(value, dict) else value)


def test_what_is_nested_too_deep_is_refused() -> None:
    deep: Any = 0
    for _ in range(canonical.DEEPEST + 2):
        deep = [deep]
    with pytest.raises(LedgerError, match="nested deeper"):
        canonical.encode(deep)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":1e3}',
        b'{"a":NaN}',
        b'{"a":-0}',
        b'{"a":01}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\/"}',
        b'{"a":1}\n',
        b"\xef\xbb\xbf{}",
        b"{",
        b"\xff",
        b'"\\ud800"',
        b"[" * 100_000,
        json.dumps({"a": "ก"}).encode(),
        json.dumps({"a": 1}).encode("utf-16"),
    ],
)
def test_other_forms_of_a_value_are_refused(raw: bytes) -> None:
    with pytest.raises(LedgerError):
        canonical.decode(raw)


def test_the_same_text_has_the_same_hash_everywhere() -> None:
    body = canonical.encode({"b": [1, True, None], "a": "ระบบ"})
    assert (
        hashlib.sha256(body).hexdigest()
        == hashlib.sha256('{"a":"ระบบ","b":[1,true,null]}'.encode()).hexdigest()
    )


@pytest.mark.parametrize("size", [0, 500, 501, 1001])
def test_a_long_list_has_the_same_form_in_pieces(size: int) -> None:
    entries = [{"number": number, "name": "สมชาย"} for number in range(size)]
    value = {"plan": {"items": entries, "none": [], "tuple": tuple(entries)}, "id": "1"}
    whole = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert b"".join(canonical.pieces(value)) == canonical.encode(value) == whole
    assert (len(list(canonical.pieces(value))) > 1) == (size > 500)


def test_what_cannot_be_kept_is_refused_in_a_long_list_too() -> None:
    with pytest.raises(LedgerError, match="float"):
        canonical.encode({"items": [*range(1000), 0.5]})
    with pytest.raises(LedgerError, match="key"):
        canonical.encode({"items": [*range(1000)], "\U0001f600": 1})
