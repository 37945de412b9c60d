r"""Laravel's own tables with some people in them. Laravel itself does not run here: it cannot be had.

The tables are those that its published migrations make, as its grammars write them for each database (the files beside
this one say which). A login is what Laravel's own hasher does: PHP's ``password_verify``, after ``password_get_info``
has called the hash bcrypt's; other hashes make Laravel answer with an error (``Illuminate\Hashing\BcryptHasher``).
"""

import hashlib
import json
import secrets
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import text

MODEL = r"App\Models\User"
_HERE = Path(__file__).parent
# What PHP's password_hash and password_verify say, one answer for each question on standard input.
_HASHING = """
foreach (json_decode(stream_get_contents(STDIN), true) as [$password, $hash]) {
    $answers[] = $hash === null
        ? password_hash($password, PASSWORD_BCRYPT, ['cost' => 4])
        : [password_get_info($hash)['algoName'], password_verify($password, $hash)];
}
echo json_encode($answers);
"""


@dataclass(frozen=True)
class Member:
    """Somebody with an account, a session, a token, an asked-for password reset, and the roles 1 and 2."""

    number: int
    email: str
    name: str
    password: str
    citizen_id: str = ""
    unit: str = "กองคลัง"


def schema(dialect: str) -> list[str]:
    """Return the statements that make Laravel's tables: ``mariadb``, ``postgresql`` or ``sqlite``."""
    lines = (_HERE / f"{dialect}.sql").read_text(encoding="utf-8").splitlines()
    told = "\n".join(line for line in lines if not line.startswith("--"))
    return [statement.strip() for statement in told.split(";") if statement.strip()]


def fill(url: str, dialect: str, members: Iterable[Member]) -> None:
    """Make the tables in an empty database, and everything that the members have."""
    members = list(members)
    hashes = hashed([member.password for member in members])
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        for statement in schema(dialect):
            connection.exec_driver_sql(statement)
        connection.execute(
            text("INSERT INTO roles (id, name, guard_name) VALUES (1, 'clerk', 'web'), (2, 'head', 'web')")
        )
        for member, hash_ in zip(members, hashes, strict=True):
            for insert, values in _statements(member, hash_):
                connection.execute(insert, values)


def _statements(member: Member, hash_: str) -> Iterable[tuple[Any, dict[str, Any]]]:
    """Yield what one member's rows are made with; a stranger's rows of the same numbers stand beside them."""
    user = {**vars(member), "password": hash_, "remember": secrets.token_hex(30)}
    user["citizen_id"] = user["citizen_id"] or None
    yield (
        text(
            "INSERT INTO users (id, name, email, password, remember_token, citizen_id, unit, created_at, updated_at)"
            " VALUES (:number, :name, :email, :password, :remember, :citizen_id, :unit,"
            " '2026-09-01 02:00:00', '2026-09-01 02:00:00')"
        ),
        user,
    )
    session = "INSERT INTO sessions VALUES (:id, :user, '127.0.0.1', 'Mozilla/5.0', 'YTowOnt9', :seen)"
    for part in ("a", "b"):
        key = hashlib.sha1(f"{part}{member.number}".encode()).hexdigest()
        yield text(session), {"id": key, "user": member.number, "seen": 1780000000}
    token = (
        "INSERT INTO personal_access_tokens (tokenable_type, tokenable_id, name, token, abilities)"
        " VALUES (:model, :number, 'phone', :token, '[\"*\"]')"
    )
    for model in (MODEL, r"App\Models\Team"):
        sha256 = hashlib.sha256(f"{model}{member.number}".encode()).hexdigest()
        yield text(token), {"model": model, "number": member.number, "token": sha256}
    reset = "INSERT INTO password_reset_tokens VALUES (:email, :token, '2026-11-01 02:00:00')"
    yield text(reset), {"email": member.email, "token": hash_}
    for role in (1, 2):
        yield (
            text("INSERT INTO model_has_roles VALUES (:role, :model, :number)"),
            {"role": role, "model": MODEL, "number": member.number},
        )


def demand_php() -> None:
    """Skip where PHP is missing."""
    if not shutil.which("php"):
        pytest.skip("no PHP here: apt-get install php-cli")


def _asked(questions: Sequence[tuple[str, str | None]]) -> list[Any]:
    demand_php()
    argv = ["php", "-r", _HASHING]
    done = subprocess.run(argv, input=json.dumps(questions), capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout))


def hashed(passwords: Sequence[str]) -> list[str]:
    """Return the bcrypt hashes that PHP makes of passwords."""
    return _asked([(password, None) for password in passwords])


def hash_check(password: str, hash_: str) -> tuple[str, bool]:
    """Return what PHP calls the form of a hash, and whether a password fits it."""
    ((form, fits),) = _asked([(password, hash_)])
    return str(form), bool(fits)
