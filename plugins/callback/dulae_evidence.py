# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's results, into the ledger: the door to dulae.ledger.recording."""

from __future__ import annotations

# It has no options: a required one that is missing would skip the plugin, and the run would go on without evidence.
DOCUMENTATION = r"""
name: dulae_evidence
type: notification
short_description: Keep every finding, failed task and unreachable host as evidence
version_added: "0.1.0"
author: dulae contributors (@dulae)
description:
  - Appends every finding of a dulae module, every failed task and every unreachable host to the ledger as it happens.
  - Holds the lock of a control from the first play whose variables contain C(dulae_control) until the process ends.
  - Seals a run whose own sealing play did not come.
  - Ends the process where evidence cannot be kept, for what is not durable may not count as done.
  - It is enabled by C(callbacks_enabled = dulae_evidence) in the project's C(ansible.cfg), and takes no options.
requirements:
  - the Python package dulae, in the environment of ansible-playbook
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ansible import context
from ansible.executor.task_result import CallbackTaskResult
from ansible.playbook import Playbook
from ansible.playbook.play import Play
from ansible.plugins.callback import CallbackBase

from dulae.ledger.recording import Invocation, Outcome, Recorder


class CallbackModule(CallbackBase):
    """Listen for what modules found."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "dulae_evidence"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._recorder = Recorder(_invocation(""), self._display.display)

    def v2_playbook_on_start(self, playbook: Playbook) -> None:
        """Begin to keep the evidence of a playbook."""
        self._recorder = Recorder(_invocation(str(playbook._file_name)), self._display.display)

    def v2_playbook_on_play_start(self, play: Play) -> None:
        """Take the lock of the play's control."""
        self._recorder.play(str(play.get_vars().get("dulae_control") or ""))

    # Each turn of a loop is also told as it ends, but in a thread, where SystemExit would end only the thread and
    # leave Ansible waiting for ever. So a loop is kept when it has ended.
    def v2_runner_on_ok(self, result: CallbackTaskResult) -> None:
        """Keep what a task found."""
        for outcome in _outcomes(result):
            self._recorder.ok(outcome)

    def v2_runner_on_failed(self, result: CallbackTaskResult, ignore_errors: bool = False) -> None:
        """Keep that a task failed, and what the other turns of its loop found."""
        for outcome in _outcomes(result, ignore_errors):
            (self._recorder.failed if outcome.values.get("failed", True) else self._recorder.ok)(outcome)

    def v2_runner_on_unreachable(self, result: CallbackTaskResult) -> None:
        """Keep that a host could not be reached."""
        for outcome in _outcomes(result):
            (self._recorder.unreachable if outcome.values.get("unreachable", True) else self._recorder.ok)(
                outcome
            )

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """End the playbook: no run stays open."""
        self._recorder.finish()


def _invocation(playbook: str) -> Invocation:
    given = context.CLIARGS
    return Invocation(
        inventory=_folder(given.get("inventory") or ()),
        playbook=playbook,
        limit=str(given.get("subset") or ""),
        tags=tuple(given.get("tags") or ()),
        check_mode=bool(given.get("check")),
        trigger=os.environ.get("DULAE_TRIGGER", "manual"),
    )


def _folder(inventories: Sequence[str]) -> Path | None:
    """Return the first inventory's folder: itself, or the one that holds it; None for a mere list of hosts."""
    for path in map(Path, inventories):
        if path.exists():
            return path if path.is_dir() else path.parent
    return None


def _outcomes(result: CallbackTaskResult, ignored: bool = False) -> Iterator[Outcome]:
    """Yield what a task came to, or what each turn of its loop came to."""
    delegated = result.task_fields.get("delegate_to")
    turns = result.result.get("results") if result.task.loop is not None else None
    looped = isinstance(turns, list)
    for values in turns if isinstance(turns, list) else [result.result]:
        yield Outcome(
            host=str(delegated or result.host.get_name()),
            task=result.task_name,
            action=str(result.task_fields.get("action") or result.task.action),
            # A task without a loop is told by its event; a turn without a flag went well.
            values={"failed": False, "unreachable": False, **values} if looped else values,
            ignored=ignored,
        )
