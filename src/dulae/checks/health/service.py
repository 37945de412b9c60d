"""Does a service run? What systemd says about its unit (procedure 6.1)."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from functools import partial
from typing import Any, Mapping

from .. import command
from ..command import Run
from ..finding import Reason, Verdict, reason
from .options import Asked, option
from .probing import Around, Judgement, Trouble, shown

RUNS = reason("health.service_runs", "{target}: {state} ({sub_state})")
DOWN = reason(
    "health.service_down",
    "{target}: {state} ({sub_state}), last result {result}; look at: journalctl -u {target}",
)
RESTARTING = reason(
    "health.service_restarting",
    "{target}: keeps ending and is started again ({restarts} times), last result {result};"
    " look at: journalctl -u {target}",
)
MASKED = reason(
    "health.service_masked", "{target}: is masked, it cannot be started; look who masked it and why"
)
STARTING = reason(
    "health.service_starting", "{target}: is starting, and not ready yet; look again in a minute"
)
NO_UNIT = reason("health.service_unknown", "{target}: systemd knows no such unit; correct its name")
NO_SYSTEMD = reason("health.no_systemd", "{target}: systemd gives no answer on this machine ({error})")

_PROPERTIES = "LoadState,ActiveState,SubState,Result,NRestarts"
_RUNNING = ("active", "reloading", "refreshing")


@dataclass(frozen=True)
class Service(Asked):
    """A systemd unit that is active."""

    unit: str = option("Name of the unit, such as C(nginx.service).")

    @property
    def target(self) -> str:
        """Return the unit."""
        return shown(self.unit)

    def problem(self) -> str:
        """Return what is wrong with a unit's name."""
        return "unit: a pattern names many units; name one" if set(self.unit) & set("*?[") else ""


def measure(unit: str, run: Run) -> Mapping[str, str]:
    """Ask systemd about one unit; raise Trouble (unknown) where it gives no answer."""
    argv = ["systemctl", "show", "--no-pager", "--property", _PROPERTIES, "--", unit]
    try:
        answer = run(argv)
    except (OSError, subprocess.TimeoutExpired) as error:
        said = shown(getattr(error, "strerror", None) or "no answer in time")
        raise Trouble(NO_SYSTEMD, Verdict.UNKNOWN, error=said) from error
    properties = parse(answer.text)
    if answer.status or "ActiveState" not in properties:
        said = shown(answer.error) or f"exit status {answer.status}"
        raise Trouble(NO_SYSTEMD, Verdict.UNKNOWN, error=said)
    return properties


def parse(text: str) -> dict[str, str]:
    """Read the properties that ``systemctl show`` prints."""
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def judge(properties: Mapping[str, str]) -> Judgement:
    """Say whether the unit is up."""
    measured: dict[str, Any] = {
        "state": properties["ActiveState"],
        "sub_state": properties.get("SubState", ""),
        "result": properties.get("Result", ""),
        "restarts": int(properties.get("NRestarts") or 0),
    }
    return Judgement(
        *_decide(properties.get("LoadState", ""), measured["state"], measured["sub_state"]), measured
    )


def _decide(load: str, state: str, sub_state: str) -> tuple[Verdict, Reason]:
    """Return what a unit's states mean."""
    rules = (
        (load in ("not-found", "bad-setting", "error"), Verdict.UNKNOWN, NO_UNIT),
        (load == "masked", Verdict.FAIL, MASKED),
        (state in _RUNNING, Verdict.PASS, RUNS),
        (sub_state.startswith("auto-restart"), Verdict.FAIL, RESTARTING),
        (state == "activating", Verdict.WARN, STARTING),
    )
    return next(((verdict, why) for holds, verdict, why in rules if holds), (Verdict.FAIL, DOWN))


def check(asked: Service, around: Around) -> Judgement:
    """Ask this machine's systemd, and judge."""
    # English and without colours, whatever the user who looks has set.
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
    run = partial(command.here, timeout_s=around.deadline.left(), environment=environment)
    return judge(measure(asked.unit, run))
