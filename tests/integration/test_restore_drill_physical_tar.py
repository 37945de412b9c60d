"""Physical copies that lie in archives: read as streams, unpacked for a drill, and nothing outside of it written."""

import gzip
import io
import os
import pathlib
import shutil
import signal
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from dulae.checks.backup.examine import examine
from dulae.checks.backup.sets import set_from
from dulae.checks.backup.tools import Tools
from dulae.checks.finding import Finding, Verdict

from .drilling import begin, hold, no_waiting, place
from .physical import COUNTED, KIND, STAGES, Source, source, state
from .test_restore_drill_physical import LETTERS, Drilled, drilled, judged

__all__ = ["drilled", "no_waiting", "place", "source"]

FORMS = {
    "bare": (),
    "gzip": ("-z",),
    "fetched": ("-X", "fetch", "--manifest-checksums=SHA256"),
    "zstd": ("--compress=client-zstd", "--manifest-checksums=SHA512"),
    "lz4": ("--compress=client-lz4",),
}


@pytest.fixture
def made(store: pathlib.Path, source: Source) -> Callable[[str], pathlib.Path]:
    """Return a function that makes a copy of a form."""

    def make(form: str) -> pathlib.Path:
        packer = form if form in ("zstd", "lz4") else ""
        if packer and not shutil.which(packer):
            pytest.skip(f"no {packer} here: apt-get install {packer}")
        source.server.run("pg_basebackup", "-Ft", "-D", str(store / "copy"), "-c", "fast", *FORMS[form])
        return store / "copy"

    return make


@pytest.fixture
def store(tmp_path: pathlib.Path) -> pathlib.Path:
    (tmp_path / "store").mkdir()
    return tmp_path / "store"


def examined(store: pathlib.Path, level: str = "integrity") -> Finding:
    """Examine the copy where none of PostgreSQL's programs are."""
    given = {"kind": KIND, "path": str(store), "level": level}
    return examine(set_from(given), Tools("/nowhere"), datetime.now(UTC))


@pytest.mark.parametrize("form", FORMS)
def test_a_good_copy_in_archives_is_proven_and_restored(
    form: str,
    made: Callable[[str], pathlib.Path],
    store: pathlib.Path,
    drilled: Drilled,
    source: Source,
) -> None:
    made(form)
    finding = examined(store)
    assert judged(finding) == (Verdict.PASS, "backup.integrity"), finding.because
    before = state(store, source.tablespace)
    finding = drilled(assertions=LETTERS)
    assert judged(finding) == (Verdict.PASS, "restore_drill.restored"), finding.because
    assert (finding.measured["tables"], finding.measured["rows"]) == (5, COUNTED)
    assert [stage["stage"] for stage in finding.measured["stages"]] == STAGES
    assert state(store, source.tablespace) == before


def rewritten(path: pathlib.Path, change: Callable[[tarfile.TarInfo, bytes], bytes | None]) -> None:
    """Write an archive anew with members changed or, where None is returned, left out."""
    written = io.BytesIO()
    with tarfile.open(path) as old, tarfile.open(fileobj=written, mode="w") as new:
        for member in old:
            content = old.extractfile(member) if member.isreg() else None
            data = change(member, content.read() if content else b"")
            if data is not None:
                member.size = len(data)
                new.addfile(member, io.BytesIO(data))
    path.write_bytes(written.getvalue())


def one_byte(copy: pathlib.Path, source: Source) -> str:
    def change(member: tarfile.TarInfo, data: bytes) -> bytes:
        place = 20_000
        changed = member.name == source.letters
        return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :] if changed else data

    rewritten(copy / "base.tar", change)
    return "backup.basebackup_differs"


def one_file(copy: pathlib.Path, source: Source) -> str:
    rewritten(copy / "base.tar", lambda member, data: None if member.name == source.letters else data)
    return "backup.basebackup_differs"


def one_archive(copy: pathlib.Path, source: Source) -> str:
    next(copy.glob("[1-9]*.tar")).unlink()
    return "backup.basebackup_differs"


def no_log(copy: pathlib.Path, source: Source) -> str:
    (copy / "pg_wal.tar").unlink()
    return "backup.basebackup_log_lacks"


def short_log(copy: pathlib.Path, source: Source) -> str:
    rewritten(copy / "pg_wal.tar", lambda member, data: data[:60])
    return "backup.basebackup_log_lacks"


def other_log(copy: pathlib.Path, source: Source) -> str:
    rewritten(copy / "pg_wal.tar", lambda member, data: bytes(len(data)))
    return "backup.basebackup_log_lacks"


def cut(copy: pathlib.Path, source: Source) -> str:
    os.truncate(copy / "base.tar", (copy / "base.tar").stat().st_size * 6 // 10)
    return "backup."


def forged_manifest(copy: pathlib.Path, source: Source) -> str:
    path = copy / "backup_manifest"
    path.write_text(path.read_text().replace('"Size": 8192', '"Size": 8193', 1))
    return "backup.basebackup_broken"


@pytest.mark.parametrize("level", ["structure", "integrity"])
def test_an_archive_that_is_there_packed_and_unpacked_is_unknown_for_one_of_them_may_be_broken(
    level: str, made: Callable[[str], pathlib.Path], store: pathlib.Path, drilled: Drilled
) -> None:
    copy = made("bare")
    (copy / "base.tar.gz").write_bytes(gzip.compress((copy / "base.tar").read_bytes(), 1)[:-100])
    finding = examined(store, level)
    assert judged(finding) == (Verdict.UNKNOWN, "backup.basebackup_twice"), finding.because
    assert "base.tar and base.tar.gz" in finding.because
    assert judged(drilled()) == (Verdict.UNKNOWN, "backup.basebackup_twice")


FAULTS = [one_byte, one_file, one_archive, no_log, short_log, other_log, cut, forged_manifest]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_damaged_copy_in_archives_fails_as_it_is_read_and_in_a_drill(
    fault: Callable[[pathlib.Path, Source], str],
    made: Callable[[str], pathlib.Path],
    store: pathlib.Path,
    drilled: Drilled,
    source: Source,
) -> None:
    code = fault(made("bare"), source)
    finding = examined(store)
    assert finding.verdict is Verdict.FAIL and finding.code.startswith(code), finding.because
    finding = drilled()
    assert finding.verdict is Verdict.FAIL, finding.because


def test_nothing_is_unpacked_outside_of_the_scratch_folder(
    made: Callable[[str], pathlib.Path],
    store: pathlib.Path,
    drilled: Drilled,
    tmp_path: pathlib.Path,
) -> None:
    copy, bait = made("bare"), tmp_path / "bait"
    bait.mkdir()
    with tarfile.open(copy / "base.tar", "a") as archive:
        for name in (f"{bait}/absolute", "../../../../outside", "pg_wal/evil", "base/aside/inside"):
            archive.addfile(tarfile.TarInfo(name), io.BytesIO())
        link = tarfile.TarInfo("base/aside")
        link.type, link.linkname = tarfile.SYMTYPE, str(bait)
        archive.addfile(link)
    before = state(bait)
    assert drilled().verdict is Verdict.FAIL  # files that the manifest does not tell of
    assert state(bait) == before
    assert not list(store.rglob("outside"))


@pytest.mark.parametrize("stage", ["prepare", "copy", "verify", "recover"])
def test_a_killed_drill_of_archives_is_reaped_by_the_next(
    stage: str,
    made: Callable[[str], pathlib.Path],
    place: pathlib.Path,
    source: Source,
) -> None:
    store = made("gzip").parent
    with begin(store, place, source.server, stage, "die", of=(KIND, "*")) as killed:
        assert killed.stdout and killed.stdout.read() == b"there\n"
    assert killed.returncode == -signal.SIGKILL
    finding = hold(store, place, source.server.bin_dir, "*", kind=KIND)
    assert finding.verdict is Verdict.PASS, finding.because
    assert finding.measured["reaped"] == [stage]
