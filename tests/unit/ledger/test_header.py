import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from dulae.errors import LedgerError
from dulae.ledger import canonical, header
from dulae.ledger.header import NO_HASH, Header

HEADER = Header(
    body="a" * 64,
    control="availability",
    kind="run.intent",
    log="example/dulae/control1",
    prev=NO_HASH,
    run="20261123T011500-availability-5f0c2a",
    seq=7,
    ts="2026-11-23T01:15:00.000Z",
    verdict="",
)


def test_a_line_is_canonical_json() -> None:
    assert HEADER.line().encode() == canonical.encode({**asdict(HEADER), "v": 1})
    assert list(json.loads(HEADER.line())) == sorted(json.loads(HEADER.line()))


def test_a_line_comes_back_as_its_header() -> None:
    assert header.parse(HEADER.line()) == HEADER


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "Run"},
        {"kind": ""},
        {"control": 'a","run":"b'},
        {"run": "a b"},
        {"run": "ก"},
        {"run": "a\n"},
        {"verdict": "good"},
        {"seq": -1},
        {"ts": "2026-11-23T01:15:00Z"},
        {"body": "A" * 64},
        {"prev": "0" * 63},
    ],
)
def test_a_header_that_cannot_be_written_plainly_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(LedgerError):
        replace(HEADER, **changed).line()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "line",
    [
        "",
        HEADER.line() + "\n",
        " " + HEADER.line(),
        HEADER.line().replace('"v":1', '"v":2'),
        HEADER.line().replace(":7,", ": 7,"),
        HEADER.line().replace(":7,", ":07,"),
        HEADER.line().replace(":7,", ":٧,"),
        json.dumps(json.loads(HEADER.line())),
        json.dumps({**json.loads(HEADER.line()), "w": 1}, separators=(",", ":")),
    ],
)
def test_a_line_in_another_form_is_refused(line: str) -> None:
    with pytest.raises(LedgerError):
        header.parse(line)


def test_times_are_utc_with_milliseconds_and_sort_as_texts() -> None:
    bangkok = timezone(timedelta(hours=7))
    assert header.to_text(datetime(2026, 11, 23, 8, 15, tzinfo=bangkok)) == "2026-11-23T01:15:00.000Z"
    assert header.to_moment("2026-11-23T01:15:00.000Z") == datetime(2026, 11, 23, 1, 15, tzinfo=UTC)
