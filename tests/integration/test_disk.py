"""Space on real file systems: full, read-only, hung."""

import ctypes
import os
import pathlib
import subprocess
import sys
from collections.abc import Iterator

import pytest

from dulae.checks import disk, room
from dulae.checks.finding import Verdict

pytestmark = pytest.mark.root
LIBC = ctypes.CDLL(None, use_errno=True)
LAZILY = 2
PROGRAM = "from dulae.cli import main; main()"


@pytest.fixture
def mounted(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """Give a small file system of its own."""
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m,nr_inodes=20", "tmpfs", folder],
        check=False,
        capture_output=True,
    )
    if made.returncode:
        pytest.skip(f"cannot mount a file system here: {made.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.fixture
def hung(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """Give a FUSE mount whose server never answers."""
    folder = tmp_path / "hung"
    folder.mkdir()
    try:
        server = os.open("/dev/fuse", os.O_RDWR)
    except OSError as error:
        pytest.skip(f"no FUSE here: {error}")
    options = f"fd={server},rootmode=40000,user_id=0,group_id=0".encode()
    if LIBC.mount(b"dulae", str(folder).encode(), b"fuse", 0, options):
        os.close(server)
        pytest.skip(f"cannot mount FUSE here: {os.strerror(ctypes.get_errno())}")
    yield folder
    os.close(server)
    LIBC.umount2(str(folder).encode(), LAZILY)


@pytest.fixture
def reserved(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """Give an ext4 of 16 MiB of which a quarter is kept for root."""
    image, folder = tmp_path / "image", tmp_path / "reserved"
    folder.mkdir()
    image.write_bytes(b"")
    os.truncate(image, 16 << 20)
    for command in (
        ["mkfs.ext4", "-q", "-F", "-m", "25", str(image)],
        ["mount", "-o", "loop", str(image), str(folder)],
    ):
        try:
            made = subprocess.run(command, check=False, capture_output=True)
        except FileNotFoundError as error:
            pytest.skip(f"no {command[0]} here: {error}")
        if made.returncode:
            pytest.skip(f"{command[0]} cannot be used here: {made.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def judge(folder: pathlib.Path, timeout_s: float = 10) -> tuple[Verdict, str]:
    (finding,) = disk.check([disk.Mount(str(folder))], timeout_s)
    return finding.verdict, finding.code


def test_a_full_disk_fails_and_an_emptied_one_passes(mounted: pathlib.Path) -> None:
    assert judge(mounted) == (Verdict.PASS, "disk.enough")
    (mounted / "big").write_bytes(b"x" * 1_000_000)
    assert judge(mounted) == (Verdict.FAIL, "disk.free_below_limit")
    (mounted / "big").unlink()
    assert judge(mounted)[0] is Verdict.PASS


def test_no_inodes_left_fails(mounted: pathlib.Path) -> None:
    for number in range(19):
        (mounted / str(number)).touch()
    assert judge(mounted) == (Verdict.FAIL, "disk.inodes_below_limit")


def test_a_read_only_mount_fails(mounted: pathlib.Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", mounted], check=True)
    assert judge(mounted) == (Verdict.FAIL, "disk.read_only")


def test_a_mount_that_hangs_is_unknown(hung: pathlib.Path) -> None:
    assert judge(hung, timeout_s=0.5) == (Verdict.UNKNOWN, "disk.silent")


def test_a_program_that_asks_a_hung_mount_comes_to_its_end(hung: pathlib.Path, mounted: pathlib.Path) -> None:
    asked = [sys.executable, "-c", PROGRAM, "check", "disk", str(hung), str(mounted), "--timeout", "0.5"]
    said = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
    assert said.returncode == 3, said.stderr
    assert "no answer within 0.5 s" in said.stdout and "% free" in said.stdout


def test_a_store_on_a_hung_mount_hangs_nobody(hung: pathlib.Path, mounted: pathlib.Path) -> None:
    stores = (room.Store(str(hung)),)
    [finding] = disk.check([disk.Mount(str(mounted), stores=stores)], timeout_s=0.5)
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "disk.store_silent")


def test_blocks_that_root_keeps_are_neither_used_nor_free(reserved: pathlib.Path) -> None:
    told = subprocess.run(
        ["df", "-B1", "--output=size,used,avail", reserved], capture_output=True, text=True, check=True
    )
    size, used, free = map(int, told.stdout.split()[-3:])
    usage = disk.measure(str(reserved))
    assert (usage.total_bytes, usage.used_bytes, usage.free_bytes) == (size, used, free)
    assert usage.total_bytes - usage.usable_bytes > 3 << 20
    whole = disk.check([disk.Mount(str(reserved), disk.Limits(min_free_bytes=free + 1))])[0]
    assert whole.code == "disk.bytes_below_limit"


def test_a_backup_that_only_root_s_reserve_could_hold_does_not_fit(reserved: pathlib.Path) -> None:
    free = disk.measure(str(reserved)).free_bytes
    size = free * 6 // 10
    (reserved / "a-20261122T010000Z.dump").write_bytes(b"x" * size)
    mount = disk.Mount(str(reserved), disk.Limits(0, 0), stores=(room.Store(str(reserved), "a-*.dump"),))
    [finding] = disk.check([mount])
    stat = os.statvfs(reserved)
    assert stat.f_bavail * stat.f_frsize < size < stat.f_bfree * stat.f_frsize
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "disk.next_backup_too_large")
    (reserved / "a-20261122T010000Z.dump").write_bytes(b"x" * (free // 4))
    assert disk.check([mount])[0].code == "disk.backups_fit"
