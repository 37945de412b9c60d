"""What a whole run of tests shows at its end, whichever processes ran them."""

from typing import Any

import pytest

from tests.integration import fault_table


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Show the table of faults of backups, where tests of it ran."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.getreports(outcome)]
    lines = fault_table.lines([entry for report in reports for entry in report.user_properties])
    if lines:
        terminalreporter.section("faults of backups")
        for line in lines:
            terminalreporter.write_line(line)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name what is bytes by its place: an archive holds its time, and each process of a run makes one of its own."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture
def fault_row(record_property: Any) -> fault_table.Record:
    """Give what notes for the table which level caught each fault of a form of backup."""
    return lambda form, caught: record_property(fault_table.ROW, [form, caught])


@pytest.fixture
def good_set(record_property: Any) -> fault_table.Note:
    """Give what notes for the table that a good set was examined, and which."""
    return lambda name: record_property(fault_table.GOOD, name)
