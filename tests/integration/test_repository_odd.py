"""Good repositories as they are seldom met: odd names, odd surroundings, what broken runs leave behind."""

import errno
import hashlib
import os
import pathlib
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from dulae.checks.backup.examine import examine
from dulae.checks.backup.manifest import FileCount, Manifest
from dulae.checks.backup.sets import set_from
from dulae.checks.backup.tools import Tools
from dulae.checks.finding import Finding, Verdict

from .repositories import PASSPHRASE, Repository, begun, demand, empty


def grouped(form: str) -> object:
    return pytest.param(form, marks=pytest.mark.xdist_group(f"odd {form}"))


def one(form: str, place: pathlib.Path) -> Repository:
    """Give a repository with one backup of a folder of two letters."""
    demand(form)
    made = begun(form, place / "repository")
    (place / "letters").mkdir()
    for name in ("first", "second"):
        (place / "letters" / name).write_text(f"the {name} letter")
    made.back_up(place / "letters", datetime.now(UTC))
    return made


@pytest.fixture(scope="module", params=[grouped("restic"), grouped("borg")])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Give a good repository of either form, to be left as it is."""
    return one(request.param, tmp_path_factory.mktemp("odd"))


@pytest.fixture(scope="module", params=[grouped("restic")])
def restic(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Give a good repository of restic, to be left as it is."""
    return one(request.param, tmp_path_factory.mktemp("odd"))


def judge(made: Repository, **given: object) -> Finding:
    about = {"system": "saraban", "name": "set", "level": "integrity"}
    return examine(set_from({**made.given, **about, **given}), Tools(), datetime.now(UTC))


@pytest.fixture
def beside(restic: Repository) -> Iterator[pathlib.Path]:
    """Give the only snapshot of a repository; what a test puts beside it is taken away."""
    (snapshot,) = (restic.path / "snapshots").iterdir()
    yield snapshot
    for path in snapshot.parent.iterdir():
        if path != snapshot:
            path.unlink()


@pytest.mark.parametrize("name", ["{id}-tmp-2718281828", ".nfs0001", "README"])
def test_what_is_no_snapshot_beside_the_snapshots_is_none_that_cannot_be_read(
    restic: Repository, beside: pathlib.Path, name: str
) -> None:
    beside.with_name(name.format(id="7f" * 32)).write_bytes(b"half written")
    finding = judge(restic)
    assert finding.verdict is Verdict.PASS, finding.because


def test_a_snapshot_of_another_key_cannot_be_read_and_is_told(
    restic: Repository, beside: pathlib.Path
) -> None:
    shutil.copyfile(beside, beside.with_name(f"{'7f' * 32}.locked"))
    finding = judge(restic)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "backup.snapshot_damaged"), finding.because


def test_a_snapshot_made_while_the_others_are_listed_is_none_that_cannot_be_read(
    restic: Repository, beside: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "restic"
    new = beside.with_name("7f" * 32)
    program.write_text(
        f'#!/bin/sh\n{shutil.which("restic")} "$@" || exit\n'
        f'case "$*" in *snapshots*) cp {beside} {new};; esac\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    finding = judge(restic, level="fresh")
    assert new.exists()
    assert finding.verdict is Verdict.PASS, finding.because


@pytest.fixture(scope="module", params=[grouped("borg")])
def borg(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Give a good repository of borg, to which a test may add archives."""
    return one(request.param, tmp_path_factory.mktemp("odd"))


@pytest.mark.parametrize("name", ["files::letters", "{now}", "{letters}", "letters of ก #1 [a]*"])
def test_an_archive_may_have_any_name_that_borg_takes(
    borg: Repository, tmp_path: pathlib.Path, name: str
) -> None:
    (tmp_path / "third").write_text("the third letter")
    borg.program("create", f"REPOSITORY::{name.replace('{', '{{').replace('}', '}}')}", ".", cwd=tmp_path)
    inside = {"inside": {"path": "third", "kind": "tar"}}
    try:
        finding = judge(borg)
        assert finding.verdict is Verdict.PASS, finding.because
        assert finding.measured["files"] == 1
        assert judge(borg, level="structure", **inside).code == "backup.unknown_format"
    finally:
        borg.program("delete", f"REPOSITORY::{name.replace('{', '{{').replace('}', '}}')}")


@pytest.mark.parametrize(
    "setting", ["RESTIC_REPOSITORY_FILE", "RESTIC_REPOSITORY", "RESTIC_PASSWORD_COMMAND"]
)
def test_settings_of_another_repository_in_the_surroundings_do_not_count(
    restic: Repository, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setenv(setting, "/nowhere")
    finding = judge(restic)
    assert finding.verdict is Verdict.PASS, finding.because


def of_old_windows(folder: pathlib.Path) -> list[bytes]:
    """Fill a folder with files named in the code page of Thai Windows, a hard link, and a name with a question mark."""
    names = [name.encode("cp874") for name in ("ก.tar", "ข.tar", "หนังสือ\nเวียน.tar")] + [b"?.tar"]
    folder.mkdir()
    for name in names:
        (folder / os.fsdecode(name)).write_bytes(name * 100)
    return names


def with_names_of_old_windows(form: str, place: pathlib.Path) -> tuple[Repository, str, list[bytes]]:
    """Give a repository with such a folder and its manifest, where the folder lies, and the files' names."""
    demand(form)
    there = begun(form, place / "repository")
    folder = place / "store" / "ก"
    folder.parent.mkdir()
    names = of_old_windows(folder)
    files = tuple(
        FileCount(os.fsdecode(name), len(name) * 100, hashlib.sha256(name * 100).hexdigest())
        for name in sorted(names)
    )
    total, moment = sum(file.bytes for file in files), datetime.now(UTC).isoformat()
    told = Manifest("files", folder.name, total, "", moment, moment, files=files)
    (folder / ".manifest.json").write_bytes(os.fsencode(told.to_json()))
    there.back_up(folder.parent, datetime.now(UTC))
    return there, str(folder) if form == "restic" else folder.name, names


@pytest.mark.parametrize("form", [grouped("restic"), grouped("borg")])
def test_names_that_are_no_utf_8_are_counted_and_read(form: str, tmp_path: pathlib.Path) -> None:
    there, place, names = with_names_of_old_windows(form, tmp_path)
    finding = judge(there, level="content", expect={"files": [{"pattern": "*.tar", "min_files": len(names)}]})
    assert finding.verdict is Verdict.PASS, finding.because
    inside = {"path": place, "kind": "files"}
    finding = judge(there, level="content", inside=inside, manifest="required")
    assert finding.verdict is Verdict.PASS, finding.because
    for name in names:
        path = f"{place}/{os.fsdecode(name).replace('?', '[?]')}"
        finding = judge(there, level="structure", inside={"path": path, "kind": "tar"})
        assert finding.code == "backup.unknown_format", finding.because
        assert finding.measured["beginning"] == (name * 8)[:8].hex(" ")


@pytest.fixture(scope="module", params=[grouped("borg")])
def keyed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Repository, str]:
    """Give a repository of borg without a backup, whose key lies in a file of its own."""
    demand("borg")
    place = tmp_path_factory.mktemp("keyed")
    made = empty("borg", place)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BORG_KEY_FILE", str(place / "key"))
        made.program("init", "-e", "keyfile-blake2", "REPOSITORY")
        made.program("create", "REPOSITORY::letters", ".", cwd=place)
    return made, str(place / "key")


def test_a_key_in_a_file_of_its_own_opens_a_repository(keyed: tuple[Repository, str]) -> None:
    made, key = keyed
    finding = judge(made, key_file=key)
    assert finding.verdict is Verdict.PASS, finding.because


@pytest.mark.parametrize("key", ["", "/nowhere"])
def test_without_its_key_file_a_repository_is_not_judged(
    keyed: tuple[Repository, str], monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.delenv("BORG_KEY_FILE", raising=False)
    finding = judge(keyed[0], key_file=key)
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "backup.no_key"), finding.because
    assert "key_file" in finding.because


def test_the_key_of_another_repository_opens_nothing(
    keyed: tuple[Repository, str], tmp_path: pathlib.Path
) -> None:
    head, _, rest = pathlib.Path(keyed[1]).read_text().partition(" ")
    for text in (f"{head} {'7f' * 32}\n{rest.partition(chr(10))[2]}", "no key at all"):
        (tmp_path / "key").write_text(text)
        finding = judge(keyed[0], key_file=str(tmp_path / "key"))
        assert (finding.verdict, finding.code) == (Verdict.FAIL, "backup.key_refused"), finding.because


def test_a_missing_passphrase_is_told_by_the_line_that_says_so(
    borg: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BORG_PASSPHRASE", raising=False)
    finding = judge(borg, password_file="")
    assert finding.code == "backup.no_passphrase"
    assert "BORG_PASSPHRASE is not set" in finding.because


def archived(borg: Repository, moment: datetime, *words: str, poured: pathlib.Path | None = None) -> str:
    """Make an archive as of a moment, NAME standing for its name; return that. A file may be poured into borg."""
    name = f"as-of-{moment.timestamp()}"
    place = [word.replace("NAME", f"{borg.path}::{name}") for word in words]
    with open(poured or os.devnull, "rb") as source:
        subprocess.run(
            ["borg", "create", "--timestamp", f"{moment:%Y-%m-%dT%H:%M:%S}", *place],
            env={**os.environ, "BORG_PASSPHRASE": PASSPHRASE, "TZ": "UTC"},
            stdin=source,
            check=True,
        )
    return name


@pytest.fixture
def dump(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """Give a dump; what borg remembers of repositories is kept beside it."""
    monkeypatch.setenv("BORG_BASE_DIR", str(tmp_path))
    with tarfile.open(tmp_path / "dump.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo("letter"))
    return tmp_path / "dump.tar"


@pytest.mark.parametrize(("late", "code"), [(0.9, "backup.unproven"), (1, "backup.inside_written_meanwhile")])
def test_a_dump_of_the_second_in_which_an_archive_began_counts_as_ended(
    borg: Repository, dump: pathlib.Path, late: float, code: str
) -> None:
    moment = datetime.now(UTC).replace(microsecond=0)
    os.utime(dump, (moment.timestamp() + late, moment.timestamp() + late))
    name = archived(borg, moment, "NAME", str(dump))
    finding = judge(borg, pattern=name, inside={"path": str(dump), "kind": "tar"})
    assert (finding.verdict, finding.code) == (Verdict.WARN, code), finding.because


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (("NAME", "-"), "stdin"),
        (("--stdin-name", "a.tar", "NAME", "-"), "a.tar"),
        (("--stdin-name=b.tar", "NAME", "-"), "b.tar"),
        (("--content-from-command", "--stdin-name=c.tar", "NAME", "--", "cat", "DUMP"), "c.tar"),
    ],
)
def test_a_dump_that_was_poured_into_borg_was_not_written_meanwhile(
    borg: Repository, dump: pathlib.Path, words: tuple[str, ...], place: str
) -> None:
    given = [word.replace("DUMP", str(dump)) for word in words]
    name = archived(borg, datetime.now(UTC) - timedelta(hours=1), *given, poured=dump)
    finding = judge(borg, pattern=name, inside={"path": place, "kind": "tar"})
    assert (finding.verdict, finding.code) == (Verdict.WARN, "backup.unproven"), finding.because


def test_a_dump_on_a_disk_of_whole_seconds_may_have_been_written_meanwhile(
    borg: Repository, dump: pathlib.Path
) -> None:
    moment = datetime.now(UTC) - timedelta(hours=1)
    os.utime(dump, (moment.timestamp() // 1 + 60,) * 2)
    name = archived(borg, moment, "--stdin-name=other", "NAME", "-", str(dump), poured=dump)
    finding = judge(borg, pattern=name, inside={"path": str(dump), "kind": "tar"})
    assert (finding.verdict, finding.code) == (Verdict.WARN, "backup.inside_written_meanwhile")


@pytest.mark.parametrize("part", ["data", "data/0"])
def test_a_folder_that_may_not_be_read_is_unknown_and_no_loss(
    made: Repository, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    closed = made.path / part if made.form == "borg" else next((made.path / "data").iterdir())
    look_into = os.scandir

    def refused(path: str) -> object:
        if os.fspath(path) == str(closed):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return look_into(path)

    monkeypatch.setattr(os, "scandir", refused)
    finding = judge(made)
    assert finding.verdict is Verdict.UNKNOWN, finding.because
    assert "Permission denied" in finding.because


@pytest.mark.parametrize("form", [grouped("restic"), grouped("borg")])
def test_a_repository_that_is_changed_while_it_is_examined_is_unknown(
    form: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = one(form, tmp_path)
    state = "index/*" if form == "restic" else "index.*"
    (old,) = made.path.glob(state)
    program = tmp_path / form
    at = "check" if form == "restic" else "list"
    program.write_text(
        f'#!/bin/sh\ncase "$*" in *{at}*) mv {old} {old.with_name("index.314")};; esac\n'
        f'exec {shutil.which(form)} "$@"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    finding = judge(made)
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "backup.repository_changed"), finding.because
