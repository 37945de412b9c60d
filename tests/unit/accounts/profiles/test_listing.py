"""Lists that an application packs into one text: read by their own lengths, and never guessed at."""

import pytest

from dulae.accounts.profiles.listing import members
from dulae.errors import DatabaseError


def listed(*stored: object) -> list[str]:
    return members(stored, "php_array", "wp_sitemeta")


@pytest.mark.parametrize(
    ("stored", "found"),
    [
        ('a:1:{i:0;s:5:"admin";}', ["admin"]),
        ('a:2:{i:0;s:5:"admin";i:1;s:4:"suda";}', ["admin", "suda"]),
        ('a:1:{i:0;s:15:"ดูแล_1";}', None),
        ('a:1:{i:0;s:14:"ดูแล_1";}', ["ดูแล_1"]),
        ('a:1:{i:7;s:4:"a";b";}', ['a";b']),
        ('a:1:{s:1:"x";s:4:"suda";}', ["suda"]),
        ("a:0:{}", []),
        (b'a:1:{i:0;s:5:"admin";}', ["admin"]),
        ("", []),
        (None, []),
        ('a:1:{i:0;s:5:"admin";', None),
        ('a:1:{i:0;s:5:"admin";}x', None),
        ('a:2:{i:0;s:5:"admin";}', None),
        ('a:1:{i:0;s:4:"admin";}', None),
        ("a:1:{i:0;i:1;}", None),
        ("a:1:{i:0;a:0:{}}", None),
        ('s:5:"admin";', None),
        ("admin", None),
        ("a:9999999:{", None),
    ],
)
def test_a_list_is_read_by_its_lengths_or_refused(stored: object, found: list[str] | None) -> None:
    if found is not None:
        assert listed(stored) == found
        return
    with pytest.raises(DatabaseError, match="the list of administrators in table wp_sitemeta") as told:
        listed(stored)
    assert "systems.yml" in told.value.remedy


def test_who_is_on_several_lists_is_named_once() -> None:
    assert listed('a:1:{i:0;s:1:"a";}', 'a:2:{i:0;s:1:"b";i:1;s:1:"a";}') == ["a", "b"]
