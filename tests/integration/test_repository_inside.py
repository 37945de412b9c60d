"""What lies inside restic's and Borg's snapshots x every fault that it can have: none is missed, good ones pass."""

import os
import pathlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from dulae.checks.backup import manifest
from dulae.checks.backup.examine import examine
from dulae.checks.backup.sets import set_from
from dulae.checks.backup.tools import Tools
from dulae.checks.finding import Finding, Verdict

from . import test_backup_matrix as on_disk
from .backup_sets import FORMS, Sources, make, whole_set
from .fault_table import MISSED, Note, Record, told_at
from .repositories import Repository, begun, demand
from .test_repository_matrix import state

no_waiting, sources, good = on_disk.no_waiting, on_disk.sources, on_disk.good
Good = Callable[[str], pathlib.Path]

# Each form is read by the same code from either repository, so not every one is put into both.
INSIDE = {
    "restic": ("pg custom", "mariadb+zstd", "files"),
    "borg": ("pg plain+gzip", "tar+gzip", "files"),
}
# Those of the rules around a store's copies are told of the snapshots.
OF_SNAPSHOTS = ("newest in one place", "deleted too early")
REPOSITORIES = tuple(INSIDE)
GROUPED = [
    pytest.param((repository, form), marks=pytest.mark.xdist_group(f"inside {repository} {form}"))
    for repository, forms in INSIDE.items()
    for form in forms
]


@dataclass(frozen=True)
class Snapshots:
    """A repository of snapshots of a store of copies, examined with what lies inside."""

    repository: Repository
    store: pathlib.Path
    bin_dir: str

    @property
    def place(self) -> str:
        """Return where the store lies in a snapshot."""
        return f"{self.store}/" if self.repository.form == "restic" else ""

    def take(self, hours: float = 0.5) -> None:
        """Make a snapshot that began some hours ago."""
        self.repository.back_up(self.store, datetime.now(UTC) - timedelta(hours=hours))

    def judge(self, kind: str, level: str = "content", name: str = "set-*", **given: object) -> Finding:
        about = {
            **self.repository.given,
            "system": "saraban",
            "name": "set",
            "level": level,
            "inside": {"path": f"{self.place}{name}", "kind": kind},
        }
        return examine(set_from({**about, **given}), Tools(self.bin_dir), datetime.now(UTC))


def empty(form: str, place: pathlib.Path) -> Repository:
    demand(form)
    return begun(form, place)


@pytest.fixture(params=REPOSITORIES)
def snapshots(
    request: pytest.FixtureRequest, sources: Sources, tmp_path: pathlib.Path
) -> Iterator[Snapshots]:
    """Give a repository without a snapshot, and an empty store."""
    (tmp_path / "store").mkdir()
    yield Snapshots(empty(request.param, tmp_path), tmp_path / "store", sources.postgres.bin_dir)


def place(form: str, good: Good, there: Snapshots, name: str, hours: float = 1) -> pathlib.Path:
    """Put a copy into a store under a name, as made some hours ago, without its manifest."""
    path = there.store / name
    path.write_bytes(good(form).read_bytes())
    moment = (datetime.now(UTC) - timedelta(hours=hours)).timestamp()
    os.utime(path, (moment, moment))
    return path


@pytest.mark.parametrize("case", GROUPED, ids=str)
def test_no_fault_of_what_lies_inside_passes(
    case: tuple[str, str],
    sources: Sources,
    good: Good,
    tmp_path: pathlib.Path,
    fault_row: Record,
) -> None:
    repository, form = case
    made = empty(repository, tmp_path)
    void = shutil.copytree(made.path, tmp_path / "void")
    caught: dict[str, str] = {}
    for fault, (inject, forms) in on_disk.FAULTS.items():
        if form not in forms or fault in OF_SNAPSHOTS:
            continue
        store = whole_set(good(form), tmp_path / "set")
        inject(store, form, sources)
        there = Snapshots(made, store, sources.postgres.bin_dir)
        there.take()
        caught[fault] = told_at(there.judge(FORMS[form]))
        shutil.rmtree(tmp_path / "set")
        shutil.rmtree(made.path)
        shutil.copytree(void, made.path)
    fault_row(f"{form} in {repository}", caught)
    missed = [fault for fault, level in caught.items() if level == MISSED]
    assert not missed


@pytest.mark.parametrize("case", GROUPED, ids=str)
def test_a_good_copy_inside_passes_and_the_repository_stays_as_it_is(
    case: tuple[str, str], sources: Sources, good: Good, tmp_path: pathlib.Path, good_set: Note
) -> None:
    repository, form = case
    there = Snapshots(
        empty(repository, tmp_path), whole_set(good(form), tmp_path / "set"), sources.postgres.bin_dir
    )
    there.take()
    before = state(there.repository.path)
    for level in ("structure", "content"):
        finding = there.judge(FORMS[form], level, manifest="required")
        assert finding.verdict is Verdict.PASS, finding.because
        assert finding.measured["level_reached"] == level
        assert finding.measured["kind"] == repository
    assert finding.measured["compared_with"] == ["manifest", "older"]
    assert "::" in finding.measured["file"] and finding.measured["file"] in finding.because
    assert state(there.repository.path) == before
    good_set(f"{form} in {repository}")


@pytest.mark.parametrize(
    ("snapshots", "form"), [("restic", "pg custom"), ("borg", "mariadb")], indirect=["snapshots"]
)
def test_the_dump_of_the_snapshot_before_betrays_wrong_content_where_there_is_no_manifest(
    form: str, snapshots: Snapshots, sources: Sources, good: Good
) -> None:
    for day in (1, 0):
        path = place(form, good, snapshots, "db.dump", 24 * day + 1)
        snapshots.take(24 * day + 0.5)
    whole = snapshots.judge(FORMS[form], name="db.dump")
    assert (whole.verdict, whole.code) == (Verdict.WARN, "backup.unproven"), whole.because
    assert whole.measured["compared_with"] == ["older"]
    for what in ("void", "schema", "one table", "other"):
        path.unlink()
        make(sources, form, path, what)
        moment = (datetime.now(UTC) - timedelta(hours=0.3)).timestamp()
        os.utime(path, (moment, moment))
        snapshots.take(0.2)
        finding = snapshots.judge(FORMS[form], name="db.dump")
        assert finding.verdict is Verdict.FAIL, (what, finding.because)
        assert finding.code in ("backup.no_tables", "backup.no_data", "backup.emptied", "backup.other_source")
        snapshots.repository.drop(snapshots.repository.names()[-1])


def test_an_old_dump_in_a_young_snapshot_is_late(snapshots: Snapshots, good: Good) -> None:
    place("pg custom", good, snapshots, "db.dump", 24 * 20)
    snapshots.take()
    finding = snapshots.judge("pg_dump", name="db.dump")
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "backup.late"), finding.because
    assert finding.measured["age_hours"].startswith("480")


def test_a_dump_that_changed_after_the_snapshot_began_is_doubted_without_manifest(
    snapshots: Snapshots, good: Good
) -> None:
    path = place("pg custom", good, snapshots, "db.dump", 0.2)
    snapshots.take(0.5)
    finding = snapshots.judge("pg_dump", name="db.dump")
    assert (finding.verdict, finding.code) == (Verdict.WARN, "backup.inside_written_meanwhile")
    half = path.read_bytes()[: path.stat().st_size // 2]
    path.write_bytes(half)
    snapshots.take(0.1)
    assert snapshots.judge("pg_dump", name="db.dump").verdict is Verdict.FAIL


def test_a_snapshot_without_the_path_fails_by_name(snapshots: Snapshots, good: Good) -> None:
    place("pg custom", good, snapshots, "db.dump")
    snapshots.take()
    finding = snapshots.judge("pg_dump", name="nothing-*")
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "backup.not_inside")
    assert "nothing-*" in finding.because and finding.measured["level_reached"] == "nothing"
    elsewhere = snapshots.judge("pg_dump", inside={"path": "elsewhere/*.dump", "kind": "pg_dump"})
    held = f"/{snapshots.place}db.dump".replace("//", "/")
    assert f"at elsewhere/*.dump, but {held};" in elsewhere.because


def test_a_link_is_told_as_one(snapshots: Snapshots, good: Good) -> None:
    place("pg custom", good, snapshots, "db.dump")
    (snapshots.store / "latest.dump").symlink_to("db.dump")
    snapshots.take()
    finding = snapshots.judge("pg_dump", name="latest.*")
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "backup.inside_link"), finding.because
    assert "latest.dump" in finding.because


def test_a_directory_dump_is_unknown_where_its_programs_need_it_as_a_folder(
    snapshots: Snapshots, good: Good
) -> None:
    shutil.copytree(good("pg directory"), snapshots.store / "db.dir")
    moment = (datetime.now(UTC) - timedelta(hours=1)).timestamp()
    os.utime(snapshots.store / "db.dir", (moment, moment))
    snapshots.take()
    finding = snapshots.judge("pg_dump", name="db.dir")
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "backup.not_as_stream"), finding.because


def test_a_folder_that_the_contractor_keeps_without_manifest_is_proven_by_the_repository(
    snapshots: Snapshots, sources: Sources
) -> None:
    letters = snapshots.store / "letters"
    shutil.copytree(sources.folder / "office", letters)
    os.link(letters / "office 1.pdf", letters / "the same.pdf")
    for hours in (24, 0.5):
        snapshots.take(hours)
    expect = {"files": [{"pattern": "*.pdf", "min_files": 9}]}
    finding = snapshots.judge("files", name="letters", expect=expect)
    assert finding.verdict is Verdict.PASS, finding.because
    assert finding.measured["compared_with"] == ["expect", "older"]
    shutil.rmtree(letters)
    letters.mkdir()
    snapshots.take(0.2)
    assert snapshots.judge("files", name="letters").code == "backup.empty"


def test_a_damaged_repository_is_told_before_what_lies_inside(snapshots: Snapshots, good: Good) -> None:
    place("pg custom", good, snapshots, "db.dump")
    snapshots.take()
    path = snapshots.repository.largest()
    path.chmod(0o600)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\0" * 64)
    for level in ("structure", "content"):
        finding = snapshots.judge("pg_dump", level, name="db.dump")
        assert finding.verdict is Verdict.FAIL, (level, finding.because)
        assert finding.code.startswith("backup.repository_"), finding.because


def test_a_locked_repository_leaves_what_lies_inside_unknown(snapshots: Snapshots, good: Good) -> None:
    place("pg custom", good, snapshots, "db.dump")
    snapshots.take()
    name = "locks" if snapshots.repository.form == "restic" else "lock.exclusive"
    (snapshots.repository.path / name).mkdir(exist_ok=True)
    (snapshots.repository.path / name / "7f0e2d").write_text("of another program")
    finding = snapshots.judge("pg_dump", name="db.dump")
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "backup.repository_locked")


def test_a_set_that_is_no_repository_cannot_be_looked_into(good: Good, sources: Sources) -> None:
    given = {"kind": "tar", "path": str(good("tar+gzip")), "inside": {"path": "x", "kind": "tar"}}
    finding = examine(set_from(given), Tools(), datetime.now(UTC))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "backup.no_inside")


def test_a_broken_manifest_in_the_snapshot_fails(snapshots: Snapshots, good: Good) -> None:
    path = place("pg custom", good, snapshots, "db.dump")
    pathlib.Path(manifest.beside(str(path))).write_text("{")
    snapshots.take()
    finding = snapshots.judge("pg_dump", name="db.dump")
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "backup.manifest_broken"), finding.because
