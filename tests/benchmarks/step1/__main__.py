"""Print how long both ways take, and how much faster ours is: `python -m tests.benchmarks.step1`."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.step1 import farm, ways
from tests.lab.errors import LabError

TARGET = 5.0


def main(arguments: Sequence[str] = ()) -> None:
    """Measure; end with status 1 where a way has not noticed exactly the faults that are there."""
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks.step1")
    options.add_argument("--names", type=int, default=20, help="inventory names (20)")
    options.add_argument("--rounds", type=int, default=3, help="runs of each way (3)")
    asked = options.parse_args(arguments)
    try:
        measure(asked.names, asked.rounds)
    except LabError as error:
        sys.exit(f"step1: {error}")


def measure(names: int, rounds: int) -> None:
    """Run both ways in turn, and print medians and ratio."""
    with tempfile.TemporaryDirectory(prefix="step1-") as folder, farm.up(Path(folder), names) as servers:
        print(f"{names} inventory names x 10 probes, {rounds} runs of each way, in turn", flush=True)
        taken: dict[str, list[float]] = {way.name: [] for way in ways.WAYS}
        due = {(name, fault) for name in servers.names for fault in ways.FAULTS}
        for turn in range(1, rounds + 1):
            for way in ways.WAYS:
                run = ways.run(way, servers)
                if run.failed != due:
                    wrong = f"missed {len(due - run.failed)}, invented {len(run.failed - due)}"
                    sys.exit(f"step1: {way.name} has not noticed the faults: {wrong} of {len(due)}")
                taken[way.name].append(run.seconds)
                print(
                    f"  run {turn}: {way.name:<22} {run.seconds:6.1f} s, all {len(due)} faults noticed",
                    flush=True,
                )
    ours, peer = (statistics.median(taken[way.name]) for way in ways.WAYS)
    for way in ways.WAYS:
        print(f"{way.name:<22} median {statistics.median(taken[way.name]):6.1f} s")
    print(f"dulae_health is {peer / ours:.1f} times as fast as stock (target: at least {TARGET:g})")


if __name__ == "__main__":
    main(sys.argv[1:])
