import pathlib

import pytest

from dulae.errors import LedgerError
from dulae.ledger import Draft, Ledger, export


def tree(folder: pathlib.Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_entries_give_the_same_files(ledger: Ledger, tmp_path: pathlib.Path) -> None:
    ledger.append_many([Draft("claim", {"text": "ข้อความ"}) for _ in range(5)])
    ledger.append("anchor", {"count": 3, "sha256": ledger.anchor(3).sha256, "to": "mail"})
    first, second = export(ledger.folder, tmp_path / "one"), export(ledger.folder, tmp_path / "two")
    assert first == second == ledger.anchor()
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    assert set(tree(tmp_path / "one")) == {
        "VERIFY.txt",
        "anchors/000000000003.txt",
        *(f"bodies/0/{seq}.json" for seq in range(7)),
        "checkpoints/000000000001.txt",
        "checkpoints/000000000007.txt",
        "ledger.jsonl",
        "public.pem",
        "verify.sh",
    }


def test_the_guide_names_what_the_auditor_compares(ledger: Ledger, tmp_path: pathlib.Path) -> None:
    made = export(ledger.folder, tmp_path / "out")
    guide = (tmp_path / "out/VERIFY.txt").read_text(encoding="utf-8")
    assert f"anchor       1 {made.sha256}" in guide and f"of {ledger.log}" in guide
    assert "head -n 1 ledger.jsonl | sha256sum" in guide


def test_an_export_is_private_for_it_holds_personal_data(ledger: Ledger, tmp_path: pathlib.Path) -> None:
    export(ledger.folder, tmp_path / "out")
    for path in [tmp_path / "out", *(tmp_path / "out").rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_the_private_key_is_not_exported(ledger: Ledger, tmp_path: pathlib.Path) -> None:
    export(ledger.folder, tmp_path / "out")
    assert not any(b"PRIVATE KEY" in content for content in tree(tmp_path / "out").values())


def test_an_export_never_overwrites(ledger: Ledger, tmp_path: pathlib.Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(LedgerError, match="something here already"):
        export(ledger.folder, tmp_path / "out")


def test_an_export_that_fails_leaves_nothing_behind(ledger: Ledger, tmp_path: pathlib.Path) -> None:
    (ledger.folder / "public.pem").rename(tmp_path / "public.pem")
    (tmp_path / "place").mkdir()
    with pytest.raises(LedgerError, match="cannot be written"):
        export(ledger.folder, tmp_path / "place/out")
    assert not list((tmp_path / "place").iterdir())


def test_its_progress_is_told(ledger: Ledger, tmp_path: pathlib.Path) -> None:
    told: list[int] = []
    export(ledger.folder, tmp_path / "out", told.append)
    assert told == [0]
