"""What of a physical copy comes into the scratch folder, and where."""

import pathlib

import pytest

from dulae.checks.restore_drill import cluster_copy


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("base/5/1259", "data/base/5/1259"),
        ("pg_wal/000000010000000000000002", "data/pg_wal/000000010000000000000002"),
        ("pg_wal/00000002.history", "data/pg_wal/00000002.history"),
        ("pg_wal/archive_status/000000010000000000000002.ready", ""),
        ("pg_wal/evil", ""),
        ("pg_tblspc/16384/PG_17_202406281/5/16385", "tablespaces/16384/PG_17_202406281/5/16385"),
        ("pg_tblspc/16384/passwd", ""),
        ("pg_tblspc/16384", ""),
        ("pg_replslot", "data/pg_replslot"),
        ("pg_replslot/slot/state", ""),
        ("standby.signal", ""),
        ("postmaster.pid", ""),
        ("../outside", ""),
        ("base/../../outside", ""),
        ("/etc/passwd", ""),
    ],
)
def test_only_what_a_cluster_keeps_is_taken(name: str, target: str) -> None:
    assert cluster_copy.target_of(name) == target


def test_links_are_not_followed_but_for_the_log_and_tablespaces(tmp_path: pathlib.Path) -> None:
    copy, away, scratch = tmp_path / "copy", tmp_path / "away", tmp_path / "scratch"
    for folder in (copy / "base", copy / "pg_tblspc", away / "PG_17_1" / "5", scratch):
        folder.mkdir(parents=True)
    (away / "000000010000000000000002").write_text("log")
    (away / "secret").write_text("secret")
    (away / "PG_17_1" / "5" / "16385").write_text("rows")
    (copy / "pg_wal").symlink_to(away)
    (copy / "pg_tblspc" / "16384").symlink_to(away)
    (copy / "base" / "link").symlink_to(away / "secret")
    (copy / "PG_VERSION").write_text("17\n")
    cluster_copy.copy(str(copy), str(scratch))
    files = sorted(str(path.relative_to(scratch)) for path in scratch.rglob("*") if path.is_file())
    assert files == [
        "data/PG_VERSION",
        "data/pg_wal/000000010000000000000002",
        "tablespaces/16384/PG_17_1/5/16385",
    ]
    assert (scratch / "data/pg_tblspc/16384").resolve() == (scratch / "tablespaces/16384").resolve()
