"""Which stanza or server of a repository is meant, and what is told where there is none of that name."""

import pathlib
from datetime import UTC, datetime

import pytest

from dulae.checks.backup.examine import examine
from dulae.checks.backup.sets import set_from
from dulae.checks.backup.tools import Tools
from dulae.checks.finding import Finding, Verdict

FOLDERS = {"pgbackrest": "backup/{name}", "barman": "{name}/base"}


def examined(kind: str, place: pathlib.Path, names: tuple[str, ...], **given: str) -> Finding:
    for name in names:
        (place / FOLDERS[kind].format(name=name)).mkdir(parents=True)
    return examine(set_from({"kind": kind, "path": str(place), **given}), Tools(), datetime.now(UTC))


@pytest.mark.parametrize("kind", FOLDERS)
def test_a_stanza_that_is_not_there_is_named_with_those_that_are(kind: str, tmp_path: pathlib.Path) -> None:
    finding = examined(kind, tmp_path, ("main", "old"), stanza="elsewhere")
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "backup.no_stanza"), finding.because
    assert "no backup of elsewhere, but of main, old;" in finding.because


@pytest.mark.parametrize("kind", FOLDERS)
def test_one_of_several_must_be_named(kind: str, tmp_path: pathlib.Path) -> None:
    finding = examined(kind, tmp_path, ("main", "old"))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "backup.which_stanza"), finding.because


@pytest.mark.parametrize("kind", FOLDERS)
def test_the_only_one_needs_no_name(kind: str, tmp_path: pathlib.Path) -> None:
    unnamed = examined(kind, tmp_path, ("main",))
    assert unnamed.code != "backup.which_stanza"
    named = examine(
        set_from({"kind": kind, "path": str(tmp_path), "stanza": "main"}), Tools(), datetime.now(UTC)
    )
    assert (unnamed.code, unnamed.because) == (named.code, named.because)
