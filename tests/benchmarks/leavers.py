"""What reading the personnel division's list costs, beside python-calamine opening the same workbook in the same run.

Two figures, told apart: reading (the file looked over and turned into cells, as calamine does it) and reading with
judging (every person understood, judged and set beside the others, which calamine does not do). Memory is the peak of a
process that did that one thing only.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from dulae.people import read_list, reading
from tests.unit.people.lists import HEADER, number

_SIZES = (50_000, 200_000)
_ROUNDS = 3
_LETTERS = "กขคงจชดตนบปพมยรลวสหอ"
_MOVEMENTS = ("ลาออก", "เกษียณอายุราชการ", "ให้โอน", "สิ้นสุดสัญญาจ้าง")
_DATES = ("1 ต.ค. 2569", "01/10/2569", "๑ ตุลาคม ๒๕๖๙", "5 พ.ย. 69")
_UNITS = 60
_DAY = date(2026, 11, 22)


def main() -> None:
    """Print medians, ratios to calamine and peak memory for each size."""
    with tempfile.TemporaryDirectory() as folder:
        for size in _SIZES:
            path = Path(folder) / f"{size}.xlsx"
            _make(path, size)
            taken = _measured(path, size)
            yardstick = statistics.median(taken["python-calamine"])
            print(f"{size} rows, {path.stat().st_size / 2**20:.1f} MiB")
            for name, seconds in taken.items():
                median = statistics.median(seconds)
                print(
                    f"  {name:<32}{median:8.2f} s{median / yardstick:7.2f}x{_peak(name, path):7d} MiB at most"
                )


def _calamine(path: Path) -> int:
    return len(CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()) - 1


def _reading(path: Path) -> int:
    return len(reading.document(path.read_bytes(), path.name).tables[0].rows) - 1


def _judging(path: Path) -> int:
    return read_list(path, today=_DAY).counts["received"]


_WAYS: dict[str, Callable[[Path], int]] = {
    "python-calamine": _calamine,
    "dulae, reading": _reading,
    "dulae, reading and judging": _judging,
}


def _measured(path: Path, size: int) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in _WAYS}
    for _ in range(_ROUNDS):
        for name, way in _WAYS.items():
            started = time.perf_counter()
            found = way(path)
            taken[name].append(time.perf_counter() - started)
            assert found == size
    return taken


def _peak(name: str, path: Path) -> int:
    """Return the peak memory in MiB of a new process that reads the list in one way."""
    argv = [sys.executable, "-m", __name__, name, str(path)]
    return int(subprocess.run(argv, check=True, capture_output=True, text=True).stdout)


def _make(path: Path, size: int) -> None:
    """Write a list of persons who all differ, with units, movements and dates that repeat, as lists do."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for at in range(size):
            name = f"นาย{_word(at)} {_word(at * 7 + 1)}"
            kinds = (_MOVEMENTS[at % len(_MOVEMENTS)], _DATES[at % len(_DATES)], f"กอง{_word(at % _UNITS)}")
            sheet.write_row(at + 1, 0, [at + 1, name, number(at), *kinds])


def _word(at: int) -> str:
    """Return a word of six letters that differs for every number below 64 million."""
    letters = []
    for _ in range(6):
        at, rest = divmod(at, len(_LETTERS))
        letters.append(_LETTERS[rest])
    return "".join(letters)


def _alone(name: str, path: str) -> None:
    """Do one thing and print the peak memory of this process in MiB."""
    _WAYS[name](Path(path))
    # What getrusage tells begins with the peak of the process that started this one.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(int(status.partition("VmHWM:")[2].split()[0]) // 1024)


if __name__ == "__main__":
    if sys.argv[1:]:
        _alone(*sys.argv[1:])
    else:
        main()
