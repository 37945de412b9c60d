"""dulae_health, as a task calls it."""

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
import yaml

from dulae.checks.health import KINDS
from tests.library.conftest import load
from tests.unit.checks.health.servers import HOST, Asked, Page, dead_port, site

Run = Callable[..., dict[str, Any]]
FORM = (
    b'<form method="post" action="/in"><input name="username"><input type="password" name="password"></form>'
)


def port_probe(**given: Any) -> dict[str, Any]:
    return {"system": "saraban", "name": "port", "kind": "tcp", "host": HOST, "port": dead_port(), **given}


def test_one_finding_for_each_probe_and_the_worst_verdict(run_module: Run) -> None:
    with site({"/": Page(b"hello")}) as web:
        page = {"system": "saraban", "name": "page", "kind": "http", "url": web.url(), "contains": "hello"}
        result = run_module("dulae_health", probes=[page, port_probe()])
    assert [finding["subject"] for finding in result["findings"]] == ["saraban/page", "saraban/port"]
    assert (result["verdict"], result["summary"], result["changed"]) == ("fail", "1 pass, 1 fail", False)
    assert result.get("failed") is not True


def test_it_looks_in_check_mode_too(run_module: Run) -> None:
    assert run_module("dulae_health", _check_mode=True, probes=[port_probe()])["verdict"] == "fail"


@pytest.mark.parametrize(
    ("fail_on", "failed"), [("never", False), ("unknown", True), ("fail", True), ("warn", True)]
)
def test_the_task_fails_only_where_the_caller_asks_for_it(
    run_module: Run, fail_on: str, failed: bool
) -> None:
    result = run_module("dulae_health", probes=[port_probe()], fail_on=fail_on)
    assert bool(result.get("failed")) is failed
    assert result["findings"]


def test_an_unknown_probe_is_no_failure_where_only_failures_count(run_module: Run) -> None:
    lost = port_probe(host="no-such-name.invalid")
    assert not run_module("dulae_health", probes=[lost], fail_on="fail").get("failed")
    assert run_module("dulae_health", probes=[lost], fail_on="unknown")["failed"]


@pytest.mark.parametrize(
    ("probes", "words"),
    [
        ([], "probes: the list is empty"),
        ([port_probe(prot=1)], "probe 1 (saraban/port): prot: there is no such option; did you mean port?"),
        ([port_probe(kind="udp")], "probe 1 (saraban/port): kind: 'udp' is no kind of probe"),
    ],
)
def test_a_wrong_probe_stops_the_task_before_anything_is_measured(
    run_module: Run, probes: list[Any], words: str
) -> None:
    result = run_module("dulae_health", probes=probes)
    assert result["failed"]
    assert words in result["msg"]
    assert "findings" not in result


def test_a_password_reaches_the_login_and_stands_nowhere_in_the_result(run_module: Run) -> None:
    def let_in(asked: Asked) -> Page:
        right = asked.form["password"] == ["s3cr3t-w0rd"]
        return Page(b"welcome" if right else b"s3cr3t-w0rd is wrong")

    with site({"/": Page(FORM), "/in": let_in}) as web:
        journey = {"kind": "journey", "login_url": web.url(), "username": "probe", "logged_in": "welcome"}
        given = [{"system": "saraban", "name": "login", "password": {"env": "X"}, **journey}]
        right = run_module("dulae_health", probes=given, secrets={"saraban/login": "s3cr3t-w0rd"})
        wrong = run_module("dulae_health", probes=given, secrets={"saraban/login": "an0ther-w0rd"})
    assert (right["verdict"], wrong["verdict"]) == ("pass", "fail")
    for result in (right, wrong):
        told = json.dumps({key: value for key, value in result.items() if key != "invocation"})
        assert "s3cr3t-w0rd" not in told
        # Some versions of Ansible repeat in the result how the module was called.
        assert "w0rd" not in json.dumps(result.get("invocation", {}))


def test_every_kind_and_option_is_documented() -> None:
    said = yaml.safe_load(load("dulae_health").DOCUMENTATION)["options"]["probes"]["description"]
    for kind, about in KINDS.items():
        (paragraph,) = (one for one in said if one.startswith(f"V({kind}):"))
        for option in fields(about.options):
            assert f"C({option.name})" in paragraph, f"{kind}: {option.name}"
