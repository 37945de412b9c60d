#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's door to dulae.accounts.changing.carrying; runs on the controller (procedure step 4, 6.4)."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dulae_account
short_description: Carry out exactly an approved access plan, or take it back
version_added: "0.1.0"
description:
  - Procedure step 4 (6.4). Disables the accounts of a plan that a second person has approved, ends their sessions and
    tokens in the same transaction, reads them back, and proves that the login is refused where that can be tried.
  - The only module that changes an application. It refuses a plan that nobody approved, or its own maker, that is too
    old, that differs from what was approved, whose rows changed since, or that a brake stops. What is refused is a
    finding that fails, and nothing is changed.
  - An application is wholly changed or not at all, whenever the run is interrupted; the next run finds out which, and
    records it.
options:
  inventory:
    description: Folder of the inventory.
    type: path
    required: true
  plan:
    description: Number of the plan; if empty, every approved plan that is not carried out yet.
    type: str
    default: ""
  state:
    description:
      - C(disabled) carries the plan out. C(restored) writes the previous values back; sessions and tokens that ended
        do not come back, and the result says so.
    type: str
    choices: [disabled, restored]
    default: disabled
  person:
    description: With O(state=restored), the number of one person in the plan; by default all.
    type: int
  reason:
    description: With O(state=restored), why the plan is taken back.
    type: str
    default: ""
  operator:
    description: Id of the holder in C(people.yml) who carries it out; by default whoever this login is there.
    type: str
    default: ""
  run:
    description: The run of the control, for the ledger.
    type: str
    default: ""
  fail_on:
    description: The least verdict that fails the task.
    type: str
    choices: [never, unknown, fail, warn]
    default: never
attributes:
  check_mode:
    description: Says what would be done, and refuses what would be refused.
    support: full
  diff_mode:
    description: Shows each account before and after; hashes and tokens only as set, empty or scrambled.
    support: full
author: dulae contributors (@dulae)
"""

EXAMPLES = r"""
- name: Carry out what has been approved
  dulae_account:
    inventory: "{{ inventory_dir }}"
  delegate_to: localhost

- name: Give one person his access back
  dulae_account:
    inventory: "{{ inventory_dir }}"
    plan: 20261122-3fa9c1d2
    state: restored
    person: 3
    reason: the order was cancelled
  delegate_to: localhost
"""

RETURN = r"""
findings:
  description: One finding for each system and plan; one for each system where no plan waits.
  returned: success
  type: list
  elements: dict
verdict:
  description: The worst verdict of the findings.
  returned: success
  type: str
summary:
  description: How many findings there are of each verdict.
  returned: success
  type: str
started_at:
  description: When it began (UTC, ISO 8601).
  returned: success
  type: str
elapsed_ms:
  description: How long it took, in milliseconds.
  returned: success
  type: int
plans:
  description:
    - Each plan with C(plan_id), C(plan_sha256) and C(results). A result has C(system), C(because), C(items), and
      C(outcome) (applied, recovered, already, undone, restored_before, refused, rolled_back,
      unreadable, unclear, would_apply, would_undo).
    - An item has C(person), C(account_key), C(login), C(done), C(ended) and C(verified) (login_refused,
      row_read_back, still_open, unread); C(ended_late) counts sessions and tokens that came during the commit.
  returned: success
  type: list
  elements: dict
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from dulae import memory
from dulae.accounts import desk
from dulae.accounts.changing import carrying
from dulae.checks import door
from dulae.checks.outcome import Stopwatch
from dulae.errors import DulaeError


def main() -> None:
    memory.expect_many_objects()
    text = {"type": "str", "default": ""}
    module = AnsibleModule(
        argument_spec={
            "inventory": {"type": "path", "required": True},
            "state": {"type": "str", "choices": ["disabled", "restored"], "default": "disabled"},
            "person": {"type": "int"},
            **dict.fromkeys(("plan", "reason", "operator", "run"), text),
            "fail_on": door.FAIL_ON_OPTION,
        },
        supports_check_mode=True,
    )
    watch, asked = Stopwatch(), module.params
    order = carrying.Order(asked["plan"], asked["state"] == "restored", asked["person"], asked["reason"])
    try:
        place = desk.at(Path(asked["inventory"]), desk.Setting(asked["run"], asked["operator"]))
        made = carrying.carry_out(place, order, check_mode=module.check_mode)
    except DulaeError as error:
        module.fail_json(msg=door.redacted(str(error)))
    door.leave(module, made.findings, watch, changed=made.changed, plans=made.plans, diff=made.diff)


if __name__ == "__main__":
    main()
