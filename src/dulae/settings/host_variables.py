"""Variables of ``hosts.yml``: Ansible passes over a mistyped one in silence, and a password is for all to read."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any

from dulae.settings.problem import Problem
from dulae.settings.reading import Document, Keys

_NAMES = """
host port user connection python_interpreter password become become_user become_method become_password become_pass
become_exe become_flags ssh_private_key_file private_key_file ssh_private_key_passphrase ssh_common_args ssh_extra_args
sftp_extra_args scp_extra_args ssh_args ssh_executable ssh_pass ssh_password ssh_host ssh_port ssh_user ssh_pipelining
pipelining ssh_transfer_method host_key_checking ssh_host_key_checking ssh_timeout ssh_retries ssh_control_path
shell_type shell_executable remote_tmp timeout
"""
_CONNECTION = tuple(f"ansible_{name}" for name in re.findall(r"\w+", _NAMES))
_SECRET = ("pass", "password", "passphrase")
_LIKENESS = 0.85


def problems(document: Document, keys: Keys, variables: Any) -> Iterator[Problem]:
    """Yield what is wrong in the variables of a host or group; anything that is not Ansible's own is left alone."""
    for name, value in variables.items() if isinstance(variables, dict) else ():
        here = (*keys, name)
        if name not in _CONNECTION:
            meant = difflib.get_close_matches(name.replace("-", "_"), _CONNECTION, 1, _LIKENESS)
            if meant:
                yield document.problem("near_key", here, near=meant[0])
        elif name.rpartition("_")[2] in _SECRET and isinstance(value, str) and "{{" not in value:
            yield document.problem("plain_password", here)
