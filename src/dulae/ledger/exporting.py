"""Write a ledger as plain files, which an auditor checks with common tools, always the same for the same entries."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from dulae.errors import LedgerError
from dulae.ledger import canonical, checkpoint, files, header, keys
from dulae.ledger.store import Anchor, Ledger

LINES = "ledger.jsonl"
BODIES = "bodies"
ANCHORS = "anchors"
SCRIPT = "verify.sh"
GUIDE = "VERIFY.txt"
_SCRIPT = Path(__file__).with_name(SCRIPT)
_EXECUTABLE = 0o700
_IN_ONE_FOLDER = 10_000
_PAGE = 1000
_GUIDE = """\
How to verify this export of {log}

It holds {count} entries. Compare three things with what you hold yourself, on paper or in your own mail:
the number, the anchor below, and the fingerprint of the key.

  anchor       {count} {sha256}
  fingerprint  {fingerprint}

1. One command gives the anchor of the first N entries (here N = {count}; a report prints its own N and anchor):
     head -n {count} ledger.jsonl | sha256sum
2. One command gives the fingerprint:
     openssl pkey -pubin -in public.pem -outform DER | sha256sum
3. The whole chain, every body, and every signature, with coreutils and openssl alone:
     sh verify.sh
   or, with dulae:
     dulae ledger verify .

ledger.jsonl holds one header for each entry; "body" is the SHA-256 of bodies/SEQ/10000/SEQ.json, "prev" that of the
header line before it with its newline. checkpoints/ holds what was signed (C2SP tlog-checkpoint, Ed25519).
The bodies hold personal data: keep them as your office keeps such data.
"""


def _silent(count: int) -> None:
    """Tell nobody how far it has come."""


def export(folder: Path, out: Path, progress: Callable[[int], object] = _silent) -> Anchor:
    """Write the ledger in a folder to a new folder and return its anchor; raise LedgerError.

    What is written is sealed first. It holds personal data: it is private, and appears whole or not at all.
    """
    ledger = Ledger.open(folder)
    size = ledger.checkpoint().size
    if out.exists():
        raise LedgerError("there is something here already", place=str(out), remedy="Name a new folder")
    building = None
    try:
        files.make_folder(out.parent)
        building = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
        _write_entries(ledger, building, size, progress)
        _copy_seals(folder, building, size)
        anchor = ledger.anchor(size)
        _write_guide(building, ledger, anchor)
        os.rename(building, out)
    except OSError as error:
        raise LedgerError(f"the export cannot be written ({error.strerror})", place=str(out)) from error
    finally:
        if building:
            shutil.rmtree(building, ignore_errors=True)
    return anchor


def _write_entries(ledger: Ledger, out: Path, size: int, progress: Callable[[int], object]) -> None:
    for name in (ANCHORS, BODIES):
        (out / name).mkdir(files.PRIVATE_FOLDER)
    with (out / LINES).open("x", encoding="ascii", newline="\n") as lines, ledger.reading() as connection:
        os.chmod(out / LINES, files.PRIVATE_FILE)
        for line, body in connection.execute(
            "SELECT header, body FROM entry WHERE seq < ? ORDER BY seq", (size,)
        ):
            lines.write(line + "\n")
            head = header.parse(line)
            if head.seq % _PAGE == 0:
                progress(head.seq)
            if body is None:
                continue
            _write(_body_path(out, head.seq), body)
            if head.kind == "anchor":
                kept = canonical.decode(body)
                _write(
                    out / ANCHORS / f"{kept['count']:012d}.txt",
                    f"{kept['count']} {kept['sha256']}\n".encode(),
                )


def _write(path: Path, data: bytes) -> None:
    if not path.parent.is_dir():
        path.parent.mkdir(files.PRIVATE_FOLDER)
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, files.PRIVATE_FILE), "wb") as stream:
        stream.write(data)


def _copy_seals(folder: Path, out: Path, size: int) -> None:
    for path in sorted((folder / checkpoint.FOLDER).glob("[0-9]*.txt")):
        if path.name <= checkpoint.file_name(size):
            _write(out / checkpoint.FOLDER / path.name, path.read_bytes())
    _write(out / keys.PUBLIC, (folder / keys.PUBLIC).read_bytes())
    _write(out / SCRIPT, _SCRIPT.read_bytes())
    os.chmod(out / SCRIPT, _EXECUTABLE)


def _write_guide(out: Path, ledger: Ledger, anchor: Anchor) -> None:
    fingerprint = keys.fingerprint(keys.public(ledger.folder))
    text = _GUIDE.format(log=ledger.log, count=anchor.count, sha256=anchor.sha256, fingerprint=fingerprint)
    _write(out / GUIDE, text.encode())


def _body_path(folder: Path, seq: int) -> Path:
    return folder / BODIES / str(seq // _IN_ONE_FOLDER) / f"{seq}.json"


def body_in(folder: Path, seq: int) -> bytes | None:
    """Return the body of an entry in an export, or None where it is not there; raise OSError."""
    try:
        return _body_path(folder, seq).read_bytes()
    except FileNotFoundError:
        return None


def anchors_in(folder: Path) -> list[Anchor]:
    """Return the anchors of an export; raise OSError, ValueError."""
    texts = [path.read_text(encoding="ascii").split() for path in sorted((folder / ANCHORS).glob("*.txt"))]
    return [Anchor(int(count), sha256) for count, sha256 in texts]
