"""Every kind of mistake that an officer can make is refused with the line, what is wrong and what to write."""

import pathlib
from typing import NamedTuple

import pytest

from dulae import settings
from dulae.settings.problem import Problem

from .conftest import Mistake


class Case(NamedTuple):
    file: str
    right: str
    wrong: str
    says: str
    # Begins on the line that must be told, where that is not the line of the replaced text.
    at: str = ""


EXAMPLE_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
URL = "url: https://intranet.example.go.th/login"
HOLIDAY = "    - {date: 2026-12-10, title: {th: วันรัฐธรรมนูญ, en: Constitution Day}}\n"

SHAPE = {
    "an unknown key": Case("site", "  node: control1", "  nodes: control1", "Did you mean 'node'?"),
    "a key that is like no other": Case(
        "site",
        "  digits: arabic",
        "  zzz: 1\n  digits: arabic",
        "here. Known are: claims_dir, digits",
    ),
    "a unit left out of a key": Case(
        "systems", "max_age_hours: 26", "max_age: 26", "'max_age' says no unit. Write 'max_age_hours'"
    ),
    "a unit left out of a probe's key": Case(
        "systems", "timeout_s: 10", "timeout: 10", "'timeout' says no unit. Write 'timeout_s'"
    ),
    "an option of another kind of probe": Case(
        "systems", "        min_days: 14", "        status: [200]", "nobody reads 'status' here"
    ),
    "a near miss in a probe's key": Case(
        "systems", "        contains: เข้า", "        contain: เข้า", "Did you mean 'contains'?"
    ),
    "a missing key": Case(
        "procedure", "      owner: duty_officer\n", "", "'owner' is missing", at="    - id: avail"
    ),
    "a title in one language": Case(
        "site", "    en: Example Department\n", "", "'en' is missing", at="  organisation:"
    ),
    "words that are not said in both languages": Case(
        "systems", "title: {th: บริการเว็บ, en: Web service}", "title: Web service", "{th: ..., en: ...}"
    ),
    "a value left empty": Case("site", "  node: control1", "  node:", "'node' has no value"),
    "a number with its unit": Case("systems", "max_age_hours: 26", "max_age_hours: 26h", "whole number"),
    "a number in quotes": Case("systems", "max_latency_ms: 3000", 'max_latency_ms: "3000"', "such as 2000"),
    "a number in Thai digits": Case("systems", "max_age_hours: 26", "max_age_hours: ๒๖", "Write it as 26"),
    "a fraction where none can be": Case(
        "procedure", "limit_minutes: 5", "limit_minutes: 5.5", "whole number"
    ),
    "a text that is a number": Case("contract", "number: 12/2570", "number: 2570", "must be text"),
    "an amount with a comma": Case("contract", "_fee_thb: 50000", '_fee_thb: "50,000"', "a number without"),
    "a negative amount": Case("contract", "_fee_thb: 50000", "_fee_thb: -1", "must be 0 or more"),
    "a percentage above 100": Case("systems", "min_free_percent: 10", "min_free_percent: 110", "100 or less"),
    "a weight of nothing": Case("systems", "    weight: 1", "    weight: 0", "must be more than 0"),
    "a port that is none": Case("systems", "port: 443", "port: 70000", "65535 or less"),
    "a yes in quotes": Case("systems", "        via_ssh: true", '        via_ssh: "yes"', "true or false"),
    "one value where a list must be": Case("systems", "status: [200]", "status: 200", "must be a list"),
    "an empty list": Case("systems", "from: [controller]", "from: []", "'from' is empty"),
    "an unknown kind of probe": Case("systems", "kind: http", "kind: htpp", "Did you mean 'http'?"),
    "a probe without kind": Case(
        "systems", "        kind: http\n", "", "'kind' is missing", at="      - name: login_page"
    ),
    "an unknown cadence": Case("procedure", "cadence: weekly", "cadence: every_week", "Choose one of: each_"),
    "an unknown cadence, nearly right": Case(
        "procedure", "cadence: weekly", "cadence: weekley", "Did you mean 'weekly'?"
    ),
    "an unknown day": Case("procedure", "day: first_working_day", "day: first", "first_working_day"),
    "a name with capital letters": Case("systems", "name: intranet", "name: Intranet", "small Latin letters"),
    "a relative path": Case("systems", "path: /srv/intranet/files", "path: srv/files", "Begin with /"),
    "a mail address that is none": Case(
        "site", "sender: it-helpdesk@", "sender: it-helpdesk", "mail address"
    ),
    "a Buddhist-era date": Case("contract", "2026-10-01\n", "2569-10-01\n", "Write 2026-10-01"),
    "a Buddhist-era holiday": Case("calendar", "2026-12-10, title", "2569-12-10, title", "Write 2026-12-10"),
    "a date that does not exist": Case("contract", "ends: 2027-09-30", "ends: 2027-09-31", "no such day"),
    "a date written in words": Case("contract", "ends: 2027-09-30", "ends: 30 ก.ย. 2570", "year-month-day"),
    "an hour that does not exist": Case(
        "procedure", 'at: "08:15"', 'at: "25:15"', "hours and minutes in quotes"
    ),
    "a clock without quotes": Case("procedure", 'at: "13:30"', "at: 13:30", 'Write it in quotes: "13:30"'),
    "an inline password": Case("systems", "{file: secrets/intranet_probe}", "hunter2", "must not stand in"),
    "a password in a database's address": Case(
        "systems",
        "//dulae@127.0.0.1:5432/intranet",
        "//dulae:hunter2@127.0.0.1:5432/intranet",
        "holds a password",
    ),
    "a secret in two places": Case(
        "systems",
        "{file: secrets/intranet_probe}",
        "{file: secrets/a, env: A}",
        "either {file: secrets/NAME} or",
    ),
    "an encrypted value in the file": Case(
        "systems", "{file: secrets/intranet_probe}", "!vault |\n          $ANSIBLE_VAULT;1.1", "ansible-vault"
    ),
    "a private key": Case(
        "people",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI",
        '"-----BEGIN OPENSSH PRIVATE KEY-----" #',
        "private key",
    ),
    "a public key that is none": Case(
        "people", "ssh_public_key: ssh-ed25519", "ssh_public_key: mine", ".pub file"
    ),
    "a process without name and pidfile": Case(
        "systems",
        "kind: service\n        from: [web1]\n        unit: nginx.service",
        "kind: process\n        from: [web1]",
        "either process or pidfile",
        at="      - name: web_service",
    ),
    "an unknown brake": Case("systems", "max_count: 20,", "max_counts: 20,", "Did you mean 'max_count'?"),
    "a template": Case("site", "node: control1", 'node: "{{ ansible_hostname }}"', "templates"),
    "a tag": Case("site", "node: control1", "node: !!binary aGk=", "the tag"),
    "an alias": Case(
        "systems", "hosts: [web1, db1]", "hosts: &h [web1]\n    mounts: *h", "in full", at="    mounts: *h"
    ),
    "a merge": Case("systems", "    weight: 1", "    <<: {weight: 1}", "in full"),
    "a key written twice": Case(
        "site",
        "  node: control1",
        "  node: control1\n  node: control2",
        "written twice",
        at="  node: control2",
    ),
    "a tab": Case("site", "  node: control1", "\tnode: control1", "a tab indents this line"),
    "a colon forgotten": Case("site", "  node: control1", "  node control1", "this is not YAML"),
    "a bracket that never closes": Case(
        "people", "roles: [internal_audit]", "roles: [internal_audit", "this is not YAML"
    ),
    "a second top-level key": Case(
        "site", "dulae_site:", "other: 1\ndulae_site:", "exactly one top-level key", at="other: 1"
    ),
}

MEANING = {
    "a host that is not in the inventory": Case(
        "systems", "from: [web1]", "from: [web9]", "Did you mean 'web1'?"
    ),
    "a host like no other": Case("systems", "host: backup1", "host: xyzzy", "Write one of: localhost"),
    "a system on a host that is not there": Case(
        "systems", "hosts: [web1, db1]", "hosts: [www, db1]", "no host"
    ),
    "a database that is not declared": Case(
        "systems",
        "      database: intranet\n      profile",
        "      database: intra\n      profile",
        "no database",
    ),
    "an owner without role": Case("procedure", "owner: it_head", "owner: it_haed", "Did you mean 'it_head'?"),
    "a role that nobody holds": Case("people", "roles: [duty_officer]", "roles: [it_head]", "nobody holds"),
    "a holder of an unknown role": Case(
        "people", "roles: [internal_audit]", "roles: [auditor]", "no role 'auditor'"
    ),
    "the same holder twice": Case("people", "id: engineer1", "id: officer1", "stands twice, first on line"),
    "the same role twice": Case("people", "{id: ops_engineer,", "{id: duty_officer,", "stands twice"),
    "no approver with a key": Case(
        "people", "      ssh_public_key: ssh-ed25519", "      # ", "no plan can ever be"
    ),
    "the same probe twice": Case(
        "systems", "name: sign_in", "name: login_page", "stands twice, first on line"
    ),
    "the same system twice": Case(
        "systems", "name: saraban\n    title", "name: intranet\n    title", "stands twice"
    ),
    "the same query twice": Case("systems", "name: documents_received", "name: active_users", "stands twice"),
    "a playbook that is not there": Case(
        "procedure",
        "playbook: verify_backups.yml",
        "playbook: verify_backup.yml",
        "Did you mean 'verify_backups.yml'?",
    ),
    "a report that is not there": Case(
        "procedure", "report: usage", "report: use", "there is no report 'use'"
    ),
    "the step of another control": Case("procedure", "      step: 5", "      step: 4", "Write step: 5"),
    "a holiday twice": Case(
        "calendar",
        HOLIDAY,
        HOLIDAY * 2,
        "the holiday 2026-12-10 stands twice",
        at=HOLIDAY + "    - {date: 2026-12-31",
    ),
    "an office that closes before it opens": Case(
        "calendar", 'end: "16:30"', 'end: "06:30"', "ends before it"
    ),
    "a time zone that is none": Case("calendar", "Asia/Bangkok", "Asia/Bangkog", "Write Asia/Bangkok"),
    "a weekday off": Case("procedure", "weekday: fri", "weekday: sun", "'sun' is no working day"),
    "a day that some months lack": Case("procedure", "day: first_working_day", "day: 31", "Write 1 to 28"),
    "a contract that ends before it starts": Case(
        "contract", "ends: 2027", "ends: 2025", "ends before it starts"
    ),
    "an instalment too many": Case("contract", "instalment: 2", "instalment: 13", "instalment 13 of 12"),
    "an address without http": Case("systems", URL, URL.replace("https://", ""), "Begin with http://"),
    "a warning after the limit": Case(
        "systems", "warn_free_percent: 20", "warn_free_percent: 5", "Swap them"
    ),
    "a certificate's warning after the limit": Case(
        "systems", "warn_days: 30", "warn_days: 3", "Swap them", at="      - name: certificate"
    ),
    "a drill of a copy that is not read": Case(
        "systems", "level: integrity", "level: fresh", "level: integrity or"
    ),
    "a rule of backups that nobody knows": Case(
        "systems",
        "level: integrity",
        "level: integrity\n        max_shrink: 30",
        "max_shrink_percent",
        "max_shrink: 30",
    ),
    "tables in an archive of files": Case(
        "systems",
        '        pattern: "files-*.tar.gz"\n',
        '        pattern: "files-*.tar.gz"\n        expect: {tables: [{name: users}]}\n',
        "hold no tables",
        "        expect: {tables",
    ),
    "something inside what is no repository": Case(
        "systems",
        '        pattern: "files-*.tar.gz"\n',
        '        pattern: "files-*.tar.gz"\n        inside: {path: /srv/files, kind: files}\n',
        "look into one of: restic, borg",
        "        inside: {path",
    ),
    "a repository inside a repository": Case(
        "systems",
        "        kind: tar\n",
        "        kind: restic\n        inside: {path: /srv/files, kind: borg}\n",
        "'borg' is not known for 'kind'",
        "        inside: {path",
    ),
    "files that are expected of a dump inside": Case(
        "systems",
        "        kind: tar\n",
        "        kind: restic\n        inside: {path: /var/db.dump, kind: pg_dump}\n"
        '        expect: {files: [{pattern: "*"}]}\n',
        "copies of kind pg_dump hold no files",
        "        expect: {files",
    ),
    "an age of a second place that is nowhere": Case(
        "systems",
        '        pattern: "files-*.tar.gz"\n',
        '        pattern: "files-*.tar.gz"\n        second_max_age_hours: 50\n',
        "Add second_path",
        "        second_max_age_hours: 50",
    ),
    "a drill in a vault": Case(
        "systems",
        "        drill: true",
        "        vault: true\n        drill: true",
        "Write drill: false here",
        "        drill: true",
    ),
    "a disk of a vault": Case(
        "systems",
        "min_free_percent: 10}\n\n    backup_sets:\n",
        "min_free_percent: 10}\n      - {host: mail1, path: /volume1}\n\n    backup_sets:\n"
        "      - {name: vault, title: {th: นอก, en: Vault}, host: mail1, vault: true, kind: tar, path: /volume1,"
        ' pattern: "*", max_age_hours: 26}\n',
        "where no program runs. Name another machine",
        "      - {host: mail1",
    ),
    **{
        f"what is of other kinds ({key})": Case(
            "systems",
            '        pattern: "files-*.tar.gz"\n',
            f'        pattern: "files-*.tar.gz"\n        {key}: {value}\n',
            f"'{key}' means nothing for copies of kind tar. Remove it; it is for: {known}",
            f"        {key}: {value}",
        )
        for key, value, known in (
            ("password_file", "/etc/dulae/restic", "restic, borg, pgbackrest"),
            ("key_file", "/etc/dulae/borg", "borg"),
            ("stanza", "main", "pgbackrest, barman"),
            ("drill_database", "intranet", "pg_basebackup, pgbackrest, barman"),
            ("assertions", "[{sql: SELECT 1, expect: 1}]", "pg_dump, mariadb_dump"),
            ("newest_record_sql", "SELECT now()", "pg_dump, mariadb_dump"),
            ("attachments", "{sql: SELECT 1, folder: /srv}", "pg_dump, mariadb_dump"),
            ("thai_text", "always", "pg_dump, mariadb_dump"),
        )
    },
    "a manifest of a repository": Case(
        "systems",
        "        kind: tar\n",
        "        kind: restic\n        manifest: required\n",
        "'manifest' means nothing for copies of kind restic",
        "        manifest: required",
    ),
    "the name of another program for a kind": Case(
        "systems", "        kind: tar\n", "        kind: borgbackup\n", "Did you mean 'borg'?"
    ),
    "the old name of a program for a kind": Case(
        "systems", "        kind: tar\n", "        kind: mysqldump\n", "Did you mean 'mariadb_dump'?"
    ),
    "what is covered without its host": Case(
        "systems", 'covers: ["db1:intranet"]', "covers: [intranet]", "Write HOST:DATABASE or HOST:/FOLDER"
    ),
    "a vault that is this machine": Case(
        "systems",
        "        host: backup1\n        kind: tar\n",
        "        host: localhost\n        kind: tar\n        vault: true\n",
        "as it stands in hosts.yml",
        "        host: localhost\n        kind: tar",
    ),
    "a vault that is the controller": Case(
        "systems",
        "        host: backup1\n        kind: tar\n",
        "        host: controller\n        kind: tar\n        vault: true\n",
        "as it stands in hosts.yml",
        "        host: controller\n        kind: tar",
    ),
    "an assertion that expects nothing": Case(
        "systems",
        "        drill: true",
        "        drill: true\n        assertions: [{sql: SELECT 1}]",
        "Write expect, or",
    ),
    "an assertion that expects too much": Case(
        "systems",
        "        drill: true",
        "        drill: true\n        assertions: [{sql: SELECT 1, expect: 1, max: 2}]",
        "Write expect, or",
    ),
    "bounds the wrong way round": Case(
        "systems",
        "        drill: true",
        "        drill: true\n        assertions: [{sql: SELECT 1, min: 3, max: 2.5}]",
        "Swap them",
    ),
    "a tolerance about a word": Case(
        "systems",
        "        drill: true",
        "        drill: true\n        assertions: [{sql: SELECT 1, expect: ok, tolerance_percent: 5}]",
        "leave out tolerance_percent",
    ),
    "attachments in two places": Case(
        "systems",
        "        drill: true",
        "        drill: true\n        attachments: {sql: SELECT 1, set: files, folder: /srv}",
        "Write either set",
    ),
    "attachments in a set that is not drilled": Case(
        "systems",
        "        drill: true",
        "        drill: true\n        attachments: {sql: SELECT 1, set: database}",
        "no set of files (tar, or",
    ),
    "a query that writes": Case(
        "systems", "sql: SELECT count(*) FROM users", "sql: DELETE FROM users", "only reading is allowed here"
    ),
    "a folder that Ansible would read as hosts": Case(
        "site",
        "lists_dir: /srv/dulae/lists",
        "lists_dir: personnel",
        "as lists of hosts. Begin it with one of: state",
    ),
    "the inventory folder itself as a place for lists": Case(
        "site", "lists_dir: /srv/dulae/lists", "lists_dir: .", "as lists of hosts"
    ),
    "a database's address of another program": Case(
        "systems",
        "url: postgresql+psycopg://dulae@127.0.0.1:5432/intranet",
        "url: postgres://dulae@127.0.0.1:5432/intranet",
        "is no database address",
    ),
    "a database's port that cannot be": Case(
        "systems",
        "url: postgresql+psycopg://dulae@127.0.0.1:5432/intranet",
        "url: postgresql+psycopg://dulae@127.0.0.1:543210/intranet",
        "a port of 1 to 65535",
    ),
    "a database without its name": Case(
        "systems",
        "url: postgresql+psycopg://dulae@127.0.0.1:5432/intranet",
        "url: postgresql+psycopg://dulae@127.0.0.1:5432",
        "is no database address",
    ),
    "a web address with a port that cannot be": Case(
        "systems",
        "url: https://intranet.example.go.th/login",
        "url: https://intranet.example.go.th:99999/login",
        "is no web address",
    ),
    "a web address without a host": Case(
        "systems", "url: https://intranet.example.go.th/login", "url: https:///login", "is no web address"
    ),
    "an owner of a shared account who is nobody": Case(
        "systems",
        "      profile: flag",
        "      shared: [{login: registry, owner: officer9}]\n      profile: flag",
        "people.yml has no holder 'officer9'",
    ),
    "an account that is named twice": Case(
        "systems",
        "      profile: flag",
        "      vendors: [{login: a}, {login: a}]\n      profile: flag",
        "'a' stands twice",
    ),
    "a query for documents that writes": Case(
        "systems",
        "      profile: flag",
        '      pending_documents: "DELETE FROM d WHERE a = :account"\n      profile: flag',
        "only reading is allowed here",
    ),
    "a query for documents of nobody": Case(
        "systems",
        "      profile: flag",
        "      pending_documents: SELECT no FROM documents\n      profile: flag",
        "exactly one parameter",
    ),
    "one key of two approvers": Case(
        "people",
        "      email: personnel1@example.go.th",
        f"      email: personnel1@example.go.th\n      ssh_public_key: {EXAMPLE_KEY} other",
        "another holder's too",
        at=f"      ssh_public_key: {EXAMPLE_KEY} other",
    ),
    "a grace that reaches into the next turn": Case(
        "procedure", "      grace_minutes: 60\n", "      grace_minutes: 6000\n", "Write 1440 or less"
    ),
    "two queries in one": Case(
        "systems",
        "sql: SELECT count(*) FROM users",
        "sql: SELECT 1; DROP TABLE x",
        "only reading is allowed here",
    ),
}
# Mistakes whose line is that of something else in another file, or of what is around them.
ELSEWHERE = {"a role that nobody holds", "no approver with a key", "a drill of a copy that is not read"}
ON_THE_NEXT_LINE = {name for name, case in MEANING.items() if case.wrong.startswith("        drill: true\n")}


def problems(department: pathlib.Path) -> tuple[Problem, ...]:
    with pytest.raises(settings.SettingsProblems) as refused:
        settings.load(department)
    return refused.value.problems


@pytest.mark.parametrize("name", [*SHAPE, *MEANING])
def test_a_mistake_is_refused_with_its_line_and_the_remedy(
    name: str, department: pathlib.Path, mistake: Mistake
) -> None:
    case = {**SHAPE, **MEANING}[name]
    line = mistake(case.file, case.right, case.wrong)
    text = (department / f"group_vars/all/{case.file}.yml").read_text(encoding="utf-8")
    line = text[: text.index(case.at)].count("\n") + 1 if case.at else line
    told = {problem.told("en", department): problem for problem in problems(department)}
    fitting = [problem for text, problem in told.items() if case.says in text]
    assert fitting, "\n".join(told)
    assert all(problem.told("th") for problem in told.values())
    if name not in ELSEWHERE:
        line += name in ON_THE_NEXT_LINE
        assert line in {problem.line for problem in fitting}, "\n".join(told)


@pytest.mark.parametrize("name", SHAPE)
def test_one_mistake_is_told_once(name: str, department: pathlib.Path, mistake: Mistake) -> None:
    case = SHAPE[name]
    mistake(case.file, case.right, case.wrong)
    lines = [(problem.file, problem.line) for problem in problems(department)]
    assert len(lines) <= 2


@pytest.mark.parametrize("file", sorted(settings.FILES))
@pytest.mark.parametrize("text", ["# ปิดไว้ทั้งไฟล์\n", "---\n# ปิดไว้ทั้งไฟล์\n", "---\n...\n", "~\n"])
def test_a_file_without_anything_but_comments_is_refused(
    file: str, text: str, department: pathlib.Path
) -> None:
    (department / f"group_vars/all/{file}.yml").write_text(text, encoding="utf-8")
    assert f"{file}.yml: the file is empty" in "\n".join(
        problem.told("en", department).replace(":1:", ":") for problem in problems(department)
    )


@pytest.mark.parametrize(
    ("variables", "code", "says"),
    [
        ("ansible_hots: 192.0.2.11", "near_key", "Did you mean 'ansible_host'?"),
        ("ansible-port: 22", "near_key", "Did you mean 'ansible_port'?"),
        ("ansible_password: hunter2", "plain_password", "stands here for all to read"),
        ("ansible_become_password: hunter2", "plain_password", "for all to read"),
    ],
)
def test_a_mistake_in_a_hosts_variables_is_told_with_its_line(
    department: pathlib.Path, variables: str, code: str, says: str
) -> None:
    path = department / "hosts.yml"
    text = path.read_text(encoding="utf-8").replace("ansible_host: 192.0.2.11", variables, 1)
    path.write_text(text, encoding="utf-8")
    (problem,) = problems(department)
    line = next(number for number, one in enumerate(text.splitlines(), 1) if variables in one)
    assert (problem.code, problem.line) == (code, line)
    assert says in problem.told("en", department) and "hunter2" not in problem.told("th", department)


@pytest.mark.parametrize(
    "variables",
    [
        "ansible_password: \"{{ lookup('file', 'secrets/web1') }}\"",
        "ansible_password: !vault |\n        $ANSIBLE_VAULT;1.1;AES256\n        3132",
        "ansible_network_os: x",
        "our_own: 1",
    ],
)
def test_what_ansible_works_out_or_is_our_own_is_left_alone(department: pathlib.Path, variables: str) -> None:
    path = department / "hosts.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("ansible_host: 192.0.2.11", variables, 1), encoding="utf-8"
    )
    assert settings.load(department).hosts
