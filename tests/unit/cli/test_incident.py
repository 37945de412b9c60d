"""`dulae incident`: a call taken in one line, and every refusal in one line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dulae.cli import main
from dulae.ledger import Ledger

from ..incidents.conftest import inventory, ledger, settings  # noqa: F401 - fixtures

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(inventory: Path, ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> Run:  # noqa: F811
    """Return a function that runs `dulae incident ...` and gives back exit status and what a person sees."""

    def call(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            main(["-i", str(inventory), "incident", *arguments])
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out + shown.err

    return call


CALL = (
    "open",
    "--system",
    "saraban",
    "--symptom",
    "เปิดหนังสือรับไม่ได้",
    "--phone",
    "1234",
    "--reporter",
    "กองคลัง",
)


def test_a_fault_goes_from_the_call_to_the_closing(run: Run) -> None:
    assert run(*CALL)[0] == 0
    number = run("list")[1].split()[0]
    assert run("notify", number, "--phone") == (0, f"{number}: notified\n")
    assert run("start", number) == (0, f"{number}: started\n")
    assert run("finish", number, "--cause", "ดิสก์เต็ม", "--fix", "เพิ่มพื้นที่") == (0, f"{number}: finished\n")
    assert run("close", number, "--reason", "ผู้ใช้ยืนยัน", "--confirmed-by", "กองคลัง") == (
        0,
        f"{number}: closed\n",
    )
    assert run("list") == (0, "No incident is open.\n")
    shown = run("show", number)[1]
    assert "ดิสก์เต็ม" in shown and "ผู้ใช้ยืนยัน" in shown


def test_doing_it_again_says_that_it_is_already_so(run: Run) -> None:
    run(*CALL)
    number = run("list")[1].split()[0]
    run("start", number)
    assert run("start", number) == (0, f"{number}: started (already so)\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("close", "INC-1"), "there is no such incident"),
        (("open", "--system", "payroll", "--symptom", "x"), "Known: intranet, saraban"),
        (("open", "--system", "saraban", "--symptom", "x", "--reported-at", "yesterday"), "2026-11-22T09:15"),
        (
            ("open", "--system", "saraban", "--symptom", "x", "--reported-at", "2569-11-22T09:15"),
            "in the future",
        ),
    ],
)
def test_a_refusal_is_one_line_with_the_remedy(run: Run, arguments: tuple[str, ...], words: str) -> None:
    status, shown = run(*arguments)
    assert status == 4
    assert words in shown and shown.count("\n") == 1 and "Traceback" not in shown


def test_advice_is_recorded(run: Run) -> None:
    run(*CALL, "--kind", "advice")
    number = run("list")[1].split()[0]
    assert run("advise", number, "--text", "ล้างแคชของเบราว์เซอร์") == (0, f"{number}: advised\n")


def test_without_a_mail_server_intake_says_so(run: Run) -> None:
    assert "names no mail server" in run("intake")[1]


def test_help_shows_an_example(run: Run) -> None:
    assert "dulae incident open --system saraban" in run("--help")[1]
