#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's door to dulae.checks.restore_drill."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dulae_restore_drill
short_description: Prove that backups can be restored, by restoring them
version_added: "0.1.0"
description:
  - Restores a finished copy of each backup set (procedure 6.3), the newest or one drawn by lot, into a scratch place,
    compares it with its manifest and with declared queries, tells how old the data are (RPO) and how long it took
    (RTO), and drops it.
  - A dump goes into a PostgreSQL or MariaDB of its own with a new data folder and a unix socket, no port. As root it
    steps down to an ordinary user for it. Files of an archive are extracted into a private folder, without links.
  - A physical copy (V(pg_basebackup)) is copied or unpacked into the scratch folder, verified there, and recovers from
    the log that came with it, under settings of the drill alone; it needs programs of its own major version.
    Tablespaces lie in the scratch folder. One database of it is asked (C(drill_database)). Its own digests prove it, so
    that a manifest or assertions are no condition of V(pass).
  - A backup of V(pgbackrest) is restored by C(pgbackrest) into the scratch folder, with settings on its command line
    alone; one of V(barman) is copied, without Barman. Both recover from the archived log (WAL) that the backup itself
    needs, brought into the scratch folder beforehand, and then are proven as other physical copies are. What was
    archived since is not replayed. Nothing is written into the repository. A backup of V(barman) by C(rsync) has no
    digests and wants assertions.
  - Dumps of MySQL are restored into MariaDB; what only MySQL knows, such as its collations, leaves the verdict open.
    A dump of all databases is not drilled, for it would replace the scratch server's own accounts.
  - What lies inside a snapshot of V(restic) or V(borg) (O(sets[].inside)) is brought into the scratch folder first, in
    the stage C(extract), and then drilled as a copy of its own kind; of a folder each file that the repository lists
    must be there. A snapshot without it fails, a locked repository is C(unknown).
  - A backup that cannot be restored, or is not what was backed up, fails. Whatever kept the drill from being held is
    C(unknown), as is another drill that is being held. Without manifest and assertions the most it reaches is C(warn).
  - Where no digest of a manifest tells that each row is the same, text columns are sampled for the marks that broken
    encodings leave. Where PostgreSQL's extension amcheck is at hand, each B-tree is checked, and by MariaDB each table
    (C(CHECK TABLE ... EXTENDED)); a broken one is C(unknown), for this machine has just built it. An index of a
    physical copy fails instead, unless it holds texts that this machine may sort otherwise.
  - Names of attachments are counted and never told.
  - Nothing is left behind; what a killed drill left, the next one removes and tells in C(reaped).
  - A dump may run any SQL in the scratch server, as its superuser; hold drills of dumps that you do not trust on a
    machine that has nothing to lose.
options:
  scratch_dir:
    description: Where a private scratch folder can be made, on a disk with room for the restored data.
    type: path
    default: /var/tmp
  bin_dir:
    description: Folder of PostgreSQL's programs, those of the server included; empty for the search path.
    type: path
    default: ""
  mariadb_bin_dir:
    description: Folder of MariaDB's programs, those of the server included; empty for the search path.
    type: path
    default: ""
  timeout_s:
    description: Seconds that one program may take.
    type: float
    default: 3600
  fail_on:
    description: From which verdict on the task itself fails.
    type: str
    choices: [never, unknown, fail, warn]
    default: never
attributes:
  check_mode:
    description: In check mode no drill is held, and each finding is C(unknown).
    support: full
  diff_mode:
    description: There is no difference to show, for it changes nothing that stays.
    support: none
author: dulae contributors (@dulae)
extends_documentation_fragment: dulae_backup_sets.drill
"""

EXAMPLES = r"""
- name: Restore the newest dump of the database for proof
  dulae_restore_drill:
    sets:
      - system: saraban
        name: database
        kind: pg_dump
        path: /srv/backup/saraban
        pattern: saraban-*.dump
        assertions:
          - sql: SELECT count(*) > 0 FROM public.documents
            expect: t
        newest_record_sql: SELECT max(created_at) FROM public.documents
        max_record_age_hours: 96
        max_rto_minutes: 60
        attachments:
          sql: SELECT path, bytes, sha256 FROM public.attachments
          set: files
      - system: saraban
        name: files
        kind: tar
        path: /srv/backup/saraban
        pattern: files-*.tar.gz
        pick: random
        within_days: 90
"""

RETURN = r"""
findings:
  description:
    - One finding for each set, C(check) being C(restore_drill).
    - C(measured) holds, as far as the drill came, C(kind), C(file), C(bytes), C(made_at), C(manifest), C(rpo_minutes),
      C(rto_seconds), C(tables) and C(rows) or C(files), C(newest_record_minutes), C(server_version), C(stages) (a list
      of C(stage) and C(elapsed_ms)) and C(reaped) (the stages of earlier drills that were killed).
    - Of a physical copy C(databases) tells how many it holds, C(database) which one was asked, C(checksums) whether
      each page of all of them is as it was written (V(passed), V(damaged), V(off) where the cluster has no checksums,
      V(absent) where pg_checksums is not at hand), C(prepared_transactions) how many prepared transactions (PREPARE
      TRANSACTION) it brought, whose rows do not count.
    - C(pick), C(pick_candidates) and C(pick_seed) tell how the copy was chosen, C(data_minutes) how old its data are.
    - C(amcheck) is V(passed) with the number of C(indexes), V(absent) or V(broken), C(check_table) V(passed) with
      C(tables_checked), or V(broken). C(text_values), C(text_thai) and C(text_damaged) tell of the texts that were
      sampled, C(attachments), C(attachments_missing), C(attachments_hashed), C(attachments_different) and
      C(attachments_seed) of the files.
  returned: always
  type: list
  elements: dict
  sample:
    - check: restore_drill
      subject: saraban/database
      verdict: pass
      code: restore_drill.restored
      because: >-
        saraban-20261122T180000Z.dump: restored in 12 s and proven; data of 420 minutes before would have been lost
      measured: {rpo_minutes: 420, rto_seconds: 12, tables: 4, rows: 11003, reaped: []}
      limit: {max_rpo_hours: 0, max_rto_minutes: 60, max_record_age_hours: 96, assertions: 1, manifest: optional}
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

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.dulae.checks.backup.tools import Tools
from ansible.module_utils.dulae.checks.door import FAIL_ON_OPTION, leave
from ansible.module_utils.dulae.checks.outcome import Stopwatch
from ansible.module_utils.dulae.checks.restore_drill import drill, options, request


def main() -> None:
    watch = Stopwatch()
    spec: dict[str, Any] = {
        "sets": {"type": "list", "elements": "dict", "required": True, "options": options.SET},
        "scratch_dir": {"type": "path", "default": "/var/tmp"},  # noqa: S108 as the name of the place
        **{name: {"type": "path", "default": ""} for name in ("bin_dir", "mariadb_bin_dir")},
        "timeout_s": {"type": "float", "default": 3600},
        "fail_on": FAIL_ON_OPTION,
    }
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    try:
        drills = [request.drill_from(given) for given in module.params["sets"]]
    except ValueError as error:
        module.fail_json(msg=f"sets: {error}")
    if not drills:
        module.fail_json(msg="sets: the list is empty; name at least one backup set")
    tools = Tools(*(module.params[name] for name in ("bin_dir", "timeout_s", "mariadb_bin_dir")))
    held = drill.not_run if module.check_mode else drill.check_in(module.params["scratch_dir"], tools)
    leave(module, held(drills), watch)


if __name__ == "__main__":
    main()
