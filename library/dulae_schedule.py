#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's door to dulae.procedure.schedule; runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dulae_schedule
short_description: Compute what starts the procedure, and keep it in the ledger
version_added: "0.1.0"
author: dulae contributors (@dulae)
description:
  - Turns the cadences of C(procedure.yml) into lines for systemd's timers and for cron.
  - Keeps the schedule in the ledger, so that a run that did not happen can be told from one that was never planned.
  - Writes no timer; the role C(schedule) does. Runs on the controller.
options:
  inventory:
    description: The inventory's folder.
    type: path
    required: true
  fail_on:
    description: From which verdict on the task itself fails.
    type: str
    choices: [never, unknown, fail, warn]
    default: never
attributes:
  check_mode:
    description: In check mode nothing is written into the ledger.
    support: full
  diff_mode:
    description: The role shows the difference of each unit.
    support: none
"""

EXAMPLES = r"""
- name: Compute the schedule
  dulae_schedule:
    inventory: "{{ inventory_dir }}"
  delegate_to: localhost
  run_once: true
  register: schedule_computed
"""

RETURN = r"""
changed:
  description: Whether the schedule is another than the one that the ledger kept last.
  returned: success
  type: bool
systemd:
  description: Whether systemd runs this machine.
  returned: success
  type: bool
works:
  description: What is started, and when.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id of the work.
      type: str
      sample: availability
    title:
      description: Its title, C(th) and C(en).
      type: dict
    step:
      description: The step of the procedure.
      type: int
    clause:
      description: The clause of the procedure.
      type: str
      sample: "6.1"
    cadence:
      description: How often it is due.
      type: str
      sample: each_working_day
    playbook:
      description: The playbook that it runs.
      type: str
      sample: check_availability.yml
    on_calendar:
      description: Lines for C(OnCalendar) of a systemd timer, in the office's time zone.
      type: list
      elements: str
      sample: ["Mon,Tue,Wed,Thu,Fri *-*-* 08:15:00 Asia/Bangkok"]
    cron:
      description: The five fields of crontab lines, in this machine's time zone.
      type: list
      elements: str
      sample: ["15 8 * * 1,2,3,4,5"]
cron_line:
  description: The five fields of one crontab line that wakes at least whenever any work is to be started.
  returned: success
  type: str
  sample: 0,15,30,45 8,9,10,11,12,13,14,15,16,20 * * *
uid:
  description: The number of this account.
  returned: success
  type: int
findings:
  description: One finding for each piece of work, with its lines.
  returned: success
  type: list
  elements: dict
verdict:
  description: The worst verdict.
  returned: success
  type: str
  sample: pass
summary:
  description: How many findings came to each verdict.
  returned: success
  type: str
  sample: 7 pass
started_at:
  description: When this task began, UTC.
  returned: success
  type: str
elapsed_ms:
  description: How long this task took.
  returned: success
  type: int
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from dulae import settings
from dulae.checks.door import FAIL_ON_OPTION, leave, redacted
from dulae.checks.outcome import Stopwatch
from dulae.errors import DulaeError
from dulae.ledger.standing import keep_schedule, schedule_body
from dulae.procedure.schedule import finding, one_cron_line, timers


def main() -> None:
    module = AnsibleModule(
        argument_spec={"inventory": {"type": "path", "required": True}, "fail_on": FAIL_ON_OPTION},
        supports_check_mode=True,
    )
    watch = Stopwatch()
    try:
        department = settings.load(Path(module.params["inventory"]))
        computed = timers(department, datetime.now().astimezone().utcoffset() or timedelta())
        body = schedule_body(department, computed)
        changed = keep_schedule(department, body, only_look=module.check_mode)
    except (DulaeError, OSError) as error:
        module.fail_json(msg=redacted(str(error)))
    leave(
        module,
        [finding(timer) for timer in computed],
        watch,
        changed=changed,
        works=[timer.to_dict() for timer in computed],
        cron_line=one_cron_line(computed),
        uid=os.geteuid(),
        systemd=Path("/run/systemd/system").is_dir(),
    )


if __name__ == "__main__":
    main()
