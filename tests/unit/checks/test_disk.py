"""Judging disk space as the procedure asks (6.3)."""

import os
import pathlib
import subprocess
import threading
from dataclasses import replace

import pytest

from dulae.checks import disk
from dulae.checks.finding import Verdict
from dulae.checks.room import Store

HALF_FREE = disk.Usage(
    "/srv", 1000, 450, 450, total_inodes=100, free_inodes=50, read_only=False
)  # 100 are root's reserve


@pytest.mark.parametrize(
    ("free", "used", "verdict", "code"),
    [
        (20, 80, Verdict.PASS, "disk.enough"),
        (19, 81, Verdict.WARN, "disk.free_low"),
        (10, 90, Verdict.WARN, "disk.free_low"),
        (9, 91, Verdict.FAIL, "disk.free_below_limit"),
        (0, 100, Verdict.FAIL, "disk.free_below_limit"),
        (100, 0, Verdict.PASS, "disk.enough"),
    ],
)
def test_the_verdict_turns_exactly_at_the_limit(free: int, used: int, verdict: Verdict, code: str) -> None:
    usage = replace(HALF_FREE, free_bytes=free, used_bytes=used)
    finding = disk.judge(disk.Mount("/srv"), usage)
    assert (finding.verdict, finding.code) == (verdict, code)


def test_the_reserve_of_root_counts_neither_as_used_nor_as_free() -> None:
    assert disk.judge(disk.Mount("/srv"), HALF_FREE).measured["free_percent"] == "50.0"


def test_a_share_just_under_the_limit_is_not_rounded_up_to_it() -> None:
    usage = replace(HALF_FREE, free_bytes=9996, used_bytes=90004)
    finding = disk.judge(disk.Mount("/srv"), usage)
    assert finding.verdict is Verdict.FAIL
    assert "9.9 % free" in finding.because


def test_few_bytes_fail_even_where_their_share_is_large() -> None:
    mount = disk.Mount("/srv", disk.Limits(min_free_bytes=451))
    assert disk.judge(mount, HALF_FREE).code == "disk.bytes_below_limit"


def test_few_inodes_fail_though_there_is_space() -> None:
    usage = replace(HALF_FREE, free_inodes=4)
    assert disk.judge(disk.Mount("/srv"), usage).code == "disk.inodes_below_limit"


def test_a_file_system_without_a_fixed_number_of_inodes_passes() -> None:
    usage = replace(HALF_FREE, total_inodes=0, free_inodes=0)
    finding = disk.judge(disk.Mount("/srv"), usage)
    assert (finding.verdict, finding.measured["free_inodes_percent"]) == (Verdict.PASS, None)


def test_a_read_only_mount_fails() -> None:
    assert disk.judge(disk.Mount("/srv"), replace(HALF_FREE, read_only=True)).code == "disk.read_only"


def test_a_file_system_without_size_is_unknown() -> None:
    (finding,) = disk.check([disk.Mount("/proc")])
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "disk.no_size")


def test_a_missing_path_is_unknown() -> None:
    (finding,) = disk.check([disk.Mount("/no/such/path", system="saraban")])
    assert (finding.verdict, finding.code, finding.system) == (Verdict.UNKNOWN, "disk.missing", "saraban")


def test_a_path_that_may_not_be_entered_is_unknown() -> None:
    def refuse(path: str) -> disk.Usage:
        raise PermissionError(13, "Permission denied")

    (finding,) = disk.check([disk.Mount("/root/x")], measure=refuse)
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "disk.refused")
    assert "Permission denied" in finding.because


def test_a_hung_mount_is_unknown_and_keeps_nobody_waiting() -> None:
    released = threading.Event()

    def hang_on_nfs(path: str) -> disk.Usage:
        if path == "/nfs":
            released.wait(60)
        return HALF_FREE

    findings = disk.check([disk.Mount("/nfs"), disk.Mount("/srv")], timeout_s=0.2, measure=hang_on_nfs)
    released.set()
    assert [finding.code for finding in findings] == ["disk.silent", "disk.enough"]


def test_several_hung_mounts_share_one_limit_and_the_others_are_judged() -> None:
    released = threading.Event()
    asked = []

    def hang_on_nfs(path: str) -> disk.Usage:
        asked.append(path)
        if path.startswith("/nfs"):
            released.wait(60)
        return HALF_FREE

    paths = [*(f"/nfs{number}" for number in range(5)), "/srv"]
    findings = disk.check([disk.Mount(path) for path in paths], timeout_s=0.2, measure=hang_on_nfs)
    released.set()
    # Each was asked before the first was given up, so that five limits are not waited for one after the other.
    assert sorted(asked) == sorted(paths)
    assert [finding.code for finding in findings] == ["disk.silent"] * 5 + ["disk.enough"]
    assert {finding.verdict for finding in findings[:5]} == {Verdict.UNKNOWN}
    assert "no answer within 0.2 s" in findings[0].because


def test_the_blocks_that_root_keeps_are_left_out_as_df_does() -> None:
    told = subprocess.run(
        ["df", "-B1", "-a", "--output=target,size,used,avail"], capture_output=True, text=True, check=False
    ).stdout.splitlines()[1:]
    for line in told:
        target, *numbers = line.rsplit(None, 3)
        if not all(number.isdigit() for number in numbers) or not os.path.isdir(target):
            continue
        size, used, free = map(int, numbers)
        if size - used > free and size:
            break
    else:
        pytest.skip("no file system here keeps blocks for root")
    usage = disk.measure(target)
    assert usage.total_bytes == size
    assert usage.usable_bytes < usage.total_bytes
    # The reserve does not change while others write.
    assert usage.total_bytes - usage.usable_bytes == size - used - free


def test_it_counts_as_df_does(tmp_path: pathlib.Path) -> None:
    answer = subprocess.run(
        ["df", "-B1", "--output=size,used,itotal,iavail", tmp_path],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    size, used, inodes, _ = (int(number) for number in answer[-4:])
    usage = disk.measure(str(tmp_path))
    assert (usage.total_bytes, usage.total_inodes) == (size, inodes)
    assert abs(usage.used_bytes - used) < 100_000_000  # others write meanwhile


def test_it_names_the_mount_point(tmp_path: pathlib.Path) -> None:
    assert os.path.ismount(disk.measure(str(tmp_path)).mount_point)


def test_a_mount_is_made_from_flat_settings() -> None:
    given = {"path": "/srv", "system": "saraban", "min_free_percent": 15}
    stores = [{"path": "/srv/backup", "pattern": "a-*", "keep": 7}]
    assert disk.mount_from({**given, "stores": stores, "warn_days_until_full": 30}) == disk.Mount(
        "/srv", disk.Limits(min_free_percent=15), "saraban", (Store("/srv/backup", "a-*", 7),), 30
    )
    assert disk.mount_from(given) == disk.Mount("/srv", disk.Limits(min_free_percent=15), "saraban")
