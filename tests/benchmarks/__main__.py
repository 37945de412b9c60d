"""Run every benchmark of this folder: `python -m tests.benchmarks [NAME ...]`."""

import importlib
import pathlib
import sys

HERE = pathlib.Path(__file__).parent


def names() -> list[str]:
    """Return the benchmarks: each is a file or folder of this package with a function ``main``."""
    found = [path.stem for path in HERE.iterdir() if path.is_dir() or path.suffix == ".py"]
    return sorted(name for name in found if not name.startswith("_"))


if __name__ == "__main__":
    for name in sys.argv[1:] or names():
        print(f"\n== {name}", flush=True)
        package = f"{__package__}.{name}"
        runner = f"{package}.__main__" if (HERE / name).is_dir() else package
        importlib.import_module(runner).main()
