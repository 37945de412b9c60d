"""What proving bytes costs: SHA-256 of large files and of many small ones, beside openssl, xargs and dd in one run.

Ways alternate, each as a process of its own, and ratios are of pairs of one round. Folders are compared with a
manifest, which nobody else's program does here. Within Ansible's module Python has started already, so that time is
told apart. Caches are dropped before cold reads where root may do that, else the file's own pages are given up.
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
from dataclasses import replace

from dulae.checks.backup import manifest, trees
from dulae.checks.backup.hashing import sha256_of

GIGABYTES = int(os.environ.get("DULAE_BENCH_GB", "4"))
SMALL_FILES = 20_000
ROUNDS = 3
_OURS = "dulae"
_STARTED = "dulae, once started"
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
    for name in ("halves", "small"):
        _sign(place / name)
    os.sync()


def _sign(folder: pathlib.Path) -> None:
    """Write the manifest of a folder beside it."""
    listed = tuple(
        replace(file, sha256=sha256_of(str(folder / file.path))[0])
        for file in trees.files(str(folder)).values()
    )
    moment = "2026-11-01T00:00:00+00:00"
    made = manifest.Manifest(
        "files", folder.name, sum(file.bytes for file in listed), "", moment, moment, files=listed
    )
    pathlib.Path(manifest.beside(str(folder))).write_text(made.to_json(), encoding="utf-8")


def _ours(path: str) -> Way:
    return (sys.executable, "-m", __name__, path)


def table(title: str, ways: Mapping[str, Way], before: Callable[[], None] = lambda: None) -> None:
    """Run all ways in turn and print medians, and the median of the ratios of each round to the first way."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, argv in ways.items():
            before()
            began = time.perf_counter()
            told = subprocess.run(argv, check=True, stdout=subprocess.PIPE).stdout
            taken[name].append(time.perf_counter() - began)
            if name == _OURS:
                taken.setdefault(_STARTED, []).append(float(told))
    peer = next(iter(ways))
    print(title, flush=True)
    for name, seconds in taken.items():
        ratios = [theirs / own for theirs, own in zip(taken[peer], seconds, strict=True)]
        ratio = f"  {statistics.median(ratios):5.2f} times as fast ({min(ratios):.2f} to {max(ratios):.2f})"
        print(f"  {name:<20}{statistics.median(seconds):8.2f} s{ratio if name != peer else ''}", flush=True)


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


def _prove(path: str) -> float:
    """Hash a file, or compare a folder with the manifest beside it; return the seconds that took."""
    began = time.perf_counter()
    if os.path.isdir(path):
        trees.compare(path, manifest.read(manifest.beside(path), os.path.basename(path)))
    else:
        sha256_of(path)
    return time.perf_counter() - began


if __name__ == "__main__":
    print(_prove(sys.argv[1]))
