#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's door to dulae.incidents; runs on the controller (procedure step 2, 6.2)."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dulae_incident
short_description: Take reports, tell the contractor, keep the clocks, close incidents
version_added: "0.1.0"
description:
  - Procedure step 2 (6.2). Runs on the controller and writes only to the ledger and to the outbox of mails.
  - With O(state=reviewed) it does what is due, once. It takes in the mailbox, opens one incident for each
    failed availability check, sends the contractor a notice for each that he was not told of, and judges the
    clocks of all open incidents.
  - The other states change one incident, named by O(incident); doing it again changes nothing.
options:
  inventory:
    description: Folder of the inventory, with C(group_vars/all).
    type: path
    required: true
  state:
    description:
      - What shall be true afterwards.
      - V(opened) opens an incident, or adds to the open one about the same fault.
      - V(closed) needs a check of the same subject that passed since, or a O(reason).
    type: str
    choices: [reviewed, opened, notified, acknowledged, started, finished, closed]
    default: reviewed
  incident:
    description: Number or key of the incident, for the states that change one.
    type: str
    default: ""
  report:
    description: What is reported, for O(state=opened).
    type: dict
    suboptions:
      system:
        description: Name of the system, as in C(systems.yml).
        type: str
        required: true
      symptom:
        description: What does not work, in a few words.
        type: str
        required: true
      subject:
        description: The check it is about, C(SYSTEM/PROBE), if there is one.
        type: str
        default: ""
      channel:
        description: How the report came.
        type: str
        choices: [phone, email, check, walk_in]
        default: phone
      kind:
        description: What it asks for.
        type: str
        choices: [fault, advice, rights_request, security]
        default: fault
      reporter:
        description: Who reports.
        type: str
        default: ""
      unit:
        description: The reporter's unit.
        type: str
        default: ""
      contact:
        description: Telephone or e-mail of the reporter.
        type: str
        default: ""
  cause:
    description: What was wrong, for O(state=finished).
    type: str
    default: ""
  fix:
    description: What was done, for O(state=finished).
    type: str
    default: ""
  confirmed_by:
    description: The user who confirmed, for O(state=closed).
    type: str
    default: ""
  reason:
    description: Why it is closed without a passing check, for O(state=closed).
    type: str
    default: ""
  fail_on:
    description: The least verdict that fails the task.
    type: str
    choices: [never, unknown, fail, warn]
    default: never
attributes:
  check_mode:
    description: Writes and sends nothing; the clocks are judged.
    support: full
  diff_mode:
    description: There is nothing to compare.
    support: none
author: dulae contributors (@dulae)
"""

EXAMPLES = r"""
- name: Do the desk's round
  dulae_incident:
    inventory: "{{ inventory_dir }}"
  delegate_to: localhost

- name: Take a report by telephone
  dulae_incident:
    inventory: "{{ inventory_dir }}"
    state: opened
    report: {system: saraban, symptom: เปิดหนังสือรับไม่ได้, reporter: กองคลัง}
  delegate_to: localhost
"""

RETURN = r"""
findings:
  description: Clocks of open incidents, mailbox and mail server; or the one incident that was changed.
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
  description: When the work began (UTC, ISO 8601).
  returned: success
  type: str
elapsed_ms:
  description: How long it took, in milliseconds.
  returned: success
  type: int
incident:
  description: The incident's number, for the states that change one.
  returned: when O(state) is not V(reviewed)
  type: str
"""

from ansible.module_utils.basic import AnsibleModule

from dulae.checks import door
from dulae.checks.outcome import Stopwatch
from dulae.errors import DulaeError
from dulae.incidents import doors, register


def main() -> None:
    text = {"type": "str", "default": ""}
    report = {
        "system": {"type": "str", "required": True},
        "symptom": {"type": "str", "required": True},
        "channel": {"type": "str", "choices": ["phone", "email", "check", "walk_in"], "default": "phone"},
        "kind": {"type": "str", "choices": list(register.KINDS), "default": "fault"},
    }
    states = ["reviewed", "opened", "notified", "acknowledged", "started", "finished", "closed"]
    module = AnsibleModule(
        argument_spec={
            "inventory": {"type": "path", "required": True},
            "state": {"type": "str", "choices": states, "default": "reviewed"},
            "report": {
                "type": "dict",
                "options": {**report, **dict.fromkeys(("subject", "reporter", "unit", "contact"), text)},
            },
            **dict.fromkeys(("incident", "cause", "fix", "confirmed_by", "reason"), text),
            "fail_on": door.FAIL_ON_OPTION,
        },
        required_if=[("state", state, ("incident",)) for state in states[2:]]
        + [("state", "opened", ("report",))],
        supports_check_mode=True,
    )
    watch = Stopwatch()
    try:
        findings, more = doors.work(module.params, check_mode=module.check_mode)
    except DulaeError as error:
        module.fail_json(msg=door.redacted(str(error)))
    door.leave(module, findings, watch, **more)


if __name__ == "__main__":
    main()
