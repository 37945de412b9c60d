#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's door to opening and sealing a run; runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dulae_seal
short_description: Open and seal the run of a control
version_added: "0.1.0"
author: dulae contributors (@dulae)
description:
  - C(state=opened) writes into the ledger what the run must account for, before anything is done.
  - C(state=sealed) demands that every expected check left evidence, writes how the run ended, and signs a checkpoint.
  - Runs on the controller, once for all hosts; use the role C(evidence), which calls it as it must be called.
  - Fails unless the callback C(dulae_evidence) of the same process keeps the evidence.
  - It never reports C(changed). In check mode the run is written down as one in check mode, which counts for nothing.
options:
  state:
    description: Whether the run begins or ends.
    type: str
    choices: [opened, sealed]
    required: true
  control:
    description: The control's id in C(procedure.yml), also that of more work of a control, such as C(drill).
    type: str
    required: true
  inventory:
    description: The inventory's folder.
    type: path
    required: true
  hosts:
    description:
      - With C(state=opened), the inventory names that C(--limit) leaves.
      - What the control would check on others is written down as left out.
    type: list
    elements: str
    default: []
  run:
    description: With C(state=sealed), the run to seal; by default the one that this process has opened.
    type: str
    default: ''
  fail_on:
    description:
      - With C(state=sealed), fail the task when the run's verdict is this or worse.
      - A run that is not evidenced is C(unknown), and fails in any case.
    type: str
    choices: [never, unknown, fail, warn]
    default: unknown
attributes:
  check_mode:
    description: Writes a run that is marked as one in check mode.
    support: full
  diff_mode:
    description: It changes no machine.
    support: none
"""

EXAMPLES = r"""
- name: Open the run of step 1
  dulae_seal:
    state: opened
    control: availability
    inventory: "{{ inventory_dir }}"
    hosts: "{{ ansible_play_hosts_all }}"
  delegate_to: localhost
  run_once: true

- name: Seal it
  dulae_seal:
    state: sealed
    control: availability
    inventory: "{{ inventory_dir }}"
    fail_on: fail
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
run:
  description: The run's id.
  returned: always
  type: str
  sample: 20261122T011503-availability-5f0c2a
population:
  description: What the run must account for.
  returned: with C(state=opened)
  type: list
  elements: dict
  sample: [{host: web1, subject: intranet/login_page, check: http}]
excluded:
  description: What C(--limit) left out, with the reason.
  returned: with C(state=opened)
  type: list
  elements: dict
sealed:
  description: That the run has ended, and that its result is in the ledger.
  returned: with C(state=sealed)
  type: bool
evidenced:
  description: Whether every expected check left evidence.
  returned: with C(state=sealed)
  type: bool
counts:
  description: How many checks came to each verdict; those without evidence are C(unknown).
  returned: with C(state=sealed)
  type: dict
missing:
  description: Expected checks that left no evidence.
  returned: with C(state=sealed)
  type: list
  elements: dict
findings:
  description: One finding about the run itself. Its verdict is that of the whole run.
  returned: always
  type: list
  elements: dict
verdict:
  description: The run's verdict.
  returned: always
  type: str
  sample: pass
summary:
  description: The finding in short.
  returned: always
  type: str
started_at:
  description: When this task began, UTC.
  returned: always
  type: str
elapsed_ms:
  description: How long this task took.
  returned: always
  type: int
"""

from ansible.module_utils.basic import AnsibleModule

from dulae.checks.door import FAIL_ON_OPTION, leave, redacted
from dulae.checks.outcome import Stopwatch
from dulae.errors import DulaeError
from dulae.ledger import running


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "state": {"type": "str", "choices": ["opened", "sealed"], "required": True},
            "control": {"type": "str", "required": True},
            "inventory": {"type": "path", "required": True},
            "hosts": {"type": "list", "elements": "str", "default": []},
            "run": {"type": "str", "default": ""},
            "fail_on": {**FAIL_ON_OPTION, "default": "unknown"},
        },
        supports_check_mode=True,
    )
    watch = Stopwatch()
    try:
        finding, told = running.act(module.params)
    except (DulaeError, OSError) as error:
        module.fail_json(msg=redacted(str(error)))
    if module.check_mode:
        # A trial proves nothing, so what it leaves unknown is no failure.
        module.params["fail_on"] = "never" if module.params["fail_on"] == "never" else "fail"
    elif not told.get("evidenced", True):
        module.params["fail_on"] = "unknown"
    leave(module, [finding], watch, **told)


if __name__ == "__main__":
    main()
