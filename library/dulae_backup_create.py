#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's door to dulae.checks.backup_create."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dulae_backup_create
short_description: Make backups that can be proven later
version_added: "0.1.0"
description:
  - Dumps a database of PostgreSQL, MariaDB or MySQL, or archives a folder (procedure 6.3), and writes
    C(FILE.manifest.json) beside it.
  - The manifest holds the file's SHA-256, and the rows and digest of each table taken in the same snapshot as the
    dump, or the SHA-256 of each file taken from the bytes that went into the archive.
  - A set appears complete or not at all; a run that fails or is killed leaves nothing that looks like a backup, and
    the next run clears away what is left of it.
  - Within C(min_interval_hours) of the last set no other is made. Only sets that were made here, by their manifests,
    are ever deleted, beyond C(keep) and C(retention).
options:
  backups:
    description: What to back up, and where to.
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
        description:
          - V(pg_dump) for a database in PostgreSQL's custom format, V(mariadb_dump) for one of MariaDB or MySQL as
            C(.sql.gz), V(tar) for a folder as C(.tar.gz).
          - V(mariadb_dump) needs SELECT, LOCK TABLES, SHOW VIEW, TRIGGER and EVENT on the whole database, and SELECT on
            mysql.proc (MySQL, SHOW_ROUTINE), without which procedures are hidden. Its tables are held still for the
            moment in which the snapshots begin; those of MyISAM and Aria until the dump ends.
        type: str
        choices: [pg_dump, mariadb_dump, tar]
        required: true
      source:
        description: Name of the database, or the folder.
        type: str
        required: true
      path:
        description: Folder where the sets are written; it is made where it is missing.
        type: path
        required: true
      prefix:
        description: Beginning of the file names; the time (UTC) follows.
        type: str
        required: true
      keep:
        description: How many of the newest sets made here stay; 0 for all.
        type: int
        default: 7
      retention:
        description:
          - Of how many days, weeks and months the last set made here stays besides; those of the calendar in UTC, and
            only those that have a set. So the same steps of a set of M(dulae_backup) find no gap.
        type: dict
        suboptions:
          daily:
            description: The last sets of so many days; 0 for none.
            type: int
            default: 0
          weekly:
            description: The last sets of so many weeks, and of the one that runs; 0 for none.
            type: int
            default: 0
          monthly:
            description: The last sets of so many months, and of the one that runs; 0 for none.
            type: int
            default: 0
      min_interval_hours:
        description: Within this time of the last set no other is made; 0 for every run.
        type: int
        default: 20
      connection:
        description: How the server is reached; what is left out is the default of its own programs.
        type: dict
        suboptions:
          socket_dir:
            description:
              - Folder of the server's unix socket (MariaDB's is C(mysqld.sock) there, or name the socket itself); goes
                before C(host).
            type: str
            default: ""
          host:
            description: Name or address of the server.
            type: str
            default: ""
          port:
            description: Port of the server, for PostgreSQL also part of the socket's name; 0 for the programs' default.
            type: int
            default: 0
          user:
            description: Who reads the database.
            type: str
            default: ""
  passwords:
    description:
      - Passwords for the servers by subject; they go to the programs through their environment only. Without one,
        the files of the user who runs this have a say (C(~/.pgpass), C(~/.my.cnf)).
    type: dict
    default: {}
  bin_dir:
    description: Folder of PostgreSQL's programs; empty for the search path.
    type: path
    default: ""
  mariadb_bin_dir:
    description: Folder of MariaDB's programs; empty for the search path.
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
    description: In check mode nothing is written; a set that would be made is C(unknown) and reported as changed.
    support: full
  diff_mode:
    description: Shows the names of the sets before and after.
    support: full
author: dulae contributors (@dulae)
"""

EXAMPLES = r"""
- name: Dump the database and archive its files
  dulae_backup_create:
    backups:
      - system: saraban
        name: database
        kind: pg_dump
        source: saraban
        connection:
          socket_dir: /var/run/postgresql
          user: dulae
        path: /srv/backup/saraban
        prefix: saraban
      - system: leave
        name: database
        kind: mariadb_dump
        source: leave
        connection:
          socket_dir: /run/mysqld
          user: dulae
        path: /srv/backup/leave
        prefix: leave
      - system: saraban
        name: files
        kind: tar
        source: /srv/saraban/files
        path: /srv/backup/saraban
        prefix: files
        keep: 4
        min_interval_hours: 160
"""

RETURN = r"""
findings:
  description:
    - One finding for each backup, C(check) being C(backup_create). A backup that could not be made fails.
    - C(measured) holds C(kind), C(source), C(path), C(file), C(manifest), C(bytes), C(sha256), C(made_at),
      C(finished_at), C(items), C(tables), C(rows), C(files), C(removed) (old sets), C(swept) (leavings of broken runs).
  returned: always
  type: list
  elements: dict
  sample:
    - check: backup_create
      subject: saraban/database
      verdict: pass
      code: backup_create.made
      because: "saraban-20261122T180000Z.dump: made with its manifest, 428128 bytes, 4 items; 1 old sets removed"
      measured: {file: saraban-20261122T180000Z.dump, bytes: 428128, tables: 4, rows: 11003, removed: 1}
      limit: {}
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
from ansible.module_utils.dulae.checks.backup_create import making, options, request
from ansible.module_utils.dulae.checks.door import FAIL_ON_OPTION, leave
from ansible.module_utils.dulae.checks.outcome import Stopwatch


def main() -> None:
    watch = Stopwatch()
    spec: dict[str, Any] = {
        "backups": {"type": "list", "elements": "dict", "required": True, "options": options.BACKUP},
        "passwords": {"type": "dict", "default": {}, "no_log": True},
        **{name: {"type": "path", "default": ""} for name in ("bin_dir", "mariadb_bin_dir")},
        "timeout_s": {"type": "float", "default": 3600},
        "fail_on": FAIL_ON_OPTION,
    }
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    given = module.params
    wanted = [request.request_from(backup, given["passwords"]) for backup in given["backups"]]
    if not wanted:
        module.fail_json(msg="backups: the list is empty; name at least one backup")
    tools = Tools(given["bin_dir"], given["timeout_s"], given["mariadb_bin_dir"])
    results = [making.create(one, tools, check_mode=module.check_mode) for one in wanted]
    diff = list(map(making.difference, wanted, results))
    changed = any(result.changed for result in results)
    leave(module, [result.finding for result in results], watch, changed=changed, diff=diff)


if __name__ == "__main__":
    main()
