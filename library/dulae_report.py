#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's door to dulae.reports; runs on the controller (all steps of the procedure)."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dulae_report
short_description: Write the reports that committees sign
version_added: "0.1.0"
description:
  - Computes reports from the ledger and the settings on the controller, in Thai and English, as standalone HTML and
    as Markdown. Nothing is measured anew.
  - The same ledger gives the same bytes. A file that has not changed is not written again.
  - Each file that is written is recorded in the ledger with its SHA-256 and the evidence that it rests on.
  - The report C(internal_control) has columns that people fill in. They are read from C(typed/PERIOD.yml) in the
    folder of reports; a blank one is made where there is none, and it is never overwritten.
options:
  inventory:
    description: Folder of the inventory whose settings and ledger are used.
    type: path
    required: true
  reports:
    description: Which reports to write.
    type: list
    elements: str
    choices: [availability, incidents, maintenance, access, receipt, internal_control, usage]
    default: [availability, incidents, maintenance, access, receipt, internal_control, usage]
  period:
    description:
      - V(this) or V(last) for the report's own kind of period (day, week, month, quarter) as seen from today, or
        a period such as V(2026-11-22), V(2026-W47), V(2026-11), V(2570-Q1) or V(2570) (fiscal year, Buddhist era).
    type: str
    default: this
  languages:
    description: Languages to write.
    type: list
    elements: str
    choices: [th, en]
    default: [th, en]
  formats:
    description: Formats to write.
    type: list
    elements: str
    choices: [html, markdown]
    default: [html, markdown]
  pdf:
    description: Print each report as PDF too, with Chromium.
    type: bool
    default: false
  claims:
    description:
      - A file (CSV or XLSX) of what the contractor says was done in the period, for the report C(maintenance), which
        holds it against what was measured. By default C(PERIOD.csv) or C(PERIOD.xlsx) in C(claims_dir) of the settings.
      - Its rows and its SHA-256 are taken into the ledger, once.
    type: path
  folder:
    description: Folder to write to; by default C(report_dir) of the settings.
    type: path
  fail_on:
    description: The least verdict that fails the task.
    type: str
    choices: [never, unknown, fail, warn]
    default: never
attributes:
  check_mode:
    description: Computes the reports and says which files would be new; writes nothing.
    support: full
  diff_mode:
    description: Reports are too long to compare line by line.
    support: none
author: dulae contributors (@dulae)
"""

EXAMPLES = r"""
- name: Write all reports of their current periods
  dulae_report:
    inventory: "{{ inventory_dir }}"
  delegate_to: localhost

- name: Write last month's acceptance report in Thai, as PDF too
  dulae_report:
    inventory: "{{ inventory_dir }}"
    reports: [maintenance]
    period: last
    languages: [th]
    pdf: true
    claims: /srv/dulae/claims/november.csv
  delegate_to: localhost
"""

RETURN = r"""
findings:
  description: One finding for each report.
  returned: success
  type: list
  elements: dict
verdict:
  description: The worst verdict of the findings.
  returned: success
  type: str
summary:
  description: How many findings there are of each verdict.
  returned: success
  type: str
started_at:
  description: When the work began (UTC, ISO 8601).
  returned: success
  type: str
elapsed_ms:
  description: How long it took, in milliseconds.
  returned: success
  type: int
files:
  description:
    - Each file with C(report), C(number), C(period), C(language), C(format), C(path), C(sha256) and C(changed).
  returned: success
  type: list
  elements: dict
"""

from datetime import UTC, datetime
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from dulae.checks import door
from dulae.checks.outcome import Stopwatch
from dulae.errors import DulaeError
from dulae.reports import writing

REPORTS = ["availability", "incidents", "maintenance", "access", "receipt", "internal_control", "usage"]


def main() -> None:
    def some(names: list[str]) -> dict[str, object]:
        return {"type": "list", "elements": "str", "choices": names, "default": names}

    module = AnsibleModule(
        argument_spec={
            "inventory": {"type": "path", "required": True},
            "reports": some(REPORTS),
            "period": {"type": "str", "default": "this"},
            "languages": some(["th", "en"]),
            "formats": some(["html", "markdown"]),
            "pdf": {"type": "bool", "default": False},
            "claims": {"type": "path"},
            "folder": {"type": "path"},
            "fail_on": door.FAIL_ON_OPTION,
        },
        supports_check_mode=True,
    )
    watch = Stopwatch()
    order, inventory = writing.order_from(module.params), Path(module.params["inventory"])
    try:
        written = writing.write_for(inventory, order, datetime.now(UTC), check_mode=module.check_mode)
    except DulaeError as error:
        module.fail_json(msg=door.redacted(str(error)))
    findings = writing.findings(written, check_mode=module.check_mode)
    door.leave(module, findings, watch, **writing.told(written))


if __name__ == "__main__":
    main()
