#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's door to dulae.vaults: runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dulae_vault
short_description: Prove that backups in a store that offers SFTP only are there, fresh, sound and unchanged
version_added: "0.1.0"
description:
  - Examines backup sets as M(dulae_backup) does (procedure 6.3), in a vault - a machine without a shell and without
    Python, such as a NAS. Runs on the controller, which reads the copies as streams over SFTP and stores nothing.
  - The vault is reached as the inventory's C(hosts.yml) says (address, port, user, key, C(UserKnownHostsFile)). A host
    key that is not known, another host key, a refused login, silence, and a connection that is cut are C(unknown).
  - Kinds are V(pg_dump) (plain, custom, directory, tar), V(mariadb_dump) (mariadb-dump and mysqldump), V(pg_basebackup)
    (a folder with C(backup_manifest), plain or as archives), V(tar), and V(files) (dated folders below the path,
    or the folder itself with the pattern V(.)). Files may be compressed with gzip, xz, bzip2, zstd or lz4.
  - Folders that only PostgreSQL's programs can judge (V(pg_basebackup) plain, V(pg_dump) as a directory) are proven
    up to V(fresh); beyond that they are C(unknown), as repositories of other programs are altogether.
  - A bad backup fails. What could not be judged (no permission, no C(pg_restore), a copy that changes meanwhile) is
    C(unknown). All data read but nothing to compare with is C(warn).
  - Reads only; nothing in a backup store is written, repaired or deleted.
options:
  host:
    description: The vault's name in the inventory.
    type: str
    required: true
  inventory:
    description: Folder of the inventory whose C(hosts.yml) says how the vault is reached.
    type: path
    required: true
  silence_s:
    description: Seconds without an answer after which the vault is given up.
    type: float
    default: 60
  bin_dir:
    description: Folder of PostgreSQL's programs; empty for the search path.
    type: path
    default: ""
  timeout_s:
    description: Seconds that one program may take on one copy.
    type: float
    default: 3600
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
extends_documentation_fragment: dulae_backup_sets
"""

EXAMPLES = r"""
- name: Prove the newest dump in the vault
  dulae_vault:
    host: nas1
    inventory: "{{ inventory_dir }}"
    sets:
      - system: saraban
        name: offsite
        kind: pg_dump
        path: /copies/saraban
        pattern: saraban-*.dump
        manifest: required
  vars:
    ansible_connection: local
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
"""

RETURN = r"""
findings:
  description:
    - One finding for each set, C(check) being C(backup).
    - C(measured) holds C(level_reached) (V(nothing) if none), C(not_proven) (words out of V(recent), V(opens),
      V(readable), V(unchanged), V(content), V(restorable)), and as far as seen C(kind), C(path), C(file), C(bytes),
      C(count), C(unfinished), C(made_at), C(age_minutes), C(age_hours), C(format), C(items), C(tables),
      C(tables_with_data), C(rows), C(files), C(database), C(manifest) (its file name, or V(absent)), C(sha256),
      C(compared_with) (words out of V(manifest), V(expect), V(database), V(older)), C(second_path),
      and C(vault) (its name, address and port).
  returned: always
  type: list
  elements: dict
  sample:
    - check: backup
      subject: saraban/offsite
      verdict: pass
      code: backup.integrity
      because: >-
        saraban-20261122T180000Z.dump: 7.0 h old, all 428128 bytes were read and are those of when it was made; 4 items
      measured: {level_reached: integrity, not_proven: [content, restorable], bytes: 428128, count: 7}
      limit: {level: integrity, max_age_hours: 26, min_bytes: 1, min_count: 1, manifest: required}
      system: saraban
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
  description: When the work began, ISO 8601 in UTC.
  returned: always
  type: str
elapsed_ms:
  description: Milliseconds that the work took.
  returned: always
  type: int
"""

from copy import deepcopy
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from dulae import remote
from dulae.checks.backup import options, sets, tools
from dulae.checks.door import FAIL_ON_OPTION, leave, redacted
from dulae.checks.outcome import Stopwatch
from dulae.errors import DulaeError
from dulae.vaults import checking


def main() -> None:
    watch = Stopwatch()
    # AnsibleModule fills the defaults in place.
    module = AnsibleModule(
        argument_spec={
            "host": {"type": "str", "required": True},
            "inventory": {"type": "path", "required": True},
            "silence_s": {"type": "float", "default": checking.SILENCE_S},
            "sets": {"type": "list", "elements": "dict", "required": True, "options": deepcopy(options.SET)},
            "bin_dir": {"type": "path", "default": ""},
            "timeout_s": {"type": "float", "default": 3600},
            "fail_on": FAIL_ON_OPTION,
        },
        supports_check_mode=True,
    )
    given = module.params
    wanted = [sets.set_from(one) for one in given["sets"]]
    if not wanted:
        module.fail_json(msg="sets: the list is empty; name at least one backup set")
    try:
        vault = remote.host(Path(given["inventory"]), given["host"])
    except DulaeError as error:
        module.fail_json(msg=redacted(str(error)))
    programs = tools.Tools(given["bin_dir"], given["timeout_s"])
    leave(module, checking.check(wanted, vault, programs, given["silence_s"]), watch)


if __name__ == "__main__":
    main()
