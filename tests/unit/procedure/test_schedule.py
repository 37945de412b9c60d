"""Timers are computed from the cadences; systemd itself says whether it understands them."""

import shutil
import subprocess
from datetime import timedelta

import pytest

from dulae.procedure.schedule import Timer, one_cron_line, timers
from dulae.settings import Settings

BANGKOK = timedelta(hours=7)


def timer(example: Settings, name: str, offset: timedelta = BANGKOK) -> Timer:
    return next(each for each in timers(example, offset) if each.work.id == name)


def test_a_working_day_s_work_starts_on_working_days_in_the_office_s_zone(example: Settings) -> None:
    found = timer(example, "availability")
    assert found.on_calendar == ("Mon,Tue,Wed,Thu,Fri *-*-* 08:15:00 Asia/Bangkok",)
    assert found.cron == ("15 8 * * 1,2,3,4,5",)


def test_daily_work_starts_every_day(example: Settings) -> None:
    found = timer(example, "creation")
    assert (found.on_calendar, found.cron) == (("*-*-* 20:00:00 Asia/Bangkok",), ("0 20 * * *",))


def test_cron_in_another_zone_is_told_its_own_hour_and_day(example: Settings) -> None:
    assert timer(example, "availability", timedelta()).cron == ("15 1 * * 1,2,3,4,5",)
    assert timer(example, "availability", timedelta(hours=-5)).cron == ("15 20 * * 1,2,3,4,7",)
    assert timer(example, "creation", timedelta(hours=13)).cron == ("0 2 * * *",)


def test_work_that_repeats_starts_through_the_office_hours(example: Settings) -> None:
    assert timer(example, "restoration").cron == (
        "30,45 8 * * 1,2,3,4,5",
        "0,15,30,45 9,10,11,12,13,14,15 * * 1,2,3,4,5",
        "0,15,30 16 * * 1,2,3,4,5",
    )


def test_one_line_wakes_whenever_any_timer_does(example: Settings) -> None:
    assert one_cron_line(timers(example, BANGKOK)) == "0,15,30,45 8,9,10,11,12,13,14,15,16,20 * * *"


def test_a_timer_tells_a_template_what_it_needs(example: Settings) -> None:
    told = timer(example, "drill").to_dict()
    assert (told["id"], told["step"], told["clause"], told["playbook"]) == (
        "drill",
        3,
        "6.3",
        "drill_restore.yml",
    )


def test_systemd_understands_every_line(example: Settings) -> None:
    analyze = shutil.which("systemd-analyze")
    if not analyze:
        pytest.skip("systemd-analyze is not installed (apt install systemd)")
    lines = [line for each in timers(example, BANGKOK) for line in each.on_calendar]
    done = subprocess.run([analyze, "calendar", *lines], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Next elapse") == len(lines)
