"""Up the levels: archives of files here, dumps in tests/integration/test_backup.py."""

import os
import pathlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dulae.checks.backup import copies, examine
from dulae.checks.backup.sets import BackupSet, set_from
from dulae.checks.backup.tools import Tools
from dulae.checks.backup_create import making
from dulae.checks.backup_create.request import Request
from dulae.checks.finding import Finding, Verdict

TOOLS = Tools()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_SETTLING_S", 0)


@pytest.fixture
def store(tmp_path: pathlib.Path) -> pathlib.Path:
    """Give a store with one good archive of three files."""
    source = tmp_path / "source"
    source.mkdir()
    for number in range(3):
        (source / f"{number}.pdf").write_bytes(os.urandom(50_000))
    making.make(Request("tar", str(source), str(tmp_path / "store"), "files"), TOOLS)
    return tmp_path / "store"


def newest(store: pathlib.Path) -> pathlib.Path:
    return next(path for path in store.iterdir() if path.name.endswith(".tar.gz"))


def judge(store: pathlib.Path, now: datetime | None = None, **limits: Any) -> Finding:
    wanted = BackupSet(str(store), "tar", "saraban/files", "saraban", pattern="files-*", **limits)
    (finding,) = examine.check([wanted], TOOLS, now)
    return finding


@pytest.mark.parametrize("level", ["present", "fresh", "structure", "integrity"])
def test_a_good_set_passes_at_every_level(store: pathlib.Path, level: str) -> None:
    finding = judge(store, level=level)
    assert (finding.verdict, finding.code) == (Verdict.PASS, f"backup.{level}")
    assert finding.measured["level_reached"] == level
    assert "restorable" in finding.measured["not_proven"]


def test_a_finding_names_set_system_and_file(store: pathlib.Path) -> None:
    finding = judge(store)
    assert (finding.subject, finding.system, finding.check) == ("saraban/files", "saraban", "backup")
    assert newest(store).name in finding.because
    assert finding.measured["files"] == 3


def test_a_missing_set_fails(tmp_path: pathlib.Path) -> None:
    finding = judge(tmp_path)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "backup.missing")
    assert finding.measured["level_reached"] == "nothing"


def test_a_late_set_fails_exactly_after_its_limit(store: pathlib.Path) -> None:
    # A whole second: parts of it are not the same as a moment and as a file's time.
    second = int(newest(store).stat().st_mtime)
    os.utime(newest(store), (second, second))
    made = datetime.fromtimestamp(second, UTC)
    assert judge(store, made + timedelta(hours=26)).verdict is Verdict.PASS
    late = judge(store, made + timedelta(hours=26, minutes=1))
    assert (late.verdict, late.code, late.measured["age_hours"]) == (Verdict.FAIL, "backup.late", "26.0")


def test_a_set_from_the_future_fails(store: pathlib.Path) -> None:
    ahead = (datetime.now(UTC) + timedelta(hours=2)).timestamp()
    os.utime(newest(store), (ahead, ahead))
    finding = judge(store)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "backup.in_future")
    assert finding.measured["age_hours"] == "-2.0" or finding.measured["age_hours"] == "-1.9"


def test_a_clock_that_is_a_little_ahead_is_no_fault(store: pathlib.Path) -> None:
    ahead = (datetime.now(UTC) + timedelta(minutes=5)).timestamp()
    os.utime(newest(store), (ahead, ahead))
    assert judge(store).verdict is Verdict.PASS


def test_zero_bytes_fail(store: pathlib.Path) -> None:
    newest(store).write_bytes(b"")
    assert judge(store, level="present").code == "backup.empty"


def test_too_small_a_copy_fails(store: pathlib.Path) -> None:
    assert judge(store, min_bytes=10_000_000).code == "backup.too_small"


def test_too_few_copies_fail(store: pathlib.Path) -> None:
    assert judge(store, min_count=2).code == "backup.too_few"


def test_a_flipped_byte_fails_at_the_latest_at_integrity(store: pathlib.Path) -> None:
    data = bytearray(newest(store).read_bytes())
    data[4] ^= 1  # the time in gzip's header, which no checksum of gzip covers
    newest(store).write_bytes(data)
    assert judge(store, level="structure").verdict is Verdict.PASS
    finding = judge(store)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "backup.other_data")
    assert finding.measured["sha256"] != finding.measured["manifest_sha256"]


def test_another_size_than_when_it_was_made_fails(store: pathlib.Path) -> None:
    with open(newest(store), "ab") as copy:
        copy.write(bytes(8))
    assert judge(store).code == "backup.other_size"


def test_an_archive_that_lacks_files_of_its_manifest_fails(store: pathlib.Path) -> None:
    path = newest(store).with_name(newest(store).name + ".manifest.json")
    text = path.read_text().replace('"files": [', '"files": [{"path": "4.pdf", "bytes": 1, "sha256": ""},')
    path.write_text(text)
    finding = judge(store)
    assert (finding.code, finding.measured["missing_items"]) == ("backup.incomplete", 1)


def test_without_a_manifest_integrity_only_warns_and_says_what_is_open(store: pathlib.Path) -> None:
    newest(store).with_name(newest(store).name + ".manifest.json").unlink()
    finding = judge(store)
    assert (finding.verdict, finding.code) == (Verdict.WARN, "backup.unproven")
    assert finding.measured["level_reached"] == "structure"
    assert finding.measured["not_proven"] == ["unchanged", "content", "restorable"]


def test_a_required_manifest_that_is_missing_fails(store: pathlib.Path) -> None:
    newest(store).with_name(newest(store).name + ".manifest.json").unlink()
    assert judge(store, manifest="required").code == "backup.manifest_missing"
    assert judge(store, manifest_file="/no/such/manifest").code == "backup.manifest_missing"


def test_a_broken_manifest_fails(store: pathlib.Path) -> None:
    newest(store).with_name(newest(store).name + ".manifest.json").write_text("{")
    assert judge(store).code == "backup.manifest_broken"


def test_a_copy_that_changes_meanwhile_is_unknown(
    store: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = examine.STEPS["structure"]

    def change(work: Any) -> None:
        real(work)
        with open(newest(store), "ab") as copy:
            copy.write(b"more")

    monkeypatch.setattr(examine, "STEPS", {**examine.STEPS, "structure": change})
    finding = judge(store)
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "backup.changed_meanwhile")


def test_a_copy_that_vanishes_meanwhile_is_unknown(
    store: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examine, "STEPS", {**examine.STEPS, "structure": lambda work: newest(store).unlink()})
    assert judge(store).code == "backup.changed_meanwhile"


def test_a_copy_that_may_not_be_read_is_unknown(store: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(work: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(examine, "STEPS", {**examine.STEPS, "structure": refuse})
    finding = judge(store)
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "backup.unreadable")
    assert "Permission denied" in finding.because


def test_the_store_is_not_touched(store: pathlib.Path) -> None:
    def state() -> list[tuple[str, int, int]]:
        return sorted((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in store.iterdir())

    before = state()
    judge(store)
    assert state() == before


def test_findings_hold_no_floats(store: pathlib.Path) -> None:
    finding = judge(store)
    values = [*finding.measured.values(), *finding.limit.values()]
    assert not [value for value in values if isinstance(value, float)]


def test_a_set_is_made_from_settings_with_what_concerns_others_passed_over() -> None:
    given = {
        "system": "saraban",
        "name": "files",
        "kind": "tar",
        "path": "/srv",
        "drill": True,
        "min_count": None,
    }
    assert set_from(given) == BackupSet("/srv", "tar", "saraban/files", "saraban")
