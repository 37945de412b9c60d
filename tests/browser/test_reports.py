"""The reports as a person sees them: fonts loaded, nothing fetched, nothing overflowing, printed whole."""

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Dialog, Page

from dulae.reports import printing

pytestmark = pytest.mark.browser

REPORTS = {
    "availability": "2026-11-05",
    "incidents": "2026-11",
    "maintenance": "2026-11",
    "access": "2026-W48",
    "receipt": "2026-W48",
    "internal_control": "2570-Q1",
    "usage": "2570-Q1",
}
EVERY = [(kind, period, language) for kind, period in REPORTS.items() for language in ("th", "en")]
EVERY += [("availability", "2026-11", "th"), ("access", "2026-W47", "th")]
PORTRAIT, LANDSCAPE = (794, 1123), (1123, 794)
# What these words have on the first page of a Thai report, letter by letter; SARA AM is lost by other PDF printers.
SARA_AM = "ำ"
PageOf = Callable[[str, str, str], Path]


def is_landscape(path: Path) -> bool:
    return '<body class="landscape">' in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("kind", "period", "language"), EVERY)
def test_a_report_is_shown_whole_and_fetches_nothing(
    page: Page, page_of: PageOf, kind: str, period: str, language: str
) -> None:
    path = page_of(kind, period, language)
    said: list[str] = []
    fetched: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: fetched.append(request.url))
    width, height = LANDSCAPE if is_landscape(path) else PORTRAIT
    page.set_viewport_size({"width": width, "height": height})
    page.goto(path.as_uri())
    page.evaluate("document.fonts.ready")
    assert said == []
    assert [url for url in fetched if not url.startswith(("data:", path.as_uri()))] == []
    # A page without Thai bold does not ask for that face; none may fail.
    faces = page.evaluate("[...document.fonts].map(font => font.status)")
    assert (
        faces.count("loaded") == 4
        if language == "th"
        else "error" not in faces and faces.count("loaded") >= 2
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("kind", "period", "language"), EVERY)
def test_no_cell_of_a_sheet_of_its_own_width_overflows(
    page: Page, page_of: PageOf, kind: str, period: str, language: str
) -> None:
    page.set_viewport_size({"width": LANDSCAPE[0], "height": LANDSCAPE[1]})
    page.goto(page_of(kind, period, language).as_uri())
    page.evaluate("document.fonts.ready")
    overflowing = (
        "[...document.querySelectorAll('.scroll, td, th, dd')].filter(e => e.scrollWidth > e.clientWidth + 1)"
    )
    assert page.evaluate(f"{overflowing}.map(e => e.textContent.trim().slice(0, 60))") == []


@pytest.mark.parametrize(("kind", "period", "language"), EVERY)
def test_a_report_can_be_read_on_a_narrow_screen(
    page: Page, page_of: PageOf, kind: str, period: str, language: str
) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(page_of(kind, period, language).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


@pytest.mark.parametrize(("kind", "period"), REPORTS.items())
def test_a_report_prints_on_a4_with_numbered_pages(page_of: PageOf, kind: str, period: str) -> None:
    printing.program()
    path = page_of(kind, period, "th")
    document = pypdfium2.PdfDocument(printing.pdf(path.read_bytes(), "0" * 64))
    try:
        assert 2 <= len(document) <= 16
        sizes = {tuple(round(side) for side in sheet.get_size()) for sheet in document}
        assert sizes <= {(595, 842), (842, 595)}
        text = [sheet.get_textpage().get_text_bounded() for sheet in document]
        for number, words in enumerate(text, start=1):
            assert f"{number}/{len(document)}" in "".join(words.split())
            assert len(words.split()) > 8, f"page {number} is nearly empty"
        assert SARA_AM in "".join(text)
    finally:
        document.close()


def test_a_long_table_repeats_its_head_on_each_page(page_of: PageOf) -> None:
    printing.program()
    document = pypdfium2.PdfDocument(
        printing.pdf(page_of("availability", "2026-11-05", "th").read_bytes(), "0" * 64)
    )
    try:
        pages = [sheet.get_textpage().get_text_bounded() for sheet in document]
        with_rows = [
            words for words in pages if "intranet/certificate" in words or "saraban/certificate" in words
        ]
        assert len(with_rows) >= 2
        assert all("รายการตรวจ" in words for words in with_rows)
    finally:
        document.close()


def test_the_words_of_somebody_hostile_run_nothing(page: Page, page_of: PageOf) -> None:
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    page.goto(page_of("incidents", "2026-11", "th").as_uri())
    assert dialogs == [] and page.locator("script").count() == 0
    assert "<script>alert('x')</script>" in page.locator("main").inner_text()
