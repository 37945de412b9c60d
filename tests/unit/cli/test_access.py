"""`dulae access`: the week's list from its arrival to the proof, and every refusal in one line."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.unit.accounts.conftest import keys
from tests.unit.accounts.department import change_accounts, department
from tests.unit.accounts.office import PEOPLE, citizen_id, run_sql
from tests.unit.cli.department import Call, at, caller, set_clock

__all__ = ["keys"]
SOMCHAI, SOMYING, *_ = PEOPLE
HEADINGS = "ลำดับ,ชื่อ-สกุล,เลขประจำตัวประชาชน,สังกัด,ประเภทการเคลื่อนไหว,วันที่มีผล\n"
NOW = "2026-11-23 08:00"


@pytest.fixture
def inventory(tmp_path: Path, keys: dict[str, Path]) -> Path:
    made = department(tmp_path, keys)
    lists = made / "lists"
    lists.mkdir(exist_ok=True)
    row = f"1,นายสมชาย ใจดี,{citizen_id(1)},กองคลัง,ลาออก,1 พ.ย. 2569\n"
    unclear = f"2,นายวิชัย มีสุข,{citizen_id(3)},กองแผนงาน,โอน,1 พ.ย. 2569\n"
    (lists / "leavers.csv").write_text(HEADINGS + row + unclear, encoding="utf-8")
    moment = at(NOW).timestamp()
    os.utime(lists / "leavers.csv", (moment, moment))
    return made


@pytest.fixture
def run(inventory: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    set_clock(monkeypatch, NOW)
    return caller(inventory, capsys)


def planned(run: Call) -> str:
    """Plan as officer1 and return the plan's number."""
    status, out, _ = run("access", "plan", "--as", "officer1")
    found = re.search(r"plan (\d{8}-\w{8}): 2 accounts", out)
    assert status == 0 and found, out
    return found[1]


def newest(run: Call) -> str:
    """Return the number of the newest plan."""
    return run("access", "list")[1].splitlines()[1].split()[0]


def test_the_week_from_the_list_to_the_proof(run: Call, inventory: Path, keys: dict[str, Path]) -> None:
    assert run("access", "list")[1] == "There is no plan yet: dulae access plan\n"
    plan = planned(run)
    assert "(as before)" in run("access", "plan", "--as", "officer1")[1]
    assert f"{plan}  open   2" in run("access", "list")[1]
    shown = run("access", "show", plan)[1]
    assert (
        "นายสมชาย ใจดี" in shown
        and "citizen number and name agree" in shown
        and "For a person to decide" in shown
    )
    assert "password set > scrambled" in shown and "hash1" not in shown and citizen_id(1) not in shown
    status, out, _ = run("access", "approve", plan, "--as", "head1", "--key", str(keys["officer2"]))
    assert status == 0 and f"plan {plan}: approved by head1 (SHA256:" in out
    status, out, _ = run("access", "apply", plan, "--check")
    assert status == 0 and "would disable 1 accounts" in out
    status, out, _ = run("access", "apply", plan)
    assert status == 0 and out.count("1 accounts disabled") == 2
    assert run_sql(inventory.parent / "saraban.db", "SELECT id FROM users WHERE is_active = 0") == [(1,)]
    status, out, _ = run("access", "undo", plan, "--person", "1", "--reason", "wrong person")
    assert status == 0 and "1 accounts restored" in out and "not restored: api_tokens 1, sessions 1" in out
    assert f"{plan}  undone" in run("access", "list")[1]


def test_a_plan_that_nobody_approved_is_refused_with_status_4(run: Call) -> None:
    plan = planned(run)
    status, out, _ = run("access", "apply", plan)
    assert status == 4 and "nobody has approved it" in out


def test_the_maker_cannot_approve(run: Call, keys: dict[str, Path]) -> None:
    run("access", "plan", "--as", "head1")
    plan = newest(run)
    status, _, err = run("access", "approve", plan, "--as", "head1", "--key", str(keys["officer2"]))
    assert status == 4 and "head1 made it himself" in err


def test_an_approver_can_sign_elsewhere(run: Call, keys: dict[str, Path], tmp_path: Path) -> None:
    plan = planned(run)
    statement = run("access", "show", plan, "--statement")[1]
    argv = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(keys["officer2"]), "-n", "dulae-approve"]
    signed = subprocess.run(argv, input=statement, capture_output=True, text=True, check=True)
    (tmp_path / "plan.sig").write_text(signed.stdout)
    status, out, _ = run(
        "access", "approve", plan, "--as", "head1", "--signature", str(tmp_path / "plan.sig")
    )
    assert status == 0 and "approved by head1" in out


def test_a_plan_can_be_refused(run: Call, keys: dict[str, Path]) -> None:
    plan = planned(run)
    key = str(keys["officer2"])
    said = run("access", "approve", plan, "--as", "head1", "--key", key, "--reject", "--reason", "ผิดคน")
    assert said[0] == 0 and "rejected by head1" in said[1]
    assert f"{plan}  rejected" in run("access", "list")[1]


def test_either_a_key_or_a_signature_is_given(run: Call) -> None:
    plan = planned(run)
    status, _, err = run("access", "approve", plan, "--as", "head1")
    assert status == 2 and "Give either --key or --signature" in err


def test_a_plan_is_shown_as_json_for_programs(run: Call) -> None:
    plan = planned(run)
    shown = json.loads(run("access", "show", plan, "--format", "json")[1])
    assert shown["plan_id"] == plan and len(shown["sha256"]) == 64


def test_planning_in_check_mode_keeps_nothing(run: Call, inventory: Path) -> None:
    planned(run)
    (inventory / "lists" / "leavers.csv").write_text(
        HEADINGS + f"1,นางสมหญิง รักงาน,{citizen_id(2)},กองคลัง,ลาออก,1 พ.ย. 2569\n"
    )
    before = run("access", "list")[1]
    assert run("access", "plan", "--check")[0] == 0
    assert run("access", "list")[1] == before


def test_a_named_list_is_read_instead_of_the_newest(run: Call, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text(
        HEADINGS + f"1,นางสมหญิง รักงาน,{citizen_id(2)},กองคลัง,ลาออก,1 พ.ย. 2569\n"
    )
    out = run("access", "plan", str(tmp_path / "other.csv"))[1]
    assert "other.csv: 1 persons" in out and "user2" in out
    assert "were used after their owner's last day" in out


def test_without_a_list_nothing_is_known(run: Call, inventory: Path) -> None:
    (inventory / "lists" / "leavers.csv").unlink()
    status, out, _ = run("access", "plan")
    assert status == 4 and "no list from the personnel division" in out and "unknown intranet" in out


def test_a_plan_that_is_not_there_is_one_line(run: Call) -> None:
    status, _, err = run("access", "show", "20260101-00000000")
    assert status == 4 and err.count("\n") == 1 and "dulae access list" in err


def test_an_old_plan_shows_as_expired(run: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned(run)
    set_clock(monkeypatch, "2099-01-01 08:00")
    assert f"{plan}  expired" in run("access", "list")[1]


def test_a_stopped_plan_and_an_unreadable_system_are_shown(run: Call, inventory: Path) -> None:
    change_accounts(inventory, brake={"max_count": 1, "max_percent": 90})
    row = f"3,นางกานดา ทองดี,{citizen_id(4)},กองคลัง,ลาออก,1 พ.ย. 2569\n"
    with (inventory / "lists" / "leavers.csv").open("a", encoding="utf-8") as lists:
        lists.write(row)
    (inventory.parent / "saraban.db").unlink()
    status, _, told = run("access", "plan")
    assert status == 4 and "not in this plan, for they could not be read: saraban; plan again" in told
    plan = newest(run)
    shown = run("access", "show", plan)[1]
    assert "intranet is stopped: 2 accounts would be disabled" in shown
    assert "saraban could not be read" in shown


def test_a_named_list_that_cannot_be_read_makes_no_plan(run: Call, inventory: Path) -> None:
    (inventory / "lists" / "week.xlsx").write_bytes(b"%PDF-1.7")
    status, out, _ = run("access", "plan", str(inventory / "lists" / "week.xlsx"))
    assert status == 4 and "the list cannot be read" in out
    assert run("access", "list")[1].startswith("There is no plan yet")


def test_an_empty_plan_says_that_it_needs_no_approval(run: Call, inventory: Path) -> None:
    (inventory / "lists" / "leavers.csv").write_text(HEADINGS + "ไม่มีข้อมูล\n", encoding="utf-8")
    run("access", "plan")
    plan = newest(run)
    assert "It changes nothing, and needs no approval." in run("access", "show", plan)[1]


@pytest.mark.parametrize(
    "command", ["", "plan", "list", "show", "approve", "apply", "undo", "receipt", "reconcile"]
)
def test_help_says_what_it_does_with_an_example(run: Call, command: str) -> None:
    status, out, _ = run("access", *([command] if command else []), "--help")
    assert status == 0 and f"dulae access {command}".strip() in out


def test_an_account_that_was_used_too_late_opens_one_incident(run: Call, tmp_path: Path) -> None:
    (tmp_path / "late.csv").write_text(
        HEADINGS + f"1,นางสมหญิง รักงาน,{citizen_id(2)},กองคลัง,ลาออก,1 พ.ย. 2569\n", encoding="utf-8"
    )
    late = str(tmp_path / "late.csv")
    assert "opened" not in run("access", "plan", late, "--check")[1]
    assert "INC-2570-0001 opened: account user2@dept.example was used" in run("access", "plan", late)[1]
    assert "opened" not in run("access", "plan", late)[1]
    assert "security" in run("incident", "list")[1]


def test_in_check_mode_the_named_list_is_compared_and_not_the_last_one(run: Call, tmp_path: Path) -> None:
    planned(run)
    (tmp_path / "other.csv").write_text(
        HEADINGS + f"1,นางสมหญิง รักงาน,{citizen_id(2)},กองคลัง,ลาออก,1 พ.ย. 2569\n", encoding="utf-8"
    )
    out = run("access", "plan", str(tmp_path / "other.csv"), "--check")[1]
    assert "user2" in out and "INC-" not in out


def test_a_plan_for_earlier_leavers_alone_is_not_taken_for_a_whole_one(run: Call, inventory: Path) -> None:
    planned(run)
    (inventory / "lists" / "leavers.csv").unlink()
    status, out, told = run("access", "plan")
    assert status == 4 and "no list came, so this plan is about leavers of earlier lists alone" in told
    assert "2 accounts to disable" in out


def test_the_receipt_for_a_plan_says_of_every_row_what_became_of_it(
    run: Call, inventory: Path, keys: dict[str, Path]
) -> None:
    plan = planned(run)
    run("access", "approve", plan, "--as", "head1", "--key", str(keys["officer2"]))
    run("access", "apply", plan)
    status, out, _ = run("access", "receipt", plan)
    assert status == 0 and len(out.splitlines()) == 4
    letter = next(Path(line) for line in out.splitlines() if line.endswith(".th.md"))
    text = letter.read_text(encoding="utf-8")
    assert "leavers.csv" in text and "2 = 1 + 0 + 1 + 0 + 0 + 0" in text and citizen_id(1) not in text
    assert text.count("ปิดการใช้งานแล้ว") == 2 and "ทิศทาง" in text


def test_a_plan_without_a_list_has_no_receipt(run: Call, inventory: Path) -> None:
    planned(run)
    (inventory / "lists" / "leavers.csv").unlink()
    found = re.search(r"plan (\d{8}-\w{8}):", run("access", "plan")[1])
    assert found
    status, _, err = run("access", "receipt", found[1])
    assert status == 4 and "no list came for it" in err and err.count("\n") == 1


STAFF = "ลำดับ,ชื่อ-สกุล,เลขประจำตัวประชาชน,สังกัด\n"


def test_the_accounts_are_compared_with_the_whole_staff(run: Call, tmp_path: Path, inventory: Path) -> None:
    staff = [(1, "นายสมชาย ใจดี"), (2, "นางสมหญิง รักงาน"), (3, "นายวิชัย มีสุข"), (91, "นายผู้ช่วย ดูแล")]
    rows = "".join(f"{at},{name},{citizen_id(number)},กองคลัง\n" for at, (number, name) in enumerate(staff, 1))
    (tmp_path / "staff").mkdir()
    (tmp_path / "staff" / "2569-11.csv").write_text(STAFF + rows, encoding="utf-8")
    before = (inventory.parent / "saraban.db").read_bytes()
    status, out, _ = run("access", "reconcile", str(tmp_path / "staff"))
    assert status == 0 and "1 active accounts are of nobody on the staff list (user4)" in out
    assert (inventory.parent / "saraban.db").read_bytes() == before


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_staff_list_that_is_not_there_is_refused_once(run: Call, tmp_path: Path, name: str) -> None:
    (tmp_path / "none").mkdir()
    status, out, err = run("access", "reconcile", str(tmp_path / "none" / name))
    assert (status, out, err.count("\n")) == (4, "", 1)
    assert "there is no such file" in err or "no list lies in this folder" in err


@pytest.mark.parametrize("command", [("access", "plan"), ("access", "reconcile"), ("people", "read")])
@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        ("missing.xlsx", ("there is no such file. Give the path", "ไม่พบไฟล์นี้")),
        ("empty.csv", ("the file is empty. Ask", "ไฟล์ว่างเปล่า")),
        ("list.xlsx", ("a PDF document, whatever its name says. Open it", "เอกสาร PDF")),
        ("pipe", ("a pipe or a device and no file", "ไปป์หรืออุปกรณ์")),
        ("folder", ("folder", "โฟลเดอร์")),
    ],
)
def test_a_file_that_is_no_list_is_told_with_what_to_do_in_both_languages(
    run: Call, tmp_path: Path, command: tuple[str, str], name: str, sentences: tuple[str, str]
) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "list.xlsx").write_bytes(b"%PDF-1.7")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for language, sentence in zip(("en", "th"), sentences, strict=True):
        status, out, err = run(*command, str(tmp_path / name), "--language", language)
        told = out + err
        assert status == 4 and sentence in told and str(tmp_path / name)[-8:] in told, told
        assert told.count("\n") == 1 and "Traceback" not in told


def test_the_help_tells_the_steps_in_their_order(run: Call) -> None:
    told = run("access", "--help")[1]
    steps = re.findall(r"^  (\w+) +\d\. ", told, re.MULTILINE)
    assert steps == ["plan", "show", "approve", "apply", "receipt"]


def test_a_file_that_was_mistyped_is_no_week_without_a_list(
    run: Call, inventory: Path, tmp_path: Path
) -> None:
    planned(run)
    kept = sorted((inventory / "state").rglob("*.json"))
    before = [path.read_bytes() for path in kept]
    run("access", "plan", str(tmp_path / "leavesr.csv"))
    assert [path.read_bytes() for path in kept] == before


def test_a_plan_is_made_from_the_newest_list_of_a_folder_and_told_in_thai(run: Call, inventory: Path) -> None:
    status, out, err = run("access", "plan", str(inventory / "lists"), "--as", "officer1", "--language", "th")
    assert status == 0 and "กำลังอ่านบัญชีผู้ใช้ของ" in err
    assert re.search(r"แผน \d{8}-\w{8}: ปิดการใช้งาน 2 บัญชี", out) and "ขั้นต่อไป" in out
    assert "leavers.csv: ได้รับ 2 ราย" in out and "accounts" not in out


@pytest.mark.parametrize("language", ["en", "th"])
def test_rows_that_go_back_are_never_written_over_a_file(
    run: Call, inventory: Path, tmp_path: Path, language: str
) -> None:
    kept = tmp_path / "list.xlsx"
    kept.write_bytes(b"kept")
    source = str(inventory / "lists/leavers.csv")
    status, _, err = run("people", "read", source, "--language", language, "--errors", str(kept))
    assert (status, kept.read_bytes()) == (4, b"kept")
    assert ("nothing is written over it" if language == "en" else "ไม่เขียนทับ") in err
    status, _, err = run(
        "people", "read", source, "--language", language, "--errors", str(tmp_path / "no/x.xlsx")
    )
    assert status == 4 and ("no such folder" if language == "en" else "ไม่มีโฟลเดอร์นี้") in err


def test_an_undo_of_nobody_is_told_as_an_undo(run: Call, keys: dict[str, Path]) -> None:
    plan = planned(run)
    run("access", "approve", plan, "--as", "head1", "--key", str(keys["officer2"]))
    run("access", "apply", plan)
    status, out, _ = run("access", "undo", plan, "--person", "99", "--reason", "x")
    assert status == 4 and "was not taken back: there is no person 99 in it" in out


def test_a_plan_is_shown_in_the_offices_time(run: Call) -> None:
    shown = run("access", "show", planned(run))[1]
    assert "made by officer1 at 2026-11-23 08:00, valid until 2026-11-30 08:00" in shown


def test_a_signature_that_is_not_there_is_told_with_what_to_give(run: Call) -> None:
    status, _, err = run("access", "approve", planned(run), "--as", "head1", "--signature", "/nowhere.sig")
    assert status == 4 and "ssh-keygen -Y sign has written" in err


def test_what_is_open_again_is_told_with_whose_it_is_and_shown_to_whoever_approves(
    run: Call, inventory: Path, keys: dict[str, Path]
) -> None:
    plan = planned(run)
    run("access", "approve", plan, "--as", "head1", "--key", str(keys["officer2"]))
    run("access", "apply", plan)
    assert "1 accounts that were disabled stay closed" in run("access", "plan", "--as", "officer1")[1]
    run_sql(inventory.parent / "saraban.db", "UPDATE users SET is_active = 1 WHERE id = 1")
    out = run("access", "plan", "--as", "officer1")[1]
    assert "saraban user1 (นายสมชาย ใจดี): the account is active; disabled 20" in out and "no use found" in out
    thai = run("access", "plan", "--as", "officer1", "--language", "th")[1]
    assert "saraban user1 (นายสมชาย ใจดี): สถานะบัญชีเป็นใช้งานได้ ปิดเมื่อ 20" in thai and "ยังไม่พบการใช้งาน" in thai
    again = re.search(r"plan (\d{8}-\w{8}): 1 accounts", out)
    assert again, out
    assert "user1 (open again: flag; disabled 20" in run("access", "show", again[1])[1]
    document = json.loads(run("access", "show", again[1], "--format", "json")[1])
    (item,) = document["items"]
    assert item["again"]["closed_at"] and item["observed"]["opened"] == [["flag"]]
