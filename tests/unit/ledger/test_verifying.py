"""Whatever is changed in a ledger or an export is found and located, by all verifiers alike."""

import hashlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from dulae.errors import LedgerError
from dulae.ledger import Anchor, Draft, Ledger, export, keys, verify
from dulae.ledger.checkpoint import file_name
from dulae.ledger.database import STORE
from tests.unit.ledger.conftest import Clock

TRIGGERS = ("entry_only_at_the_end", "entry_header_stays", "entry_body_only_erased", "entry_never_deleted")


def tamper(ledger: Ledger, statement: str, *values: Any) -> None:
    """Change the store as somebody with full power over it would."""
    with closing(sqlite3.connect(ledger.folder / STORE, isolation_level=None)) as connection:
        for trigger in TRIGGERS:
            connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        connection.execute(statement, values)


@pytest.fixture
def full(ledger: Ledger, clock: Clock) -> Ledger:
    """Return a sealed ledger of 20 entries."""
    for number in range(18):
        clock.move(seconds=1)
        ledger.append(
            "finding", {"number": number, "text": "ข้อความ"}, run="r1", control="availability", verdict="pass"
        )
    ledger.append("anchor", {"count": 10, "sha256": ledger.anchor(10).sha256, "to": "mail"})
    ledger.checkpoint()
    return ledger


def test_an_untouched_ledger_is_intact(full: Ledger) -> None:
    told = verify(full.folder)
    assert told.ok and told.problems == () and told.entries == told.sealed == 20
    assert told.anchor == full.anchor()


def test_what_is_not_sealed_yet_is_told(full: Ledger) -> None:
    full.append("claim", {})
    told = verify(full.folder)
    assert told.ok and (told.entries, told.sealed) == (21, 20)


def test_a_ledger_without_any_checkpoint_is_not_intact(full: Ledger) -> None:
    full.close()
    shutil.rmtree(full.folder / "checkpoints")
    tamper(full, "DELETE FROM entry WHERE seq >= 2")
    told = verify(full.folder)
    assert not told.ok
    assert "no checkpoint is here" in told.problems[0]


def test_a_store_that_is_gone_is_told_with_what_it_must_have_held(full: Ledger) -> None:
    full.close()
    (full.folder / STORE).unlink()
    told = verify(full.folder)
    assert told.problems[0] == f"{STORE} is gone"
    assert "the end is missing: 20 entries were sealed or anchored, 0 are here" in told.problems
    with pytest.raises(LedgerError, match=r"is gone.*never made anew"):
        Ledger.open(full.folder)


def test_a_store_that_may_not_be_read_is_no_tampering(full: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(PermissionError, match=r"owner \d+, mode 0600"):
        verify(full.folder)


def test_another_key_seals_nothing(full: Ledger, tmp_path: pathlib.Path) -> None:
    (tmp_path / "other").mkdir()
    keys.create(tmp_path / "other")
    shutil.copy(tmp_path / "other" / keys.PRIVATE, full.folder / keys.PRIVATE)
    full.append("claim", {})
    with pytest.raises(LedgerError, match="not the key that the first entry names"):
        full.checkpoint()
    assert verify(full.folder).ok


def test_open_runs_are_told(full: Ledger) -> None:
    for run, ends in (("r2", "run.result"), ("r3", "run.interrupted"), ("r4", "")):
        full.append("run.intent", {}, run=run)
        if ends:
            full.append(ends, {}, run=run)
    assert verify(full.folder).open_runs == ("r4",)


@pytest.mark.parametrize("column", ["header", "body"])
def test_every_flipped_byte_is_found_and_located(full: Ledger, column: str) -> None:
    with full.reading() as connection:
        rows = connection.execute(f"SELECT seq, CAST({column} AS BLOB) FROM entry").fetchall()
    places = [
        (seq, place)
        for seq, stored in rows
        for place in range(0, len(stored), 1 if seq in (0, 7, 19) else 29)
    ]
    with closing(sqlite3.connect(full.folder / STORE, isolation_level=None)) as connection:
        # A table without computed columns takes any bytes, as the file itself does.
        connection.execute("CREATE TABLE bare AS SELECT seq, header, body FROM entry")
        connection.execute("DROP TABLE entry")
        connection.execute("ALTER TABLE bare RENAME TO entry")
        for seq, place in places:
            stored = dict(rows)[seq]
            changed = stored[:place] + bytes([stored[place] ^ 1]) + stored[place + 1 :]
            cast = "CAST(? AS TEXT)" if column == "header" else "?"
            connection.execute(f"UPDATE entry SET {column} = {cast} WHERE seq = ?", (changed, seq))
            told = verify(full.folder)
            assert not told.ok
            # The last line has no successor: the checkpoint over it tells.
            named = (f"entry {seq}:", f"entry {seq + 1}:", *(["checkpoint 20:"] if seq == 19 else []))
            assert any(problem.startswith(named) for problem in told.problems), told.problems
            connection.execute(f"UPDATE entry SET {column} = {cast} WHERE seq = ?", (stored, seq))
        assert verify(full.folder).ok


@pytest.mark.parametrize("seq", [0, 7, 18])
def test_a_missing_line_is_located(full: Ledger, seq: int) -> None:
    tamper(full, "DELETE FROM entry WHERE seq = ?", seq)
    assert verify(full.folder).problems[0] == f"entry {seq}: is not here; entry {seq + 1} stands at its place"


def test_a_missing_end_is_found_by_the_checkpoint(full: Ledger) -> None:
    tamper(full, "DELETE FROM entry WHERE seq > 15")
    assert (
        "the end is missing: 20 entries were sealed or anchored, 16 are here" in verify(full.folder).problems
    )


def test_a_missing_end_with_its_checkpoints_is_found_by_an_anchor_kept_elsewhere(full: Ledger) -> None:
    kept = full.anchor()
    tamper(full, "DELETE FROM entry WHERE seq > 15")
    (full.folder / "checkpoints" / file_name(20)).unlink()
    assert verify(full.folder).ok
    assert "20 entries were sealed or anchored" in verify(full.folder, [kept]).problems[0]


def test_a_ledger_that_was_written_anew_is_found_by_an_anchor_kept_elsewhere(
    full: Ledger, tmp_path: pathlib.Path, clock: Clock
) -> None:
    kept = full.anchor()
    new = Ledger.create(tmp_path / "new", organisation="Example Department", node="control1", clock=clock)
    new.append_many([Draft("finding", {"number": number}) for number in range(19)])
    new.checkpoint()
    assert verify(new.folder).ok
    assert "not those that were anchored" in verify(new.folder, [kept]).problems[0]
    new.close()


def test_exchanged_entries_are_located(full: Ledger) -> None:
    for old, new in ((7, 100), (8, 7), (100, 8)):
        tamper(full, "UPDATE entry SET seq = ? WHERE seq = ?", new, old)
    assert verify(full.folder).problems[0].startswith("entry 7: is not here; entry 8")


def test_an_entry_that_was_added_in_the_middle_is_located(full: Ledger) -> None:
    line = next(iter(full.lines()))
    tamper(full, "UPDATE entry SET header = ? WHERE seq = 5", line)
    assert verify(full.folder).problems[0].startswith("entry 5: ")


def rewrite(full: Ledger, seq: int, old: str, new: str) -> None:
    """Change an entry's header, and every later one so that the chain holds again."""
    lines = list(full.lines())
    lines[seq] = lines[seq].replace(old, new)
    for at in range(seq + 1, len(lines)):
        before = hashlib.sha256(lines[at - 1].encode() + b"\n").hexdigest()
        lines[at] = lines[at][:0] + lines[at].replace(lines[at].split('"prev":"')[1][:64], before)
    for at, line in enumerate(lines):
        tamper(full, "UPDATE entry SET header = ? WHERE seq = ?", line, at)


def test_a_chain_that_was_made_again_is_found_by_checkpoint_and_anchor(full: Ledger) -> None:
    rewrite(full, 5, '"verdict":"pass"', '"verdict":"fail"')
    problems = verify(full.folder).problems
    assert any("anchor 10" in problem for problem in problems)
    assert any("checkpoint 20" in problem for problem in problems)


def test_back_dating_is_located(full: Ledger) -> None:
    rewrite(full, 5, '"ts":"2026-11-23', '"ts":"2026-11-22')
    assert "entry 5: is earlier than the entry before it" in verify(full.folder).problems


def test_a_line_of_another_ledger_is_located(full: Ledger) -> None:
    rewrite(full, 5, "example-department", "another-department")
    assert (
        "entry 5: belongs to another ledger (another-department/dulae/control1)"
        in verify(full.folder).problems
    )


def test_a_second_beginning_is_located(full: Ledger) -> None:
    rewrite(full, 5, '"kind":"finding"', '"kind":"genesis"')
    assert "entry 5: begins a ledger anew" in verify(full.folder).problems


def test_a_beginning_of_another_kind_is_located(full: Ledger) -> None:
    rewrite(full, 0, '"kind":"genesis"', '"kind":"claim"')
    assert "entry 0: is not the kind of entry that begins a ledger" in verify(full.folder).problems


def test_an_erased_body_without_its_entry_is_located(full: Ledger) -> None:
    tamper(full, "UPDATE entry SET body = NULL WHERE seq = 6")
    assert verify(full.folder).problems == (
        "entry 6: its body is gone, and no entry says that it was erased",
    )


@pytest.mark.parametrize("body", [b"[1]", b'{"a":1}', b'{"a": 1}'])
def test_a_body_of_another_form_is_located_even_with_its_hash(full: Ledger, body: bytes) -> None:
    lines = list(full.lines())
    old = lines[19].split('"')[3]
    tamper(full, "UPDATE entry SET body = ? WHERE seq = 19", body)
    tamper(
        full,
        "UPDATE entry SET header = ? WHERE seq = 19",
        lines[19].replace(old, hashlib.sha256(body).hexdigest()),
    )
    assert verify(full.folder).problems[0].startswith("entry 19: its body ")


def test_a_key_that_was_exchanged_is_found(full: Ledger, tmp_path: pathlib.Path) -> None:
    other = Ledger.create(tmp_path / "other", organisation="Example Department", node="control1")
    shutil.copy(other.folder / "public.pem", full.folder / "public.pem")
    problems = verify(full.folder).problems
    assert any("its signature is not the ledger's" in problem for problem in problems)
    assert "the key is not the one that the first entry names" in problems


def test_a_missing_key_is_found(full: Ledger) -> None:
    (full.folder / "public.pem").unlink()
    told = verify(full.folder)
    assert not told.ok and "public key cannot be read" in told.problems[0] and told.fingerprint == ""


def test_a_checkpoint_under_another_name_is_found(full: Ledger) -> None:
    place = full.folder / "checkpoints"
    (place / file_name(20)).rename(place / file_name(12))
    assert f"checkpoint {file_name(12)}: speaks of 20 entries" in verify(full.folder).problems


def test_a_damaged_store_is_told_as_far_as_it_can_be_read(full: Ledger) -> None:
    full.append_many([Draft("claim", {"text": "x" * 500}) for _ in range(200)])
    full.close()
    with closing(sqlite3.connect(full.folder / STORE)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with (full.folder / STORE).open("r+b") as stream:
        stream.seek(40_000)
        stream.write(b"\xff" * 30_000)
    told = verify(full.folder)
    assert not told.ok
    assert any("store" in problem for problem in told.problems)


def test_an_index_that_hides_entries_is_found(full: Ledger) -> None:
    with closing(sqlite3.connect(full.folder / STORE, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_schema SET sql = 'CREATE INDEX entry_run ON entry (control)' WHERE name = 'entry_run'"
        )
    assert any("the store is damaged" in problem for problem in verify(full.folder).problems)


def test_many_problems_are_cut_short(full: Ledger) -> None:
    full.append_many([Draft("claim", {}) for _ in range(80)])
    tamper(full, "UPDATE entry SET body = x'00' WHERE seq > 20")
    problems = verify(full.folder).problems
    assert len(problems) == 51 and problems[-1] == "there are more problems than are shown"


def test_a_folder_without_a_ledger_is_refused(tmp_path: pathlib.Path) -> None:
    with pytest.raises(LedgerError, match="neither a ledger nor an export"):
        verify(tmp_path)


def test_its_progress_is_told(full: Ledger) -> None:
    told: list[int] = []
    verify(full.folder, progress=told.append)
    assert told == [0]


def test_a_ledger_on_a_medium_that_cannot_be_written_is_verified(
    full: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    full.close()
    with closing(sqlite3.connect(full.folder / STORE)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    monkeypatch.setattr("os.access", lambda _, mode: mode != os.W_OK)
    assert verify(full.folder).ok


# What is done to an export: a name, and a function of its folder.
def lines_of(out: pathlib.Path) -> list[bytes]:
    return (out / "ledger.jsonl").read_bytes().splitlines(keepends=True)


def put(out: pathlib.Path, lines: list[bytes]) -> None:
    (out / "ledger.jsonl").write_bytes(b"".join(lines))


def flip(path: pathlib.Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def swap(out: pathlib.Path) -> None:
    lines = lines_of(out)
    lines[7], lines[8] = lines[8], lines[7]
    put(out, lines)


VECTORS: dict[str, Callable[[pathlib.Path], object]] = {
    "a byte of the first line": lambda out: flip(out / "ledger.jsonl", 12),
    "a byte of a line": lambda out: flip(out / "ledger.jsonl", 2000),
    "a byte of the last line": lambda out: flip(out / "ledger.jsonl", -20),
    "the last newline": lambda out: put(out, [b"".join(lines_of(out)).rstrip(b"\n")]),
    "a line gone": lambda out: put(out, [line for at, line in enumerate(lines_of(out)) if at != 7]),
    "the first line gone": lambda out: put(out, lines_of(out)[1:]),
    "the end gone": lambda out: put(out, lines_of(out)[:-2]),
    "lines exchanged": swap,
    "a line twice": lambda out: put(out, lines_of(out)[:8] + lines_of(out)[7:]),
    "a line added": lambda out: put(out, [*lines_of(out), lines_of(out)[-1]]),
    "half a line added": lambda out: put(out, [*lines_of(out), lines_of(out)[-1][:50]]),
    "a line end of another kind": lambda out: put(out, [lines_of(out)[0][:-1] + b"\r\n", *lines_of(out)[1:]]),
    "a byte of a body": lambda out: flip(out / "bodies/0/5.json", 5),
    "a body gone": lambda out: (out / "bodies/0/5.json").unlink(),
    "a body longer": lambda out: (out / "bodies/0/5.json").write_bytes(
        (out / "bodies/0/5.json").read_bytes() + b"\n"
    ),
    "a byte of a checkpoint": lambda out: flip(out / "checkpoints" / file_name(21), 30),
    "a checkpoint's signature": lambda out: flip(out / "checkpoints" / file_name(21), -10),
    "the newest checkpoint gone": lambda out: (out / "checkpoints" / file_name(21)).unlink(),
    "all checkpoints gone": lambda out: shutil.rmtree(out / "checkpoints"),
    "the key gone": lambda out: (out / "public.pem").unlink(),
}


@pytest.fixture
def exported(full: Ledger, tmp_path: pathlib.Path) -> pathlib.Path:
    full.erase(4, by="officer1", why="retention")
    export(full.folder, tmp_path / "out")
    return tmp_path / "out"


def by_shell(out: pathlib.Path) -> subprocess.CompletedProcess[str]:
    script = pathlib.Path(verify.__code__.co_filename).with_name("verify.sh")
    return subprocess.run(["sh", script, out], capture_output=True, text=True, check=False)


def test_an_untouched_export_is_intact_for_all_verifiers(exported: pathlib.Path, full: Ledger) -> None:
    told = verify(exported, [full.anchor(10)])
    shell = by_shell(exported)
    command = f"head -n 21 {exported / 'ledger.jsonl'} | sha256sum"
    anchor = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout.split()[
        0
    ]
    assert told.ok and told.entries == told.sealed == 21
    assert shell.returncode == 0, shell.stderr
    assert shell.stdout == f"intact: 21 entries of {full.log}; key {told.fingerprint}\n"
    assert anchor == told.anchor.sha256 == full.anchor().sha256


@pytest.mark.parametrize("name", VECTORS)
def test_all_verifiers_find_the_same(exported: pathlib.Path, name: str) -> None:
    VECTORS[name](exported)
    shell = by_shell(exported)
    assert shell.returncode != 0, shell.stdout
    assert not verify(exported).ok


def test_an_anchor_in_an_export_that_was_changed_is_found(exported: pathlib.Path) -> None:
    (place,) = (exported / "anchors").iterdir()
    place.write_text("10 " + "0" * 64 + "\n")
    assert "not those that were anchored" in verify(exported).problems[0]


def test_a_shell_verifier_fits_on_one_page() -> None:
    script = pathlib.Path(verify.__code__.co_filename).with_name("verify.sh")
    assert script.read_text(encoding="utf-8").count("\n") <= 25


def test_an_anchor_is_a_number_and_a_hash(full: Ledger) -> None:
    assert verify(full.folder, [Anchor(3, full.anchor(3).sha256)]).ok
