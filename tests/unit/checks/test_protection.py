"""What no backup set covers is found; what cannot be listed is unknown."""

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from dulae.checks import protection
from dulae.checks.backup.faults import CannotTell
from dulae.checks.backup.tools import Tools
from dulae.checks.finding import Verdict
from dulae.checks.protection import DataStore

SERVER = DataStore("postgresql", "saraban/databases", "saraban", covered=("saraban",), left_out=("scratch",))


def test_a_database_that_no_set_covers_fails() -> None:
    finding = protection.judge(SERVER, ["saraban", "scratch", "survey"])
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "protection.uncovered")
    assert finding.measured["uncovered"] == ["survey"]
    assert "no backup set covers survey;" in finding.because


def test_what_is_covered_or_left_out_on_purpose_passes() -> None:
    finding = protection.judge(SERVER, ["saraban", "scratch"])
    assert (finding.verdict, finding.code) == (Verdict.PASS, "protection.covered")


def test_a_name_in_other_letters_is_another_database() -> None:
    assert protection.judge(SERVER, ["Saraban"]).verdict is Verdict.FAIL


def test_many_names_are_cut_and_all_of_them_kept_in_the_numbers() -> None:
    finding = protection.judge(SERVER, [f"d{number}" for number in range(30)])
    assert "d9, +20;" in finding.because
    assert len(finding.measured["uncovered"]) == 30


def test_a_hostile_name_cannot_break_the_sentence() -> None:
    finding = protection.judge(SERVER, ["a\nb\x1b[31m{secret}\udcff"])
    assert "\n" not in finding.because and "\x1b" not in finding.because and "{secret}" in finding.because


@pytest.mark.parametrize(
    ("covered", "verdict"),
    [
        ("{path}", Verdict.PASS),
        ("{path}/", Verdict.PASS),
        ("/", Verdict.PASS),
        ("{path}/below", Verdict.FAIL),
        ("{path}x", Verdict.FAIL),
        ("a_database", Verdict.FAIL),
    ],
)
def test_a_folder_is_covered_by_itself_and_by_one_above_it(
    tmp_path: Path, covered: str, verdict: Verdict
) -> None:
    store = DataStore("folder", "x/files", path=str(tmp_path), covered=(covered.format(path=tmp_path),))
    [finding] = protection.check([store], Tools())
    assert finding.verdict is verdict


def test_a_folder_beside_a_covered_one_is_not_covered(tmp_path: Path) -> None:
    store = DataStore("folder", "x/files", path=str(tmp_path), covered=(str(tmp_path)[:-1],))
    assert protection.check([store], Tools())[0].code == "protection.folder_uncovered"


def test_a_folder_that_is_not_there_is_unknown_though_it_is_covered(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    [finding] = protection.check([DataStore("folder", "x/files", path=gone, covered=(gone,))], Tools())
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "protection.no_folder")


def test_a_machine_without_the_client_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    stores = [DataStore(kind, f"x/{kind}") for kind in ("postgresql", "mariadb")]
    first, second = protection.check(stores, Tools())
    assert (first.verdict, first.code) == (Verdict.UNKNOWN, "backup.tool_missing")
    assert (second.verdict, second.code) == (Verdict.UNKNOWN, "protection.no_client")


def test_hung_stores_are_unknown_and_keep_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    released = threading.Event()

    def hang(store: DataStore, tools: Tools) -> Sequence[str]:
        released.wait(60)
        return ()

    monkeypatch.setitem(protection._LISTS, "mariadb", hang)
    stores = [DataStore("mariadb", f"x/{number}") for number in range(3)]
    healthy = DataStore("folder", "x/files", path=str(tmp_path), covered=("/",))
    findings = protection.check([*stores, healthy], Tools(timeout_s=0.1))
    released.set()
    assert [finding.code for finding in findings] == ["protection.silent"] * 3 + ["protection.folder_covered"]


def test_a_server_that_does_not_show_everything_is_unknown() -> None:
    with pytest.raises(CannotTell) as caught:
        protection._names("null")
    assert caught.value.why is protection.PARTLY


def test_a_store_is_made_from_flat_settings() -> None:
    given = {
        "kind": "postgresql",
        "system": "saraban",
        "name": "databases",
        "subject": "",
        "left_out": ["scratch"],
    }
    way = {"socket_dir": "/run/pg", "host": "", "port": 0, "user": "dulae"}
    store = protection.store_from({**given, "connection": way, "covered": ["saraban"]})
    assert (store.subject, store.connection.host, store.connection.port) == (
        "saraban/databases",
        "/run/pg",
        "",
    )
