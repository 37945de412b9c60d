#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's door to dulae.accounts.usage; runs on the controller (procedure step 5, follow-up)."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dulae_usage
short_description: Read how much the systems are used
version_added: "0.1.0"
description:
  - Procedure step 5 (follow-up and evaluation). Runs the queries that C(systems.yml) declares under C(usage), each in a
    transaction that cannot write, and returns one figure for each.
  - A query that fails is C(unknown), and does not stop the others.
options:
  inventory:
    description: Folder of the inventory.
    type: path
    required: true
  system:
    description: Name of one system; by default all.
    type: str
    default: ""
  timeout_s:
    description: Seconds after which a query is given up.
    type: int
    default: 60
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
- name: Read how much the systems are used
  dulae_usage:
    inventory: "{{ inventory_dir }}"
  delegate_to: localhost
"""

RETURN = r"""
findings:
  description: One finding for each query, with C(measured.value) and C(measured.unit).
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
  description: When the reading began (UTC, ISO 8601).
  returned: success
  type: str
elapsed_ms:
  description: How long it took, in milliseconds.
  returned: success
  type: int
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from dulae import settings
from dulae.accounts import usage
from dulae.checks import door
from dulae.checks.outcome import Stopwatch
from dulae.errors import DulaeError


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "inventory": {"type": "path", "required": True},
            "system": {"type": "str", "default": ""},
            "timeout_s": {"type": "int", "default": usage.TIMEOUT_S},
            "fail_on": door.FAIL_ON_OPTION,
        },
        supports_check_mode=True,
    )
    watch, asked = Stopwatch(), module.params
    try:
        declared = usage.sources(settings.load(Path(asked["inventory"])), asked["system"])
        findings = list(usage.measure(declared, timeout_s=asked["timeout_s"]))
    except DulaeError as error:
        module.fail_json(msg=door.redacted(str(error)))
    door.leave(module, findings, watch)


if __name__ == "__main__":
    main()
