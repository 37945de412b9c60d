#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's door to dulae.procedure.standing; runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dulae_due
short_description: Tell what the procedure wants done now
version_added: "0.1.0"
author: dulae contributors (@dulae)
description:
  - Compares the cadences of C(procedure.yml) and the working days of C(calendar.yml) with the runs in the ledger.
  - A run counts when it was sealed with all its evidence, not in check mode, and without C(--limit).
  - What was missed stays due until it is due anew; when it is caught up it is late.
  - Reads only. Runs on the controller.
options:
  inventory:
    description: The inventory's folder.
    type: path
    required: true
  fail_on:
    description: From which verdict on the task itself fails. Overdue is C(fail); due, and done late, are C(warn).
    type: str
    choices: [never, unknown, fail, warn]
    default: never
attributes:
  check_mode:
    description: Runs in check mode, for it only reads.
    support: full
  diff_mode:
    description: There is no difference to show, for it changes nothing.
    support: none
"""

EXAMPLES = r"""
- name: Ask what is due
  dulae_due:
    inventory: "{{ inventory_dir }}"
  delegate_to: localhost
  run_once: true
  register: due_now

- name: Fail when a control is overdue
  dulae_due:
    inventory: "{{ inventory_dir }}"
    fail_on: fail
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
due:
  description: Ids of the work that is due now, in the order of the steps.
  returned: success
  type: list
  elements: str
  sample: [availability, drill]
playbooks:
  description: The playbook of each piece of work that is due.
  returned: success
  type: dict
  sample: {availability: check_availability.yml, drill: drill_restore.yml}
findings:
  description:
    - One finding for each piece of work of the procedure.
    - Its limits are C(due_at) and C(late_after); measured are C(period), C(next_due_at), C(last_started_at),
      C(missed_periods) and C(open_runs).
  returned: success
  type: list
  elements: dict
verdict:
  description: The worst verdict.
  returned: success
  type: str
  sample: fail
summary:
  description: How many findings came to each verdict.
  returned: success
  type: str
  sample: 6 pass, 1 fail
started_at:
  description: When this task began, UTC.
  returned: success
  type: str
elapsed_ms:
  description: How long this task took.
  returned: success
  type: int
"""

from datetime import UTC, datetime
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from dulae import settings
from dulae.checks.door import FAIL_ON_OPTION, leave, redacted
from dulae.checks.outcome import Stopwatch
from dulae.errors import DulaeError
from dulae.ledger.standing import standings_of
from dulae.procedure.calendar import WorkingTime
from dulae.procedure.standing import finding


def main() -> None:
    module = AnsibleModule(
        argument_spec={"inventory": {"type": "path", "required": True}, "fail_on": FAIL_ON_OPTION},
        supports_check_mode=True,
    )
    watch = Stopwatch()
    try:
        department = settings.load(Path(module.params["inventory"]))
        found = standings_of(department, datetime.now(UTC))
    except (DulaeError, OSError) as error:
        module.fail_json(msg=redacted(str(error)))
    time = WorkingTime(department.calendar)
    due = [standing.work for standing in found if standing.due.due]
    leave(
        module,
        [finding(standing, time) for standing in found],
        watch,
        due=[work.id for work in due],
        playbooks={work.id: work.playbook for work in due},
    )


if __name__ == "__main__":
    main()
