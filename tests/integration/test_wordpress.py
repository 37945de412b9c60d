"""Leavers of a real WordPress: what it is before step 4, and that nothing is left open after it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.applications import wordpress
from tests.applications.week import Week, items, said
from tests.applications.wordpress import Member, WordPress
from tests.integration.mariadb import MariaDb
from tests.lab.browser import Browser
from tests.unit.accounts.conftest import keys
from tests.unit.accounts.office import Person

__all__ = ["keys"]
pytestmark = pytest.mark.xdist_group("wordpress")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wordpress.files(tmp_path_factory.mktemp("wordpress") / "files")


@pytest.fixture(scope="module", params=["wp_", "dept7_"])
def site(request: pytest.FixtureRequest, files: Path, mariadb: MariaDb) -> Iterator[WordPress]:
    """Yield a site that all tests of this module share: each brings people of its own."""
    with wordpress.site(files, mariadb, request.param) as made:
        yield made


@dataclass(frozen=True)
class Open:
    """Everything by which somebody gets into a site."""

    site: WordPress
    member: Member
    number: int
    browser: Browser
    application_password: str
    reset_key: str

    @classmethod
    def by(cls, site: WordPress, member: Member) -> "Open":
        """Make an account and open all its ways."""
        (number,) = site.create(member)
        password, key = site.ordered(
            {"do": "application_password", "user": number}, {"do": "reset_key", "user": number}
        )
        return cls(site, member, number, site.log_in(member.login, member.password), password, key)

    @property
    def ways(self) -> dict[str, bool]:
        """Return which ways are open."""
        site, login = self.site, self.member.login
        return {
            "session": site.is_in(self.browser),
            "login": site.lets_in(login, self.member.password),
            "application_password": site.takes_application_password(login, self.application_password),
            "reset_key": site.takes_reset_key(login, self.reset_key),
        }

    @property
    def roles(self) -> list[str]:
        """Return the account's roles as WordPress has them."""
        return list(self.site.ordered({"do": "roles", "user": self.number})[0])


ALL = {"session": True, "login": True, "application_password": True, "reset_key": True}
NONE = dict.fromkeys(ALL, False)


def test_the_site_lets_in_whoever_has_the_right_password_and_nobody_else(site: WordPress) -> None:
    somebody = Open.by(site, Member("somebody", "right-1", "สมชาย ใจดี"))
    assert somebody.ways == ALL and somebody.roles == ["editor"]
    assert not site.lets_in("somebody", "wrong") and not site.is_in(Browser())
    assert not site.takes_application_password("somebody", "wrong")
    assert not site.takes_reset_key("somebody", "wrong")


def accounts(site: WordPress, *open_: Open, **more: Any) -> dict[str, Any]:
    """Return the settings of a site's accounts, with the login form as proof for those whose password is known."""
    return {
        "profile": "wordpress",
        "prefix": site.prefix,
        "protected": [wordpress.BOSS],
        "login_probe": {
            "login_url": f"{site.address}/wp-login.php",
            "username_field": "log",
            "password_field": "pwd",
            "logged_in": "Howdy,",
            "then_url": "/wp-admin/profile.php",
            "colleague": open_[-1].member.login,
            "passwords": {one.member.login: {"file": f"secrets/{one.number}"} for one in open_},
        },
        **more,
    }


def week_of(tmp_path: Path, keys: dict[str, Path], site: WordPress, *open_: Open) -> Week:
    """Return an office that looks after a site and knows some passwords there; the last is a colleague's."""
    made = Week.of(tmp_path, keys, site.url, accounts(site, *open_))
    for one in open_:
        made.secret(str(one.number), one.member.password)
    return made


def content(site: WordPress) -> dict[str, list[str]]:
    """Return all users and what is kept of them, but for sessions and application passwords, which do not come back."""
    meta = (row for row in site.rows("usermeta") if row.split("\t")[2] not in ENDED)
    return {"users": site.rows("users"), "usermeta": list(meta)}


OWNER = {"users": 0, "usermeta": 1}
ENDED = ("session_tokens", "_application_passwords")


def test_a_leaver_is_out_by_every_way_and_a_colleague_is_not(
    site: WordPress, tmp_path: Path, keys: dict[str, Path]
) -> None:
    gone, stays = Person(201, "สมหญิง", "รักงาน"), Person(202, "วิชัย", "มีสุข")
    leaver = Open.by(site, Member("ying ying", "gone-1", "นางสาวสมหญิง รักงาน", citizen_id=gone.identity))
    colleague = Open.by(site, Member("wichai@dept", "stays-1", "นายวิชัย มีสุข", citizen_id=stays.identity))
    work = week_of(tmp_path, keys, site, leaver, colleague)
    plan = work.plan(gone)
    assert [item["account"]["login"] for item in plan.items] == ["ying ying"]
    assert leaver.ways == colleague.ways == ALL
    before = content(site)
    carried = work.carried_out(plan)
    assert said(carried) == ["access.applied"], carried.findings
    item = items(carried)["ying ying"]
    assert item["verified"] == "login_refused" and set(item["ended"]) == {
        "sessions",
        "api_tokens",
        "roles",
        "levels",
    }
    assert leaver.ways == NONE and leaver.roles == []
    assert colleague.ways == ALL and colleague.roles == ["editor"]
    assert said(work.again(plan)) == ["access.applied_before"]
    assert not work.review(gone).told()["proposed"]
    undone = work.undone(plan)
    assert said(undone) == ["access.undone"] and content(site) == before
    assert leaver.ways == {**NONE, "login": True, "reset_key": True} and leaver.roles == ["editor"]
    assert work.evidence_holds()


def others(site: WordPress, one: Open) -> dict[str, list[str]]:
    """Return the content that is nothing of somebody's."""
    return {
        table: [row for row in rows if row.split("\t")[OWNER[table]] != str(one.number)]
        for table, rows in content(site).items()
    }


def test_what_is_done_to_one_reaches_nobody_else(
    site: WordPress, tmp_path: Path, keys: dict[str, Path]
) -> None:
    gone = Person(211, "กานดา", "ทองดี")
    leaver = Open.by(site, Member("k" * 60, "gone-1", "น.ส.กานดา ทองดี", citizen_id=gone.identity))
    namesake = Open.by(site, Member("kanda2", "stays-1", "กานดา ทองดี"))
    work = week_of(tmp_path, keys, site, leaver, namesake)
    plan = work.plan(gone)
    before = others(site, leaver)
    assert said(work.carried_out(plan)) == ["access.applied"]
    assert others(site, leaver) == before
    assert namesake.ways == ALL


def test_an_administrator_leaves_but_a_protected_one_and_the_last_do_not(
    site: WordPress, tmp_path: Path, keys: dict[str, Path]
) -> None:
    gone, kept = Person(221, "ปรีชา", "ผู้ดูแล"), Person(222, "มานะ", "ผู้ช่วย")
    leaver = Open.by(site, Member("pricha", "gone-1", "นายปรีชา ผู้ดูแล", "administrator", gone.identity))
    protected = Open.by(site, Member("mana", "stays-1", "นายมานะ ผู้ช่วย", "administrator", kept.identity))
    work = Week.of(tmp_path, keys, site.url, accounts(site, leaver, protected, protected=["Mana"]))
    for one in (leaver, protected):
        work.secret(str(one.number), one.member.password)
    plan = work.plan(gone, kept)
    assert [item["account"]["login"] for item in plan.items] == ["pricha"]
    assert plan.items[0]["account"]["privileged"]
    assert [entry["match"]["code"] for entry in plan.document["protected"]] == ["access.protected"]
    assert said(work.carried_out(plan)) == ["access.applied"]
    assert leaver.ways == NONE and protected.ways == ALL
    assert not site.ordered({"do": "can", "user": leaver.number, "what": "manage_options"})[0]
    assert said(work.undone(plan)) == ["access.undone"]
    assert site.ordered({"do": "can", "user": leaver.number, "what": "manage_options"})[0]


def test_the_last_administrator_is_never_disabled(
    site: WordPress, tmp_path: Path, keys: dict[str, Path]
) -> None:
    gone = Person(231, "วันดี", "ดูแลเว็บ")
    leaver = Open.by(site, Member("wandee", "gone-1", "นางวันดี ดูแลเว็บ", "administrator", gone.identity))
    colleague = Open.by(site, Member("suda", "stays-1", "นางสุดา ทำงาน"))
    work = week_of(tmp_path, keys, site, leaver, colleague)
    with site.only_administrator(leaver.number):
        plan = work.plan(gone)
        assert not plan.items
        assert [entry["match"]["code"] for entry in plan.document["protected"]] == [
            "access.last_administrator"
        ]
    assert leaver.ways == ALL


def test_in_a_network_the_roles_on_every_site_are_taken_and_come_back(
    files: Path, mariadb: MariaDb, tmp_path: Path, keys: dict[str, Path]
) -> None:
    gone = Person(241, "อรุณ", "สองเว็บ")
    with wordpress.site(files, mariadb, "net_", network=True) as site:
        leaver = Open.by(site, Member("arun", "gone-1", "นายอรุณ สองเว็บ", citizen_id=gone.identity))
        colleague = Open.by(site, Member("suda", "stays-1", "นางสุดา ทำงาน"))
        (second,) = site.ordered({"do": "blog", "path": "/kong/", "title": "กอง", "user": 1})
        for one, role in ((leaver, "administrator"), (colleague, "author")):
            site.ordered({"do": "add_to_blog", "blog": second, "user": one.number, "role": role})

        def roles(one: Open) -> list[list[str]]:
            return site.ordered(*({"do": "roles", "user": one.number, "blog": blog} for blog in (1, second)))

        assert roles(leaver) == [["editor"], ["administrator"]] and leaver.ways == ALL
        work = week_of(tmp_path, keys, site, leaver, colleague)
        plan, before = work.plan(gone), content(site)
        assert plan.items[0]["account"]["privileged"]
        assert said(work.carried_out(plan)) == ["access.applied"]
        assert roles(leaver) == [[], []] and leaver.ways == NONE
        assert roles(colleague) == [["editor"], ["author"]] and colleague.ways == ALL
        assert said(work.undone(plan)) == ["access.undone"] and content(site) == before
        assert roles(leaver) == [["editor"], ["administrator"]]


def test_the_last_administrator_of_a_network_is_kept_and_one_of_two_may_leave(
    files: Path, mariadb: MariaDb, tmp_path: Path, keys: dict[str, Path]
) -> None:
    gone = Person(261, "อำนาจ", "ดูแลเครือข่าย")
    with wordpress.site(files, mariadb, "nets_", network=True) as site:
        leaver = Open.by(site, Member("amnat", "gone-1", "นายอำนาจ ดูแลเครือข่าย", citizen_id=gone.identity))
        chief = Open.by(site, Member("chief", "stays-1", "นางสุดา ทำงาน", "administrator"))
        work = week_of(tmp_path, keys, site, leaver, chief)
        assert [item["account"]["privileged"] for item in work.plan(gone).items] == [False]
        site.ordered({"do": "only_super_admin", "user": leaver.number})
        assert site.ordered({"do": "can", "user": leaver.number, "what": "manage_network"}) == [True]
        plan = work.plan(gone)
        assert not plan.items
        assert [entry["match"]["code"] for entry in plan.document["protected"]] == [
            "access.last_administrator"
        ]
        site.ordered({"do": "grant_super_admin", "user": chief.number})
        plan = work.plan(gone)
        assert [item["account"]["privileged"] for item in plan.items] == [True]
        assert said(work.carried_out(plan)) == ["access.applied"] and leaver.ways == NONE
        assert site.ordered({"do": "can", "user": chief.number, "what": "manage_network"}) == [True]


def test_two_sites_in_one_database_are_kept_apart_by_their_prefix(
    files: Path, mariadb: MariaDb, tmp_path: Path, keys: dict[str, Path]
) -> None:
    gone = Person(251, "นิดา", "สองระบบ")
    with (
        wordpress.site(files, mariadb, "one_") as one,
        wordpress.site(files, mariadb, "one_b_", beside=one) as other,
    ):
        here = Open.by(one, Member("nida", "gone-1", "นางนิดา สองระบบ", citizen_id=gone.identity))
        there = Open.by(other, Member("nida", "gone-1", "นางนิดา สองระบบ", citizen_id=gone.identity))
        colleague = Open.by(one, Member("suda", "stays-1", "นางสุดา ทำงาน"))
        work, before = week_of(tmp_path, keys, one, here, colleague), content(other)
        assert said(work.carried_out(work.plan(gone))) == ["access.applied"]
        assert here.ways == NONE and content(other) == before and there.ways == ALL
