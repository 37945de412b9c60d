"""Under whom the scratch server runs."""

import os
import pwd
from collections.abc import Callable

import pytest

from dulae.checks.backup.faults import CannotTell
from dulae.checks.restore_drill import identity


def as_root(monkeypatch: pytest.MonkeyPatch, works: Callable[[tuple[str, ...]], bool]) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(identity, "_works", works)


def test_an_ordinary_user_stays_who_he_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert identity.ordinary() == identity.Identity()


def test_root_steps_down_in_a_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    as_root(monkeypatch, lambda prefix: True)
    assert identity.ordinary().argv("initdb")[0] == "unshare"


def test_without_namespaces_root_steps_down_to_an_account(monkeypatch: pytest.MonkeyPatch) -> None:
    as_root(monkeypatch, lambda prefix: prefix[0] == "setpriv" and "--reuid=nobody" in prefix)
    nobody = pwd.getpwnam("nobody")
    made = identity.ordinary()
    assert (made.uid, made.gid) == (nobody.pw_uid, nobody.pw_gid)


def test_root_that_cannot_step_down_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    as_root(monkeypatch, lambda prefix: False)
    with pytest.raises(CannotTell) as caught:
        identity.ordinary()
    assert caught.value.why is identity.ROOT


def test_an_account_that_the_machine_does_not_have_is_none() -> None:
    assert identity._account("no-such-account") is None


def test_where_nothing_ends_with_its_parent_the_command_runs_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(identity, "_works", lambda prefix: False)
    assert identity.Identity().bound("postgres") == ["postgres"]


def test_a_prefix_that_is_not_on_the_machine_does_not_work() -> None:
    assert not identity._works(("no-such-program", "--"))
    assert not identity._works(("false",))
