"""What the doors (Ansible modules, command line) have in common, without knowing what a door is made of."""

from __future__ import annotations

import re
from typing import Any, Iterable, Protocol

from .finding import Finding
from .outcome import FAIL_ON, Stopwatch, fails_task, outcome

FAIL_ON_OPTION: dict[str, Any] = {"type": "str", "choices": list(FAIL_ON), "default": "never"}
_SHOWN = 400
_SECRET = re.compile(
    r"(?i)((?:password|passwd|passphrase|secret|token)['\"]?\s*[=:]\s*)\S+|(://[^:/@\s]+:)[^@\s]+(?=@)"
)


class Module(Protocol):
    """The part of AnsibleModule that a door uses."""

    params: dict[str, Any]

    def exit_json(self, **result: Any) -> None:
        """End the module well."""

    def fail_json(self, msg: str, **result: Any) -> None:
        """End the module as failed."""


def redacted(text: str) -> str:
    """Return a message without what follows a password or token, on one line, cut to a readable length."""
    hidden = _SECRET.sub(lambda found: (found.group(1) or found.group(2)) + "***", text)
    return " ".join(hidden.split())[:_SHOWN]


def leave(module: Module, findings: Iterable[Finding], watch: Stopwatch, **more: Any) -> None:
    """End a module with its findings; fail the task only where ``fail_on`` says so.

    ``more`` is added to the result as it is; ``changed`` is False unless given.
    """
    result = {"changed": False, **outcome(findings, watch), **more}
    if fails_task(result["verdict"], module.params.get("fail_on") or "never"):
        module.fail_json(msg=f"{result['verdict']}: {result['summary']}", **result)
    module.exit_json(**result)
