"""PDF: the HTML report printed by Chromium, which alone keeps SARA AM in the text of a PDF."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from dulae.errors import ReportError

PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_PATIENCE_S = 120
_REMEDY = "Install it with: sudo apt install chromium (or print the HTML file from any browser)"
# A line after the end of a PDF is ignored by readers; ours says which page was printed.
_MARK = re.compile(rb"%dulae-source ([0-9a-f]{64})\n\Z")


def program() -> str:
    """Return the path of Chromium; raise ReportError if there is none."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if not found:
        raise ReportError("there is no Chromium to print a PDF with", remedy=_REMEDY)
    return found


def pdf(html: bytes, source: str) -> bytes:
    """Return a page as PDF, marked with the SHA-256 of its HTML; raise ReportError if it cannot be printed."""
    chromium = program()
    with tempfile.TemporaryDirectory(prefix="dulae-print-") as folder:
        page, printed = Path(folder, "report.html"), Path(folder, "report.pdf")
        page.write_bytes(html)
        argv = [
            chromium,
            "--headless",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-pdf-header-footer",
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={printed}",
            # Chromium's own sandbox does not start as root; the page's own policy lets it load and run nothing.
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            page.as_uri(),
        ]
        _print(argv)
        if not printed.is_file():
            raise ReportError(
                "Chromium printed nothing", place=chromium, remedy="Print the HTML file from a browser"
            )
        return printed.read_bytes() + f"%dulae-source {source}\n".encode()


def _print(argv: list[str]) -> None:
    try:
        subprocess.run(argv, check=True, capture_output=True, timeout=_PATIENCE_S, stdin=subprocess.DEVNULL)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise ReportError(f"Chromium did not end within {_PATIENCE_S} s", place=argv[0]) from error
    except (subprocess.CalledProcessError, OSError) as error:
        raise ReportError("Chromium could not print", place=argv[0], remedy=_REMEDY) from error


def source_of(data: bytes) -> str:
    """Return the SHA-256 of the HTML that a PDF was printed from, or nothing."""
    found = _MARK.search(data[-200:])
    return found.group(1).decode() if found else ""
