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
  - With C(stores), the copies of backups on that file system are counted. The next ones, as large as the newest with
    the usual growth, must fit. How long what is kept fits is foretold from the usual time between copies.
  - A read-only mount fails. A path that is missing, or a mount that does not answer in time, is C(unknown).
  - Reads only; it never changes the target.
options:
  mounts:
    description:
      - Paths whose file systems are measured, each with its own limits.
      - Without this option every file system of the machine that holds data is measured. What the kernel makes up, what
        lives in memory, layers of containers and images that are full by nature are then left out.
    type: list
    elements: dict
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
      stores:
        description: Folders on that file system to which copies of backups are added.
        type: list
        elements: dict
        default: []
        suboptions:
          path:
            description: The folder.
            type: path
            required: true
          pattern:
            description: Shell pattern of the copies' names, files or folders.
            type: str
            default: "*"
          keep:
            description: How many copies stay; 0 where nobody says so, and then no end is foretold.
            type: int
            default: 0
      warn_days_until_full:
        description: The finding warns where what is kept of backups stops fitting within so many days; 0 never warns.
        type: int
        default: 0
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
        warn_days_until_full: 30
        stores:
          - {path: /srv/backup/saraban, pattern: "saraban-*.dump", keep: 7}
"""

RETURN = r"""
findings:
  description:
    - One finding for each path, C(check) being C(disk).
    - C(measured) holds C(path), C(mount_point), C(total_bytes), C(used_bytes), C(free_bytes), C(free_percent)
      (one decimal, as text), C(total_inodes), C(free_inodes), C(free_inodes_percent) and C(read_only).
    - Where stores have copies, also C(next_backup_bytes), and C(backups_left), C(retention_until) (the day of the first
      copy that will not fit) and C(days_left) where what is kept will not fit for ever.
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

STORE: dict[str, Any] = {
    "path": {"type": "path", "required": True},
    "pattern": {"type": "str", "default": "*"},
    "keep": {"type": "int", "default": 0},
}
MOUNT: dict[str, Any] = {
    "path": {"type": "path", "required": True},
    "system": {"type": "str", "default": ""},
    "warn_free_percent": {"type": "int", "default": 20},
    "min_free_percent": {"type": "int", "default": 10},
    "min_free_bytes": {"type": "int", "default": 0},
    "min_free_inodes_percent": {"type": "int", "default": 5},
    "stores": {"type": "list", "elements": "dict", "default": [], "options": STORE},
    "warn_days_until_full": {"type": "int", "default": 0},
}


def main() -> None:
    watch = Stopwatch()
    module = AnsibleModule(
        argument_spec={
            "mounts": {"type": "list", "elements": "dict", "options": MOUNT},
            "timeout_s": {"type": "float", "default": 10},
            "fail_on": FAIL_ON_OPTION,
        },
        supports_check_mode=True,
    )
    mounts = disk.mounts_from(module.params["mounts"])
    if not mounts:
        module.fail_json(msg="mounts: the list is empty; name at least one path")
    leave(module, disk.check(mounts, module.params["timeout_s"]), watch)


if __name__ == "__main__":
    main()
