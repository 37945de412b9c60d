"""mariadb-dump at work: its dump is packed as it comes, and its own words tell when its snapshot has begun."""

from __future__ import annotations

import contextlib
import gzip
import shutil
import subprocess
import threading
from typing import Iterator

from ..backup.mariadb import first_error
from ..backup.tools import Tools
from .request import Request

# Said by every mariadb-dump and mysqldump with --verbose, after the snapshot has begun.
_BEGUN = b"-- Retrieving table structure for table "
_REMARK = b"-- "
_OPTIONS = (
    "--single-transaction",
    "--quick",
    "--verbose",
    "--comments",
    "--routines",
    "--events",
    "--triggers",
    "--hex-blob",
    "--tz-utc",
    "--no-tablespaces",
    # Under LOCK TABLES a restore may not ask the sequence that a column takes its numbers from.
    "--skip-add-locks",
    # One row may be as long as a server can take.
    "--max-allowed-packet=1G",
    "--default-character-set=utf8mb4",
)
_BLOCK_BYTES = 1 << 20
_MOST_SAID = 20
_HISTORY = "--dump-history"
# Level 1 packs about as fast as the server tells its rows.
_PACKING = 1


class Dumping:
    """One mariadb-dump: has its snapshot begun, did it succeed, what did it complain of."""

    tool = "mariadb-dump"

    def __init__(self, process: subprocess.Popen[bytes], path: str) -> None:
        self._process = process
        self._path = path
        self._said: list[bytes] = []
        self._fault: OSError | None = None
        self._begun = False
        self._heard = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._listen, self._store)]
        for thread in self._threads:
            thread.start()

    def _listen(self) -> None:
        """Hear what the program says until it says no more."""
        assert self._process.stderr
        for line in self._process.stderr:
            if line.startswith(_BEGUN):
                self._begun = True
                self._heard.set()
            elif not line.startswith(_REMARK):
                self._said = [*self._said, line][:_MOST_SAID]
        self._heard.set()

    def _store(self) -> None:
        """Pack the dump into its file; where that fails, the program ends too."""
        assert self._process.stdout
        try:
            with open(self._path, "wb") as stored, gzip.GzipFile(
                "", "wb", _PACKING, stored, mtime=0
            ) as packed:
                shutil.copyfileobj(self._process.stdout, packed, _BLOCK_BYTES)
        except OSError as error:
            self._fault = error
            self._process.kill()

    def has_begun(self, patience_s: float) -> bool:
        """Wait until the snapshot has begun; return False if it does not within some seconds."""
        return self._heard.wait(patience_s) and self._begun

    def succeeds(self) -> bool:
        """Wait until the dump has ended; raise OSError if it could not be written."""
        self._process.wait()
        for thread in self._threads:
            thread.join()
        if self._fault:
            raise self._fault
        return self._process.returncode == 0

    def error(self) -> str:
        """Return what the program complained of."""
        said = b"".join(self._said).decode("utf-8", "replace")
        return first_error(said) if said.strip() else "it ended too early, or took too long"

    def end(self) -> None:
        """End the program, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join()


def knows_history(tools: Tools) -> bool:
    """Say whether this mariadb-dump can dump the earlier rows that a table keeps (from MariaDB 10.11 on)."""
    return _HISTORY in tools.ask(["mariadb-dump", "--no-defaults", "--help"]).text


@contextlib.contextmanager
def beside(request: Request, path: str, tools: Tools, history: bool = False) -> Iterator[Dumping]:
    """Run mariadb-dump while the caller counts; killed if the caller cannot go on, or if it takes too long."""
    connection = request.connection
    options = (*_OPTIONS, *([_HISTORY] if history else []))
    process = subprocess.Popen(  # noqa: S603
        [tools.path("mariadb-dump"), *connection.mariadb_options(), *options, "--", request.source],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=connection.mariadb_environment(),
    )
    timer = threading.Timer(tools.timeout_s, process.kill)
    timer.daemon = True
    timer.start()
    dumping = Dumping(process, path)
    try:
        yield dumping
    finally:
        timer.cancel()
        dumping.end()
        for pipe in (process.stdout, process.stderr):
            assert pipe
            pipe.close()
