"""Ports that answer, and ports that do not."""

import errno
import socket
from collections.abc import Callable

import pytest

from dulae.checks.finding import Finding, Verdict
from dulae.checks.health import network, tcp
from dulae.checks.health.probing import Deadline, Trouble
from tests.unit.checks.health import servers
from tests.unit.checks.health.servers import HOST, silent, talking

Probe = Callable[..., Finding]


def test_an_open_port_passes(probe: Probe) -> None:
    with talking(silent) as port:
        finding = probe("tcp", host=HOST, port=port)
    assert (finding.verdict, finding.code) == (Verdict.PASS, "health.tcp_open")
    assert finding.measured["target"] == f"{HOST}:{port}"


def test_a_dead_port_fails(probe: Probe) -> None:
    finding = probe("tcp", host=HOST, port=servers.dead_port())
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.refused")


def test_a_slow_port_fails() -> None:
    asked = tcp.Tcp("db1", 5432, max_latency_ms=100)
    assert tcp.judge(asked, 100).verdict is Verdict.PASS
    assert (tcp.judge(asked, 101).verdict, tcp.judge(asked, 101).why.code) == (
        Verdict.FAIL,
        "health.tcp_slow",
    )


def test_a_backlog_that_is_full_times_out(probe: Probe) -> None:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        finding = probe("tcp", host=HOST, port=listener.getsockname()[1], timeout_s=0.3)
        for one in waiting:
            one.close()
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "health.timed_out")


def test_a_name_with_a_closed_and_an_open_address_passes(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    with talking(silent) as port:
        found = [(socket.AF_INET, ("127.0.0.2", servers.dead_port())), (socket.AF_INET, (HOST, port))]
        monkeypatch.setattr(network, "_addresses", lambda host, port: found)
        assert probe("tcp", host="db1", port=port).verdict is Verdict.PASS


def test_an_ipv6_address_stands_in_brackets(probe: Probe) -> None:
    finding = probe("tcp", host="::1", port=servers.dead_port())
    assert finding.measured["target"].startswith("[::1]:")


@pytest.mark.parametrize(
    ("raised", "verdict", "code"),
    [
        (OSError(errno.EHOSTUNREACH, "No route to host"), Verdict.FAIL, "health.unreachable"),
        (OSError(errno.ETIMEDOUT, "Connection timed out"), Verdict.FAIL, "health.timed_out"),
        (ConnectionResetError(errno.ECONNRESET, "reset"), Verdict.FAIL, "health.closed"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), Verdict.UNKNOWN, "health.no_way_out"),
        (OSError(errno.EACCES, "Permission denied"), Verdict.UNKNOWN, "health.no_way_out"),
        (OSError(errno.EMFILE, "Too many open files"), Verdict.UNKNOWN, "health.no_way_out"),
    ],
)
def test_what_the_prober_itself_lacks_is_unknown_and_the_rest_fails(
    raised: OSError, verdict: Verdict, code: str
) -> None:
    told = network.trouble(raised)
    assert (told.verdict, told.why.code) == (verdict, code)


def test_a_closed_address_says_more_than_one_without_a_route(monkeypatch: pytest.MonkeyPatch) -> None:
    raised = iter(
        [OSError(errno.ENETUNREACH, "no IPv6"), ConnectionRefusedError(errno.ECONNREFUSED, "refused")]
    )

    def connected(*_args: object) -> socket.socket:
        raise next(raised)

    monkeypatch.setattr(network, "_connected", connected)
    monkeypatch.setattr(
        network, "_addresses", lambda host, port: [(socket.AF_INET6, ()), (socket.AF_INET, ())]
    )
    with pytest.raises(Trouble) as caught:
        network.connect("db1", 5432, Deadline(5))
    assert caught.value.why is network.REFUSED


def test_a_name_that_is_no_name_is_unknown(probe: Probe) -> None:
    assert probe("tcp", host="x" * 64 + ".example", port=1).code == "health.name_unknown"


def test_a_deadline_that_is_over_says_so() -> None:
    with pytest.raises(socket.timeout):
        Deadline(-1).left()
