#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's door to dulae.accounts.monthly.counting; runs on the controller (procedure step 4, 6.4)."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dulae_accounts
short_description: Count each application's accounts by kind
version_added: "0.1.0"
description:
  - Procedure step 4 (6.4). Reads the accounts of every system that C(systems.yml) declares with C(accounts), and counts
    the active, disabled, dormant, orphaned and privileged ones. Reads only.
  - Dormant accounts are active and were not used for O(dormant_days). Orphaned ones are active and carry no citizen
    number although the application keeps them. Protected accounts are neither.
  - Shared accounts and contractors' (C(shared) and C(vendors) of C(accounts)) are looked for. A contractor's that is
    active after its last day fails; accounts that look shared and have no owner, and several active ones of one citizen
    number, are warnings.
  - With O(staff_list), the active accounts are compared with the full staff list by citizen number. Whatever differs is
    told; nothing is ever disabled by this.
options:
  inventory:
    description: Folder of the inventory.
    type: path
    required: true
  dormant_days:
    description: Days without use after which an active account is dormant.
    type: int
    default: 90
  max_dormant:
    description: How many dormant accounts there may be before it is a warning.
    type: int
    default: 0
  max_orphaned:
    description: How many orphaned accounts there may be before it is a warning.
    type: int
    default: 0
  staff_list:
    description:
      - The full staff list of the personnel division (CSV or XLSX), or a folder whose newest list is read; it is read
        as the list of leavers is. One that cannot be read makes this comparison C(unknown), and nothing else.
    type: path
  fail_on:
    description: The least verdict that fails the task.
    type: str
    choices: [never, unknown, fail, warn]
    default: never
attributes:
  check_mode:
    description: Reads only, in check mode too.
    support: full
  diff_mode:
    description: There is nothing to compare.
    support: none
author: dulae contributors (@dulae)
"""

EXAMPLES = r"""
- name: Count the accounts of all systems
  dulae_accounts:
    inventory: "{{ inventory_dir }}"
    dormant_days: 120
  delegate_to: localhost

- name: Compare the accounts with everybody who works here
  dulae_accounts:
    inventory: "{{ inventory_dir }}"
    staff_list: /srv/dulae/lists/staff/2026-11.xlsx
  delegate_to: localhost
"""

RETURN = r"""
findings:
  description:
    - For each system one finding about its accounts (check C(accounts)), one or more about whose they are
      (C(accounts_owners)), and with O(staff_list) one about the staff (C(accounts_staff)).
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
  description: When the count began (UTC, ISO 8601).
  returned: success
  type: str
elapsed_ms:
  description: How long it took, in milliseconds.
  returned: success
  type: int
"""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from dulae import settings
from dulae.accounts import applications
from dulae.accounts.monthly import counting, reconciling
from dulae.checks import door
from dulae.checks.outcome import Stopwatch
from dulae.errors import DulaeError
from dulae.people import spelling, staff_list


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "inventory": {"type": "path", "required": True},
            "dormant_days": {"type": "int", "default": 90},
            "max_dormant": {"type": "int", "default": 0},
            "max_orphaned": {"type": "int", "default": 0},
            "staff_list": {"type": "path"},
            "fail_on": door.FAIL_ON_OPTION,
        },
        supports_check_mode=True,
    )
    watch, asked = Stopwatch(), module.params
    limits = counting.Limits(asked["dormant_days"], asked["max_dormant"], asked["max_orphaned"])
    try:
        kept = applications.applications(settings.load(Path(asked["inventory"])))
        now = datetime.now(UTC)
        findings = [found for one in kept for found in counting.count(one, spelling, limits, now)]
        if asked["staff_list"]:
            staff = partial(staff_list.rows, Path(asked["staff_list"]), now)
            findings += reconciling.reconciled(kept, spelling, staff)
    except DulaeError as error:
        module.fail_json(msg=door.redacted(str(error)))
    door.leave(module, findings, watch)


if __name__ == "__main__":
    main()
