"""What the SSH client said is told as what the officer must do; the texts are what OpenSSH 9.2 really printed."""

import pytest

from dulae.ledger.unreached import why

CHANGED = """Task failed: Data could not be sent to remote host "10.0.0.4". Make sure this host can be reached over ssh:
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
Host key verification failed."""


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (CHANGED, "run.host_key_changed"),
        (
            "No ED25519 host key is known for 10.0.0.4 and you have requested strict checking.",
            "run.host_key_unknown",
        ),
        ("dulae@10.0.0.4: Permission denied (publickey).", "run.login_refused"),
        ("ssh: Could not resolve hostname db9: Name or service not known", "run.name_unknown"),
        ("ssh: connect to host 10.0.0.4 port 22: Connection refused", "run.no_ssh"),
        ("ssh: connect to host 10.0.0.4 port 22: Connection timed out", "run.no_answer"),
        ("ssh: connect to host 10.0.0.4 port 22: No route to host", "run.no_answer"),
        ("something that no release of ssh says", "run.unreachable"),
    ],
)
def test_each_way_of_not_reaching_a_host_has_its_remedy(said: str, code: str) -> None:
    assert why(said).code == code
