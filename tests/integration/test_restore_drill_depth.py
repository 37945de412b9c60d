"""What a drill proves beyond the manifest: bounds, attachments, Thai text, indexes, and copies drawn by lot."""

import hashlib
import os
import pathlib
import shutil
import tarfile
from decimal import Decimal
from typing import Any

import pytest

from dulae.checks.backup.sets import BackupSet
from dulae.checks.backup.tools import Tools
from dulae.checks.finding import Finding, Verdict
from dulae.checks.restore_drill import drill
from dulae.checks.restore_drill.attachments import Attachments
from dulae.checks.restore_drill.request import Assertion, Drill, Pick

from .drilling import hold, made, newest, no_waiting, place, store
from .postgres import Server

__all__ = ["made", "no_waiting", "place", "store"]

COUNT = "SELECT count(*) FROM users"


@pytest.mark.parametrize(
    ("assertion", "verdict"),
    [
        (Assertion(COUNT, "2900", tolerance_percent=Decimal(5)), Verdict.PASS),
        (Assertion(COUNT, "2900", tolerance_percent=Decimal(1)), Verdict.FAIL),
        (Assertion(COUNT, minimum=Decimal(3000)), Verdict.PASS),
        (Assertion(COUNT, maximum=Decimal(2999)), Verdict.FAIL),
    ],
)
def test_a_number_may_lie_within_bounds(
    assertion: Assertion, verdict: Verdict, store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    finding = hold(store, place, postgres.bin_dir, assertions=(assertion,))
    assert finding.verdict is verdict, finding.because


def test_a_copy_is_drawn_by_lot_and_an_auditor_can_repeat_the_draw(
    store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    for day in (1, 2, 3):
        copy = shutil.copy2(newest(store), store / f"old-{day}.dump")
        moment = newest(store).stat().st_mtime - day * 86400 + 3600
        os.utime(copy, (moment, moment))
    names = ["old-1.dump", "old-2.dump"]
    seed = next(
        str(number)
        for number in range(99)
        if min(names, key=lambda name: hashlib.sha256(f"{number} {name}".encode()).hexdigest()) == names[1]
    )
    checked = (Assertion(COUNT, "3000"),)
    finding = hold(store, place, postgres.bin_dir, "old-*", assertions=checked, pick=Pick("random", 2, seed))
    assert (finding.verdict, finding.code) == (Verdict.PASS, "restore_drill.restored_drawn"), finding.because
    assert (finding.measured["file"], finding.measured["pick_candidates"]) == ("old-2.dump", 2)
    assert f"seed {seed}" in finding.because
    assert finding.measured["data_minutes"] - finding.measured["rpo_minutes"] == 24 * 60


def attach(store: pathlib.Path, postgres: Server) -> None:
    """Make a dump with three attachments, and an archive and a folder that hold them."""
    files = store / "ไฟล์"
    files.mkdir()
    rows = []
    for number in range(3):
        content = os.urandom(1000 + number)
        (files / f"หนังสือลับ {number}.pdf").write_bytes(content)
        rows.append(f"('หนังสือลับ {number}.pdf', {len(content)}, '{hashlib.sha256(content).hexdigest()}')")
    postgres.fresh(
        "attached",
        "CREATE TABLE attachments (path text, bytes int, sha256 text)",
        f"INSERT INTO attachments VALUES {', '.join(rows)}",
    )
    postgres.run("pg_dump", "-Fc", "-f", str(store / "attached.dump"), "attached")
    pack(store)


def pack(store: pathlib.Path) -> None:
    with tarfile.open(store / "files-1.tar.gz", "w:gz") as archive:
        archive.add(store / "ไฟล์", ".")


def hold_attached(store: pathlib.Path, place: pathlib.Path, postgres: Server, **wanted: Any) -> Finding:
    where = {"files_set": "saraban/files", **wanted}
    attachments = Attachments(where.pop("sql", "SELECT * FROM attachments"), **where)
    database = Drill(
        BackupSet(str(store), "pg_dump", "saraban/database", pattern="attached.dump"), attachments=attachments
    )
    files = Drill(BackupSet(str(store), "tar", "saraban/files", pattern="files-*"))
    finding, _ = drill.check([database, files], Tools(postgres.bin_dir), str(place))
    assert "หนังสือลับ" not in str(finding.to_dict())
    return finding


@pytest.mark.parametrize("where", ["set", "folder"])
def test_attachments_are_compared_with_their_files(
    where: str, store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    attach(store, postgres)
    wanted = {} if where == "set" else {"files_set": "", "folder": str(store / "ไฟล์")}
    finding = hold_attached(store, place, postgres, sample=2, seed="7", **wanted)
    assert finding.code == "restore_drill.not_compared", finding.because
    told = {name: finding.measured[f"attachments{name}"] for name in ("", "_missing", "_hashed", "_seed")}
    assert told == {"": 3, "_missing": 0, "_hashed": 2, "_seed": "7"}

    victim = store / "ไฟล์" / "หนังสือลับ 1.pdf"
    victim.write_bytes(bytes(victim.stat().st_size))
    pack(store)
    finding = hold_attached(store, place, postgres, **wanted)
    assert finding.code == "restore_drill.attachments_different", finding.because
    assert "1 of 3 that were hashed" in finding.because

    victim.unlink()
    pack(store)
    assert hold_attached(store, place, postgres, **wanted).code == "restore_drill.attachments_missing"
    allowed = hold_attached(store, place, postgres, max_missing=1, **wanted)
    assert allowed.code == "restore_drill.not_compared"


def test_attachments_that_cannot_be_compared_are_told_from_those_that_are_lost(
    store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    attach(store, postgres)
    codes = [
        hold_attached(store, place, postgres, **wanted).code.rpartition(".")[2]
        for wanted in (
            {"sql": "SELECT * FROM attachments WHERE bytes < 0"},
            {"sql": "SELECT * FROM gone"},
            {"sql": "SELECT bytes FROM attachments"},
            {"files_set": "saraban/other"},
            {"files_set": "", "folder": str(store / "nowhere")},
        )
    ]
    assert codes == [
        "no_attachments",
        "attachments_refused",
        "attachments_unasked",
        "no_file_set",
        "attachments_unread",
    ]
    os.truncate(store / "files-1.tar.gz", 500)
    assert hold_attached(store, place, postgres).code == "restore_drill.attachments_damaged"


def test_a_row_never_leads_outside_the_folder(
    store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    attach(store, postgres)
    sql = "SELECT '../attached.dump' AS path"
    finding = hold_attached(store, place, postgres, sql=sql, files_set="", folder=str(store / "ไฟล์"))
    assert finding.code == "restore_drill.attachments_missing"


THAI = "เรื่อง ขอเชิญประชุมคณะกรรมการ"


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("เรื่อง \ufffd\ufffd", "text_replaced"),
        (THAI.encode().decode("latin-1").replace("\x00", ""), "text_mistaken"),
        (THAI.encode("cp874").decode("latin-1"), "text_mistaken"),
        (THAI.encode().decode("cp874", "replace").replace("\ufffd", ""), "text_mistaken"),
        (THAI.encode("ascii", "replace").decode(), "text_question_marks"),
    ],
)
def test_text_that_a_wrong_encoding_damaged_is_seen_without_a_digest(
    text: str, mark: str, store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    postgres.fresh(
        "texts",
        "CREATE TABLE letters (title varchar, more jsonb)",
        f"INSERT INTO letters SELECT '{THAI}', '{{}}' FROM generate_series(1, 99)",
        f"INSERT INTO letters VALUES ('{text}', NULL)",
    )
    postgres.run("pg_dump", "-Fc", "-f", str(store / "texts.dump"), "texts")
    finding = hold(store, place, postgres.bin_dir, "texts.dump")
    assert (finding.verdict, finding.code) == (Verdict.WARN, "restore_drill.text_damaged"), finding.because
    assert (finding.measured["text_damaged"], finding.measured[mark]) == (1, 1)
    assert finding.measured["text_values"] == 199
    assert hold(store, place, postgres.bin_dir, "texts.dump", thai_text="always").verdict is Verdict.FAIL
    assert (
        hold(store, place, postgres.bin_dir, "texts.dump", thai_text="never").code
        == "restore_drill.not_compared"
    )


def test_sound_thai_text_is_not_suspected_and_its_lack_is_told_where_it_is_declared(
    store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    finding = hold(store, place, postgres.bin_dir, "plain.sql", thai_text="always")
    assert finding.code == "restore_drill.not_compared", finding.because
    assert finding.measured["text_thai"] > 0
    postgres.fresh("latin", "CREATE TABLE a AS SELECT 'What?!? Déjà vu, naïve café'::text AS b")
    postgres.run("pg_dump", "-Fc", "-f", str(store / "latin.dump"), "latin")
    assert hold(store, place, postgres.bin_dir, "latin.dump").code == "restore_drill.not_compared"
    finding = hold(store, place, postgres.bin_dir, "latin.dump", thai_text="always")
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "restore_drill.no_thai")


def test_a_digest_makes_sampling_needless(store: pathlib.Path, place: pathlib.Path, postgres: Server) -> None:
    assert "text_values" not in hold(store, place, postgres.bin_dir).measured


FICKLE = (
    "CREATE FUNCTION fickle(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN"
    " current_setting('application_name') = 'pg_restore' THEN btint4cmp($2, $1) ELSE btint4cmp($1, $2) END $$",
    "CREATE OPERATOR CLASS fickle_ops FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =,"
    " OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 fickle(int, int)",
    "CREATE TABLE numbers AS SELECT generate_series(1, 500) AS a",
    "CREATE INDEX ON numbers (a fickle_ops)",
)


def test_an_index_that_does_not_hold_is_seen_and_not_blamed_on_the_backup(
    store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    sound = hold(store, place, postgres.bin_dir).measured
    assert (sound["amcheck"], 2 <= sound["indexes"] < 10) == ("passed", True)
    postgres.fresh("fickle", *FICKLE)
    postgres.run("pg_dump", "-Fc", "-f", str(store / "fickle.dump"), "fickle")
    finding = hold(store, place, postgres.bin_dir, "fickle.dump")
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "restore_drill.index_broken"), finding.because


def test_a_cluster_is_made_once_for_several_drills(
    store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    one = Drill(BackupSet(str(store), "pg_dump", "a", pattern="office-*"))
    findings = drill.check([one, one], Tools(postgres.bin_dir), str(place))
    assert [finding.verdict for finding in findings] == [Verdict.PASS, Verdict.PASS]
    assert list(place.iterdir()) == []
