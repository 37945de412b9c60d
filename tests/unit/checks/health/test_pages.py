"""Parts of pages: charsets, cookies, forms, addresses."""

import pytest

from dulae.checks.health import address, forms, page
from dulae.checks.health.cookies import MOST, Cookies
from dulae.checks.health.page import Page


def test_thai_vowels_match_however_they_were_composed() -> None:
    assert page.holds(Page("café", "utf-8"), "cafe\u0301")


def test_a_sign_cut_at_the_end_of_a_long_body_is_no_wrong_charset() -> None:
    assert not page.read("กก".encode()[:-1]).is_garbled


def test_words_are_found_behind_entities() -> None:
    assert page.holds(Page("A &amp; B", "utf-8"), "A & B")


def test_a_charset_that_is_no_text_encoding_is_passed_over() -> None:
    assert page.read(b"abc", "text/html; charset=base64").text == "abc"


def test_bytes_that_do_not_fit_their_charset_at_all_are_read_as_utf8() -> None:
    assert page.read("ก".encode(), "text/html; charset=utf-16").text == "ก"


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("a=1", {"Cookie": "a=1"}),
        ("a=1; Max-Age=60; Path=/; HttpOnly", {"Cookie": "a=1"}),
        ("a=1; Max-Age=0", {}),
        ("a=1; Max-Age=-5", {}),
        ("a=deleted; expires=Thu, 01-Jan-1970 00:00:01 GMT; path=/", {}),
        ("a=1; expires=Fri, 31-Dec-9999 23:59:59 GMT", {"Cookie": "a=1"}),
        ("a=1; expires=Thu, 99-Jan-9999 99:99:99 GMT", {"Cookie": "a=1"}),
        ("a=1; expires=whenever", {"Cookie": "a=1"}),
        ("a=1; expires=Thu, 01-Jan-99999 00:00:00 GMT", {"Cookie": "a=1"}),
        ("a=1; Max-Age=60; expires=Thu, 01-Jan-1970 00:00:01 GMT", {"Cookie": "a=1"}),
        ("a=1; Secure", {}),
        ("=1", {}),
        ("", {}),
    ],
)
def test_a_cookie_is_kept_until_it_ends(line: str, kept: dict[str, str]) -> None:
    jar = Cookies()
    jar.take([line])
    assert jar.header(encrypted=False) == kept


def test_a_cookie_that_ends_takes_the_earlier_one_with_it() -> None:
    jar = Cookies()
    jar.take(["a=1", "b=2", "a=; Max-Age=0"])
    assert jar.header(encrypted=False) == {"Cookie": "b=2"}


def test_a_flood_of_cookies_is_cut() -> None:
    jar = Cookies()
    jar.take(f"c{number}=1" for number in range(1000))
    assert jar.header(encrypted=False)["Cookie"].count("=") == MOST


def test_fields_outside_of_forms_belong_to_none() -> None:
    (form,) = forms.read('<input name="a"><form><input name="b" value="1"></form><input name="c">')
    assert form.filled({}) == [("b", "1")]


def test_buttons_that_send_nothing_and_files_are_left_out() -> None:
    (form,) = forms.read('<form><input type="button" name="x"><input type="file" name="y"><input></form>')
    assert form.filled({}) == []


@pytest.mark.parametrize(
    ("url", "parsed"),
    [
        ("http://intranet.example", address.Address("http", "intranet.example", 80, "/")),
        ("https://A.example:8443/x?y=1#z", address.Address("https", "a.example", 8443, "/x?y=1")),
        ("http://ระบบ.example/ก?ข=ค", None),
        ("http://[::1]:8080/", address.Address("http", "::1", 8080, "/")),
    ],
)
def test_an_address_is_taken_apart(url: str, parsed: address.Address | None) -> None:
    found = address.parse(url)
    assert found == (parsed or found)
    assert found.host.isascii()
    assert found.path.isascii()
