"""Names of persons, by the domain's vectors and what they do not show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dulae.people import names
from tests.unit.people.lists import unescaped, vectors

# What names are made of and what stands about them, wrong spellings among it.
PARTS = st.sampled_from(
    [
        *"กขนมยวสฮะาำิีึืุูั็่้๊๋์ํๅเแโใไฯๆ",
        *" .()A1",
        "นาย",
        "นาง",
        "น.ส.",
        "ดร.",
        "ว่าที่ ร.ต.",
        "ม.ล.",
        "สกุลเดิม",
        "นา",
        "\u200b",
        "เเ",
    ]
)
THAI_WORD = st.text(st.sampled_from("กขคงจชดตนบปพมยรลวสหอ"), min_size=2, max_size=8)


@pytest.mark.parametrize("vector", vectors("name"), ids=lambda vector: vector["id"])
def test_the_parts_of_a_name_are_found(vector: dict[str, str]) -> None:
    found = names.read(unescaped(vector["input_escaped"]))
    parts = {
        "prefix": found.prefix,
        "first": found.first,
        "last": found.last,
        "former_surname": found.former_surname,
        "flags": ";".join(sorted(found.flags)),
        "key": found.key,
    }
    assert parts == {part: vector[f"expected_{part}"] for part in parts}


@pytest.mark.parametrize("vector", vectors("name_pair"), ids=lambda vector: vector["id"])
def test_two_names_are_told_apart(vector: dict[str, str]) -> None:
    one, other = (names.read(unescaped(vector[side])) for side in ("a_escaped", "b_escaped"))
    assert names.compare(one, other) == vector["expected"]
    assert names.compare(other, one) == vector["expected"]


@pytest.mark.parametrize(
    ("raw", "prefix", "first", "last"),
    [
        ("นางสาวิตรี ใจดี", "นาง", "สาวิตรี", "ใจดี"),
        ("ร.ต.อนุชา ใจดี", "ร้อยตรี", "อนุชา", "ใจดี"),
        ("ร.ต.อ.อนุชา ใจดี", "ร้อยตำรวจเอก", "อนุชา", "ใจดี"),
        ("พล.ต.ต.หญิง แก้วตา แสงทอง", "พลตำรวจตรีหญิง", "แก้วตา", "แสงทอง"),
        ("ว่าที่พันตรี วิชัย ดีงาม", "ว่าที่พันตรี", "วิชัย", "ดีงาม"),
        ("นายแพทย์ ใจดี", "นาย", "แพทย์", "ใจดี"),
        ("นายแพทย์วิชัย ดีงาม", "นพ.", "วิชัย", "ดีงาม"),
        ("ศาสตราจารย์เกียรติคุณ นายแพทย์วิชัย ดีงาม", "ศ. นพ.", "วิชัย", "ดีงาม"),
        ("น. ส. แก้วตา แสงทอง", "นางสาว", "แก้วตา", "แสงทอง"),
        ("คุณ สมชาย ใจดี", "คุณ", "สมชาย", "ใจดี"),
        ("1. นายสมชาย ใจดี", "นาย", "สมชาย", "ใจดี"),
        ("นาย สมชาย", "นาย", "สมชาย", ""),
        ("นายสาว ใจดี", "นาย", "สาว", "ใจดี"),
        ("พลตรี ใจดี", "", "พลตรี", "ใจดี"),
        ("พันตรีหญิง ใจดี", "พันตรี", "หญิง", "ใจดี"),
        ("นาย", "", "นาย", ""),
        ("", "", "", ""),
        ("-", "", "", ""),
        ("- นายสมชาย ใจดี", "นาย", "สมชาย", "ใจดี"),
        ("1 นายสมชาย ใจดี", "นาย", "สมชาย", "ใจดี"),
        ("น .ส. แก้วตา แสงทอง", "นางสาว", "แก้วตา", "แสงทอง"),
        ("ศ.เกียรติคุณ ดร.วิชัย ดีงาม", "ศ. ดร.", "วิชัย", "ดีงาม"),
        ("ศ.คลินิก นพ.วิชัย ดีงาม", "ศ. นพ.", "วิชัย", "ดีงาม"),
        ("ว่าที่ ร.ต. (หญิง) แก้วตา แสงทอง", "ว่าที่ร้อยตรีหญิง", "แก้วตา", "แสงทอง"),
        ("ว่าที่ร้อยตรี(ญ) แก้วตา แสงทอง", "ว่าที่ร้อยตรีหญิง", "แก้วตา", "แสงทอง"),
        ("นายสาวิตรี (หญิง) ใจดี", "นาย", "สาวิตรี", "ใจดี"),
        ("น.อ.วิชัย ดีงาม ร.น.", "นาวาเอก", "วิชัย", "ดีงาม"),
        ("จ.อ.ท.วิชัย ดีงาม", "จ่าอากาศโท", "วิชัย", "ดีงาม"),
        ("นายกองเอก วิชัย ดีงาม", "นายกองเอก", "วิชัย", "ดีงาม"),
        ("พลฯ วิชัย ดีงาม", "พลทหาร", "วิชัย", "ดีงาม"),
        ("พระ วิชัย ดีงาม", "พระ", "วิชัย", "ดีงาม"),
        ("พระพร ใจดี", "", "พระพร", "ใจดี"),
        ("เด็กหญิงแก้วตา แสงทอง", "ด.ญ.", "แก้วตา", "แสงทอง"),
        ("Asst. Prof. Dr. Suda Jaidee", "Asst. Prof. Dr.", "Suda", "Jaidee"),
        ("Profi Jaidee", "", "Profi", "Jaidee"),
    ],
)
def test_a_prefix_is_never_taken_out_of_a_name(raw: str, prefix: str, first: str, last: str) -> None:
    found = names.read(raw)
    assert (found.prefix, found.first, found.last) == (prefix, first, last)


@pytest.mark.parametrize(
    "raw",
    [
        "นางกานดา มีสุข (นามสกุลเดิม ทองดี)",
        "นางกานดา (เดิม ทองดี) มีสุข",
        "นางกานดา มีสุข สกุลเดิม ทองดี",
        "นางกานดา [ชื่อสกุลเดิม: ทองดี] มีสุข",
        "นางกานดา มีสุข (เดิมนามสกุล ทองดี)",
        "นางกานดา มีสุข (เดิมสกุล “ทองดี”)",
        "นางกานดา มีสุข (เดิม นางสาวกานดา ทองดี)",
        "นางกานดา มีสุข (เดิมชื่อ กานดา ทองดี)",
        "นางกานดา มีสุข (née ทองดี)",
    ],
)
def test_a_former_surname_is_found_however_it_is_written(raw: str) -> None:
    found = names.read(raw)
    assert (found.first, found.last, found.former_surname) == ("กานดา", "มีสุข", "ทองดี")


@pytest.mark.parametrize("inside", ["ชื่อเดิม วันดี", "เดิมชื่อ วันดี", "สกุลเดิม -", "ลาออก"])
def test_a_former_first_name_or_a_dash_is_no_surname(inside: str) -> None:
    assert names.read(f"นางกานดา มีสุข ({inside})").former_surname == ""


def test_a_title_mistyped_with_a_space_is_known_and_told() -> None:
    found = names.read("นาง สาวแก้วตา แสงทอง")
    assert (found.prefix, found.first, set(found.flags)) == ("นางสาว", "แก้วตา", {"prefix_typo"})


@pytest.mark.parametrize(
    "raw", ["อส.สมชาย ใจดี", "นายสมชาย ใจดี **", "นายสมชาย ใจดี\nนักวิชาการ", "นายสมชาย ใจดี\nนางกานดา มีสุข"]
)
def test_what_is_glued_to_a_name_leaves_a_doubt(raw: str) -> None:
    assert "suspicious" in names.read(raw).flags


@pytest.mark.parametrize(
    "raw", ["นายสมชาย\nใจดี", "นายวิชัย เทพสุข\nณ เชียงใหม่", "นางกานดา มีสุข\n(สกุลเดิม ทองดี)", "นาย\nสมชาย ใจดี"]
)
def test_a_name_broken_into_two_lines_is_whole(raw: str) -> None:
    assert names.read(raw).flags == frozenset()


@pytest.mark.parametrize(("raw", "first"), [("นาย", ""), ("ดร.", ""), ("นพ", "นพ"), ("นายสมชาย", "สมชาย")])
def test_a_title_alone_names_nobody(raw: str, first: str) -> None:
    assert names.without_title_alone(names.read(raw)).first == first


def test_a_title_in_its_own_column_stands_before_that_in_the_name() -> None:
    found = names.with_prefix("พระครู", names.read("ดร.วิชัย ดีงาม"))
    assert (found.prefix, found.key) == ("พระครู ดร.", "วิชัย|ดีงาม")
    assert names.with_prefix("น.ส.", names.read("นางสาวแก้วตา แสงทอง")).prefix == "นางสาว"


def test_a_former_surname_joins_two_names() -> None:
    now, before = names.read("นางกานดา (สกุลเดิม ทองดี) มีสุข"), names.read("นางสาวกานดา ทองดี")
    assert names.compare(now, before) == names.compare(before, now) == "former_surname"


@pytest.mark.parametrize(
    "raw", ["นายส0มชาย ใจดี", "นายSomchai ใจดี", "นายสมชาย <ใจดี>", "นาย" + "ก" * 200 + " ใจดี", "นายแเก้ว ใจดี"]
)
def test_letters_that_no_name_has_are_flagged(raw: str) -> None:
    assert "suspicious" in names.read(raw).flags


@pytest.mark.parametrize("raw", ["นายเกาะ เพราะดี", "Mr. John O'Neil-Smith", "นายวิชัย ณ เชียงใหม่"])
def test_usual_letters_are_not_flagged(raw: str) -> None:
    assert "suspicious" not in names.read(raw).flags


@given(st.lists(PARTS, max_size=6), st.lists(PARTS, max_size=8))
def test_a_key_is_the_same_whether_looked_for_at_once_or_read_whole(
    first: list[str], last: list[str]
) -> None:
    raw = f"{''.join(first)} {''.join(last)}"
    assert names.key_in(raw) == names.read(raw).key


@given(THAI_WORD, THAI_WORD)
def test_the_prefix_is_never_in_the_key(first: str, last: str) -> None:
    plain = names.read(f"นาย{first} {last}")
    assert plain.key == f"{first}|{last}" or plain.prefix != "นาย"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("นาย", "สมชาย", "ใจดี"), ("นาย", "สมชาย", "ใจดี")),
        (("น.ส.", "แก้วตา", "แสงทอง"), ("นางสาว", "แก้วตา", "แสงทอง")),
        (("", "นายสมชาย", "ใจดี"), ("นาย", "สมชาย", "ใจดี")),
        (("รศ.ดร.", "วิชัย", "ณ อยุธยา"), ("รศ. ดร.", "วิชัย", "ณ อยุธยา")),
        (("นักเรียน", "สมชาย", "ใจดี"), ("นักเรียน", "สมชาย", "ใจดี")),
        (("Mr.", "John Paul", "Smith"), ("Mr.", "John Paul", "Smith")),
        (("นาย", "สมชาย", ""), ("นาย", "สมชาย", "")),
    ],
)
def test_columns_of_their_own_say_which_part_is_which(
    cells: tuple[str, str, str], expected: tuple[str, str, str]
) -> None:
    found = names.from_parts(*cells)
    assert (found.prefix, found.first, found.last) == expected
