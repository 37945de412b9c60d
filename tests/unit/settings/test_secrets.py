"""Secrets are read where they are kept, and never told."""

import os
import pathlib
import subprocess
import sys

import pytest

from dulae import settings
from dulae.errors import SettingsError
from dulae.settings import keeping
from dulae.settings.secrets import reveal
from dulae.settings.shape import SecretPlace

from .conftest import Mistake

VAULT = pathlib.Path(sys.executable).with_name("ansible-vault")


def test_a_file_s_last_line_end_is_no_part_of_the_secret(tmp_path: pathlib.Path) -> None:
    (tmp_path / "word").write_text("ลับ มาก \n", encoding="utf-8")
    assert reveal(SecretPlace(file="word"), tmp_path) == "ลับ มาก "


def test_an_environment_variable_is_read(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DULAE_TEST_WORD", "word")
    assert reveal(SecretPlace(env="DULAE_TEST_WORD"), tmp_path) == "word"


def test_an_unset_variable_is_told_with_its_name(tmp_path: pathlib.Path) -> None:
    with pytest.raises(SettingsError, match="Set DULAE_UNSET"):
        reveal(SecretPlace(env="DULAE_UNSET"), tmp_path)


@pytest.mark.parametrize(
    ("content", "says"), [(None, "cannot be read"), (b"\n", "empty"), ("ลับ".encode("cp874"), "not UTF-8")]
)
def test_a_file_that_holds_no_secret_is_told(
    content: bytes | None, says: str, tmp_path: pathlib.Path
) -> None:
    if content is not None:
        (tmp_path / "word").write_bytes(content)
    with pytest.raises(SettingsError, match=says):
        reveal(SecretPlace(file="word"), tmp_path)


@pytest.fixture
def encrypted(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    (tmp_path / "key").write_text("open sesame\n")
    (tmp_path / "word").write_text("ลับ\n", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    command = [str(VAULT), "encrypt", "--vault-password-file", str(tmp_path / "key"), str(tmp_path / "word")]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    return tmp_path


def test_a_vault_s_file_is_decrypted(encrypted: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_VAULT_PASSWORD_FILE", str(encrypted / "key"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert reveal(SecretPlace(file="word"), encrypted) == "ลับ"


def test_a_vault_without_password_is_refused_and_nobody_is_asked(
    encrypted: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANSIBLE_VAULT_PASSWORD_FILE", raising=False)
    with pytest.raises(SettingsError, match="Set ANSIBLE_VAULT_PASSWORD_FILE"):
        reveal(SecretPlace(file="word"), encrypted)


def test_a_vault_without_its_tool_is_told(encrypted: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(encrypted / "python"))
    monkeypatch.setenv("PATH", str(encrypted))
    with pytest.raises(SettingsError, match="gave no answer"):
        reveal(SecretPlace(file="word"), encrypted)


def test_missing_secrets_are_told_once_each(department: pathlib.Path) -> None:
    told = [problem.told() for problem in keeping.problems(settings.load(department))]
    assert len(told) == 5
    assert "there is no file secrets/mailbox" in "".join(told)


def test_a_secret_that_others_can_read_is_told(department: pathlib.Path) -> None:
    (department / "secrets").mkdir()
    loaded = settings.load(department)
    for place in keeping.places(loaded):
        (department / place.file).touch(mode=0o600)
    assert keeping.problems(loaded) == []
    (department / "secrets/mailbox").chmod(0o640)
    assert "chmod 600" in keeping.problems(loaded)[0].told()


@pytest.mark.parametrize("outside", ["/etc/shadow", "../word"])
def test_a_secret_stays_inside_the_inventory(
    outside: str, department: pathlib.Path, mistake: Mistake
) -> None:
    mistake("site", "{file: secrets/mailbox}", f"{{file: {outside}}}")
    assert "without .. or a leading /" in keeping.problems(settings.load(department))[-1].told()


def test_a_secret_that_ansible_would_read_as_a_host_is_told(
    department: pathlib.Path, mistake: Mistake
) -> None:
    mistake("site", "{file: secrets/mailbox}", "{file: passwords/mailbox}")
    [told] = [
        one for one in keeping.problems(settings.load(department)) if one.code == "secret_read_as_hosts"
    ]
    assert "Keep it in the folder secrets/" in told.told()
