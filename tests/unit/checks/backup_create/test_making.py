"""Making sets: archives here, dumps in tests/integration/test_backup_create.py."""

import fcntl
import os
import pathlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dulae.checks.backup.faults import Bad
from dulae.checks.backup.tools import Tools
from dulae.checks.backup_create import archive, making
from dulae.checks.backup_create.making import create, difference
from dulae.checks.backup_create.request import Connection, Request, request_from
from dulae.checks.finding import Verdict

TOOLS = Tools()
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def request_(tmp_path: pathlib.Path) -> Request:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "a.pdf").write_bytes(os.urandom(5000))
    return Request(
        "tar", str(tmp_path / "source"), str(tmp_path / "store"), "files", "saraban/files", "saraban"
    )


def sets(request: Request) -> list[str]:
    return sorted(name for name in os.listdir(request.path) if name.endswith(".tar.gz"))


def test_a_set_is_made(request_: Request) -> None:
    result = create(request_, TOOLS, NOW)
    assert (result.changed, result.finding.verdict, result.finding.code) == (
        True,
        Verdict.PASS,
        "backup_create.made",
    )
    assert result.finding.measured["file"] == "files-20261122T120000Z.tar.gz"
    assert result.finding.measured["files"] == 1
    assert (result.finding.subject, result.finding.system) == ("saraban/files", "saraban")
    assert sets(request_) == ["files-20261122T120000Z.tar.gz"]


def test_a_second_run_within_the_interval_changes_nothing(request_: Request) -> None:
    create(request_, TOOLS, NOW)
    before = {name: os.stat(f"{request_.path}/{name}").st_mtime_ns for name in os.listdir(request_.path)}
    result = create(request_, TOOLS, NOW + timedelta(hours=19))
    assert (result.changed, result.finding.code) == (False, "backup_create.recent")
    assert result.before == result.after
    assert {n: os.stat(f"{request_.path}/{n}").st_mtime_ns for n in os.listdir(request_.path)} == before


def test_after_the_interval_another_set_is_made(request_: Request) -> None:
    create(request_, TOOLS, NOW)
    assert create(request_, TOOLS, NOW + timedelta(hours=20)).changed
    assert len(sets(request_)) == 2


def test_only_as_many_sets_as_wanted_stay(request_: Request) -> None:
    wanted = replace(request_, keep=2)
    (pathlib.Path(request_.path)).mkdir()
    (pathlib.Path(request_.path) / "files-20200101.tar.gz").write_text("the contractor's")
    results = [create(wanted, TOOLS, NOW + day * DAY) for day in range(4)]
    assert results[-1].finding.measured["removed"] == 1
    assert sets(request_) == [
        "files-20200101.tar.gz",
        "files-20261124T120000Z.tar.gz",
        "files-20261125T120000Z.tar.gz",
    ]
    assert results[-1].before[0] == "files-20261123T120000Z.tar.gz"


def test_check_mode_makes_nothing_and_says_what_it_would(request_: Request) -> None:
    create(request_, TOOLS, NOW)
    result = create(replace(request_, keep=1), TOOLS, NOW + DAY, check_mode=True)
    assert (result.changed, result.finding.verdict) == (True, Verdict.UNKNOWN)
    assert result.before == ("files-20261122T120000Z.tar.gz",)
    assert result.after == ("files-20261123T120000Z.tar.gz",)
    assert len(sets(request_)) == 1
    assert not create(request_, TOOLS, NOW, check_mode=True).changed


def test_check_mode_does_not_even_make_the_store(request_: Request) -> None:
    assert create(request_, TOOLS, NOW, check_mode=True).changed
    assert not os.path.exists(request_.path)


def test_the_difference_shows_names_before_and_after(request_: Request) -> None:
    shown = difference(request_, create(request_, TOOLS, NOW))
    assert (shown["before"], shown["after"]) == ("", "files-20261122T120000Z.tar.gz\n")


def test_a_backup_that_cannot_be_made_fails_and_leaves_nothing(request_: Request) -> None:
    result = create(replace(request_, source="/no/such/folder"), TOOLS, NOW)
    assert (result.changed, result.finding.verdict) == (False, Verdict.FAIL)
    assert os.listdir(request_.path) == [".files.lock"]


def test_a_store_that_cannot_be_written_fails(request_: Request, tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").touch()
    result = create(replace(request_, path=str(tmp_path / "file")), TOOLS, NOW)
    assert (result.finding.verdict, result.finding.code) == (Verdict.FAIL, "backup_create.not_written")


def test_a_full_disk_while_writing_fails_and_leaves_nothing(
    request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(request: Request, path: str, tools: Tools) -> None:
        pathlib.Path(path).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(making.MAKERS, "tar", making.Maker(".tar.gz", fill))  # type: ignore[arg-type]
    result = create(request_, TOOLS, NOW)
    assert "No space left" in result.finding.because
    assert os.listdir(request_.path) == [".files.lock"]


def test_no_room_for_another_set_fails_before_it_is_begun(
    request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(request_, TOOLS, NOW)
    real = os.statvfs(request_.path)
    monkeypatch.setattr(os, "statvfs", lambda path: os.statvfs_result((*list(real)[:4], 0, *list(real)[5:])))
    result = create(request_, TOOLS, NOW + DAY)
    assert (result.finding.verdict, result.finding.code) == (Verdict.FAIL, "backup_create.no_space")


def test_a_run_beside_another_is_unknown(request_: Request) -> None:
    os.mkdir(request_.path)
    with open(f"{request_.path}/.files.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = create(request_, TOOLS, NOW)
    assert (result.finding.verdict, result.finding.code) == (Verdict.UNKNOWN, "backup_create.already_running")


def test_files_that_changed_meanwhile_are_a_warning(
    request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(request: Request, path: str, tools: Tools) -> object:
        return replace(archive.write(request, path, tools), changed=("a.pdf",))

    monkeypatch.setitem(making.MAKERS, "tar", making.Maker(".tar.gz", change))  # type: ignore[arg-type]
    result = create(request_, TOOLS, NOW)
    assert (result.finding.verdict, result.changed) == (Verdict.WARN, True)
    assert "a.pdf" not in result.finding.because


def test_leavings_of_a_broken_run_are_swept_and_that_is_a_change(request_: Request) -> None:
    create(request_, TOOLS, NOW)
    (pathlib.Path(request_.path) / ".files-x.tar.gz.partial").touch()
    result = create(request_, TOOLS, NOW)
    assert (result.changed, result.finding.code) == (True, "backup_create.recent")


def test_make_raises_what_stopped_it(request_: Request) -> None:
    assert making.make(request_, TOOLS).files[0].path == "a.pdf"
    with pytest.raises(Bad):
        making.make(replace(request_, source="/no/such/folder"), TOOLS)


def test_a_request_is_made_from_settings_and_its_password_comes_apart() -> None:
    given = {
        "system": "saraban",
        "name": "database",
        "kind": "pg_dump",
        "source": "saraban",
        "path": "/srv/backup",
        "prefix": "saraban",
        "connection": {"socket_dir": "/run/postgresql", "host": "ignored", "port": 5433, "user": "dulae"},
    }
    made = request_from(given, {"saraban/database": "s3cret"})
    assert made.connection == Connection("/run/postgresql", "5433", "dulae", "s3cret")
    assert "s3cret" not in repr(made)
    assert made.connection.environment("saraban")["PGPASSWORD"] == "s3cret"
    assert request_from({**given, "connection": None}, {}).connection == Connection()


@pytest.mark.parametrize(
    ("connection", "options"),
    [
        (Connection(), []),
        (Connection("db1", "3307", "dulae"), ["--host=db1", "--port=3307", "--user=dulae"]),
        (Connection("/", "3306"), ["--protocol=socket", "--socket=/mysqld.sock"]),
        (Connection("/run/a.sock"), ["--protocol=socket", "--socket=/run/a.sock"]),
        (Connection(password="s3cret"), ["--no-defaults"]),
    ],
)
def test_mariadb_is_reached_without_a_password_among_the_arguments(
    connection: Connection, options: list[str]
) -> None:
    assert connection.mariadb_options() == options
    assert connection.mariadb_environment().get("MYSQL_PWD", "") == connection.password


def test_the_ladder_is_applied_to_own_sets_only_and_check_mode_foretells_it(request_: Request) -> None:
    wanted = replace(request_, keep=1, retention={"weekly": 1})
    os.mkdir(request_.path)
    (pathlib.Path(request_.path) / "files-20200101.tar.gz").write_text("the contractor's")
    for day in range(9):
        foretold = create(wanted, TOOLS, NOW + day * DAY, check_mode=True)
        assert foretold.after == create(wanted, TOOLS, NOW + day * DAY).after
    assert sets(request_) == [
        "files-20200101.tar.gz",
        "files-20261129T120000Z.tar.gz",
        "files-20261130T120000Z.tar.gz",
    ]
    assert (
        request_from({"kind": "tar", "source": "a", "path": "b", "prefix": "c", "retention": None}, {}).keep
        == 7
    )
