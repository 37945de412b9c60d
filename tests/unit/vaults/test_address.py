"""A vault's address as people write it."""

import os
from pathlib import Path

import pytest

from dulae.errors import RemoteError
from dulae.vaults.address import parsed


def test_an_address_names_host_port_user_and_path() -> None:
    host, path = parsed("sftp://dulae@nas1:2222/copies/my%20set", "~/key", ["/etc/known"])
    assert (host.address, host.port, host.user, path) == ("nas1", 2222, "dulae", "/copies/my set")
    assert host.key == Path("~/key").expanduser()
    assert host.known_hosts == (Path("/etc/known"),)


def test_what_is_left_out_is_as_ssh_has_it() -> None:
    host, path = parsed("sftp://[2001:db8::1]/")
    assert (host.address, host.port, host.user, host.key, path) == ("2001:db8::1", 22, None, None, "/")


@pytest.mark.parametrize(
    "address",
    [
        "sftp://",
        "sftp:///copies",
        "sftp://nas1",
        "sftp://nas1:x/c",
        "sftp://nas1:99999/c",
        "sftp://u:pw@nas1/c",
    ],
)
def test_an_address_that_is_not_whole_is_refused_with_how_to_write_it(address: str) -> None:
    with pytest.raises(
        RemoteError, match="Write it as sftp://user@host:port/path, without a password"
    ) as told:
        parsed(address)
    assert "pw" not in str(told.value).replace("password", "")


def test_a_path_keeps_its_bytes_whatever_its_encoding() -> None:
    _, path = parsed("sftp://nas1/%A1%D2%C3/%E0%B8%81")
    assert os.fsencode(path) == b"/\xa1\xd2\xc3/" + "ก".encode()
