"""The lab's applications: the real form, sessions in the database, and who is let in."""

import hashlib
import http.client

import pytest

from tests.lab.browser import Page
from tests.lab.fixture import Department
from tests.lab.people import PROBE, Person, department, password_of
from tests.lab.web import MANUAL

WELCOME = "ออกจากระบบ"
# Somebody with an account on both systems who plays no part in the personnel list.
SOMEBODY = department()[70]
DISABLED = department()[22]


def log_in(lab: Department, system: str, person: Person) -> Page:
    name = person.email if system == "intranet" else person.username
    return lab.browser().log_in(lab.web(system, "/login"), name, person.password)


@pytest.mark.parametrize("system", ["intranet", "saraban"])
def test_the_login_page_is_thai_and_has_a_token(lab: Department, system: str) -> None:
    page = lab.browser().get(lab.web(system, "/login"))
    assert page.status == 200
    assert "ลงชื่อเข้าใช้" in page.text
    assert 'type="hidden"' in page.text


@pytest.mark.parametrize("system", ["intranet", "saraban"])
def test_somebody_logs_in_and_out(lab: Department, system: str) -> None:
    browser = lab.browser()
    name = SOMEBODY.email if system == "intranet" else SOMEBODY.username
    page = browser.log_in(lab.web(system, "/login"), name, SOMEBODY.password)
    assert WELCOME in page.text and SOMEBODY.first in page.text
    browser.get(lab.web(system, "/logout"))
    inside = "/bookings" if system == "intranet" else "/register"
    assert browser.get(lab.web(system, inside)).url.endswith("/login")


def test_the_test_accounts_journey_shows_the_register(lab: Department) -> None:
    browser = lab.browser()
    browser.log_in(lab.web("saraban", "/login"), PROBE, password_of(PROBE))
    page = browser.get(lab.web("saraban", "/register"))
    assert "ทะเบียนหนังสือรับ" in page.text and WELCOME in page.text


@pytest.mark.parametrize("system", ["intranet", "saraban"])
def test_a_wrong_password_is_refused(lab: Department, system: str) -> None:
    page = lab.browser().log_in(lab.web(system, "/login"), SOMEBODY.email, "wrong")
    assert WELCOME not in page.text
    assert "ไม่ถูกต้อง" in page.text


@pytest.mark.parametrize("system", ["intranet", "saraban"])
def test_a_form_without_its_token_is_refused(lab: Department, system: str) -> None:
    browser = lab.browser()
    browser.get(lab.web(system, "/login"))
    browser.cookies.clear()
    page = browser.log_in(lab.web(system, "/login"), SOMEBODY.email, SOMEBODY.password)
    assert page.status == 200
    port = lab.state.ports["intranet"]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    form = f"email={SOMEBODY.email}&password={SOMEBODY.password}&_token=forged"
    connection.request("POST", "/login", form, {"Content-Type": "application/x-www-form-urlencoded"})
    assert connection.getresponse().status == 403
    connection.close()


def test_a_user_whose_flag_is_off_is_refused_by_saraban(lab: Department) -> None:
    page = log_in(lab, "saraban", DISABLED)
    assert WELCOME not in page.text
    assert "ถูกระงับการใช้งาน" in page.text


def test_the_intranet_knows_no_flag_and_lets_the_same_person_in(lab: Department) -> None:
    assert WELCOME in log_in(lab, "intranet", DISABLED).text


def test_a_scrambled_hash_fits_no_password(lab: Department) -> None:
    number = SOMEBODY.number + 1
    ((kept,),) = lab.rows("intranet", "SELECT password FROM users WHERE id = %s", number)
    lab.rows("intranet", "UPDATE users SET password = %s WHERE id = %s", "!dulae.disabled.abc", number)
    try:
        assert WELCOME not in log_in(lab, "intranet", SOMEBODY).text
    finally:
        lab.rows("intranet", "UPDATE users SET password = %s WHERE id = %s", kept, number)
    assert WELCOME in log_in(lab, "intranet", SOMEBODY).text


def test_ending_a_session_in_the_database_ends_it_in_the_browser(lab: Department) -> None:
    browser = lab.browser()
    browser.log_in(lab.web("saraban", "/login"), SOMEBODY.username, SOMEBODY.password)
    assert WELCOME in browser.get(lab.web("saraban", "/register")).text
    lab.rows("saraban", "DELETE FROM sessions WHERE token = %s", browser.cookie("saraban_session"))
    assert WELCOME not in browser.get(lab.web("saraban", "/register")).text


@pytest.mark.parametrize(
    ("system", "table", "column"),
    [("intranet", "personal_access_tokens", "token"), ("saraban", "api_tokens", "token_hash")],
)
def test_a_token_works_until_its_row_is_gone(lab: Department, system: str, table: str, column: str) -> None:
    person = department()[0]
    token = f"{system}-token-{person.number}"
    assert lab.browser().get(lab.web(system, "/api/me"), bearer=token).status == 200
    assert lab.browser().get(lab.web(system, "/api/me"), bearer="other").status == 401
    hashed = hashlib.sha256(token.encode()).hexdigest()
    assert lab.rows(system, f"SELECT 1 FROM {table} WHERE {column} = %s", hashed) == [(1,)]


def test_an_attachment_is_the_file_that_the_register_describes(lab: Department) -> None:
    browser = lab.browser()
    browser.log_in(lab.web("saraban", "/login"), PROBE, password_of(PROBE))
    ((wanted, size),) = lab.rows("saraban", "SELECT sha256, bytes FROM attachments WHERE id = 1")
    port, ca_file = lab.state.ports["saraban"], lab.ca_file
    done = lab.ssh(
        "web1",
        f"python3 -c \"import ssl, urllib.request as r; c = ssl.create_default_context(cafile='{ca_file}'); "
        f"q = r.Request('https://127.0.0.1:{port}/attachments/1', headers={{'Cookie': "
        f"'saraban_session={browser.cookie('saraban_session')}'}}); "
        'import hashlib; b = r.urlopen(q, context=c).read(); print(hashlib.sha256(b).hexdigest(), len(b))"',
    )
    assert done.stdout.split() == [wanted, str(size)]


def test_everybody_may_read_the_manual(lab: Department) -> None:
    text = lab.browser().get(lab.web("intranet", "/manual.pdf")).text
    assert text == MANUAL.decode("utf-8", "replace")


@pytest.mark.parametrize("system", ["intranet", "saraban"])
def test_health_says_that_the_database_was_asked(lab: Department, system: str) -> None:
    assert '"database": "ok"' in lab.browser().get(lab.web(system, "/health")).text
