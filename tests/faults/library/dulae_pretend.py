#!/usr/bin/python
"""Pretends to be a module of dulae: returns the findings that it is told to, waits, fails or crashes."""

from __future__ import annotations

import os
import pathlib
import time

from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "findings": {"type": "list", "elements": "raw", "default": []},
            "before": {"type": "path"},
            "seconds": {"type": "int", "default": 0},
            "fail": {"type": "str"},
            "crash": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    if module.params["before"]:
        pathlib.Path(module.params["before"]).touch()
    time.sleep(module.params["seconds"])
    if module.params["crash"]:
        raise RuntimeError("it crashed with password=hunter2")
    if module.params["fail"]:
        module.fail_json(msg=module.params["fail"])
    module.exit_json(
        changed=False, findings=module.params["findings"], session=os.environ.get("DULAE_EVIDENCE", "")
    )


if __name__ == "__main__":
    main()
