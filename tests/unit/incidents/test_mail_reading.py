"""Reading mail that anybody may have sent: Thai in every encoding it comes in, and limits that hold."""

import base64
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dulae.incidents.mail_reading import LARGEST_BYTES, decoded, plain, read

SYMPTOM = "เปิดหนังสือรับไม่ได้ค่ะ"


def mail(body: bytes, content_type: str = "text/plain; charset=utf-8", **headers: str) -> bytes:
    head = {"From": "=?utf-8?b?" + base64.b64encode("กองคลัง".encode()).decode() + "?= <user@office.example>"}
    head |= {"Subject": "help", "Message-ID": "<1@office.example>", "Content-Type": content_type}
    lines = {**head, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode() + b"\r\n" + body


@pytest.mark.parametrize(
    "charset", ["tis-620", "TIS620", "windows-874", "x-windows-874", "iso-8859-11", "cp874"]
)
def test_thai_mail_is_read_whatever_its_encoding_is_called(charset: str) -> None:
    assert read(mail(SYMPTOM.encode("cp874"), f"text/plain; charset={charset}")).text == SYMPTOM


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("base64", base64.encodebytes(SYMPTOM.encode("cp874"))),
        ("quoted-printable", quopri.encodestring(SYMPTOM.encode("cp874"))),
        ("8bit", SYMPTOM.encode("cp874")),
    ],
)
def test_every_transfer_encoding_is_undone(encoding: str, body: bytes) -> None:
    raw = mail(body, "text/plain; charset=windows-874", Content_Transfer_Encoding=encoding)
    assert read(raw).text == SYMPTOM


def test_a_charset_that_nobody_knows_still_gives_thai() -> None:
    assert decoded(SYMPTOM.encode(), "x-unheard-of") == SYMPTOM
    assert decoded(SYMPTOM.encode("cp874"), "") == SYMPTOM


def test_bytes_that_are_no_text_are_shown_as_replaced() -> None:
    assert "\ufffd" in decoded(b"\xff\xfe\x81\x8d\xdb\xdc", "utf-8")


def test_the_sender_and_subject_are_decoded() -> None:
    subject = "=?windows-874?b?" + base64.b64encode("ระบบสารบรรณล่ม".encode("cp874")).decode() + "?="
    got = read(mail(b"x", Subject=subject))
    assert (got.sender, got.address, got.subject) == ("กองคลัง", "user@office.example", "ระบบสารบรรณล่ม")


def test_a_raw_thai_subject_without_any_encoding_is_read() -> None:
    raw = mail(b"x").replace(b"Subject: help", b"Subject: " + "ระบบล่ม".encode("cp874"))
    assert read(raw).subject == "ระบบล่ม"


def test_an_html_only_mail_gives_its_words_and_no_script() -> None:
    markup = f"<html><head><title>t</title></head><script>alert(1)</script><p>{SYMPTOM}</p></body></html>"
    assert read(mail(markup.encode(), "text/html; charset=utf-8")).text == SYMPTOM


@pytest.mark.parametrize("broken", ["<![foo[bar]]>", "<![x\n[", "<![ [", "<![[["])
def test_a_malformed_declaration_in_html_does_not_cost_the_words(broken: str) -> None:
    markup = f"<p>{SYMPTOM} &amp; {broken}</p>"
    assert f"{SYMPTOM} &" in read(mail(markup.encode(), "text/html; charset=utf-8")).text


def test_the_last_words_of_an_html_mail_are_kept() -> None:
    assert read(mail(b"<p>a &amp", "text/html")).text == "a &"


@given(st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=8)), min_size=1, max_size=10))
def test_a_damaged_mail_is_read_or_refused_and_nothing_else(damages: list[tuple[int, bytes]]) -> None:
    part = b"--B\r\nContent-Type: text/html; charset=tis-620; name*=utf-8''%E0\r\n\r\n<p>hi</p><![x[\r\n"
    raw = bytearray(mail(part + b"--B--\r\n", 'multipart/mixed; boundary="B"', References="<a> <b>"))
    for at, damage in damages:
        raw[at : at + len(damage)] = damage
    try:
        read(bytes(raw))
    except ValueError as refused:
        assert str(refused)


@pytest.mark.parametrize("address", ["a@b.example", "first.last+x@mail.office.example"])
def test_a_person_can_be_answered(address: str) -> None:
    assert read(mail(b"x", From=address)).answerable


@pytest.mark.parametrize(
    "address",
    ["", "MAILER-DAEMON", "a b@c", "ก@ข.example", "a..b@c.example", "a@b@c", '"a\\"@b', "a@-b", "noreply@b"],
)
def test_what_cannot_be_answered_gets_no_answer(address: str) -> None:
    assert not read(mail(b"x", From=address)).answerable


def test_attachments_are_named_and_not_opened() -> None:
    body = (
        b"--B\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nsee\r\n"
        b'--B\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename="s.txt"\r\n\r\n'
        b"secret\r\n--B--\r\n"
    )
    got = read(mail(body, 'multipart/mixed; boundary="B"'))
    assert (got.text, got.attachments) == ("see", ("s.txt",))


@pytest.mark.parametrize(
    "header",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"X_Autorespond": "1"},
        {"Return_Path": "<>"},
        {"From": "Mail Delivery <MAILER-DAEMON@office.example>"},
        {"From": "no-reply@office.example"},
        {"Content_Type": "multipart/report; boundary=B"},
    ],
)
def test_an_automatic_reply_is_recognised(header: dict[str, str]) -> None:
    assert read(mail(b"I am away", **header)).automatic


@pytest.mark.parametrize("header", [{"Auto_Submitted": "no"}, {"Precedence": "list"}])
def test_a_mail_that_a_person_sent_is_not_automatic(header: dict[str, str]) -> None:
    assert not read(mail(b"x", **header)).automatic


def test_an_answer_names_what_it_answers() -> None:
    raw = mail(b"x", In_Reply_To="<INC-2570-0001.notice@office.example>")
    assert read(raw).answers == ("<INC-2570-0001.notice@office.example>",)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"x" * (LARGEST_BYTES + 1), "bytes, more than"),
        (mail(b"x", Subject="a" * 250_000), "header longer"),
        (
            mail(
                b"\r\n--B\r\nContent-Type: multipart/mixed; boundary=B\r\n" * 3000,
                "multipart/mixed; boundary=B",
            ),
            "parts",
        ),
    ],
)
def test_a_mail_that_would_slow_the_parser_is_refused_before_parsing(raw: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read(raw)


def test_control_and_direction_characters_do_not_reach_the_register() -> None:
    assert plain("a\x1b[31mb\u202ec\x00\r\nd\n\n\n\n\ne") == "a[31mbc\nd\n\ne"


def test_an_empty_mail_is_read_as_empty() -> None:
    got = read(b"")
    assert (got.subject, got.text, got.address) == ("", "", "")
