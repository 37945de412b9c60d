"""How findings leave the command line."""

import json
import re

import pytest

from dulae.checks.finding import Finding, Verdict
from dulae.checks.outcome import Stopwatch
from dulae.cli.findings import emit, padded, printable, width
from dulae.errors import DulaeError

PAGE = Finding(
    "http",
    "saraban/หน้าเข้าสู่ระบบ",
    Verdict.PASS,
    "health.http_answers",
    "answered 200",
    measured={"http_status": 200, "latency_ms": 12, "charset": "utf-8", "is_whole": True},
    limit={"max_latency_ms": 3000},
)
SPACE = Finding(
    "disk",
    "/srv",
    Verdict.WARN,
    "disk.free_low",
    "/srv: 12.5 % free",
    measured={"free_bytes": 1000, "free_percent": "12.5", "error": ""},
    limit={"min_free_percent": 10, "warn_free_percent": 20, "min_free_bytes": 0},
)
CERTIFICATE = Finding(
    "tls",
    "saraban/certificate",
    Verdict.FAIL,
    "health.tls_expires_too_soon",
    "holds for only 3 more days\x1b[2J | pipe",
    measured={"days_left": 3},
    limit={"min_days": 14, "warn_days": 30},
)
LOST = Finding("tcp", "saraban/o'port=1", Verdict.UNKNOWN, "health.name_unknown", "its name", {"count": 1})


def told(capsys: pytest.CaptureFixture[str], findings: list[Finding], output_format: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        emit(findings, Stopwatch(), output_format)
    return int(ended.value.code or 0), capsys.readouterr().out


@pytest.mark.parametrize("output_format", ["text", "json", "nagios"])
@pytest.mark.parametrize(
    ("findings", "status"),
    [([PAGE], 0), ([PAGE, SPACE], 1), ([PAGE, CERTIFICATE, LOST], 2), ([PAGE, SPACE, LOST], 3)],
)
def test_the_exit_status_is_that_of_the_worst(
    capsys: pytest.CaptureFixture[str], findings: list[Finding], status: int, output_format: str
) -> None:
    assert told(capsys, findings, output_format)[0] == status


def test_nothing_checked_is_refused() -> None:
    with pytest.raises(DulaeError, match="nothing was checked"):
        emit([], Stopwatch())


def test_json_is_what_a_module_returns(capsys: pytest.CaptureFixture[str]) -> None:
    result = json.loads(told(capsys, [PAGE, SPACE], "json")[1])
    assert (result["verdict"], result["summary"]) == ("warn", "1 pass, 1 warn")
    assert result["findings"] == [PAGE.to_dict(), SPACE.to_dict()]


def test_text_is_aligned_by_what_a_terminal_shows_and_the_worst_come_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = told(capsys, [PAGE, CERTIFICATE, SPACE], "text")[1].splitlines()
    assert [line.split()[0] for line in lines] == ["fail", "warn", "pass", "fail:"]
    columns = {
        width(line[: line.index(because)])
        for line, because in zip(lines, ("holds", "/srv: ", "answered"), strict=False)
    }
    assert len(columns) == 1
    assert re.fullmatch(r"fail: 1 pass, 1 warn, 1 fail in \d+ ms", lines[-1])


def test_control_characters_of_a_server_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert "\x1b" not in told(capsys, [CERTIFICATE], "text")[1]


@pytest.mark.parametrize(
    ("findings", "line"),
    [
        ([PAGE], "DULAE HEALTH OK - answered 200 | latency=12ms;;3000"),
        ([SPACE], "DULAE DISK WARNING - /srv: 12.5 % free | free_bytes=1000B;;0: free_percent=12.5%;20:;10:"),
        (
            [CERTIFICATE],
            "DULAE HEALTH CRITICAL - holds for only 3 more days [2J / pipe | days_left=3;30:;14:",
        ),
        (
            [PAGE, LOST],
            "DULAE HEALTH UNKNOWN - 1 pass, 1 unknown; saraban/o'port=1: its name"
            " | 'saraban/หน้าเข้าสู่ระบบ latency'=12ms;;3000 'saraban/oport-1 count'=1",
        ),
        ([PAGE, PAGE], "DULAE HEALTH OK - 2 pass | "),
    ],
)
def test_nagios_gets_one_line_with_performance_data(
    capsys: pytest.CaptureFixture[str], findings: list[Finding], line: str
) -> None:
    said = told(capsys, findings, "nagios")[1]
    assert said.startswith(line)
    assert said.count("\n") == 1
    assert said.count("|") == 1


def test_a_line_without_numbers_has_no_performance_data(capsys: pytest.CaptureFixture[str]) -> None:
    bare = Finding("service", "cron", Verdict.PASS, "health.service_runs", "active (running)")
    assert told(capsys, [bare], "nagios")[1] == "DULAE HEALTH OK - active (running)\n"


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("น้ำ", 2), ("ที่", 1), ("文", 2), ("", 0)])
def test_thai_marks_take_no_column(text: str, columns: int) -> None:
    assert width(text) == columns
    assert width(padded(text, 5)) == 5


def test_what_is_printed_stays_on_one_line() -> None:
    assert printable("a\r\nb\tc\u202e") == "a b c"
