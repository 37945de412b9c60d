"""The story is told once; tests only read it."""

from collections.abc import Callable

import pytest

from dulae.reports.data.common import Report
from dulae.reports.evidence import Evidence, gather
from dulae.reports.making import make
from dulae.reports.period import read
from dulae.reports.rendering import render
from dulae.reports.speech import Speech
from tests.unit.reports.department import Department
from tests.unit.reports.story import autumn

Rendered = Callable[..., str]
Made = Callable[[str, str], Report]


@pytest.fixture(scope="session")
def tale(tmp_path_factory: pytest.TempPathFactory) -> Department:
    return autumn(tmp_path_factory.mktemp("story"))


@pytest.fixture(scope="session")
def evidence(tale: Department) -> Evidence:
    return gather(tale.ledger, tale.settings)


@pytest.fixture(scope="session")
def made(evidence: Evidence) -> Made:
    """Return a function that makes a report of the story from its name and period."""
    return lambda kind, period: make(kind, evidence, read(period))


@pytest.fixture(scope="session")
def rendered(tale: Department, made: Made) -> Rendered:
    """Return a function that renders a report of the story."""

    def render_it(
        kind: str, period: str, language: str = "th", output: str = "html", digits: str = "arabic"
    ) -> str:
        speech = Speech(language, digits, tale.settings.calendar.zone)
        return render(made(kind, period), speech, output)

    return render_it
