#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's door to dulae.checks.health."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dulae_health
short_description: Check that the systems can be used
version_added: "0.1.0"
description:
  - Looks at pages, user journeys, certificates, ports, services, programs and databases, all side by side in one
    call (procedure 6.1).
  - A service that does not answer, or answers wrongly, fails. What this machine itself could not look at (a name
    that it cannot look up, no systemd, a missing permission) is C(unknown).
  - Reads only. A journey logs a test account in and out; it writes nothing else.
options:
  probes:
    description:
      - What to look at. Every probe and option is checked before anything is measured, and an error names both.
      - "Every probe has C(kind) and a subject, which is V(SYSTEM/NAME) made of C(system) and C(name), or C(subject) as
        it is; C(timeout_s) are the seconds for all its steps together (10). C(title) and C(from) of the settings are
        passed over, as is a reference in C(password)."
      - "V(http): C(url), C(method) (GET, HEAD or OPTIONS; GET), C(status) (list of statuses that pass; 200),
        C(contains) and C(not_contains) (words on the page, read in its own charset, TIS-620 included),
        C(max_latency_ms), C(ca_file), C(verify_tls) (true). Redirects are followed within the host of the C(url)
        only. Proxies are ignored."
      - "V(journey): C(login_url), C(username), C(logged_in) (words that only a user who is logged in sees),
        C(username_field) (username), C(password_field) (password), C(csrf_field), C(then_url), C(logout_url),
        C(max_latency_ms), C(ca_file), C(verify_tls) (true). The password comes from O(secrets)."
      - "V(tls): C(host), C(port) (443), C(server_name) (the host), C(min_days) (14), C(warn_days) (30), C(ca_file)."
      - "V(tcp): C(host), C(port), C(max_latency_ms)."
      - "V(service): C(unit), a unit of systemd."
      - "V(process): C(process), the name of the program, or C(pidfile); C(min_count) (1)."
      - "V(database): C(host) (a name, an address, or the folder of PostgreSQL's socket), C(port) (the engine's),
        C(engine) (postgresql or mysql; postgresql), C(max_latency_ms). Shakes hands without a driver and without a
        password."
    type: list
    elements: dict
    required: true
  secrets:
    description: Passwords of the journeys' test accounts, by subject. They stand in no finding.
    type: dict
    default: {}
  timeout_s:
    description: Seconds after which the whole call ends; a probe that has not answered by then is C(unknown).
    type: float
    default: 60
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
- name: Look at the correspondence system as its users do
  dulae_health:
    probes:
      - system: saraban
        name: login_page
        kind: http
        url: https://saraban.example.go.th/login
        contains: ลงชื่อเข้าใช้
        max_latency_ms: 3000
      - system: saraban
        name: certificate
        kind: tls
        host: saraban.example.go.th
        min_days: 14
      - system: saraban
        name: login
        kind: journey
        login_url: https://saraban.example.go.th/login
        username: probe
        csrf_field: _token
        then_url: /register
        logged_in: ทะเบียนหนังสือรับ
        logout_url: /logout
    secrets:
      saraban/login: "{{ vault_saraban_probe }}"
  delegate_to: localhost

- name: Look at the database server's own services
  dulae_health:
    probes:
      - {system: saraban, name: database, kind: database, host: 127.0.0.1}
      - {system: saraban, name: cron, kind: service, unit: cron.service}
      - {system: saraban, name: pooler, kind: process, process: pgbouncer}
"""

RETURN = r"""
findings:
  description:
    - One finding for each probe, in their order; C(check) is the probe's kind.
    - C(measured) holds C(target) and, by kind, C(latency_ms), C(http_status), C(days_left), C(state),
      C(count) and what else the words name. It never holds a page's text.
  returned: always
  type: list
  elements: dict
  sample:
    - check: http
      subject: saraban/login_page
      verdict: fail
      code: health.http_words_missing
      because: >-
        https://saraban.example.go.th/login: answered 200, but the page does not say 'ลงชื่อเข้าใช้'; open it and look
      measured: {target: "https://saraban.example.go.th/login", http_status: 200, latency_ms: 87}
      limit: {status: "200", contains: ลงชื่อเข้าใช้, max_latency_ms: 3000, timeout_s: 10}
      system: saraban
      started_at: "2026-11-22T01:00:00.000+00:00"
      elapsed_ms: 88
verdict:
  description: The worst verdict of the findings.
  returned: always
  type: str
  sample: fail
summary:
  description: How many findings have which verdict.
  returned: always
  type: str
  sample: 2 pass, 1 fail
started_at:
  description: When the check began, ISO 8601 in UTC.
  returned: always
  type: str
elapsed_ms:
  description: Milliseconds that the check took.
  returned: always
  type: int
"""

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.dulae.checks import health
from ansible.module_utils.dulae.checks.door import FAIL_ON_OPTION, leave
from ansible.module_utils.dulae.checks.outcome import Stopwatch


def main() -> None:
    watch = Stopwatch()
    module = AnsibleModule(
        argument_spec={
            "probes": {"type": "list", "elements": "dict", "required": True},
            "secrets": {"type": "dict", "default": {}, "no_log": True},
            "timeout_s": {"type": "float", "default": 60},
            "fail_on": FAIL_ON_OPTION,
        },
        supports_check_mode=True,
    )
    try:
        probes = health.probes_from(module.params["probes"])
    except health.ProbeError as error:
        module.fail_json(msg=str(error))
    leave(module, health.run(probes, module.params["secrets"], module.params["timeout_s"]), watch)


if __name__ == "__main__":
    main()
