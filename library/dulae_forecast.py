#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's door to dulae.ledger.foreseeing; runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dulae_forecast
short_description: Tell when file systems will be full
version_added: "0.1.0"
author: dulae contributors (@dulae)
description:
  - Takes the daily peaks of used space from the ledger's own history (what C(dulae_disk) found), and estimates with
    Theil-Sen when each file system reaches the least free space that is asked of it (procedure 6.3).
  - Clean-ups that come again are part of the trend; a lone jump, and a disk that was resized, are not.
  - Judges the mounts of C(systems.yml) that declare C(warn_days_until_full). Fewer than seven measured days, or none
    since yesterday, are C(unknown).
  - Reads only. Runs on the controller, after the run's own measurements.
options:
  inventory:
    description: The inventory's folder.
    type: path
    required: true
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
"""

EXAMPLES = r"""
- name: Foresee when the file systems will be full
  dulae_forecast:
    inventory: "{{ inventory_dir }}"
  delegate_to: localhost
"""

RETURN = r"""
findings:
  description:
    - One finding for each mount that asks for it, C(check) being C(forecast) and C(subject) V(HOST:PATH).
    - C(measured) holds C(host), C(path), C(days) (measured days), C(state) (V(insufficient_history), V(flat),
      V(shrinking), V(full_in)), C(newest_day), C(used_bytes), C(ceiling_bytes), C(slope_bytes_per_day) with its
      range C(low_bytes_per_day) and C(high_bytes_per_day), and for V(full_in) C(earliest), C(latest) (empty where
      it is more than ten years ahead) and C(days_left).
  returned: success
  type: list
  elements: dict
  sample:
    - check: forecast
      subject: db1:/var/lib/postgresql
      verdict: warn
      code: forecast.soon
      measured: {state: full_in, days: 60, earliest: "2026-12-20", latest: "2026-12-28", days_left: 26}
      limit: {warn_days_until_full: 60, least_days: 7}
      system: saraban
verdict:
  description: The worst verdict of the findings.
  returned: success
  type: str
  sample: warn
summary:
  description: How many findings have which verdict.
  returned: success
  type: str
  sample: 1 warn
started_at:
  description: When the work began, ISO 8601 in UTC.
  returned: success
  type: str
elapsed_ms:
  description: Milliseconds that the work took.
  returned: success
  type: int
"""

from datetime import UTC, datetime
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from dulae import settings
from dulae.checks.door import FAIL_ON_OPTION, leave, redacted
from dulae.checks.outcome import Stopwatch
from dulae.errors import DulaeError
from dulae.ledger import foreseeing


def main() -> None:
    module = AnsibleModule(
        argument_spec={"inventory": {"type": "path", "required": True}, "fail_on": FAIL_ON_OPTION},
        supports_check_mode=True,
    )
    watch = Stopwatch()
    try:
        findings = foreseeing.findings(settings.load(Path(module.params["inventory"])), datetime.now(UTC))
    except DulaeError as error:
        module.fail_json(msg=redacted(str(error)))
    if not findings:
        module.fail_json(
            msg="no mount in systems.yml declares warn_days_until_full; declare it, or leave this out"
        )
    leave(module, findings, watch)


if __name__ == "__main__":
    main()
