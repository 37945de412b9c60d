"""The callback by itself: what it makes of Ansible's events. Real runs are in tests/faults."""

import importlib.util
import pathlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from ansible import context
from ansible.inventory.host import Host
from ansible.module_utils.common.collections import ImmutableDict
from ansible.playbook.task import Task

from dulae.ledger.recording import Outcome

PLUGIN = pathlib.Path(__file__).parents[3] / "plugins/callback/dulae_evidence.py"


def load() -> Any:
    spec = importlib.util.spec_from_file_location("dulae_evidence", PLUGIN)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Notes:
    """A recorder that only notes what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *told: self.told.append((name, *told))


@pytest.fixture
def cli(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """Call Ansible with an inventory file in a folder, in check mode, with tags and a limit."""
    kept = context.CLIARGS
    (tmp_path / "hosts.yml").touch()
    context.CLIARGS = ImmutableDict(
        inventory=["nobody,", str(tmp_path / "hosts.yml")], check=True, tags=["step1"], subset="alpha"
    )
    yield tmp_path
    context.CLIARGS = kept


def plugin() -> tuple[Any, Notes]:
    made = load().CallbackModule()
    made._recorder = notes = Notes()
    return made, notes


def result(values: dict[str, Any], *, loop: bool = False, **fields: Any) -> Any:
    """Return what a callback is given, as every Ansible that we take has it; a real one is made differently by each."""
    task = Task()
    task.action, task.loop = "dulae_pretend", [1] if loop else None
    told = {"name": "Check", "action": "dulae_pretend", **fields}
    return SimpleNamespace(host=Host("alpha"), task=task, task_name="Check", task_fields=told, result=values)


def outcome(values: dict[str, Any], **changed: Any) -> Outcome:
    return Outcome(
        **{"host": "alpha", "task": "Check", "action": "dulae_pretend", "values": values, **changed}
    )


def test_it_needs_no_options_so_that_it_is_never_skipped() -> None:
    assert "options:" not in load().DOCUMENTATION


def test_the_call_is_told_to_the_recorder(cli: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DULAE_TRIGGER", "timer")
    made = load()._invocation("/srv/playbooks/x.yml")
    assert (made.inventory, made.playbook) == (cli, "/srv/playbooks/x.yml")
    assert (made.limit, made.tags, made.check_mode, made.trigger) == ("alpha", ("step1",), True, "timer")


def test_a_folder_of_inventory_is_taken_as_it_is(cli: pathlib.Path) -> None:
    assert load()._folder([str(cli)]) == cli
    assert load()._folder(["alpha,beta,"]) is None


def test_every_playbook_has_a_recorder_of_its_own(cli: pathlib.Path) -> None:
    made, notes = plugin()
    made.v2_playbook_on_start(type("Playbook", (), {"_file_name": "x.yml"})())
    assert made._recorder is not notes


@pytest.mark.parametrize(("names", "control"), [({"dulae_control": "access"}, "access"), ({}, "")])
def test_a_play_tells_its_control(names: dict[str, str], control: str) -> None:
    made, notes = plugin()
    made.v2_playbook_on_play_start(type("Play", (), {"get_vars": lambda _: names})())
    made.v2_playbook_on_stats(None)
    assert notes.told == [("play", control), ("finish",)]


def test_a_task_is_told_as_it_ended() -> None:
    made, notes = plugin()
    made.v2_runner_on_ok(result({"findings": [1]}))
    made.v2_runner_on_failed(result({"msg": "no"}), ignore_errors=True)
    made.v2_runner_on_unreachable(result({"msg": "gone"}))
    assert notes.told == [
        ("ok", outcome({"findings": [1]})),
        ("failed", outcome({"msg": "no"}, ignored=True)),
        ("unreachable", outcome({"msg": "gone"})),
    ]


def test_a_delegated_task_is_told_of_the_host_that_did_it() -> None:
    made, notes = plugin()
    made.v2_runner_on_ok(result({}, delegate_to="localhost"))
    assert notes.told[0][1].host == "localhost"


def test_each_turn_of_a_loop_is_told_as_it_ended() -> None:
    made, notes = plugin()
    turns = [{"findings": [1]}, {"failed": True, "msg": "no"}, {"unreachable": True, "msg": "gone"}]
    made.v2_runner_on_failed(result({"results": turns[:2]}, loop=True))
    made.v2_runner_on_unreachable(result({"results": turns[::2]}, loop=True))
    made.v2_runner_on_ok(result({"results": turns[:1]}, loop=True))
    assert [told[0] for told in notes.told] == ["ok", "failed", "ok", "unreachable", "ok"]


def test_a_result_that_merely_has_results_is_one_outcome() -> None:
    made, notes = plugin()
    made.v2_runner_on_ok(result({"results": [{"a": 1}]}))
    assert notes.told == [("ok", outcome({"results": [{"a": 1}]}))]


def test_no_event_is_taken_in_another_thread() -> None:
    # Ansible tells these in a thread, where SystemExit would leave it waiting for ever.
    threaded = {
        "v2_runner_item_on_ok",
        "v2_runner_item_on_failed",
        "v2_runner_item_on_skipped",
        "v2_runner_retry",
    }
    assert not threaded & set(vars(load().CallbackModule))
