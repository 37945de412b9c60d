#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's door to dulae.people; runs on the controller (procedure step 4, 6.4)."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dulae_leavers
short_description: Read, normalise and judge the personnel division's list of leavers
version_added: "0.1.0"
description:
  - Procedure step 4 (6.4). Reads a CSV or XLSX list on the controller; no account is touched.
  - Each person of the list is to act on, scheduled, to review, without action, or rejected; the counts add up.
  - A week without a list, an old list, a copy of an earlier one, and an empty one that does not say that there
    is nothing to report are findings that fail. A file that is no list is C(unknown).
  - One that is half as long as usual or shorter, or holds exactly the persons of an earlier one though it was
    saved anew, is a finding that warns. Both are told by the lists that O(ledger) remembers.
options:
  path:
    description: The list. Either this or O(folder) is required.
    type: path
  folder:
    description: Folder in which lists arrive; the newest one is read.
    type: path
  max_age_days:
    description: Days after which a list is too old.
    type: int
    default: 7
  seen:
    description: SHA-256 sums of lists that came earlier.
    type: list
    elements: str
    default: []
  units:
    description: The department's own units; they tell the direction of a transfer.
    type: list
    elements: str
    default: []
  output:
    description:
      - JSON file in which the judged list is kept, with whole citizen numbers, for C(dulae_access_plan).
      - It is readable by its owner only. In a week without a readable list it is written without rows.
      - With O(ledger), a list that was not compared yet is moved from there into the folder C(uncompared) beside it.
    type: path
  errors:
    description: XLSX file with the rows that go back to the personnel division, each with its reason in Thai.
    type: path
  ledger:
    description: Folder of the ledger. It remembers earlier lists, and this one is added to it.
    type: path
  fail_on:
    description: The least verdict that fails the task.
    type: str
    choices: [never, unknown, fail, warn]
    default: never
attributes:
  check_mode:
    description: Reads and judges the list, and writes nothing.
    support: full
  diff_mode:
    description: There is nothing to compare.
    support: none
author: dulae contributors (@dulae)
"""

EXAMPLES = r"""
- name: Read this week's list of leavers
  dulae_leavers:
    folder: /srv/dulae/lists
    output: /var/lib/dulae/access/list.json
    ledger: /var/lib/dulae/ledger
  delegate_to: localhost
"""

RETURN = r"""
findings:
  description: What is to be said of the list as a whole.
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
rows:
  description:
    - Each person of the list with C(row), C(name_key), C(movement), C(action), C(effective_date), C(standing),
      C(reason) and more; citizen numbers are masked.
  returned: success
  type: list
  elements: dict
counts:
  description: Rows received, and how many of them are C(act), C(scheduled), C(review), C(no_action), C(rejected).
  returned: success
  type: dict
dropped_columns:
  description: Headers of the columns that may not be read and were dropped.
  returned: success
  type: list
  elements: str
"""

from datetime import UTC, datetime
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from dulae import memory
from dulae.checks import door
from dulae.checks.outcome import Stopwatch
from dulae.errors import DulaeError
from dulae.people import receiving


def main() -> None:
    memory.expect_many_objects()
    paths = ("path", "folder", "output", "errors", "ledger")
    texts = {"type": "list", "elements": "str", "default": []}
    module = AnsibleModule(
        argument_spec={
            **{name: {"type": "path"} for name in paths},
            "max_age_days": {"type": "int", "default": 7},
            "seen": texts,
            "units": texts,
            "fail_on": door.FAIL_ON_OPTION,
        },
        required_one_of=[("path", "folder")],
        mutually_exclusive=[("path", "folder")],
        supports_check_mode=True,
    )
    watch = Stopwatch()
    given = {name: module.params[name] for name in ("max_age_days", "seen", "units")}
    given.update((name, Path(module.params[name])) for name in paths if module.params[name])
    try:
        request = receiving.Request(**given)
        receipt = receiving.receive(request, datetime.now(UTC), check_mode=module.check_mode)
    except (DulaeError, OSError) as error:
        module.fail_json(msg=door.redacted(str(error)))
    door.leave(module, receipt.findings, watch, changed=receipt.changed, **receipt.masked)


if __name__ == "__main__":
    main()
