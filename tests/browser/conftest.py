"""Chromium as a reader has it, without a way to the network."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from dulae.reports.evidence import gather
from dulae.reports.making import make
from dulae.reports.period import read
from dulae.reports.rendering import render
from dulae.reports.speech import Speech
from tests.unit.reports.department import Department
from tests.unit.reports.story import autumn

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="session")
def tale(tmp_path_factory: pytest.TempPathFactory) -> Department:
    return autumn(tmp_path_factory.mktemp("story"))


@pytest.fixture(scope="session")
def page_of(tale: Department, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str, str], Path]:
    """Return a function that writes one HTML report of the story."""
    folder, evidence = tmp_path_factory.mktemp("pages"), gather(tale.ledger, tale.settings)

    def write(kind: str, period: str, language: str) -> Path:
        speech = Speech(language, "arabic", tale.settings.calendar.zone)
        path = folder / f"{kind}-{period}.{language}.html"
        path.write_text(render(make(kind, evidence, read(period)), speech, "html"), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("Chromium is not installed: sudo apt install chromium")
    with sync_playwright() as playwright:
        # As root, as in CI, Chromium's own sandbox does not start.
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    yield opened
    opened.close()
