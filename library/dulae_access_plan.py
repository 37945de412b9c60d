#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's door to dulae.accounts.reviewing; runs on the controller (procedure step 4, 6.4)."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dulae_access_plan
short_description: Compare the list of leavers with every application's accounts, and plan what to disable
version_added: "0.1.0"
description:
  - Procedure step 4 (6.4). Matches the judged list of C(dulae_leavers) with the accounts of every system that
    C(systems.yml) declares with C(accounts), by citizen number and name. Nothing is changed in any application.
  - People of earlier lists whose access has not ended are part of the plan, until it has or a list says that they stay.
    So are those whose access had ended and is open again (a flag, a password, roles, a session, a new account), unless
    they came back by a list or what was done to them was taken back.
  - A list that came and was never compared, because a run broke off, is compared with this one, or told as lost.
  - Keeps a plan with a SHA-256 that a second person approves (C(dulae access approve)), and records it in the ledger.
    Planning the same again gives the same plan.
  - One finding for each system says whether anybody can log in whose day has come. Without a list, or where a
    database cannot be read, it is C(unknown). An account that was used after its owner's last day is a finding of
    its own, and has an incident of its own in the register, opened once.
options:
  inventory:
    description: Folder of the inventory.
    type: path
    required: true
  list:
    description: The judged list that C(dulae_leavers) has written.
    type: path
    required: true
  operator:
    description: Id of the holder in C(people.yml) who makes the plan; by default whoever this login is there.
    type: str
    default: ""
  max_age_days:
    description: Days after which an approved plan may no longer be carried out.
    type: int
    default: 7
  max_lag_days:
    description: Days from the first day out to the disabling, after which it is late.
    type: int
    default: 7
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
    description: Compares, keeps no plan and opens no incident.
    support: full
  diff_mode:
    description: Nothing that exists is changed.
    support: none
author: dulae contributors (@dulae)
"""

EXAMPLES = r"""
- name: Plan whose access ends
  dulae_access_plan:
    inventory: "{{ inventory_dir }}"
    list: /var/lib/dulae/access/list.json
  delegate_to: localhost
"""

RETURN = r"""
findings:
  description:
    - One finding for each system; further ones about accounts that were used too late, about what was disabled before
      (C(access_again), whether it stays closed), about what hinders the review, about the lag from the first day out
      to the disabling, and about documents that wait at the leavers' accounts.
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
  description: When the comparison began (UTC, ISO 8601).
  returned: success
  type: str
elapsed_ms:
  description: How long it took, in milliseconds.
  returned: success
  type: int
plan_id:
  description: Number of the plan; empty in check mode where it would be a new one, and where there is no list.
  returned: success
  type: str
plan_sha256:
  description: SHA-256 of the plan's file, which an approver signs.
  returned: success
  type: str
plan_path:
  description: The plan's file.
  returned: success
  type: str
proposed:
  description: How many accounts the plan would disable; without any there is nothing to approve.
  returned: success
  type: int
opened_again:
  description: How many of these were disabled before and are open again, or came after their owners had left.
  returned: success
  type: int
incidents:
  description: Numbers of the incidents that were opened now, one for each account that was used too late.
  returned: success
  type: list
  elements: str
"""

from datetime import UTC, datetime
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from dulae import memory
from dulae.accounts import desk, lagging, reviewing
from dulae.checks import door
from dulae.checks.outcome import Stopwatch
from dulae.errors import DulaeError
from dulae.incidents import after_leaving, doors
from dulae.people import spelling


def main() -> None:
    memory.expect_many_objects()
    module = AnsibleModule(
        argument_spec={
            "inventory": {"type": "path", "required": True},
            "list": {"type": "path", "required": True},
            "operator": {"type": "str", "default": ""},
            **{name: {"type": "int", "default": 7} for name in ("max_age_days", "max_lag_days")},
            "run": {"type": "str", "default": ""},
            "fail_on": door.FAIL_ON_OPTION,
        },
        supports_check_mode=True,
    )
    watch, asked = Stopwatch(), module.params
    try:
        setting = desk.Setting(asked["run"], asked["operator"], asked["max_age_days"])
        place = desk.at(Path(asked["inventory"]), setting)
        manner = reviewing.Manner(module.check_mode, lagging.LagLimit(asked["max_lag_days"]))
        made = reviewing.review(place, Path(asked["list"]), spelling, manner)
        told = () if module.check_mode else made.findings
        opened = after_leaving.open_for(doors.desk_at(Path(asked["inventory"])), told, datetime.now(UTC))
    except DulaeError as error:
        module.fail_json(msg=door.redacted(str(error)))
    numbers = [incident.number for incident in opened]
    more = {**made.told(), "incidents": numbers}
    door.leave(module, made.findings, watch, changed=made.changed or bool(opened), **more)


if __name__ == "__main__":
    main()
