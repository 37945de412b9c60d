"""Files that are missing, unreadable or no settings at all, and what is told when much is wrong at once."""

import pathlib
import re
import shutil

import pytest
import yaml

from dulae import settings
from dulae.errors import SettingsError
from dulae.settings import hosts
from dulae.settings.reading import read

from .conftest import Mistake


def told(department: pathlib.Path) -> list[str]:
    with pytest.raises(settings.SettingsProblems) as refused:
        settings.load(department)
    return [problem.told("en", department) for problem in refused.value.problems]


def site(department: pathlib.Path) -> pathlib.Path:
    return department / "group_vars/all/site.yml"


def test_a_missing_folder_is_named_with_the_remedy(tmp_path: pathlib.Path) -> None:
    (line,) = told(tmp_path / "nowhere")
    assert "Copy inventory/example" in line


def test_each_missing_file_is_named(department: pathlib.Path) -> None:
    site(department).unlink()
    (department / "hosts.yml").unlink()
    assert told(department) == [
        "group_vars/all/site.yml: the file is missing. Copy site.yml from inventory/example and fill it in",
        "hosts.yml: the file is missing. Copy hosts.yml from inventory/example and fill it in",
    ]


def test_an_empty_file_is_told(department: pathlib.Path) -> None:
    site(department).write_text("# nothing yet\n")
    assert "the file is empty" in told(department)[0]


def test_a_file_in_another_encoding_is_told(department: pathlib.Path) -> None:
    site(department).write_bytes("dulae_site: กรม\n".encode("cp874"))
    assert "not UTF-8" in told(department)[0]


def test_an_encrypted_file_is_told(department: pathlib.Path) -> None:
    site(department).write_text("$ANSIBLE_VAULT;1.1;AES256\n6162\n")
    assert "put each secret into a file of its own: {file: secrets/NAME}" in told(department)[0]


def test_a_huge_file_is_refused_before_it_is_parsed(department: pathlib.Path) -> None:
    site(department).write_text("# x\n" * 600_000)
    assert "larger than 2 MB" in told(department)[0]


def test_a_folder_in_place_of_a_file_is_told(department: pathlib.Path) -> None:
    site(department).unlink()
    site(department).mkdir()
    assert "cannot be read" in told(department)[0]


def test_control_characters_are_no_yaml(department: pathlib.Path) -> None:
    site(department).write_bytes(b"dulae_site: \x07\n")
    assert "not YAML" in told(department)[0]


def test_brackets_without_end_are_told(department: pathlib.Path) -> None:
    site(department).write_text("dulae_site: " + "[" * 5000)
    assert "never closed" in told(department)[0]


def test_a_system_without_probes_is_told(department: pathlib.Path) -> None:
    path = department / "group_vars/all/systems.yml"
    systems = yaml.safe_load(path.read_text(encoding="utf-8"))
    del systems["dulae_systems"][0]["probes"]
    path.write_text(yaml.safe_dump(systems, allow_unicode=True), encoding="utf-8")
    assert "step 1 would never look at it" in told(department)[0]


def test_a_list_in_place_of_keys_is_told(department: pathlib.Path) -> None:
    site(department).write_text("- 1\n")
    assert "exactly one top-level key, dulae_site" in told(department)[0]


def test_everything_that_is_wrong_is_told_at_once_in_the_order_of_the_files(
    department: pathlib.Path, mistake: Mistake
) -> None:
    mistake("site", "digits: arabic", "digits: roman")
    mistake("site", "language: th", "language: fr")
    mistake("calendar", "Asia/Bangkok", "3")
    lines = told(department)
    assert [line.split(": ")[1] for line in lines] == [
        "dulae_calendar.timezone",
        "dulae_site.language",
        "dulae_site.digits",
    ]


def test_the_error_is_one_line_that_says_how_many_more(department: pathlib.Path, mistake: Mistake) -> None:
    mistake("site", "digits: arabic", "digits: roman")
    mistake("site", "language: th", "language: fr")
    with pytest.raises(SettingsError) as refused:
        settings.load(department)
    assert "\n" not in str(refused.value)
    assert str(refused.value).endswith("And 1 more: 'dulae inventory check' lists them all")


def test_things_in_lists_are_named_as_the_officer_named_them(
    department: pathlib.Path, mistake: Mistake
) -> None:
    mistake("systems", "timeout_s: 10", "timeout_s: soon")
    assert "dulae_systems[intranet].probes[login_page].timeout_s" in told(department)[0]


def test_a_wrong_password_is_never_repeated(department: pathlib.Path, mistake: Mistake) -> None:
    mistake("systems", "{file: secrets/intranet_probe}", "hunter2")
    mistake("systems", "//dulae@127", "//dulae:hunter3@127")
    assert not [line for line in told(department) if "hunter" in line]


HOSTS = {
    "all:\n  hosts: {}\n": "no host is named",
    "all:\n": "no host is named",
    "- web1\n": "no Ansible inventory",
    "all: web1\n": "no Ansible inventory",
    "all: {hosts: [web1]}\n": "no Ansible inventory",
    "all: {host: {web1: }}\n": "no Ansible inventory",
    "all: {hosts: {'web[1:9]': }}\n": "is a range",
    "all: {children: {db: {hosts: [db1]}}}\n": "no Ansible inventory",
    "all: {hosts: {web1: , web1: }}\n": "written twice",
    "all: {hosts: {web1: , db1: , backup1: , mail1: }}\n": "lacks localhost",
}


@pytest.mark.parametrize("text", HOSTS)
def test_an_inventory_of_hosts_that_is_none_is_told(text: str, department: pathlib.Path) -> None:
    (department / "hosts.yml").write_text(text)
    assert any(HOSTS[text] in line for line in told(department))


def test_hosts_are_found_in_all_groups_once(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "hosts.yml"
    path.write_text(
        "all:\n  hosts: {a: }\n  children:\n    x: {children: {y: {hosts: {b: , a: }}}}\n    z:\nw: {hosts: {c: }}\n"
    )
    assert hosts.names(read(path, literal=False)) == (("a", "b", "c"), [])


def test_hosts_may_hold_what_ansible_works_out(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "hosts.yml"
    path.write_text('all:\n  hosts:\n    a: &a {p: "{{ x }}", q: !vault "1"}\n    b: {r: *a}\n')
    document = read(path, literal=False)
    assert document.problems == []
    assert hosts.names(document)[0] == ("a", "b")


def test_a_value_that_names_itself_ends(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "hosts.yml"
    path.write_text("all: &a\n  hosts: {x: *a}\n")
    assert "in full" in read(path, literal=False).problems[0].told()


def test_the_example_is_right(department: pathlib.Path) -> None:
    loaded = settings.load(department)
    assert [control.id for control in loaded.procedure.controls] == list(settings.meaning.STEPS)
    assert loaded.hosts == ("localhost", "web1", "db1", "backup1", "mail1")
    assert loaded.state_dir == pathlib.Path("/var/lib/dulae")
    assert loaded.report_dir == pathlib.Path("/var/lib/dulae/reports")
    assert loaded.lists_dir == pathlib.Path("/srv/dulae/lists")


def test_the_examples_of_repositories_are_right_when_it_is_taken_up(department: pathlib.Path) -> None:
    path = department / "group_vars/all/systems.yml"
    lines, taken = path.read_text(encoding="utf-8").splitlines(), False
    for number, line in enumerate(lines):
        taken = (taken and line.startswith("      #")) or bool(
            re.match(r"      # - name: (?:\w+_in_restic|cluster)$", line)
        )
        if taken:
            lines[number] = (
                re.sub("^      # ?", "      ", line) if "drill: true" not in line else "        drill: true"
            )
        taken = taken and "drill: true" not in line
    path.write_text("\n".join(lines), encoding="utf-8")
    found = settings.load(department).systems[0].backup_sets
    assert [(one.kind, one.stanza) for one in found if one.drill_database] == [("pgbackrest", "main")]
    inside = [one.inside for one in found if one.inside]
    assert [one.kind for one in inside] == ["pg_dump", "files"]
    assert inside[0].path == "/var/backup/intranet-*.dump"


def test_relative_folders_begin_at_the_inventory(department: pathlib.Path, mistake: Mistake) -> None:
    mistake("site", "state_dir: /var/lib/dulae", "state_dir: state")
    assert settings.load(department).state_dir == department / "state"


def test_settings_are_found_by_name(department: pathlib.Path) -> None:
    loaded = settings.load(department)
    saraban, usage = loaded.system("saraban"), loaded.control("usage")
    assert saraban and saraban.database("saraban") and not saraban.database("other")
    assert usage and usage.title.in_language("en").startswith("Follow up")
    assert usage.title.in_language("th").startswith("ติดตาม")
    assert loaded.system("other") is None
    assert loaded.control("other") is None
    assert [holder.id for holder in loaded.people.holding("approver")] == ["head1"]
    head, role = loaded.people.holder("head1"), loaded.people.role("approver")
    assert head and head.email and role and role.title.th == "ผู้อนุมัติ"


def test_a_profile_s_own_settings_are_kept_as_they_are(department: pathlib.Path, mistake: Mistake) -> None:
    mistake("systems", "profile: flag", "profile: flag\n      users: {table: staff}")
    saraban = settings.load(department).system("saraban")
    assert saraban and saraban.accounts and saraban.accounts.options == {"users": {"table": "staff"}}


def test_a_department_without_accounts_needs_no_approver(department: pathlib.Path, mistake: Mistake) -> None:
    path = department / "group_vars/all/systems.yml"
    systems = yaml.safe_load(path.read_text(encoding="utf-8"))
    for system in systems["dulae_systems"]:
        del system["accounts"]
    path.write_text(yaml.safe_dump(systems, allow_unicode=True), encoding="utf-8")
    mistake("people", "roles: [it_head, approver]", "roles: [it_head]")
    assert settings.load(department).people.holding("approver") == ()


def test_a_lone_approver_who_also_carries_out_is_refused(department: pathlib.Path, mistake: Mistake) -> None:
    mistake("people", "roles: [it_head, approver]", "roles: [it_head, approver, ops_engineer]")
    mistake("people", "roles: [ops_engineer]", "roles: [duty_officer]")
    assert "a second person must approve" in told(department)[0]


def test_a_missing_control_is_told_with_its_step(department: pathlib.Path) -> None:
    path = department / "group_vars/all/procedure.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("    - id: usage")], encoding="utf-8")
    assert "the control 'usage' of step 5 is missing" in told(department)[0]


def test_without_playbooks_the_project_is_asked_for(
    department: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DULAE_PROJECT", str(tmp_path))
    with pytest.raises(SettingsError, match="Set DULAE_PROJECT"):
        settings.load(department)


def test_settings_are_frozen(department: pathlib.Path) -> None:
    loaded = settings.load(department)
    with pytest.raises(ValueError, match="frozen"):
        loaded.site.node = "other"


def test_a_copy_of_the_department_is_independent(department: pathlib.Path, tmp_path: pathlib.Path) -> None:
    other = pathlib.Path(shutil.copytree(department, tmp_path / "other"))
    assert settings.load(other).inventory == other
