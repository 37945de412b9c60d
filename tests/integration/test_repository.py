"""Repositories as they are met: locked, without passphrase or program, several in one, copied to a second one."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dulae.checks.backup import manifest
from dulae.checks.backup.examine import examine
from dulae.checks.backup.sets import set_from
from dulae.checks.backup.tools import Tools
from dulae.checks.finding import Finding, Verdict

from .repositories import Repository, demand, of_folder

FORMS = [pytest.param(form, marks=pytest.mark.xdist_group(f"one {form}")) for form in ("restic", "borg")]


@pytest.fixture(scope="module", params=FORMS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    """Give a good repository."""
    demand(request.param)
    folder = tmp_path_factory.mktemp("letters")
    (folder / "letter.pdf").write_bytes(os.urandom(5_000))
    yield of_folder(request.param, tmp_path_factory.mktemp("repository"), folder)


_BACKUP = [
    str(pathlib.Path(sys.executable).with_name("dulae")),
    *("check", "backup", "--level", "content", "--format", "json"),
]


def judge(made: Repository, **given: object) -> Finding:
    about = {"system": "saraban", "name": "set", "level": "integrity"}
    return examine(set_from({**made.given, **about, **given}), Tools(), datetime.now(UTC))


def lock(path: pathlib.Path, form: str) -> pathlib.Path:
    place = path / ("locks" if form == "restic" else "lock.exclusive")
    place.mkdir(exist_ok=True)
    (place / "7f0e2d").write_text("of another program")
    return place


def test_a_locked_repository_is_unknown_and_stays_locked(made: Repository) -> None:
    place = lock(made.path, made.form)
    finding = judge(made)
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "backup.repository_locked")
    assert (place / "7f0e2d").exists()
    shutil.rmtree(place)
    assert judge(made).verdict is Verdict.PASS


def test_without_a_passphrase_nothing_is_judged(made: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RESTIC_PASSWORD", "RESTIC_PASSWORD_FILE", "BORG_PASSPHRASE", "BORG_PASSCOMMAND"):
        monkeypatch.delenv(name, raising=False)
    for kept in ("", str(made.path / "nowhere")):
        finding = judge(made, password_file=kept)
        assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "backup.no_passphrase"), finding.because


def test_a_passphrase_of_the_surroundings_serves_the_command_line(made: Repository) -> None:
    secret = {"restic": "RESTIC_PASSWORD_FILE", "borg": "BORG_PASSPHRASE"}[made.form]
    words = str(made.password_file) if made.form == "restic" else made.password_file.read_text()
    done = subprocess.run(
        [*_BACKUP, str(made.path), "--kind", made.form, "--expect-files", "*letter.pdf=1"],
        env={**os.environ, secret: words},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["findings"][0]["measured"]["level_reached"] == "content"


def test_without_its_program_a_repository_is_unknown(
    made: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    finding = judge(made)
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "backup.program_missing")


def test_a_manifest_is_not_taken_for_proof_of_a_repository(made: Repository, tmp_path: pathlib.Path) -> None:
    beside = tmp_path / "manifest.json"
    told = manifest.Manifest(made.form, "x", 1, "0" * 64, "2026-11-24T01:00:00Z", "2026-11-24T01:00:00Z")
    beside.write_text(told.to_json())
    finding = judge(made, manifest_file=str(beside))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "backup.manifest_of_no_use")


def test_a_folder_that_is_no_repository_fails(made: Repository, tmp_path: pathlib.Path) -> None:
    assert judge(made, path=str(tmp_path)).code == "backup.no_repository"
    assert judge(made, path=str(tmp_path / "nowhere")).code == "backup.no_place"


def test_a_pattern_tells_series_apart_and_each_is_compared_with_itself(
    made: Repository, tmp_path: pathlib.Path
) -> None:
    both = replace(made, path=tmp_path / "both")
    shutil.copytree(made.path, both.path)
    other = tmp_path / "minutes"
    other.mkdir()
    (other / "minutes.pdf").write_bytes(os.urandom(5_000))
    moment = datetime.now(UTC)
    if made.form == "restic":
        both.back_up(other, moment)
    else:
        both.program("create", "REPOSITORY::minutes-1", ".", cwd=other)
    whole = judge(both, level="content", expect={"files": [{"pattern": "*minutes.pdf"}]})
    assert whole.verdict is Verdict.PASS, whole.because
    pattern = str(other) if made.form == "restic" else "minutes-*"
    assert judge(both, pattern=pattern).measured["count"] == 1
    assert judge(both, pattern="nobody").code == "backup.missing"


def test_a_second_repository_may_have_backups_of_its_own(made: Repository, tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    second = of_folder(made.form, tmp_path / "other", folder)
    given = {"second_path": str(second.path)}
    assert judge(made, **given).code == "backup.one_place"
    assert judge(made, **given, second_max_age_hours=26).verdict is Verdict.PASS
    late = examine(
        set_from({**made.given, **given, "second_max_age_hours": 26, "max_age_hours": 99}),
        Tools(),
        datetime.now(UTC) + timedelta(hours=30),
    )
    assert late.code == "backup.second_late"
    pack = max(
        (path for path in (second.path / "data").rglob("*") if path.is_file()), key=lambda p: p.stat().st_size
    )
    pack.unlink()
    assert judge(made, **given, second_max_age_hours=26).verdict is Verdict.FAIL
