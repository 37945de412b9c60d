"""Leavers of a real Django site: what it is before step 4, and that nothing is left open after it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from tests.applications import django_site
from tests.applications.django_site import DJANGOS_USERS, OWN_USERS, Base, DjangoSite, Member
from tests.applications.week import Week, items, said
from tests.lab.browser import Browser
from tests.unit.accounts.conftest import keys
from tests.unit.accounts.office import Person

__all__ = ["keys"]
pytestmark = pytest.mark.xdist_group("django")
SITES = [
    ("sqlite", DJANGOS_USERS),
    ("postgres", DJANGOS_USERS),
    ("mariadb", DJANGOS_USERS),
    ("postgres", OWN_USERS),
    ("mariadb", OWN_USERS),
    ("sqlite", OWN_USERS),
]
# Django 5 reads no sessions as they were before 3.1: it is only seen that they are ended.
FORMS = ("signed", "compressed", "old")


@pytest.fixture(scope="module", params=SITES, ids=" ".join)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DjangoSite]:
    """Yield a site that all tests of this module share: each brings people of its own."""
    kind, users = request.param
    folder = tmp_path_factory.mktemp("django")
    with django_site.site(folder, base(request, kind, folder), users) as made:
        yield made


def base(request: pytest.FixtureRequest, kind: str, folder: Path) -> Base:
    """Return an empty database of a kind."""
    if kind == "sqlite":
        return django_site.on_sqlite(folder)
    if kind == "postgres":
        return django_site.on_postgres(request.getfixturevalue(kind), "django_site")
    return django_site.on_mariadb(request.getfixturevalue(kind), "django_site")


@dataclass(frozen=True)
class Open:
    """Everything by which somebody gets into a site."""

    site: DjangoSite
    member: Member
    browser: Browser
    token: str
    sessions: dict[str, str]

    @classmethod
    def by(cls, site: DjangoSite, member: Member) -> "Open":
        """Make an account and open all its ways."""
        name = {"username": member.username}
        _, token, *sessions = site.ordered(
            member.order,
            {"do": "token", **name},
            *({"do": "session", "form": form, **name} for form in FORMS),
        )
        browser = site.log_in(member.username, member.password)
        return cls(site, member, browser, token, dict(zip(FORMS, sessions, strict=True)))

    @property
    def ways(self) -> dict[str, bool]:
        """Return which ways are open."""
        return {
            "login": self.site.lets_in(self.member.username, self.member.password),
            "browser": self.site.is_in(self.browser),
            "token": self.site.takes_token(self.token),
            **{form: self.site.takes_session(key) for form, key in self.sessions.items() if form != "old"},
        }

    @property
    def kept_sessions(self) -> set[str]:
        """Return which of the sessions made for it are still in the database."""
        stored = {row["session_key"] for row in rows(self.site, "django_session")}
        return {form for form, key in self.sessions.items() if key in stored}


ALL = {"login": True, "browser": True, "token": True, "signed": True, "compressed": True}
NONE = dict.fromkeys(ALL, False)


def rows(site: DjangoSite, table: str) -> list[dict[str, Any]]:
    """Return all rows of a table in a fixed order."""
    engine = sqlalchemy.create_engine(site.base.url, poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        found = connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1").mappings().all()
        return [dict(row) for row in found]


def test_the_site_lets_in_whoever_has_the_right_password_and_nobody_else(site: DjangoSite) -> None:
    somebody = Open.by(site, Member("somebody", "right-1", "สมชาย", "ใจดี"))
    assert somebody.ways == ALL and somebody.kept_sessions == set(FORMS)
    assert not site.lets_in("somebody", "wrong") and not site.is_in(Browser())
    assert not site.takes_token("0" * 40) and not site.takes_session("nobody")


def accounts(site: DjangoSite, *open_: Open, **more: Any) -> dict[str, Any]:
    """Return the settings of a site's accounts, with the login form as proof for those whose password is known."""
    own = site.environment["SITE_USERS"] == OWN_USERS
    beside = {"table": "officers_officer", "user": "user_id"}
    users: dict[str, Any] = {
        "citizen_id": {**beside, "column": "citizen_id"},
        "unit": {**beside, "column": "unit"},
    }
    if own:
        users = {"table": "accounts_user", "citizen_id": "citizen_id", "unit": "unit"}
    return {
        "profile": "django",
        "users": users,
        "login_probe": {
            "login_url": site.login_url,
            "csrf_field": "csrfmiddlewaretoken",
            "logged_in": "This is ",
            "then_url": "/mine/",
            "colleague": open_[-1].member.username if len(open_) > 1 else "",
            "passwords": {one.member.username: {"file": f"secrets/{one.token}"} for one in open_},
        },
        **more,
    }


def week_of(tmp_path: Path, keys: dict[str, Path], *open_: Open, **more: Any) -> Week:
    """Return an office that looks after a site and knows some passwords there; the last is a colleague's."""
    site = open_[0].site
    made = Week.of(tmp_path, keys, site.base.url, accounts(site, *open_, **more))
    for one in open_:
        made.secret(one.token, one.member.password)
    return made


def users_of(site: DjangoSite) -> list[dict[str, Any]]:
    """Return the users, but for when they were last there: looking makes a difference to that."""
    table = "accounts_user" if site.environment["SITE_USERS"] == OWN_USERS else "auth_user"
    return [{**row, "last_login": None} for row in rows(site, table)]


def test_a_leaver_is_out_by_every_way_and_a_colleague_is_not(
    site: DjangoSite, tmp_path: Path, keys: dict[str, Path]
) -> None:
    gone, stays = Person(301, "สมหญิง", "รักงาน"), Person(302, "วิชัย", "มีสุข")
    leaver = Open.by(site, Member("s" * 150, "gone-1", "สมหญิง", "รักงาน", gone.identity))
    colleague = Open.by(site, Member("วิชัย", "stays-1", "วิชัย", "มีสุข", stays.identity))
    nobodys = site.ordered({"do": "anonymous_session", "data": {"seen": "leaver"}})[0]
    work = week_of(tmp_path, keys, leaver, colleague)
    plan = work.plan(gone)
    assert [item["account"]["login"] for item in plan.items] == [leaver.member.username]
    assert leaver.ways == colleague.ways == ALL
    before = users_of(site)
    carried = work.carried_out(plan)
    assert said(carried) == ["access.applied"], carried.findings
    item = items(carried)[leaver.member.username]
    assert item["verified"] == "login_refused" and set(item["ended"]) == {"sessions", "api_tokens"}
    assert leaver.ways == NONE and leaver.kept_sessions == set()
    assert colleague.ways == ALL and colleague.kept_sessions == set(FORMS)
    assert nobodys in {row["session_key"] for row in rows(site, "django_session")}
    assert said(work.again(plan)) == ["access.applied_before"]
    assert not work.review(gone).told()["proposed"]
    assert said(work.undone(plan)) == ["access.undone"] and users_of(site) == before
    assert leaver.ways == {**NONE, "login": True}
    assert work.evidence_holds()


def test_a_protected_administrator_and_the_last_one_are_left_alone(
    site: DjangoSite, tmp_path: Path, keys: dict[str, Path]
) -> None:
    boss, other = Person(311, "ปรีชา", "ผู้ดูแล"), Person(312, "มานะ", "ผู้ช่วย")
    first = Open.by(site, Member("pricha", "gone-1", "ปรีชา", "ผู้ดูแล", boss.identity, is_superuser=True))
    only = week_of(tmp_path / "only", keys, first)
    plan = only.plan(boss)
    assert [entry["match"]["code"] for entry in plan.document["protected"]] == ["access.last_administrator"]
    second = Open.by(site, Member("mana", "stays-1", "มานะ", "ผู้ช่วย", other.identity, is_superuser=True))
    work = week_of(tmp_path / "two", keys, first, second, protected=["MANA"])
    plan = work.plan(boss, other)
    assert [item["account"]["login"] for item in plan.items] == ["pricha"]
    assert [entry["match"]["code"] for entry in plan.document["protected"]] == ["access.protected"]
    assert said(work.carried_out(plan)) == ["access.applied"]
    assert first.ways == NONE and second.ways == ALL


def test_a_letter_for_a_forgotten_password_does_not_let_a_leaver_in(
    site: DjangoSite, tmp_path: Path, keys: dict[str, Path]
) -> None:
    gone = Person(321, "กานดา", "ทองดี")
    leaver = Open.by(site, Member("kanda", "gone-1", "กานดา", "ทองดี", gone.identity))
    name = {"username": "kanda"}
    (letter,) = site.ordered({"do": "reset_token", **name})
    work = week_of(tmp_path, keys, leaver)
    assert "access.applied" in said(work.carried_out(work.plan(gone)))
    site.ordered({"do": "use_reset_token", "token": letter, "password": "new-1", **name})
    assert not site.lets_in("kanda", "new-1")
