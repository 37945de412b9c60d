"""What a reader gets: all sections, nothing foreign, nothing hostile, and the same bytes each time."""

import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from dulae.reports.evidence import Evidence, gather
from dulae.reports.languages import words
from dulae.reports.making import KINDS, make
from dulae.reports.period import read
from dulae.reports.rendering import fonts, render
from dulae.reports.speech import Speech
from tests.unit.reports.conftest import Rendered
from tests.unit.reports.department import Department

PERIODS = {
    "availability": "2026-11-05",
    "incidents": "2026-11",
    "maintenance": "2026-11",
    "access": "2026-W48",
    "receipt": "2026-W48",
    "internal_control": "2570-Q1",
    "usage": "2570-Q1",
}
SECTIONS = {"availability": 6, "incidents": 6, "maintenance": 11, "access": 9, "receipt": 4, "usage": 7}
OTHER_PERIODS = [
    ("availability", "2026-11"),
    ("availability", "2026-12-05"),
    ("incidents", "2570-Q1"),
    ("incidents", "2027-03"),
    ("maintenance", "2570-Q1"),
    ("maintenance", "2027-03"),
    ("access", "2026-11"),
    ("access", "2027-W01"),
    ("receipt", "2026-W47"),
    ("receipt", "2026-11"),
    ("receipt", "2027-W01"),
    ("internal_control", "2570"),
    ("internal_control", "2570-Q3"),
    ("usage", "2570"),
    ("usage", "2570-Q3"),
]
EVERY = [(kind, language) for kind in KINDS for language in ("th", "en")]


class Page(HTMLParser):
    """Collects what a page would load, and what it says."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [
            value or "" for name, value in attrs if name in ("src", "href", "srcset", "data", "action")
        ]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(("kind", "language"), EVERY)
@pytest.mark.parametrize("output", ["html", "markdown"])
def test_every_section_is_there(rendered: Rendered, kind: str, language: str, output: str) -> None:
    text = rendered(kind, PERIODS[kind], language, output)
    said = words(language)[kind]
    for number in range(1, SECTIONS.get(kind, 0) + 1):
        heading = said[f"s{number}"].partition("{")[0]
        assert f"{number}. {heading}" in text.replace("&#39;", "'"), f"section {number}"


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_a_page_stands_alone(rendered: Rendered, kind: str, language: str) -> None:
    html = rendered(kind, PERIODS[kind], language)
    page = Page()
    page.feed(html)
    assert page.loads == [] and "script" not in page.tags
    assert html.count("data:font/woff2;base64,") == 4
    assert not re.search(r"url\((?!data:)", html) and "@import" not in html
    assert f'<html lang="{language}">' in html
    assert "default-src &#39;none&#39;" in html or "default-src 'none'" in html


@pytest.mark.parametrize(("kind", "language"), EVERY)
@pytest.mark.parametrize("output", ["html", "markdown"])
def test_the_head_block_and_the_anchor_are_on_every_report(
    rendered: Rendered, evidence: Evidence, kind: str, language: str, output: str
) -> None:
    text = rendered(kind, PERIODS[kind], language, output)
    for name in ("agency", "systems", "period", "fiscal", "number", "generated", "version", "hash"):
        assert words(language)["head"][name] in text
    assert evidence.anchor.sha256 in text
    assert f"head -n {evidence.anchor.count} ledger.jsonl | sha256sum" in text
    assert "2026-12-01T" in text and "+07:00" in text


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_nothing_hidden_and_no_placeholder_is_left_in_a_report(
    rendered: Rendered, kind: str, language: str
) -> None:
    for output in ("html", "markdown"):
        text = rendered(kind, PERIODS[kind], language, output)
        assert not re.search("[\x00-\x08\x0b-\x1f\u200b\u202a-\u202e\u2066-\u2069]", text)
        assert "None" not in said(text, output)
        assert "Undefined" not in text and "{}" not in text


def said(text: str, output: str) -> str:
    """Return the words of a page or of a Markdown file."""
    page = Page()
    page.feed(re.sub(r"<style>.*?</style>", "", text, flags=re.S) if output == "html" else "")
    return page.text or text


@pytest.mark.parametrize("kind", ["incidents", "maintenance"])
def test_hostile_words_are_shown_and_do_nothing(rendered: Rendered, kind: str) -> None:
    html = rendered(kind, "2026-11")
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in html
    shown = MarkdownIt("commonmark").enable("table").render(rendered(kind, "2026-11", "th", "markdown"))
    assert "<script" not in shown and 'href="http://x.example"' not in shown
    assert "&lt;script&gt;alert('x')&lt;/script&gt; | **เปิดไฟล์ไม่ได้**" in shown


@pytest.mark.parametrize("output", ["html", "markdown"])
def test_a_citizen_number_in_somebodys_words_is_masked(rendered: Rendered, output: str) -> None:
    text = rendered("incidents", "2026-11", "th", output)
    assert "1999900001231" not in text and "x-xxxx-xxxxx-23-1" in text
    assert "prapai@" not in text and "pr…@example.go.th" in text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("output", ["html", "markdown"])
def test_the_same_ledger_gives_the_same_bytes(tale: Department, kind: str, output: str) -> None:
    def once() -> str:
        evidence = gather(tale.ledger, tale.settings)
        speech = Speech("th", "arabic", tale.settings.calendar.zone)
        return render(make(kind, evidence, read(PERIODS[kind])), speech, output)

    assert once() == once()


def test_a_failure_is_told_in_thai_in_the_thai_report_and_in_english_in_the_english_one(
    rendered: Rendered,
) -> None:
    assert "แต่ในหน้าไม่มีข้อความ “ลงชื่อเข้าใช้”" in rendered("availability", "2026-11-05")
    assert "the page does not say" in rendered("availability", "2026-11-05", "en")


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_no_thai_sentence_is_missing(rendered: Rendered, kind: str, language: str) -> None:
    assert "ยังไม่มีคำแปล" not in rendered(kind, PERIODS[kind], language)


def test_signatures_are_blank_and_as_many_as_the_procedure_asks(rendered: Rendered) -> None:
    assert rendered("maintenance", "2026-11").count('class="sign"') == 5
    assert rendered("access", "2026-W48").count('class="sign"') == 3
    for holder in ("สมหญิง", "ประธานสมมุติ", "เลขาสมมุติ"):
        assert holder not in rendered("maintenance", "2026-11")


def test_what_was_not_done_is_said(rendered: Rendered) -> None:
    assert "ไม่ได้ทดสอบในงวดนี้" in rendered("maintenance", "2026-11")
    assert "สัปดาห์นี้ไม่ได้รับรายชื่อ" in rendered("access", "2026-W47")
    assert "ไม่มีผลสำรวจความพึงพอใจในงวดนี้" in rendered("usage", "2570-Q1")
    assert "ร่าง – โปรแกรมรวบรวมข้อเท็จจริง" in rendered("maintenance", "2026-11")


def test_thai_digits_stop_at_hashes_and_times(rendered: Rendered, evidence: Evidence) -> None:
    html = rendered("maintenance", "2026-11", digits="thai")
    assert "๑ ธ.ค. ๒๕๖๙" in html and "๑. ข้อมูลสัญญา" in html
    assert evidence.anchor.sha256 in html and "2026-12-01T" in html and "INC-2570-0005" in html
    assert "counter(page, thai)" in html


@pytest.mark.parametrize(("kind", "period"), OTHER_PERIODS)
@pytest.mark.parametrize("output", ["html", "markdown"])
def test_any_period_can_be_asked_for_even_an_empty_one(
    rendered: Rendered, kind: str, period: str, output: str
) -> None:
    for language in ("th", "en"):
        assert rendered(kind, period, language, output)


def test_charts_have_titles_and_say_what_they_show(rendered: Rendered) -> None:
    html = rendered("availability", "2026-11")
    assert "<title id=" in html and "<desc id=" in html and 'role="img"' in html


def test_the_faces_cover_thai_and_latin() -> None:
    assert {(font.weight, "0E01" in font.characters) for font in fonts()} == {
        (400, True),
        (700, True),
        (400, False),
        (700, False),
    }
