#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's door to dulae.checks.backup."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dulae_backup
short_description: Prove that backups are there, fresh, sound and unchanged
version_added: "0.1.0"
description:
  - Examines the newest finished copy of each backup set (procedure 6.3), up to the level asked, and says in
    C(not_proven) what that level cannot see.
  - V(present) finds the copy, V(fresh) judges its age, V(structure) opens it and lists its contents, V(integrity)
    reads all its data and compares its SHA-256 with the manifest that was made with it, V(content) counts rows and
    files and compares them with the manifest, with O(sets[].expect) and O(sets[].database), and with the copy before.
  - Kinds are V(pg_dump) (plain, custom, directory, tar), V(mariadb_dump) (mariadb-dump and mysqldump), V(pg_basebackup)
    (a folder with C(backup_manifest), plain and read by C(pg_verifybackup), or archives C(base.tar), C(pg_wal.tar) and
    of tablespaces, which need none of PostgreSQL's programs), V(tar), and V(files) (dated folders below the path, or
    the folder itself with the pattern V(.)). Files may be compressed with gzip, xz, bzip2, zstd or lz4.
  - Repositories are V(restic) and V(borg) (their own programs are needed), V(pgbackrest) (C(openssl) where it is
    encrypted) and V(barman) (C(pg_verifybackup)). At V(integrity) all data of a repository of V(restic) or V(borg) are
    read, of the others those of the newest backup with the WAL that makes it consistent. A locked one is C(unknown).
  - With O(sets[].inside) what lies in the newest snapshot of V(restic) or V(borg) is examined as well, as a copy of its
    own kind is; nothing of it is stored. The directory format of C(pg_dump) and V(pg_basebackup) are C(unknown)
    beyond V(fresh) there.
  - A bad backup fails. What could not be judged (no permission, no C(pg_restore), a copy that changes meanwhile) is
    C(unknown). All data read but nothing to compare with is C(warn).
  - Reads only; nothing in a backup store is written, repaired or deleted.
options:
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
- name: Prove the newest dump of the database and the newest archive of its files
  dulae_backup:
    sets:
      - system: saraban
        name: database
        kind: pg_dump
        path: /srv/backup/saraban
        pattern: saraban-*.dump
        manifest: required
      - system: saraban
        name: files
        kind: tar
        path: /srv/backup/saraban
        pattern: files-*.tar.gz
        max_age_hours: 170
      - system: crm
        name: database
        kind: restic
        path: /srv/restic
        password_file: /etc/dulae/restic
        inside:
          path: /var/backup/crm-*.dump
          kind: pg_dump
        level: content
"""

RETURN = r"""
findings:
  description:
    - One finding for each set, C(check) being C(backup).
    - C(measured) holds C(level_reached) (V(nothing) if none), C(not_proven) (words out of V(recent), V(opens),
      V(readable), V(unchanged), V(content), V(restorable)), and as far as seen C(kind), C(path), C(file), C(bytes),
      C(count), C(unfinished), C(made_at), C(age_minutes), C(age_hours), C(format), C(items), C(tables),
      C(tables_with_data), C(rows), C(files), C(database), C(manifest) (its file name, or V(absent)), C(sha256),
      C(compared_with) (words out of V(manifest), V(expect), V(database), V(older)), C(second_path). Of what lies inside
      a snapshot, C(file) names both, and C(snapshot), C(snapshot_bytes) and C(snapshot_made_at) tell of the snapshot.
  returned: always
  type: list
  elements: dict
  sample:
    - check: backup
      subject: saraban/database
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

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.dulae.checks.backup import examine, options, sets, tools
from ansible.module_utils.dulae.checks.door import FAIL_ON_OPTION, leave
from ansible.module_utils.dulae.checks.outcome import Stopwatch


def main() -> None:
    watch = Stopwatch()
    module = AnsibleModule(
        argument_spec={
            "sets": {"type": "list", "elements": "dict", "required": True, "options": options.SET},
            "bin_dir": {"type": "path", "default": ""},
            "timeout_s": {"type": "float", "default": 3600},
            "fail_on": FAIL_ON_OPTION,
        },
        supports_check_mode=True,
    )
    wanted = [sets.set_from(given) for given in module.params["sets"]]
    if not wanted:
        module.fail_json(msg="sets: the list is empty; name at least one backup set")
    leave(
        module,
        examine.check(wanted, tools.Tools(module.params["bin_dir"], module.params["timeout_s"])),
        watch,
    )


if __name__ == "__main__":
    main()
