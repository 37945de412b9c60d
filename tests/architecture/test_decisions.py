"""The decisions: each has a number of its own, and the index names all of them."""

import pathlib
import re

DECISIONS = pathlib.Path(__file__).parents[2] / "docs" / "adr"


def test_the_index_names_every_decision_as_it_is_titled() -> None:
    expected = []
    for path in sorted(DECISIONS.glob("[0-9]*.md")):
        title = re.fullmatch(r"# (\d+)\. (.+)", path.read_text(encoding="utf-8").splitlines()[0])
        assert title, f"{path.name}: its first line is no title of a decision"
        assert int(title.group(1)) == int(path.name[:4]), f"{path.name}: its title has another number"
        expected.append(f"{title.group(1)}. [{title.group(2)}]({path.name})")
    index = (DECISIONS / "README.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in index if re.match(r"\d+\. ", line)] == expected


def test_no_number_is_used_twice() -> None:
    numbers = [path.name[:4] for path in DECISIONS.glob("[0-9]*.md")]
    assert len(numbers) == len(set(numbers))
