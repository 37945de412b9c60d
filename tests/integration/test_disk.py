"""Space on real file systems: full, read-only, hung."""

import ctypes
import os
import pathlib
import subprocess
from collections.abc import Iterator

import pytest

from dulae.checks import disk
from dulae.checks.finding import Verdict

pytestmark = pytest.mark.root
LIBC = ctypes.CDLL(None, use_errno=True)
LAZILY = 2


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
