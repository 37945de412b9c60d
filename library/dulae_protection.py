#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's door to dulae.checks.protection."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dulae_protection
short_description: Find what no backup set covers
version_added: "0.1.0"
description:
  - Lists the databases of PostgreSQL and MariaDB servers, looks at declared folders, and compares them with what
    backup sets cover (procedure 6.3). What is not covered fails.
  - What cannot be listed, or not in full, is C(unknown) with the reason.
  - PostgreSQL's templates and its database C(postgres), and MariaDB's own schemas, are left out.
  - Reads only. Passwords are not taken; servers are reached by peer, C(.pgpass) or C(.my.cnf) of the connecting user.
options:
  stores:
    description: What holds data.
    type: list
    elements: dict
    required: true
    suboptions:
      system:
        description: Name of the system that the data belong to.
        type: str
        default: ""
      name:
        description: Name of the store; with C(system) it makes the finding's subject, V(SYSTEM/NAME).
        type: str
        default: ""
      subject:
        description: The finding's subject as it is; by default V(SYSTEM/NAME).
        type: str
        default: ""
      kind:
        description: A server whose databases are listed, or a V(folder).
        type: str
        choices: [postgresql, mariadb, folder]
        required: true
      path:
        description: The folder, for V(folder).
        type: str
        default: ""
      covered:
        description: Names of databases, or folders, of this host that backup sets cover; a folder covers what is in it.
        type: list
        elements: str
        default: []
      left_out:
        description: Databases that are not backed up on purpose.
        type: list
        elements: str
        default: []
      connection:
        description: How the server is reached; what is left out is the client's default.
        type: dict
        suboptions:
          socket_dir:
            description: Folder of the server's unix socket; goes before C(host).
            type: str
            default: ""
          host:
            description: Name or address of the server.
            type: str
            default: ""
          port:
            description: Port of the server; 0 for the client's default.
            type: int
            default: 0
          user:
            description: Who lists the databases.
            type: str
            default: ""
  bin_dir:
    description: Folder of PostgreSQL's programs; empty for the search path.
    type: path
    default: ""
  timeout_s:
    description: Seconds that all stores together have to answer.
    type: float
    default: 30
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
- name: Find databases and folders that no backup set covers
  dulae_protection:
    stores:
      - system: saraban
        name: databases
        kind: postgresql
        connection:
          socket_dir: /var/run/postgresql
        covered: [saraban, intranet]
        left_out: [scratch]
      - system: saraban
        name: files
        kind: folder
        path: /srv/saraban/files
        covered: [/srv/saraban]
"""

RETURN = r"""
findings:
  description:
    - One finding for each store, C(check) being C(protection).
    - C(measured) holds C(kind), C(path), C(count), C(found), C(uncovered) and C(names) (what is not covered, as text).
  returned: always
  type: list
  elements: dict
  sample:
    - check: protection
      subject: saraban/databases
      verdict: fail
      code: protection.uncovered
      measured: {kind: postgresql, count: 3, found: [intranet, saraban, survey], uncovered: [survey], names: survey}
      limit: {covered: [intranet, saraban], left_out: []}
      system: saraban
verdict:
  description: The worst verdict of the findings.
  returned: always
  type: str
  sample: fail
summary:
  description: How many findings have which verdict.
  returned: always
  type: str
  sample: 1 pass, 1 fail
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
from ansible.module_utils.dulae.checks import protection
from ansible.module_utils.dulae.checks.backup.tools import Tools
from ansible.module_utils.dulae.checks.door import FAIL_ON_OPTION, leave
from ansible.module_utils.dulae.checks.outcome import Stopwatch

WAY = {name: {"type": "str", "default": ""} for name in ("socket_dir", "host", "user")}
STORE: dict[str, Any] = {
    **{name: {"type": "str", "default": ""} for name in ("system", "name", "subject", "path")},
    **{name: {"type": "list", "elements": "str", "default": []} for name in ("covered", "left_out")},
    "kind": {"type": "str", "required": True, "choices": ["postgresql", "mariadb", "folder"]},
    "connection": {"type": "dict", "options": {**WAY, "port": {"type": "int", "default": 0}}},
}


def main() -> None:
    watch = Stopwatch()
    spec: dict[str, Any] = {
        "stores": {"type": "list", "elements": "dict", "required": True, "options": STORE},
        "bin_dir": {"type": "path", "default": ""},
        "timeout_s": {"type": "float", "default": 30},
        "fail_on": FAIL_ON_OPTION,
    }
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    stores = [protection.store_from(given) for given in module.params["stores"]]
    if not stores:
        module.fail_json(msg="stores: the list is empty; name at least one")
    tools = Tools(module.params["bin_dir"], module.params["timeout_s"])
    leave(module, protection.check(stores, tools), watch)


if __name__ == "__main__":
    main()
