"""A forecast as a finding: warned in time, and never passed where nothing can be foreseen."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dulae.checks.finding import Verdict
from dulae.ledger import Draft, Ledger
from dulae.ledger.foreseeing import findings
from dulae.procedure.population import Item, population
from dulae.settings import Settings, load

EXAMPLE = Path(__file__).parents[3] / "inventory/example"
NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)
PLACE = "web1", "/srv/saraban/files"
Tell = Callable[..., list[Any]]


def measured(used: int) -> dict[str, Any]:
    """Return what dulae_disk says of a disk of 1,000 bytes, of which a tenth must stay free."""
    numbers = {"used_bytes": used, "free_bytes": 1000 - used}
    finding = {"check": "disk", "subject": PLACE[1], "verdict": "pass", "code": "", "because": ""}
    return {"host": PLACE[0], "finding": {**finding, "measured": numbers, "limit": {"min_free_percent": 10}}}


@pytest.fixture
def tell(tmp_path: Path) -> Tell:
    """Return a function that writes daily measurements, the last of them ``ago`` days old, and judges them."""

    def told(used: Iterable[int], ago: int = 0, **change: Any) -> list[Any]:
        settings = settings_in(tmp_path, **change)
        amounts = list(used)
        moments = iter([NOW - timedelta(days=ago + len(amounts) - 1 - day) for day in range(len(amounts))])
        begun = NOW - timedelta(days=400)
        ledger = Ledger.create(settings.state_dir / "ledger", organisation="x", node="n", clock=lambda: begun)
        ledger.clock = lambda: next(moments)
        drafts = [Draft("finding", measured(amount), control="recoverability") for amount in amounts]
        ledger.append_many(drafts)
        return findings(settings, NOW)

    return told


def settings_in(folder: Path, warn: int = 60) -> Settings:
    """Return the example's settings with a ledger's folder of its own."""
    example = load(EXAMPLE)
    site = example.site.model_copy(update={"state_dir": str(folder)})
    systems = tuple(
        system.model_copy(
            update={
                "mounts": tuple(
                    mount.model_copy(update={"warn_days_until_full": warn if mount.path == PLACE[1] else 0})
                    for mount in system.mounts
                )
            }
        )
        for system in example.systems
    )
    return example.model_copy(update={"site": site, "systems": systems})


def test_a_disk_that_will_be_full_soon_warns(tell: Tell) -> None:
    [finding] = tell(500 + 10 * day for day in range(21))
    assert (finding.verdict, finding.code) == (Verdict.WARN, "forecast.soon")
    assert (finding.measured["days_left"], finding.measured["earliest"]) == (20, "2026-12-20")
    assert (finding.subject, finding.system) == ("web1:/srv/saraban/files", "saraban")
    assert "within the 60 days asked" in finding.because


def test_a_disk_that_will_be_full_later_passes(tell: Tell) -> None:
    [finding] = tell((500 + 10 * day for day in range(21)), warn=19)
    assert (finding.verdict, finding.code) == (Verdict.PASS, "forecast.later")


def test_it_warns_on_the_last_day_of_the_time_asked(tell: Tell) -> None:
    assert tell((500 + 10 * day for day in range(21)), warn=20)[0].verdict is Verdict.WARN


def test_a_disk_that_does_not_grow_passes(tell: Tell) -> None:
    assert tell([500] * 20)[0].code == "forecast.flat"


def test_a_disk_that_shrinks_passes(tell: Tell) -> None:
    assert tell(500 - day for day in range(20))[0].code == "forecast.shrinking"


@pytest.mark.parametrize("days", [0, 1, 6])
def test_too_short_a_history_is_unknown_and_no_pass(tell: Tell, days: int) -> None:
    [finding] = tell([500] * days)
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "forecast.insufficient_history")
    assert f"measured on {days} days, a forecast needs 7" in finding.because


def test_an_old_history_is_unknown_and_no_pass(tell: Tell) -> None:
    assert tell([500] * 20, ago=1)[0].verdict is Verdict.PASS


def test_a_history_that_ended_before_yesterday_is_unknown(tell: Tell) -> None:
    [finding] = tell([500] * 20, ago=2)
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "forecast.stale")


def test_the_findings_are_those_that_the_run_owes(tmp_path: Path, tell: Tell) -> None:
    owed = [item for item in population(settings_in(tmp_path), "recoverability") if item.check == "forecast"]
    assert owed == [Item("localhost", finding.subject, finding.check) for finding in tell([500] * 9)]


def test_without_a_declared_warning_nothing_is_owed(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, warn=0)
    assert not [item for item in population(settings, "recoverability") if item.check == "forecast"]
    assert findings(settings, NOW) == []
