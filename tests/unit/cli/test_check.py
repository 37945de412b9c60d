"""`dulae check`: which rooms there are, how a wrong call ends, and what is not loaded."""

import pathlib
import subprocess
import sys

import pytest

from dulae.cli import main
from dulae.cli.check import CHECKS

HEAVY = ("pydantic", "ansible", "rich", "yaml", "sqlalchemy", "jinja2", "cryptography", "paramiko")


@pytest.mark.parametrize("room", CHECKS)
def test_every_room_answers_for_help(room: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check", room, "--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert "Example" in said
    assert "Exit status" in said


def test_the_rooms_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check", "--help"])
    said = capsys.readouterr().out
    assert all(f"  {room} " in said for room in CHECKS)


@pytest.mark.parametrize(
    "call", [["nonsense"], ["--nonsense"], ["health", "tcp"], ["health", "tcp", "a:1", "--x"]]
)
def test_a_wrong_call_is_unknown_to_nagios_not_critical(call: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check", *call])
    assert ended.value.code == 3


def test_nothing_heavy_is_loaded_for_one_check() -> None:
    script = (
        "import sys\n"
        "from dulae.cli import main\n"
        "try:\n    main(['check', 'health', 'process', 'no-such-program', '--format', 'json'])\n"
        f"except SystemExit:\n    print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_nagios_server_hears_why_a_call_or_the_settings_were_refused(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in (
        ["check", "disk", "/", "--bogus", "--format", "nagios"],
        ["-i", str(tmp_path / "none"), "check", "health", "--system", "x", "--format=nagios"],
    ):
        monkeypatch.setattr(sys, "argv", ["dulae", *words])
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 3
        assert capsys.readouterr().out.startswith("DULAE UNKNOWN - ")
