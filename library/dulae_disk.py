#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's door to dulae.checks.disk."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dulae_disk
short_description: Check that enough disk space and inodes are left
version_added: "0.1.0"
description:
  - Measures the file system that holds each path, as C(df) counts it, and compares it with the least room.
  - A read-only mount fails. A path that is missing, or a mount that does not answer in time, is C(unknown).
  - Reads only; it never changes the target.
options:
  mounts:
    description: Paths whose file systems are measured, each with its own limits.
    type: list
    elements: dict
    required: true
    suboptions:
      path:
        description: Any path on the file system; it is also the finding's subject.
        type: path
        required: true
      system:
        description: Name of the system that the path belongs to.
        type: str
        default: ""
      warn_free_percent:
        description: Below this share of free space the finding warns; percent of what users can have.
        type: int
        default: 20
      min_free_percent:
        description: Below this share of free space the finding fails; percent of what users can have.
        type: int
        default: 10
      min_free_bytes:
        description: Below this many free bytes the finding fails.
        type: int
        default: 0
      min_free_inodes_percent:
        description: Below this share of free inodes the finding fails, in percent of all inodes.
        type: int
        default: 5
  timeout_s:
    description: Seconds that all mounts together have to answer.
    type: float
    default: 10
  fail_on:
    description: From which verdict on the task itself fails.
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
author: dulae contributors (@dulae)
"""

EXAMPLES = r"""
- name: Check the space left for the database and its backups
  dulae_disk:
    mounts:
      - path: /var/lib/postgresql
        system: saraban
      - path: /srv/backup
        system: saraban
        min_free_percent: 15
        min_free_bytes: 20000000000
"""

RETURN = r"""
findings:
  description:
    - One finding for each path, C(check) being C(disk).
    - C(measured) holds C(path), C(mount_point), C(total_bytes), C(used_bytes), C(free_bytes), C(free_percent)
      (one decimal, as text), C(total_inodes), C(free_inodes), C(free_inodes_percent) and C(read_only).
  returned: always
  type: list
  elements: dict
  sample:
    - check: disk
      subject: /srv/backup
      verdict: pass
      code: disk.enough
      because: "/srv/backup: 41.5 % free, at least 15 % asked"
      measured: {path: /srv/backup, mount_point: /, free_bytes: 83000000000, free_percent: "41.5"}
      limit: {warn_free_percent: 20, min_free_percent: 15, min_free_bytes: 20000000000}
      system: saraban
      started_at: "2026-11-22T01:00:00.000+00:00"
      elapsed_ms: 2
verdict:
  description: The worst verdict of the findings.
  returned: always
  type: str
  sample: pass
summary:
  description: How many findings have which verdict.
  returned: always
  type: str
  sample: 2 pass
started_at:
  description: When the check began, ISO 8601 in UTC.
  returned: always
  type: str
elapsed_ms:
  description: Milliseconds that the check took.
  returned: always
  type: int
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.dulae.checks import disk
from ansible.module_utils.dulae.checks.door import FAIL_ON_OPTION, leave
from ansible.module_utils.dulae.checks.outcome import Stopwatch

MOUNT: dict[str, Any] = {
    "path": {"type": "path", "required": True},
    "system": {"type": "str", "default": ""},
    "warn_free_percent": {"type": "int", "default": 20},
    "min_free_percent": {"type": "int", "default": 10},
    "min_free_bytes": {"type": "int", "default": 0},
    "min_free_inodes_percent": {"type": "int", "default": 5},
}


def main() -> None:
    watch = Stopwatch()
    module = AnsibleModule(
        argument_spec={
            "mounts": {"type": "list", "elements": "dict", "required": True, "options": MOUNT},
            "timeout_s": {"type": "float", "default": 10},
            "fail_on": FAIL_ON_OPTION,
        },
        supports_check_mode=True,
    )
    mounts = [disk.mount_from(given) for given in module.params["mounts"]]
    if not mounts:
        module.fail_json(msg="mounts: the list is empty; name at least one path")
    leave(module, disk.check(mounts, module.params["timeout_s"]), watch)


if __name__ == "__main__":
    main()
