"""`dulae access` in Thai: whoever signs a plan reads it in the language of the office."""

import re
from pathlib import Path

import pytest

from dulae.accounts.standing import Standing
from dulae.cli.plan_words import HEADINGS, PlanWords
from dulae.reports.speech import Speech
from tests.unit.accounts.conftest import keys
from tests.unit.accounts.department import change_accounts
from tests.unit.accounts.office import citizen_id
from tests.unit.cli.department import Call
from tests.unit.cli.test_access import inventory, run

__all__ = ["inventory", "keys", "run"]
LATIN_SENTENCE = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")


@pytest.fixture(autouse=True)
def in_thai(monkeypatch: pytest.MonkeyPatch, inventory: Path) -> None:
    """Have the command line speak Thai, as an office sets it for its officers."""
    monkeypatch.setenv("DULAE_LANGUAGE", "th")


def thai_plan(run: Call) -> str:
    """Plan in Thai and return the plan's number."""
    found = re.search(r"แผน (\d{8}-\w{8}): ปิดการใช้งาน \d+ บัญชี", run("access", "plan", "--as", "officer1")[1])
    assert found
    return found[1]


def stopped_plan(run: Call, inventory: Path) -> str:
    """Plan more than the brake lets pass, in Thai, and return the plan's number."""
    change_accounts(inventory, brake={"max_count": 1, "max_percent": 90})
    with (inventory / "lists" / "leavers.csv").open("a", encoding="utf-8") as lists:
        lists.write(f"3,นางกานดา ทองดี,{citizen_id(4)},กองคลัง,ลาออก,1 พ.ย. 2569\n")
    return thai_plan(run)


def test_the_week_is_told_in_thai_from_the_list_to_undoing(run: Call, keys: dict[str, Path]) -> None:
    assert run("access", "list")[1] == "ยังไม่มีแผน ให้จัดทำด้วยคำสั่ง dulae access plan\n"
    plan = thai_plan(run)
    assert f"{plan}  รออนุมัติ" in run("access", "list")[1]
    shown = run("access", "show", plan)[1]
    for words in (
        "จัดทำโดย officer1 เมื่อ 23 พ.ย. 2569 08:00 น.",
        "ลาออก",
        "1 พ.ย. 2569",
        "เลขประจำตัวประชาชนและชื่อตรงกัน",
        "เซสชัน, โทเค็น API",
        "ต้องให้เจ้าหน้าที่พิจารณา",
        "ทิศทางการโอนไม่ชัด",
    ):
        assert words in shown
    assert not LATIN_SENTENCE.search(shown), shown
    voted = run("access", "approve", plan, "--as", "head1", "--key", str(keys["officer2"]))[1]
    assert f"แผน {plan}: อนุมัติโดย head1 (SHA256:" in voted
    status, out, err = run("access", "apply", plan)
    assert (status, err) == (0, f"แผน {plan}: กำลังติดต่อ 2 ระบบ\n")
    assert "[ปกติ] saraban: แผน" in out and "ปิดการใช้งาน 1 บัญชี" in out
    status, out, _ = run("access", "undo", plan, "--reason", "คำสั่งถูกยกเลิก")
    assert status == 0 and "[ปกติ]" in out and not LATIN_SENTENCE.search(out), out
    assert f"{plan}  คืนสิทธิแล้ว" in run("access", "list")[1]


def test_a_rejection_and_a_plan_that_is_stopped_are_told_in_thai(
    run: Call, inventory: Path, keys: dict[str, Path]
) -> None:
    plan = stopped_plan(run, inventory)
    stopped = run("access", "show", plan)[1]
    assert "saraban ถูกระงับไว้: จะปิดการใช้งาน 2 บัญชี เกิน 1 บัญชีโดยไม่มีการอนุมัติเป็นกรณีจำนวนมาก" in stopped
    signed = ("--key", str(keys["officer2"]), "--reject")
    assert f"แผน {plan}: ไม่อนุมัติโดย head1" in run("access", "approve", plan, "--as", "head1", *signed)[1]
    assert f"{plan}  ไม่อนุมัติ" in run("access", "list")[1]


def test_what_is_refused_is_told_in_thai_with_what_to_do(
    run: Call, inventory: Path, keys: dict[str, Path]
) -> None:
    plan = stopped_plan(run, inventory)
    key = str(keys["officer2"])
    told = {
        ("apply", plan): f"[ผิดปกติ] saraban: แผน {plan} ไม่ได้ดำเนินการ: แผน {plan}: ยังไม่มีผู้อนุมัติ ให้ผู้อื่นอนุมัติด้วยคำสั่ง",
        ("approve", plan, "--as", "nobody1", "--key", key): f"แผน {plan}: nobody1 ไม่มีสิทธิ์อนุมัติ",
        ("approve", plan, "--as", "head1", "--key", "/no/key"): "กุญแจ /no/key: ลงลายมือชื่อไม่ได้",
        ("approve", "20200101", "--as", "head1", "--key", key): "แผน 20200101: ไม่มีแผนนี้ ดูแผนที่มี",
        ("undo", plan, "--reason", "ลอง"): f"แผน {plan}: ยังไม่ได้ดำเนินการตามแผนนี้ จึงไม่มีสิ่งที่ต้องคืนค่า",
        ("undo", plan, "--reason", " "): f"แผน {plan}: ไม่ได้ระบุเหตุผลที่คืนค่าเดิม",
        ("plan", "--as", "nobody1"): "people.yml: ไม่มีผู้ดำรงบทบาทชื่อ nobody1 ที่มีอยู่คือ officer1",
    }
    for arguments, words in told.items():
        status, out, err = run("access", *arguments)
        assert status != 0 and words in out + err, out + err
    run("access", "approve", plan, "--as", "head1", "--key", key)
    out = run("access", "apply", plan)[1]
    assert "เกิน 1 บัญชีโดยไม่มีการอนุมัติเป็นกรณีจำนวนมาก หากเป็นการปิดจำนวนมากตามแผน ให้อนุมัติด้วย --bulk 4" in out


def test_a_plan_that_was_changed_is_not_shown(run: Call, inventory: Path) -> None:
    plan = thai_plan(run)
    (path,) = inventory.parent.rglob(f"{plan}.json")
    path.write_text(path.read_text(encoding="utf-8").replace("user1", "user9"), encoding="utf-8")
    for arguments in (("show", plan), ("show", plan, "--statement"), ("show", plan, "--format", "json")):
        status, out, err = run("access", *arguments)
        assert status == 4 and out == "" and "ไฟล์ไม่ตรงกับที่บันทึกไว้ในบัญชีหลักฐาน" in err
    assert f"{plan}  ไฟล์ไม่ตรงกับที่บันทึกไว้" in run("access", "list")[1]


def test_every_state_and_every_table_has_its_words_in_both_languages() -> None:
    speech = Speech("th", "arabic", None)  # type: ignore[arg-type]
    words = PlanWords(speech)
    states = {word for word, _ in Standing()._words(["saraban"], expired=False)} | {"empty", "open"}
    assert all(words.state(state) != state for state in states)
    assert HEADINGS["en"].keys() == HEADINGS["th"].keys()
    assert all(len(HEADINGS["en"][name]) == len(HEADINGS["th"][name]) for name in HEADINGS["en"])
