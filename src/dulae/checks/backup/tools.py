"""PostgreSQL's own programs, called as processes: the only judges of PostgreSQL's formats."""

from __future__ import annotations

import contextlib
import lzma
import os
import re
import shutil
import subprocess
import tempfile
import threading
import zlib
from dataclasses import dataclass
from typing import BinaryIO, Callable, Iterator, Mapping, Sequence

from ..command import Answer, beside, here, text_of
from ..door import redacted
from ..finding import reason
from .faults import CannotTell, Fault
from .medium import HERE, Medium

MISSING = reason(
    "backup.tool_missing",
    "{tool} is not on this machine; install PostgreSQL's programs (a drill needs the server's), or name their folder in"
    " bin_dir (postgres_bin of site.yml): Debian and Ubuntu keep them in /usr/lib/postgresql/VERSION/bin",
)
SILENT = reason(
    "backup.tool_silent",
    "{tool} did not end within {timeout_s} s; allow more time, or look at the store's disk",
)
KILLED = reason(
    "backup.tool_killed",
    "{tool} was ended by signal {signal}; look at this machine's memory, then check again",
)
HINDERED = reason(
    "backup.tool_hindered",
    "{file}: {tool} could not go on here: {error}; look at this machine's disk, memory and limits, then check again",
)

_BLOCK_BYTES = 1 << 16
# What cannot be: of a file of passwords that is there, but is none, PostgreSQL's programs complain.
_NO_FILE = os.path.join(os.devnull, "none")
Ending = Callable[[], Answer]
# Values in messages may be personal data; names of tables and the like are quoted without a colon.
_VALUE = re.compile(r': "[^"]*"')
_ERROR = re.compile(r"(?:ERROR|FATAL|PANIC|error|fatal):\s*(.*)")


@dataclass(frozen=True)
class Tools:
    """Where PostgreSQL's programs lie (PATH where empty), how long one may take, and what the copies lie on.

    Where MariaDB's programs lie is apart. ``temporary`` is where a program may have what it needs for a while (the
    system's own place where empty).
    """

    bin_dir: str = ""
    timeout_s: float = 3600
    mariadb_bin_dir: str = ""
    medium: Medium = HERE
    temporary: str = ""

    def path(self, tool: str) -> str:
        """Return the path of a program; raise CannotTell if it is not on this machine."""
        path = shutil.which(tool, path=self.bin_dir or None)
        if not path:
            raise CannotTell(MISSING, tool=tool)
        return path

    def ask(self, argv: Sequence[str], environment: Mapping[str, str] | None = None) -> Answer:
        """Run a program by its name; raise CannotTell if it is missing, does not end, or is killed."""
        try:
            answer = here([self.path(argv[0]), *argv[1:]], self.timeout_s, environment or surroundings())
        except subprocess.TimeoutExpired as error:
            raise CannotTell(SILENT, tool=argv[0], timeout_s=f"{self.timeout_s:g}") from error
        return _alive(argv[0], answer)

    def feed(
        self, argv: Sequence[str], source: BinaryIO, environment: Mapping[str, str] | None = None
    ) -> Answer:
        """Run a program on a stream that is read as it goes; raise CannotTell as ``ask`` does."""
        with tempfile.TemporaryFile() as text, beside() as error:
            process = subprocess.Popen(  # noqa: S603
                [self.path(argv[0]), *argv[1:]],
                stdin=subprocess.PIPE,
                stdout=text,
                stderr=error,
                env=dict(environment or surroundings()),
            )
            timer = threading.Timer(self.timeout_s, process.kill)
            timer.start()
            try:
                _pour(source, process)
            finally:
                process.wait()
                late = not timer.is_alive()
                timer.cancel()
            if late:
                raise CannotTell(SILENT, tool=argv[0], timeout_s=f"{self.timeout_s:g}")
            return _alive(argv[0], Answer(process.returncode, _said(text), _said(error)))

    @contextlib.contextmanager
    def output(
        self,
        argv: Sequence[str],
        source: BinaryIO | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Iterator[tuple[BinaryIO, Ending]]:
        """Give what a program says as it says it, and how it ended, to be asked when all was read.

        ``source`` is poured into it meanwhile. Raise CannotTell as ``ask`` does.
        """
        with beside() as error:
            process = subprocess.Popen(  # noqa: S603
                [self.path(argv[0]), *argv[1:]],
                stdin=subprocess.PIPE if source else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=error,
                env=dict(environment or surroundings()),
            )
            pouring = Pouring(source, process) if source else None
            timer = threading.Timer(self.timeout_s, process.kill)
            timer.start()
            if pouring:
                pouring.start()
            assert process.stdout

            def ending() -> Answer:
                process.wait()
                if pouring:
                    pouring.over()
                if not timer.is_alive():
                    raise CannotTell(SILENT, tool=argv[0], timeout_s=f"{self.timeout_s:g}")
                return _alive(argv[0], Answer(process.returncode, "", _said(error)))

            try:
                yield process.stdout, ending  # type: ignore[misc]
            finally:
                timer.cancel()
                process.kill()
                process.stdout.close()
                process.wait()
                if pouring:
                    pouring.join()


class Pouring(threading.Thread):
    """Gives a stream to a program while somebody else reads what it says."""

    def __init__(self, source: BinaryIO, process: subprocess.Popen[bytes]) -> None:
        super().__init__(daemon=True)
        self._source = source
        self._process = process
        self._error: BaseException | None = None

    def run(self) -> None:
        """Pour to the end; what stops it is kept."""
        try:
            _pour(self._source, self._process)
        except (Fault, OSError, EOFError, zlib.error, lzma.LZMAError) as error:
            self._error = error

    def over(self) -> None:
        """Raise what stopped the stream, lest half of one pass for a whole: to the program both end alike."""
        self.join()
        if self._error:
            raise self._error


def _pour(source: BinaryIO, process: subprocess.Popen[bytes]) -> None:
    """Give a stream to a program; one that ends early has read what it needs."""
    assert process.stdin
    try:
        with process.stdin as sink:
            shutil.copyfileobj(source, sink, _BLOCK_BYTES)
    except BrokenPipeError:
        return


def _said(output: BinaryIO) -> str:
    """Return what a program wrote to a file."""
    output.seek(0)
    return text_of(output.read())


def _alive(tool: str, answer: Answer) -> Answer:
    """Return an answer; raise CannotTell if its program was killed."""
    if answer.status < 0:
        raise CannotTell(KILLED, tool=tool, signal=-answer.status)
    return answer


def surroundings(**more: str) -> dict[str, str]:
    """Return an environment without PostgreSQL's own settings, so that no live server is named by accident."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C", "PGPASSFILE": _NO_FILE, **more}


def first_error(text: str) -> str:
    """Return the first error that a program tells, on one line, without values and passwords."""
    told = _ERROR.search(text)
    line = told.group(1) if told else text.strip().split("\n", maxsplit=1)[0]
    return redacted(_VALUE.sub(': "..."', line)) or "it gave no reason"
