"""What proving bytes costs: SHA-256 of large files and of many small ones, beside openssl, xargs and dd in one run.

Ways alternate, each as a process of its own, and ratios are of pairs of one round. Caches are dropped before cold
reads where root may do that, and only the files' own pages are given up elsewhere.
"""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence

from dulae.checks.backup import trees
from dulae.checks.backup.hashing import sha256_of

GIGABYTES = int(os.environ.get("DULAE_BENCH_GB", "4"))
SMALL_FILES = 20_000
ROUNDS = 3
_OURS = "dulae"
_DROP_CACHES = pathlib.Path("/proc/sys/vm/drop_caches")
Way = Sequence[str]


def main() -> None:
    """Print medians, ratios to the peer of each table, and peak memory."""
    with tempfile.TemporaryDirectory(prefix="dulae-b-", dir="/var/tmp") as folder:
        place = pathlib.Path(folder)
        _fill(place)
        large, halves, small = str(place / "large"), str(place / "halves"), str(place / "small")
        openssl = ("openssl", "dgst", "-sha256")
        one = ("taskset", "-c", "0")
        table("one file, warm, one core", {"openssl": (*one, *openssl, large), _OURS: (*one, *_ours(large))})
        two = (f"{halves}/a", f"{halves}/b")
        table("two files, warm", {"openssl, one core": (*one, *openssl, *two), _OURS: _ours(halves)})
        dd = ("dd", f"if={large}", "of=/dev/null", "bs=1M", "status=none")
        table("one file, cold", {"dd": dd, "openssl": (*openssl, large), _OURS: _ours(large)}, _forget)
        xargs = ("sh", "-c", f"find {small} -type f -print0 | xargs -0 -P2 -n 500 openssl dgst -sha256")
        table(f"{SMALL_FILES} small files, warm", {"xargs -P2 openssl": xargs, _OURS: _ours(small)})
        for path in (small, large):
            print(f"peak memory, {pathlib.Path(path).name}: {_peak_mebibytes(_ours(path))} MiB", flush=True)


def _fill(place: pathlib.Path) -> None:
    """Make a large file, two halves of it, and many small ones: 20 to 27 kB, as scanned letters are."""
    (place / "halves").mkdir()
    for half in ("a", "b"):
        with (place / "halves" / half).open("wb") as file:
            for _ in range(GIGABYTES * 512):
                file.write(os.urandom(1 << 20))
    with (place / "large").open("wb") as large:
        for half in ("a", "b"):
            with (place / "halves" / half).open("rb") as file:
                shutil.copyfileobj(file, large, 1 << 20)
    for number in range(SMALL_FILES):
        folder = place / "small" / str(number // 500)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.pdf").write_bytes(os.urandom(20_000 + number % 7000))
    os.sync()


def _ours(path: str) -> Way:
    return (sys.executable, "-m", __name__, path)


def table(title: str, ways: Mapping[str, Way], before: Callable[[], None] = lambda: None) -> None:
    """Run all ways in turn and print medians, and the median of the ratios of each round to the first way."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, argv in ways.items():
            before()
            began = time.perf_counter()
            subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
            taken[name].append(time.perf_counter() - began)
    peer = next(iter(ways))
    print(title, flush=True)
    for name, seconds in taken.items():
        ratios = [theirs / own for theirs, own in zip(taken[peer], seconds, strict=True)]
        told = f"  {statistics.median(ratios):5.2f} times as fast ({min(ratios):.2f} to {max(ratios):.2f})"
        print(f"  {name:<20}{statistics.median(seconds):8.2f} s{told if name != peer else ''}", flush=True)


def _forget() -> None:
    """Have the next read come from the disk."""
    os.sync()
    if os.geteuid() == 0 and os.access(_DROP_CACHES, os.W_OK):
        _DROP_CACHES.write_text("3")
        return
    for path in pathlib.Path("/var/tmp").glob("dulae-b-*/large"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _peak_mebibytes(argv: Way) -> int:
    """Return the most memory that a command and its children used at once, each of them."""
    measured = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL);"
    told = "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    answer = subprocess.run(
        [sys.executable, "-c", measured + told, *argv], check=True, stdout=subprocess.PIPE
    )
    return int(answer.stdout) * 1024 // (1 << 20)


if __name__ == "__main__":
    [given] = sys.argv[1:]
    if os.path.isdir(given):
        trees.read(given)
    else:
        print(sha256_of(given)[0])
