"""Faults of hosts, the database server, mail and space."""

from __future__ import annotations

from tests.lab import keys
from tests.lab.errors import FaultRefused
from tests.lab.faults.fault import Fault, Memory
from tests.lab.lab import Lab

FILLER = "filler"


def stop_database(lab: Lab) -> Memory:
    """Shut PostgreSQL down, as an operator would."""
    lab.stop("postgres")
    return {}


def start_database(lab: Lab, memory: Memory) -> None:
    """Start it again."""
    lab.start("postgres")


def stop_mail(lab: Lab) -> Memory:
    """End SMTP and IMAP."""
    lab.stop("mail")
    return {}


def start_mail(lab: Lab, memory: Memory) -> None:
    """Start them again."""
    lab.start("mail")


def fill_disk(lab: Lab) -> Memory:
    """Write on db1, through SSH, until the kernel says that its file system is full."""
    present = lab.state
    if not present.disk:
        raise FaultRefused(f"full_disk needs a file system of db1's own: {present.why_no_disk}")
    said = lab.ssh("db1", f"cat /dev/zero > '{lab.layout.data_mount}/{FILLER}'").stderr
    if "No space left" not in said:
        raise FaultRefused(f"the disk of db1 did not fill: {said.strip()}")
    return {}


def free_disk(lab: Lab, memory: Memory) -> None:
    """Remove what filled it."""
    done = lab.ssh("db1", f"rm -f '{lab.layout.data_mount}/{FILLER}'")
    if done.returncode:
        raise FaultRefused(f"the disk of db1 cannot be freed: {done.stderr.strip()}")


def change_host_key(lab: Lab) -> Memory:
    """Have mail1 answer with a key that nobody knows."""
    lab.reload_ssh("mail1", host_key=str(keys.host_key(lab.layout, "impostor")))
    return {}


def restore_host_key(lab: Lab, memory: Memory) -> None:
    """Have it answer with its own again."""
    lab.reload_ssh("mail1", host_key=str(keys.host_key(lab.layout, "mail1")))


def take_host_down(lab: Lab) -> Memory:
    """Have backup1 answer no more, and drop its connections."""
    lab.reload_ssh("backup1", up=False)
    return {}


def bring_host_up(lab: Lab, memory: Memory) -> None:
    """Have it answer again."""
    lab.reload_ssh("backup1", up=True)


FAULTS = {
    "full_disk": Fault("the data disk of db1 is full", "db1/data", fill_disk, free_disk),
    "database_down": Fault(
        "PostgreSQL on db1 is shut down", "saraban/database", stop_database, start_database
    ),
    "mail_down": Fault("SMTP and IMAP on mail1 are shut down", "saraban/mail_out", stop_mail, start_mail),
    "wrong_host_key": Fault(
        "mail1 answers with another host key", "mail1", change_host_key, restore_host_key
    ),
    "host_down": Fault("backup1 cannot be reached over SSH", "backup1", take_host_down, bring_host_up),
}
