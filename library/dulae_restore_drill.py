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
  - Dumps of MySQL are restored into MariaDB; what only MySQL knows, such as its collations, leaves the verdict open.
    A dump of all databases is not drilled, for it would replace the scratch server's own accounts.
  - A backup that cannot be restored, or is not what was backed up, fails. Whatever kept the drill from being held is
    C(unknown), as is another drill that is being held. Without manifest and assertions the most it reaches is C(warn).
  - Where no digest of a manifest tells that each row is the same, text columns are sampled for the marks that broken
    encodings leave. Where PostgreSQL's extension amcheck is at hand, each B-tree is checked, and by MariaDB each table
    (C(CHECK TABLE ... EXTENDED)); a broken one is C(unknown), for this machine has just built it.
  - Names of attachments are counted and never told.
  - Nothing is left behind; what a killed drill left, the next one removes and tells in C(reaped).
  - A dump may run any SQL in the scratch server, as its superuser; hold drills of dumps that you do not trust on a
    machine that has nothing to lose.
options:
  sets:
    description: The backup sets to restore; the same list serves M(dulae_backup).
    type: list
    elements: dict
    required: true
    suboptions:
      system:
        description: Name of the system that the data belong to.
        type: str
        default: ""
      name:
        description: Name of the set; with C(system) it makes the finding's subject, V(SYSTEM/NAME).
        type: str
        default: ""
      subject:
        description: The finding's subject as it is; by default V(SYSTEM/NAME).
        type: str
        default: ""
      kind:
        description: What made the copies.
        type: str
        choices: [pg_dump, mariadb_dump, pg_basebackup, tar, files, restic, borg, pgbackrest, barman]
        required: true
      path:
        description: Folder of the copies, or one copy, or a repository.
        type: path
        required: true
      pattern:
        description:
          - Which files of the folder are copies of this set, as a shell pattern; of a V(restic) repository the host, a
            tag or a path of its snapshots, of a V(borg) repository the names of its archives.
        type: str
        default: "*"
      max_age_hours:
        description: How old the newest copy may be.
        type: int
        default: 26
      min_bytes:
        description: How large the newest copy must be.
        type: int
        default: 1
      min_count:
        description: How many copies there must be.
        type: int
        default: 1
      max_shrink_percent:
        description: How much smaller than the median of its older copies the newest may be; 0 for any size.
        type: int
        default: 0
      max_growth_percent:
        description: How much larger than the median of its older copies the newest may be; 0 for any size.
        type: int
        default: 0
      retention:
        description:
          - How many copies of each step are kept. A copy that is missing between a newer and an older one fails;
            one and a half periods may pass without any. Leave V(daily) out where none are made at weekends.
        type: dict
        default: {}
        suboptions:
          daily:
            description: Copies of so many last days; 0 for none.
            type: int
            default: 0
          weekly:
            description: Copies of so many last weeks; 0 for none.
            type: int
            default: 0
          monthly:
            description: Copies of so many last months (31 days); 0 for none.
            type: int
            default: 0
      second_path:
        description: Folder where the newest copy must lie as well, the same; empty for none.
        type: path
        default: ""
      second_max_age_hours:
        description: How old the newest copy in O(sets[].second_path) may be; 0 demands the newest of all.
        type: int
        default: 0
      database:
        description:
          - What the data must be of, compared at V(content) where the copy or its manifest tells it - the name of the
            database, or the system identifier of a physical copy (V(pg_basebackup), V(pgbackrest), V(barman)).
        type: str
        default: ""
      password_file:
        description: File that holds the passphrase of a repository, which the checking user may read.
        type: path
        default: ""
      key_file:
        description: File that holds the key of a V(borg) repository, where the key is not kept in it.
        type: path
        default: ""
      stanza:
        description: The stanza (V(pgbackrest)) or server (V(barman)) that is meant, where the repository holds several.
        type: str
        default: ""
      expect:
        description: What a copy must hold, compared at V(content).
        type: dict
        default: {}
        suboptions:
          tables:
            description: Tables of a dump.
            type: list
            elements: dict
            default: []
            suboptions:
              name:
                description: Name of the table, with or without its schema (V(users), V(public.users)).
                type: str
                required: true
              min_rows:
                description: Its least rows; 0 for a table that may become empty.
                type: int
                default: 1
          files:
            description: Files of an archive or folder.
            type: list
            elements: dict
            default: []
            suboptions:
              pattern:
                description: Which paths inside the copy, as a shell pattern.
                type: str
                required: true
              min_files:
                description: The least files of it.
                type: int
                default: 1
      level:
        description: How much shall be proven; each level includes those before it.
        type: str
        choices: [present, fresh, structure, integrity, content]
        default: integrity
      manifest:
        description: Whether a copy without a manifest beside it (C(FILE.manifest.json)) fails, or only warns.
        type: str
        choices: [optional, required]
        default: optional
      drill:
        description: Whether the set is restored in drills. Every set of this list is restored.
        type: bool
        default: false
      assertions:
        description: Queries that a restored copy must answer. With a manifest the tables are compared too.
        type: list
        elements: dict
        default: []
        suboptions:
          sql:
            description: A query of one value; tables outside the schema C(public) need their schema before the name.
            type: str
            required: true
          expect:
            description: The value that it must give, as text, or the number that C(tolerance_percent) is about.
            type: str
          min:
            description: The least number that it may give. Stands without C(expect).
            type: str
          max:
            description: The greatest number that it may give. Stands without C(expect).
            type: str
          tolerance_percent:
            description: By how many percent of C(expect) the number may differ from it.
            type: str
      attachments:
        description: Files that rows of the restored database speak of; their names are never told.
        type: dict
        suboptions:
          sql:
            description:
              - A query giving C(path), and where the database knows them C(bytes) and C(sha256), of each attachment.
              - C(path) is as it stands in the archive, or relative to the folder.
            type: str
            required: true
          set:
            description:
              - Name of the set of kind V(tar), of the same system and in this list, that holds the files. Its first
                copy made after the dump is read, or the newest.
            type: str
            default: ""
          folder:
            description: A folder that holds the files, instead of C(set).
            type: path
            default: ""
          sample:
            description: How many files are hashed, of those whose SHA-256 the rows tell.
            type: int
            default: 50
          seed:
            description: What the sample is drawn with; empty for one that nobody can foresee. The finding tells it.
            type: str
            default: ""
          max_missing:
            description: How many attachments may have no file.
            type: int
            default: 0
      thai_text:
        description:
          - When text columns are sampled for marks of a broken encoding. V(auto) where no digest of a manifest makes it
            needless, and marks only warn; V(always) says that there is Thai text, and marks fail.
        type: str
        choices: [auto, always, never]
        default: auto
      pick:
        description:
          - Which copy is restored. V(random) draws the copy whose SHA-256 of C(SEED NAME), with one space, comes
            first in hexadecimal order, so that anybody can repeat the draw.
        type: str
        choices: [newest, random]
        default: newest
      within_days:
        description: How many days old the copy may be; 0 for any age. That there is none fails.
        type: int
        default: 0
      seed:
        description: What the copy is drawn with; empty for one that nobody can foresee. The finding tells it.
        type: str
        default: ""
      newest_record_sql:
        description: A query for the time of the newest record; what says no time zone is taken as UTC.
        type: str
        default: ""
      max_record_age_hours:
        description: How old the newest record may be, for a copy drawn by lot when it was made; 0 for any age.
        type: int
        default: 0
      max_rpo_hours:
        description: How old the data of the newest copy may be; 0 for any age.
        type: int
        default: 0
      max_rto_minutes:
        description: How long restoring and proving may take; 0 for any time.
        type: int
        default: 0
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
