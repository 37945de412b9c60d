"""Every fault of the lab changes what an ordinary client sees, and healing brings it back."""

import os
import subprocess
import time
import urllib.error

import pytest

from dulae.checks.backup import manifest
from dulae.checks.backup.hashing import sha256_of
from tests.lab import backups, faults
from tests.lab.errors import FaultRefused
from tests.lab.fixture import Department
from tests.lab.people import RESIGNED, department
from tests.lab.ports import answers


def reach(lab: Department, host: str) -> str:
    """Return nothing where SSH reaches a host, else what the client says."""
    return lab.ssh(host, "true").stderr


def test_every_fault_says_what_it_is() -> None:
    assert len(faults.FAULTS) >= 13
    assert all(fault.what and fault.subject for fault in faults.FAULTS.values())


def test_service_stopped(lab_to_break: Department) -> None:
    lab = lab_to_break
    lab.fault("service_stopped")
    with pytest.raises(urllib.error.URLError):
        lab.browser().get(lab.web("saraban", "/login"))
    assert not (lab.layout.run / "saraban.pid").exists()
    lab.heal("service_stopped")
    assert lab.browser().get(lab.web("saraban", "/login")).status == 200


def test_wrong_page(lab_to_break: Department) -> None:
    lab = lab_to_break
    lab.fault("wrong_page")
    page = lab.browser().get(lab.web("intranet", "/login"))
    assert page.status == 200
    assert "ลงชื่อเข้าใช้" not in page.text
    lab.heal("wrong_page")
    assert "ลงชื่อเข้าใช้" in lab.browser().get(lab.web("intranet", "/login")).text


def test_slow_answer(lab_to_break: Department) -> None:
    lab = lab_to_break
    healthy = lab.browser().get(lab.web("intranet", "/news"))
    lab.fault("slow_answer")
    began = time.monotonic()
    slow = lab.browser().get(lab.web("intranet", "/news"))
    # The wait is the fault itself: the server sleeps this long, however fast the machine is.
    assert time.monotonic() - began >= 5
    assert slow.text == healthy.text
    lab.heal("slow_answer")
    assert (
        "pg_sleep"
        not in lab.rows("intranet", "SELECT prosrc FROM pg_proc WHERE proname = 'latest_news'")[0][0]
    )


def test_expired_certificate(lab_to_break: Department) -> None:
    lab = lab_to_break
    front = f"https://127.0.0.1:{lab.state.ports['intranet_tls']}/login"
    assert lab.browser().get(front).status == 200
    lab.fault("expired_certificate")
    with pytest.raises(urllib.error.URLError, match="certificate has expired"):
        lab.browser().get(front)
    lab.heal("expired_certificate")
    assert lab.browser().get(front).status == 200


def test_full_disk(lab_to_break: Department) -> None:
    lab = lab_to_break
    data = lab.layout.data_mount
    if not lab.state.disk:
        with pytest.raises(FaultRefused, match="full_disk needs"):
            lab.fault("full_disk")
        pytest.skip(lab.state.why_no_disk)
    lab.fault("full_disk")
    assert lab.ssh("db1", f"df --output=avail {data} | tail -1").stdout.strip() == "0"
    assert "No space left on device" in lab.ssh("db1", f"cp /etc/passwd {data}/more").stderr
    lab.heal("full_disk")
    assert lab.ssh("db1", f"rm -f {data}/more; cp /etc/passwd {data}/more && rm {data}/more").returncode == 0


def restores(lab: Department, system: str) -> str:
    """Return nothing where the newest dump can be read to its end, else what pg_restore says."""
    dump = backups.newest(lab.layout, system, f"{system}-*.dump")
    words = [f"{lab.state.postgres_bin}/pg_restore", "-f", os.devnull, str(dump)]
    return subprocess.run(words, capture_output=True, text=True, check=False).stderr


def unchanged(lab: Department, system: str) -> bool:
    """Say whether the newest dump is what its manifest says."""
    dump = backups.newest(lab.layout, system, f"{system}-*.dump")
    return manifest.read(manifest.beside(str(dump)), dump.name).sha256 == sha256_of(str(dump))[0]


def test_truncated_dump(lab_to_break: Department) -> None:
    lab = lab_to_break
    lab.fault("truncated_dump")
    assert "end of file" in restores(lab, "saraban")
    lab.heal("truncated_dump")
    assert restores(lab, "saraban") == "" and unchanged(lab, "saraban")


def test_missing_backup(lab_to_break: Department) -> None:
    lab = lab_to_break
    before = sorted(backups.folder(lab.layout, "saraban").iterdir())
    lab.fault("missing_backup")
    assert list(backups.folder(lab.layout, "saraban").glob("documents-*")) == []
    lab.heal("missing_backup")
    assert sorted(backups.folder(lab.layout, "saraban").iterdir()) == before


def test_flipped_byte(lab_to_break: Department) -> None:
    lab = lab_to_break
    dump = backups.newest(lab.layout, "intranet", "intranet-*.dump")
    before = dump.stat()
    lab.fault("flipped_byte")
    assert not unchanged(lab, "intranet")
    assert restores(lab, "intranet") == ""
    after = dump.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    lab.heal("flipped_byte")
    assert unchanged(lab, "intranet")


def test_leaver_logged_in(lab_to_break: Department) -> None:
    lab = lab_to_break
    email = department()[RESIGNED].email
    query = "SELECT last_login_at, (SELECT count(*) FROM sessions WHERE user_id = users.id) FROM users WHERE email = %s"
    before = lab.rows("intranet", query, email)
    lab.fault("leaver_logged_in")
    ((seen, sessions),) = lab.rows("intranet", query, email)
    assert seen > before[0][0] and sessions == before[0][1] + 1
    lab.heal("leaver_logged_in")
    assert lab.rows("intranet", query, email) == before


def test_a_leaver_whose_account_is_disabled_cannot_be_made_to_log_in(lab_to_break: Department) -> None:
    lab = lab_to_break
    email = department()[RESIGNED].email
    ((kept,),) = lab.rows("intranet", "SELECT password FROM users WHERE email = %s", email)
    lab.rows("intranet", "UPDATE users SET password = '!' WHERE email = %s", email)
    try:
        with pytest.raises(FaultRefused, match="cannot log in"):
            lab.fault("leaver_logged_in")
    finally:
        lab.rows("intranet", "UPDATE users SET password = %s WHERE email = %s", kept, email)
    assert faults.active(lab) == []


def test_database_down(lab_to_break: Department) -> None:
    lab = lab_to_break
    lab.fault("database_down")
    page = lab.browser().get(lab.web("intranet", "/health"))
    assert (page.status, '"database": "down"' in page.text) == (503, True)
    lab.heal("database_down")
    assert lab.browser().get(lab.web("intranet", "/health")).status == 200


def test_mail_down(lab_to_break: Department) -> None:
    lab = lab_to_break
    lab.fault("mail_down")
    assert not answers(lab.state.ports["smtp"]) and not answers(lab.state.ports["imap"])
    lab.heal("mail_down")
    assert answers(lab.state.ports["smtp"]) and answers(lab.state.ports["imap"])


def test_list_missing(lab_to_break: Department) -> None:
    lab = lab_to_break
    (arrived,) = (lab.inventory / "lists").iterdir()
    lab.fault("list_missing")
    assert list((lab.inventory / "lists").iterdir()) == []
    lab.heal("list_missing")
    assert list((lab.inventory / "lists").iterdir()) == [arrived]


def test_wrong_host_key(lab_to_break: Department) -> None:
    lab = lab_to_break
    lab.fault("wrong_host_key")
    assert "Host key verification failed" in reach(lab, "mail1")
    assert reach(lab, "web1") == ""
    lab.heal("wrong_host_key")
    assert reach(lab, "mail1") == ""


def test_host_down(lab_to_break: Department) -> None:
    lab = lab_to_break
    lab.fault("host_down")
    assert "Connection refused" in reach(lab, "backup1")
    lab.heal("host_down")
    assert reach(lab, "backup1") == ""


def test_a_fault_in_force_is_not_made_twice_and_only_faults_in_force_are_healed(
    lab_to_break: Department,
) -> None:
    lab = lab_to_break
    lab.fault("list_missing")
    lab.fault("list_missing")
    assert faults.active(lab) == ["list_missing"]
    with pytest.raises(FaultRefused, match="mail_down is not in force"):
        lab.heal("mail_down")


def test_all_faults_at_once_are_healed_together(lab_to_break: Department) -> None:
    lab = lab_to_break
    first = ["leaver_logged_in"]
    last = ["mail_down", "database_down"]
    middle = [name for name in faults.FAULTS if name not in (*first, *last, "full_disk")]
    for name in (*first, *middle, *last):
        lab.fault(name)
    assert faults.active(lab) == [*first, *middle, *last]
    lab.heal()
    assert faults.active(lab) == []
    assert lab.browser().get(lab.web("saraban", "/health")).status == 200
    assert all(reach(lab, host) == "" for host in lab.hosts)
