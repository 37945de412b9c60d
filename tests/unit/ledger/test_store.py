import hashlib
import multiprocessing
import os
import pathlib
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

import pytest

from dulae.errors import LedgerError
from dulae.ledger import Draft, Ledger, verify
from dulae.ledger.database import STORE, connect
from dulae.ledger.keys import PRIVATE
from tests.unit.ledger.conftest import Clock


def fill(ledger: Ledger, count: int) -> None:
    ledger.append_many([Draft("finding", {"number": number}) for number in range(count)])


def test_a_new_ledger_begins_with_who_keeps_it_and_the_key(ledger: Ledger) -> None:
    (first,) = ledger.entries()
    assert (first.seq, first.kind) == (0, "genesis")
    assert (
        first.body["organisation"] == "Example Department" and "BEGIN PUBLIC KEY" in first.body["public_key"]
    )
    assert ledger.log == "example-department/dulae/control1"
    assert ledger.size() == 1


def test_everything_of_a_ledger_is_private(ledger: Ledger) -> None:
    ledger.append("claim", {})
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in ledger.folder.iterdir()}
    assert stat.S_IMODE(ledger.folder.stat().st_mode) == 0o700
    assert modes[STORE] == modes[f"{STORE}-wal"] == 0o600
    assert modes[PRIVATE] == 0o400
    assert not [path for path in ledger.folder.parent.iterdir() if path != ledger.folder]


def test_what_is_acknowledged_is_on_disk(ledger: Ledger) -> None:
    ledger.append("claim", {})
    connection = ledger._own_connection()
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_ledger_is_never_made_over_another(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="something here already"):
        Ledger.create(ledger.folder, organisation="Example", node="control1")


def test_a_ledger_needs_a_name_in_ascii(tmp_path: pathlib.Path) -> None:
    with pytest.raises(LedgerError, match="ASCII"):
        Ledger.create(tmp_path / "ledger", organisation="กรมตัวอย่าง", node="control1")
    assert not list(tmp_path.iterdir())


def test_a_ledger_that_cannot_be_made_leaves_nothing_behind(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LedgerError, match="no ledger can be made here"):
        Ledger.create(tmp_path / "file/ledger", organisation="Example", node="control1")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_missing_ledger_is_told_with_its_remedy(tmp_path: pathlib.Path) -> None:
    with pytest.raises(LedgerError, match="dulae ledger init"):
        Ledger.open(tmp_path)


def test_a_file_that_is_no_ledger_is_told(tmp_path: pathlib.Path) -> None:
    (tmp_path / STORE).write_bytes(b"this is no database" * 1000)
    with pytest.raises(LedgerError, match="cannot be read"):
        Ledger.open(tmp_path)


def test_an_empty_ledger_is_none(ledger: Ledger) -> None:
    ledger.close()
    with sqlite3.connect(ledger.folder / STORE) as connection:
        connection.execute("DROP TRIGGER entry_never_deleted")
        connection.execute("DELETE FROM entry")
    connection.close()
    with pytest.raises(LedgerError, match="no first entry"):
        Ledger.open(ledger.folder)


def test_open_or_create_makes_it_once(tmp_path: pathlib.Path) -> None:
    made = Ledger.open_or_create(tmp_path / "ledger", organisation="Example", node="control1")
    made.append("claim", {})
    again = Ledger.open_or_create(tmp_path / "ledger", organisation="Example", node="control1")
    assert again.size() == 2


def test_open_or_create_tells_what_prevents_it(tmp_path: pathlib.Path) -> None:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger/other").touch()
    with pytest.raises(LedgerError, match="something here already"):
        Ledger.open_or_create(tmp_path / "ledger", organisation="Example", node="control1")


def test_an_entry_is_returned_as_it_will_be_read(ledger: Ledger) -> None:
    body = {"text": "ข้อความ", "list": (1, None, True), "inner": {"b": 1, "a": 2}}
    made = ledger.append("finding", body, run="r1", control="availability", verdict="pass")
    assert made == ledger.entry(1)
    assert made.body == {"text": "ข้อความ", "list": [1, None, True], "inner": {"a": 2, "b": 1}}


def test_entries_can_be_read_without_a_large_part(ledger: Ledger) -> None:
    ledger.append("plan", {"plan_id": "p1", "plan": {"items": [1, 2]}, "text": "ข้อความ"}, run="r1")
    ledger.append("claim", {"plan": "other kind"})
    ledger.append("approval", {"plan_id": "p1"})
    ledger.append("plan", {"plan_id": "p2", "plan": {}})
    ledger.erase(4, by="officer1", why="retention")
    found = list(ledger.entries_without("plan", ("plan", "approval")))
    assert [entry.body for entry in found] == [{"plan_id": "p1", "text": "ข้อความ"}, {"plan_id": "p1"}, {}]
    assert [(entry.seq, entry.run, entry.erased) for entry in found] == [
        (1, "r1", False),
        (3, "", False),
        (4, "", True),
    ]


def test_the_same_body_has_another_hash_each_time(ledger: Ledger) -> None:
    fill(ledger, 1)
    fill(ledger, 1)
    assert len({line.split('"')[3] for line in ledger.lines()}) == 3


@pytest.mark.parametrize(
    "body", [{"free": 1.5}, {"salt": "mine"}, {"clock_behind_ms": 1}, {"\U0001f600": "x"}]
)
def test_a_body_that_cannot_be_kept_is_refused_whole(ledger: Ledger, body: dict[str, object]) -> None:
    with pytest.raises(LedgerError):
        ledger.append_many([Draft("claim", {}), Draft("claim", body)])
    assert ledger.size() == 1
    ledger.append("claim", {})
    assert ledger.size() == 2


def test_a_body_that_is_too_large_is_refused(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dulae.ledger.entry.LARGEST_BODY", 100)
    with pytest.raises(LedgerError, match="at most 100"):
        ledger.append("claim", {"text": "x" * 100})


def test_a_kind_that_cannot_be_kept_is_refused(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="cannot be named"):
        ledger.append('claim","seq":0', {})


def test_time_never_goes_back_and_the_clock_s_error_is_kept(ledger: Ledger, clock: Clock) -> None:
    first = ledger.append("claim", {})
    clock.move(minutes=-5)
    second = ledger.append("claim", {})
    assert second.ts == first.ts
    raw = _stored(ledger, 2)
    assert b'"clock_behind_ms":300000' in raw and "clock_behind_ms" not in second.body


def _stored(ledger: Ledger, seq: int) -> bytes:
    with ledger.reading() as connection:
        row = connection.execute("SELECT body FROM entry WHERE seq = ?", (seq,)).fetchone()
    body: bytes = row[0]
    return body


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM entry WHERE seq = 3",
        "DELETE FROM entry",
        "UPDATE entry SET header = '{}' WHERE seq = 3",
        "UPDATE entry SET seq = 30 WHERE seq = 3",
        "UPDATE entry SET body = x'00' WHERE seq = 3",
        "INSERT OR REPLACE INTO entry (seq, header, body) VALUES (3, '{}', NULL)",
        "INSERT INTO entry (seq, header, body) VALUES (30, '{}', NULL)",
        "INSERT INTO entry (header) VALUES (NULL)",
    ],
)
def test_the_store_itself_refuses_changes(ledger: Ledger, statement: str) -> None:
    fill(ledger, 5)
    with closing(connect(ledger.folder)) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    assert verify(ledger.folder).ok


def test_entries_are_found_by_kind_run_control_and_time(ledger: Ledger, clock: Clock) -> None:
    for number in range(4):
        clock.move(hours=1)
        ledger.append("finding", {"number": number}, run=f"r{number % 2}", control="availability")
    ledger.append("claim", {}, control="access")
    start = clock.now - timedelta(hours=2)

    def numbers(**wanted: object) -> list[int]:
        return [entry.seq for entry in ledger.entries(**wanted)]  # type: ignore[arg-type]

    assert numbers() == [0, 1, 2, 3, 4, 5]
    assert numbers(kinds=["finding"]) == [1, 2, 3, 4]
    assert numbers(kinds=("genesis", "claim")) == [0, 5]
    assert numbers(run="r1") == [2, 4]
    assert numbers(control="access") == [5]
    assert numbers(since=start, until=clock.now) == [2, 3]
    assert numbers(kinds=["finding"], run="r0", control="availability", since=start) == [3]


def test_entries_are_read_as_they_stood_at_the_first(ledger: Ledger) -> None:
    fill(ledger, 2500)
    seen = 0
    for _ in ledger.entries(["finding"]):
        seen += 1
        if seen % 500 == 0:
            ledger.append("finding", {})
    assert seen == 2500


def test_a_missing_entry_is_told(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="no entry 7"):
        ledger.entry(7)


def test_a_body_can_be_erased_and_the_chain_stays(ledger: Ledger) -> None:
    ledger.append("plan", {"name": "สมชาย"})
    told = ledger.erase(1, by="officer1", why="retention of 5 years has ended")
    erased = ledger.entry(1)
    assert erased.erased and erased.body == {}
    assert (told.kind, told.body["erased"]) == ("erase", 1)
    assert verify(ledger.folder).ok


@pytest.mark.parametrize("seq", [0, 2, 9])
def test_what_cannot_be_erased_is_refused(ledger: Ledger, seq: int) -> None:
    ledger.append("plan", {})
    ledger.erase(1, by="officer1", why="retention")
    with pytest.raises(LedgerError, match="no body that could be erased"):
        ledger.erase(seq, by="officer1", why="again")
    assert ledger.size() == 3


def test_an_anchor_is_the_hash_of_the_first_lines(ledger: Ledger) -> None:
    fill(ledger, 3)
    lines = [f"{line}\n".encode() for line in ledger.lines()]
    assert ledger.anchor(2).sha256 == hashlib.sha256(b"".join(lines[:2])).hexdigest()
    assert ledger.anchor().count == 4
    with pytest.raises(LedgerError, match="only 4 entries"):
        ledger.anchor(5)


def test_checkpoints_go_on_from_each_other(ledger: Ledger) -> None:
    fill(ledger, 5)
    first = ledger.checkpoint()
    assert ledger.checkpoint() == first
    fill(ledger, 7)
    assert ledger.checkpoint().size == 13
    verified = verify(ledger.folder)
    assert verified.ok and verified.sealed == 13


def test_without_a_place_for_checkpoints_none_is_claimed(ledger: Ledger) -> None:
    (ledger.folder / "checkpoints").rename(ledger.folder / "elsewhere")
    with pytest.raises(LedgerError, match="no checkpoint can be kept"):
        ledger.checkpoint()


def test_a_ledger_that_is_gone_cannot_be_written(ledger: Ledger) -> None:
    elsewhere = ledger.folder.rename(ledger.folder.with_name("elsewhere"))
    with pytest.raises(LedgerError, match="moved or removed"):
        ledger.append("claim", {})
    shutil.copytree(elsewhere, ledger.folder)
    with pytest.raises(LedgerError, match="moved or removed"):
        ledger.append("claim", {})
    ledger.close()
    ledger.folder.rename(ledger.folder.with_name("again"))
    with pytest.raises(LedgerError, match="moved or removed"):
        ledger.append("claim", {})


def test_a_damaged_entry_is_told_when_it_is_read(ledger: Ledger) -> None:
    ledger.append("claim", {})
    with sqlite3.connect(ledger.folder / STORE) as connection:
        connection.execute("DROP TRIGGER entry_body_only_erased")
        connection.execute("UPDATE entry SET body = x'5b5d' WHERE seq = 1")
    connection.close()
    with pytest.raises(LedgerError, match="entry 1 is damaged"):
        list(ledger.entries())


def _write(folder: pathlib.Path, name: str) -> None:
    ledger = Ledger.open(folder)
    for number in range(40):
        ledger.append("finding", {"writer": name, "number": number})
        if number % 10 == 0:
            ledger.checkpoint()
    ledger.close()


def in_processes(work: Callable[..., None], *calls: tuple[object, ...]) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=work, args=call) for call in calls]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0


def test_several_processes_write_side_by_side(ledger: Ledger) -> None:
    in_processes(_write, *((ledger.folder, f"writer{number}") for number in range(4)))
    verified = verify(ledger.folder)
    assert verified.ok and verified.entries == 161
    for name in range(4):
        mine = [e.body["number"] for e in ledger.entries(["finding"]) if e.body["writer"] == f"writer{name}"]
        assert mine == list(range(40))


def _make(folder: pathlib.Path) -> None:
    Ledger.open_or_create(folder, organisation="Example", node="control1").append("claim", {})


def test_several_processes_that_all_want_a_ledger_get_one(tmp_path: pathlib.Path) -> None:
    in_processes(_make, *((tmp_path / "state/ledger",) for _ in range(4)))
    assert verify(tmp_path / "state/ledger").entries == 5


def test_a_forked_process_writes_on_a_connection_of_its_own(ledger: Ledger) -> None:
    ledger.append("claim", {"by": "parent"})
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            ledger.append("claim", {"by": "child"})
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    ledger.append("claim", {"by": "parent again"})
    assert [entry.body["by"] for entry in ledger.entries(["claim"])] == ["parent", "child", "parent again"]
    assert verify(ledger.folder).ok
