"""The kernel and the lab's small file system understand each other: free space, ENOSPC, files, unmounting.

Where the test may not use the setuid program fusermount3, a stand-in mounts inside a namespace of the test.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.state import repository

SCRIPT = """
set -e
"$1" -m tests.lab.smallfs "$2" 1048576 & server=$!
until mountpoint -q "$2"; do kill -0 $server; sleep 0.02; done
cd "$2"
stat -f -c 'free %a of %b' .
cp /etc/passwd letter; cmp letter /etc/passwd && echo same
if cat /dev/zero > filler; then echo 'it never fills'; fi
stat -f -c 'free %a of %b' .
if cp /etc/passwd more; then echo 'it fits'; fi
rm filler more; ls
stat -f -c 'free %a of %b' .
cd /; kill $server; wait $server
if mountpoint -q "$2"; then echo 'still mounted'; fi
"""
STAND_IN = f"""#!{sys.executable}
import array, ctypes, os, socket, subprocess, sys
folder = sys.argv[-1]
if "-u" in sys.argv:
    sys.exit(subprocess.call(["umount", "-l", folder]))
kernel = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={{kernel}},rootmode=40000,user_id={{os.getuid()}},group_id={{os.getgid()}}"
if ctypes.CDLL(None, use_errno=True).mount(b"dulae-lab", folder.encode(), b"fuse", 6, options.encode()):
    sys.exit(os.strerror(ctypes.get_errno()))
with socket.socket(fileno=int(os.environ["_FUSE_COMMFD"])) as back:
    back.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [kernel]))])
"""


def may_mount() -> bool:
    """Say whether this machine lets the test mount through FUSE in a namespace of its own."""
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        return False
    probe = ["unshare", "--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "x", "/mnt"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def test_a_disk_of_one_megabyte_fills_and_is_freed_again(tmp_path: Path) -> None:
    if not may_mount():
        pytest.skip("this machine has no /dev/fuse, or lets nobody mount in a namespace")
    (tmp_path / "fusermount3").write_text(STAND_IN)
    (tmp_path / "fusermount3").chmod(0o700)
    (tmp_path / "disk").mkdir()
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(repository())}
    words = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT, "test", sys.executable]
    done = subprocess.run(
        [*words, str(tmp_path / "disk")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    free = 256 - -(-Path("/etc/passwd").stat().st_size // 4096)
    wanted = ["free 256 of 256", "same", "free 0 of 256", "letter", f"free {free} of 256"]
    assert done.stdout.splitlines() == wanted, done.stderr
    assert done.stderr.count("No space left on device") == 2
    assert done.returncode == 0
