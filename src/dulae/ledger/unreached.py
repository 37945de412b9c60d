"""Why a host could not be reached, told from what the SSH client said, so that the officer knows what to do.

The texts are OpenSSH's own (ssh.c, sshconnect.c); what matches none of them is told as it came.
"""

from __future__ import annotations

import re

from dulae.checks.finding import Reason, reason

OTHER = reason("run.unreachable", "{host} cannot be reached: {message}")
_KNOWN: tuple[tuple[Reason, re.Pattern[str]], ...] = (
    (
        reason(
            "run.host_key_changed",
            "{host} answers with another host key than the known one, so nothing was sent to it; ask who changed the"
            " machine, and only then put the new key into known_hosts",
        ),
        re.compile(r"REMOTE HOST IDENTIFICATION HAS CHANGED", re.IGNORECASE),
    ),
    (
        reason(
            "run.host_key_unknown",
            "the host key of {host} is not known, so nothing was sent to it; compare its fingerprint with the machine's"
            " own, then put the key into known_hosts",
        ),
        re.compile(r"Host key verification failed|No \S+ host key is known", re.IGNORECASE),
    ),
    (
        reason(
            "run.login_refused",
            "{host} refused the login; look at ansible_user and the key in hosts.yml, and at authorized_keys there",
        ),
        re.compile(r"Permission denied|Too many authentication failures", re.IGNORECASE),
    ),
    (
        reason(
            "run.name_unknown",
            "the address of {host} is not known; look at ansible_host in hosts.yml and at DNS",
        ),
        re.compile(r"Could not resolve hostname|Name or service not known", re.IGNORECASE),
    ),
    (
        reason(
            "run.no_ssh",
            "{host} is there, but nothing answers on its SSH port; start sshd, or look at ansible_port",
        ),
        re.compile(r"Connection refused", re.IGNORECASE),
    ),
    (
        reason("run.no_answer", "{host} does not answer; look whether it is switched on, and at the network"),
        re.compile(
            r"timed out|No route to host|Network is unreachable|Host is down|Connection reset", re.IGNORECASE
        ),
    ),
)


def why(message: str) -> Reason:
    """Return the reason that an SSH client's words give, else the one that repeats them."""
    return next((known for known, words in _KNOWN if words.search(message)), OTHER)
