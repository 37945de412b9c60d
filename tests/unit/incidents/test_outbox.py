"""Letters leave once, are kept while the server is down, and leave later: against a real SMTP server."""

import socket
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Handler

from dulae.errors import IncidentError
from dulae.incidents.outbox import Letter, Outbox
from dulae.settings import office

LETTER = Letter("INC-2570-0001.notice", "fix@contractor.example", "แจ้งเหตุขัดข้อง", "อาการ: เปิดไม่ได้")


class Kept(Handler):
    """Keeps what arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Message[str, str]] = []

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address.startswith("nobody"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("busy"):
            return "450 4.2.1 mailbox is busy"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def handle_message(self, message: Any) -> None:
        self.messages.append(message)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if b"too big" in (envelope.content or b""):
            return "552 5.3.4 message too big"
        answer: str = await super().handle_DATA(server, session, envelope)
        return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server() -> Iterator[tuple[Kept, int]]:
    kept, port = Kept(), free_port()
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    yield kept, port
    controller.stop()


def outbox(folder: Path, port: int) -> Outbox:
    mail = office.Mail.model_validate(
        {
            "smtp_host": "127.0.0.1",
            "smtp_port": port,
            "starttls": False,
            "sender": "helpdesk@office.example",
            "imap_host": "127.0.0.1",
            "username": "helpdesk",
            "password": {"env": "UNUSED"},
        }
    )
    return Outbox(folder / "outbox", mail)


def test_a_letter_arrives_in_thai_and_leaves_the_folder(tmp_path: Path, server: tuple[Kept, int]) -> None:
    box, sent = outbox(tmp_path, server[1]), []
    box.put(LETTER)
    assert box.send(lambda name, to: sent.append((name, to))).sent == [LETTER.name]
    assert sent == [(LETTER.name, LETTER.to)]
    assert box.waiting() == []
    [message] = server[0].messages
    assert "เปิดไม่ได้" in message.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_letter_that_waits_is_put_once(tmp_path: Path) -> None:
    box = outbox(tmp_path, free_port())
    box.put(LETTER)
    box.put(LETTER)
    assert box.waiting() == [LETTER.name]


def test_a_letter_is_kept_while_the_server_is_down_and_sent_later(
    tmp_path: Path, server: tuple[Kept, int]
) -> None:
    down = outbox(tmp_path, free_port())
    down.put(LETTER)
    with pytest.raises(IncidentError, match=r"1 mails could not be sent.*kept and sent"):
        down.send(lambda name, to: None)
    assert outbox(tmp_path, server[1]).send(lambda name, to: None).sent == [LETTER.name]


def test_a_letter_that_could_not_be_recorded_as_sent_stays(tmp_path: Path, server: tuple[Kept, int]) -> None:
    box = outbox(tmp_path, server[1])
    box.put(LETTER)

    def lost(_name: str, _to: str) -> None:
        raise IncidentError("the ledger is full")

    with pytest.raises(IncidentError, match="ledger is full"):
        box.send(lost)
    assert box.waiting() == [LETTER.name]


def test_letters_are_private(tmp_path: Path) -> None:
    box = outbox(tmp_path, free_port())
    box.put(LETTER)
    assert box.folder.stat().st_mode & 0o777 == 0o700
    assert (box.folder / f"{LETTER.name}.eml").stat().st_mode & 0o777 == 0o600


def test_nothing_waiting_asks_no_server(tmp_path: Path) -> None:
    assert outbox(tmp_path, 1).send(lambda name, to: None).sent == []


@pytest.mark.parametrize(
    ("address", "waits"), [("nobody@office.example", False), ("busy@office.example", True)]
)
def test_a_refused_recipient_does_not_keep_the_others_waiting(
    tmp_path: Path, server: tuple[Kept, int], address: str, waits: bool
) -> None:
    box = outbox(tmp_path, server[1])
    box.put(Letter("INC-2570-0001.receipt", address, "รับเรื่องแล้ว", "x"))
    box.put(LETTER)
    told = box.send(lambda name, to: None)
    assert told.sent == [LETTER.name]
    assert told.refused[0].startswith(address)
    assert box.waiting() == (["INC-2570-0001.receipt"] if waits else [])
    assert (box.folder / "refused/INC-2570-0001.receipt.eml").exists() is not waits


@pytest.fixture
def plain_server() -> Iterator[int]:
    """A server that knows addresses in ASCII only."""
    controller = Controller(Kept(), hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=False)
    controller.start()
    yield controller.port
    controller.stop()


@pytest.mark.parametrize(
    ("to", "text", "words"),
    [("a@office.example", "too big", "552"), ("ก@office.example", "x", "SMTPUTF8")],
)
def test_a_letter_that_the_server_will_never_take_is_put_aside(
    tmp_path: Path, plain_server: int, to: str, text: str, words: str
) -> None:
    box = outbox(tmp_path, plain_server)
    box.put(Letter("INC-2570-0001.receipt", to, "รับเรื่องแล้ว", text))
    box.put(LETTER)
    told = box.send(lambda name, to: None)
    assert told.sent == [LETTER.name]
    assert words in told.refused[0]
    assert box.waiting() == []


def test_an_answer_to_a_strange_mail_is_sent_without_its_number(tmp_path: Path) -> None:
    box = outbox(tmp_path, free_port())
    box.put(Letter("INC-2570-0001.receipt", "a@office.example", "x", "x", answers="<\ufffd@x>"))
    assert b"In-Reply-To" not in (box.folder / "INC-2570-0001.receipt.eml").read_bytes()
