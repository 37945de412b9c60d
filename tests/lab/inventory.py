"""The inventory folder of a lab: the example's procedure, contract and calendar, and everything else for this lab."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from tests.lab import keys, mailboxes, personnel_list
from tests.lab.errors import LabError
from tests.lab.layout import HOSTS, Layout, write_private
from tests.lab.people import PROBE, RESIGNED, department, password_of
from tests.lab.ports import LOOPBACK
from tests.lab.sshd import LOGIN
from tests.lab.state import State, repository
from tests.lab.systems import systems

# A folder with this file was made by a lab, which may therefore make it anew.
MARK = ".made-by-the-lab"
_COPIED = ("procedure", "contract", "calendar")
_HEAD = "# Written by scripts/lab up; the next up writes it anew.\n---\n"


def clear(inventory: Path) -> None:
    """Empty an inventory folder that a lab made; raise LabError if somebody else's files stand there."""
    if not inventory.exists():
        return
    if not (inventory / MARK).exists() and any(inventory.iterdir()):
        raise LabError(f"{inventory} was not made by the lab. Name another folder with --inventory")
    shutil.rmtree(inventory)


def write(layout: Layout, state: State, today: date) -> None:
    """Write the whole inventory folder."""
    inventory = Path(state.inventory)
    group = inventory / "group_vars" / "all"
    group.mkdir(parents=True, mode=0o700)
    inventory.chmod(0o700)
    write_private(inventory / MARK, "scripts/lab up wrote this folder\n")
    for name in _COPIED:
        shutil.copyfile(
            repository() / "inventory/example/group_vars/all" / f"{name}.yml", group / f"{name}.yml"
        )
    _write_secrets(inventory, state)
    _dump(inventory / "hosts.yml", hosts(layout, state))
    _dump(group / "systems.yml", {"dulae_systems": systems(layout, state)})
    _dump(group / "people.yml", {"dulae_people": _people(layout)})
    _dump(group / "site.yml", {"dulae_site": _site(state)})
    personnel_list.write(inventory / "lists", today)


def hosts(layout: Layout, state: State) -> dict[str, Any]:
    """Return ``hosts.yml``: the controller itself and four hosts behind checked host keys."""
    shared = {
        "ansible_host": LOOPBACK,
        "ansible_user": LOGIN,
        "ansible_ssh_private_key_file": str(layout.keys / "controller"),
        "ansible_python_interpreter": state.target_python,
    }
    # The reviews are made by a named officer, for approver and maker work under one login here.
    local = {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "access_review_operator": "officer1",
    }
    named = {
        host: {
            **shared,
            "ansible_port": state.ports[f"ssh_{host}"],
            "ansible_ssh_common_args": " ".join(ssh_options(layout, host)),
        }
        for host in HOSTS
    }
    return {"all": {"hosts": {"localhost": local, **named}}}


def ssh_options(layout: Layout, host: str) -> list[str]:
    """Return the options that keep the user's own SSH settings out and the host key checked, quoted for a shell."""
    known = f"'UserKnownHostsFile=\"{layout.keys / 'known_hosts'}\"'"
    plain = (
        "GlobalKnownHostsFile=/dev/null",
        "StrictHostKeyChecking=yes",
        "UpdateHostKeys=no",
        "IdentitiesOnly=yes",
    )
    options = [known, *plain, f"HostKeyAlias={host}", "PasswordAuthentication=no"]
    return ["-F", "/dev/null", *(part for option in options for part in ("-o", option))]


def _write_secrets(inventory: Path, state: State) -> None:
    folder = inventory / "secrets"
    folder.mkdir(mode=0o700)
    database = state.database_passwords["dulae"]
    secrets = {"intranet_database": database, "saraban_database": database}
    # In the lab everybody's password is known; elsewhere only those of accounts made for a test are.
    secrets |= {"probe": password_of(PROBE), "leaver": department()[RESIGNED].password}
    secrets |= {"mailbox": state.mail_passwords[mailboxes.HELPDESK]}
    for name, secret in secrets.items():
        write_private(folder / name, f"{secret}\n")


def _site(state: State) -> dict[str, Any]:
    return {
        "organisation": {"th": "กรมตัวอย่าง", "en": "Example Department"},
        "unit": {
            "th": "กลุ่มเทคโนโลยีสารสนเทศ กองแผนงาน",
            "en": "Information Technology Group, Planning Division",
        },
        "node": "control1",
        "state_dir": "state",
        "report_dir": "reports",
        "lists_dir": "lists",
        "language": "th",
        "digits": "arabic",
        "mail": {
            "smtp_host": LOOPBACK,
            "smtp_port": state.ports["smtp"],
            "starttls": False,
            "sender": mailboxes.HELPDESK,
            "imap_host": LOOPBACK,
            "imap_port": state.ports["imap"],
            "imap_tls": False,
            "mailbox": "INBOX",
            "username": mailboxes.HELPDESK,
            "password": {"file": "secrets/mailbox"},
        },
        "postgres_bin": state.postgres_bin,
    }


def _holder(identity: str, th: str, en: str, roles: list[str], **more: Any) -> dict[str, Any]:
    mailbox = f"{identity}@dept.example"
    email = {"email": mailbox} if mailbox in mailboxes.ADDRESSES else {}
    return {"id": identity, "name": {"th": th, "en": en}, "roles": roles, **email, **more}


def _people(layout: Layout) -> dict[str, Any]:
    example = repository() / "inventory/example/group_vars/all/people.yml"
    roles = yaml.safe_load(example.read_text(encoding="utf-8"))["dulae_people"]["roles"]
    company = {"th": "บริษัท ตัวอย่างบำรุงรักษา จำกัด", "en": "Example Maintenance Co., Ltd."}
    contractor = {
        "id": "contractor1",
        "name": company,
        "roles": ["contractor"],
        "email": mailboxes.CONTRACTOR,
    }
    maker, approver = (keys.public_key(layout.keys / name) for name in ("officer1", "officer2"))
    duties = ["duty_officer", "ops_engineer"]
    return {
        "roles": roles,
        "holders": [
            _holder("officer1", "นางสาวสมหญิง ตัวอย่าง", "Somying Tuayang", duties, ssh_public_key=maker),
            _holder("officer2", "นายสมชาย สมมติ", "Somchai Sommut", ["approver"], ssh_public_key=approver),
            _holder("head1", "นางสมศรี นามสมมติ", "Somsri Namsommut", ["it_head"]),
            _holder("personnel1", "นายสมบัติ ทดสอบ", "Sombat Thotsop", ["personnel_officer"]),
            _holder("chair1", "นายสมพงษ์ ประธานสมมติ", "Sompong Prathansommut", ["committee_chair"]),
            _holder("member1", "นางสาวสมใจ กรรมการสมมติ", "Somjai Kammakansommut", ["committee_member"]),
            _holder("secretary1", "นายสมาน เลขาสมมติ", "Saman Lekhasommut", ["committee_secretary"]),
            _holder("audit1", "นางสมพร ตรวจสมมติ", "Somporn Truatsommut", ["internal_audit"]),
            contractor,
        ],
    }


def _dump(path: Path, data: Any) -> None:
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=120)
    write_private(path, _HEAD + text)
