"""The lab's two systems as ``systems.yml`` declares them: databases, accounts, space, backups, usage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.lab import backups, probes
from tests.lab.layout import Layout
from tests.lab.people import PROBE
from tests.lab.ports import LOOPBACK
from tests.lab.state import State

Plain = dict[str, Any]


def systems(layout: Layout, state: State) -> list[Plain]:
    """Return both systems as plain data."""
    return [_intranet(layout, state), _saraban(layout, state)]


def _words(th: str, en: str) -> Plain:
    return {"th": th, "en": en}


def _database(system: str, state: State) -> Plain:
    address = f"postgresql+psycopg://dulae@{LOOPBACK}:{state.ports['postgres']}/{system}"
    return {
        "name": system,
        "host": "db1",
        "url": address,
        "password": {"file": f"secrets/{system}_database"},
        # One system is asked directly, one through SSH, as departments have both.
        "via_ssh": system == "saraban",
    }


def _intranet(layout: Layout, state: State) -> Plain:
    return {
        "name": "intranet",
        "title": _words("ระบบบริหารงานภายใน (Intranet)", "Internal administration system (Intranet)"),
        "hosts": ["web1", "db1"],
        "probes": probes.intranet(layout, state),
        "databases": [_database("intranet", state)],
        "accounts": {**_intranet_accounts(), "login_probe": probes.intranet_login(state)},
        "mounts": [_folder_of_this_machine("backup1", layout.vault)],
        "backup_sets": [backups.declared_dump(layout, "intranet")],
        "backups_made_here": [backups.source_dump(layout, state, "intranet")],
        "data_stores": [_databases_of_db1(state)],
        "usage": {"database": "intranet", "queries": _intranet_queries()},
    }


def _saraban(layout: Layout, state: State) -> Plain:
    return {
        "name": "saraban",
        "title": _words("ระบบสารบรรณอิเล็กทรอนิกส์", "Electronic correspondence system (e-Saraban)"),
        "known_as": ["สารบรรณ", "saraban"],
        "hosts": ["web1", "db1"],
        "probes": probes.saraban(layout, state),
        "databases": [_database("saraban", state)],
        "accounts": {**_saraban_accounts(), "login_probe": probes.saraban_login(layout, state)},
        "mounts": [_data_of_db1(layout, state), _folder_of_this_machine("web1", layout.documents)],
        "backup_sets": [backups.declared_dump(layout, "saraban"), backups.declared_documents(layout)],
        "backups_made_here": [
            backups.source_dump(layout, state, "saraban"),
            backups.source_documents(layout),
        ],
        "data_stores": [_document_files(layout)],
        "usage": {"database": "saraban", "queries": _saraban_queries()},
    }


def _databases_of_db1(state: State) -> Plain:
    return {
        "name": "databases",
        "title": _words("ฐานข้อมูลทั้งหมดของ db1", "All databases of db1"),
        "host": "db1",
        "kind": "postgresql",
        "connection": {"host": LOOPBACK, "port": state.ports["postgres"], "user": "backup"},
    }


def _document_files(layout: Layout) -> Plain:
    return {
        "name": "document_folder",
        "title": _words("โฟลเดอร์ไฟล์หนังสือ", "Folder of document files"),
        "host": "web1",
        "kind": "folder",
        "path": str(layout.documents),
    }


def _data_of_db1(layout: Layout, state: State) -> Plain:
    if not state.disk:
        return _folder_of_this_machine("db1", layout.data_mount)
    return {"host": "db1", "path": str(layout.data_mount), "warn_free_percent": 20, "min_free_percent": 10}


def _folder_of_this_machine(host: str, path: Path) -> Plain:
    # Such a folder shares this machine's disk, of which the lab knows nothing: ask for very little.
    return {
        "host": host,
        "path": str(path),
        "warn_free_percent": 2,
        "min_free_percent": 1,
        "min_free_inodes_percent": 1,
    }


def _intranet_accounts() -> Plain:
    return {
        "database": "intranet",
        "profile": "scramble",
        "protected": ["admin@dept.example", f"{PROBE}@dept.example"],
        "brake": {"max_count": 10, "max_percent": 5},
        "users": {
            "login": "email",
            "name": ["name"],
            "privileged": {"column": "is_admin", "equals": True},
        },
        "ends": [
            {"what": "sessions", "table": "sessions", "user": "user_id", "used_at": "last_activity"},
            {"what": "reset_tokens", "table": "password_reset_tokens", "user": "email", "of": "email"},
            {
                "what": "api_tokens",
                "table": "personal_access_tokens",
                "user": "tokenable_id",
                "where": {"tokenable_type": r"App\Models\User"},
            },
            {
                "what": "roles",
                "table": "model_has_roles",
                "user": "model_id",
                "where": {"model_type": r"App\Models\User"},
                "restore": True,
            },
        ],
    }


def _saraban_accounts() -> Plain:
    return {
        "database": "saraban",
        "profile": "flag",
        "protected": ["admin", PROBE],
        "brake": {"max_count": 10, "max_percent": 5},
        "users": {"name": ["first_name", "last_name"], "last_login_at": "last_login"},
        "ends": [
            {"what": "sessions", "table": "sessions", "user": "user_id", "used_at": "last_seen"},
            {"what": "api_tokens", "table": "api_tokens", "user": "user_id"},
        ],
        "pending_documents": "SELECT number || '/' || year_be FROM documents "
        "WHERE owner_id = :account AND status = 'pending' ORDER BY registered_at",
    }


def _query(name: str, title: Plain, unit: str, sql: str) -> Plain:
    return {"name": name, "title": title, "unit": unit, "sql": sql}


def _intranet_queries() -> list[Plain]:
    month = "interval '30 days'"
    return [
        _query("users", _words("จำนวนบัญชีผู้ใช้งาน", "User accounts"), "users", "SELECT count(*) FROM users"),
        _query(
            "active_users",
            _words("ผู้ใช้งานใน 30 วัน", "Users active in 30 days"),
            "users",
            f"SELECT count(*) FROM users WHERE last_login_at >= now() - {month}",
        ),
        _query(
            "bookings",
            _words("การจองห้องประชุมใน 90 วัน", "Room bookings in 90 days"),
            "bookings",
            "SELECT count(*) FROM bookings WHERE created_at >= now() - interval '90 days'",
        ),
    ]


def _saraban_queries() -> list[Plain]:
    recent = "registered_at >= now() - interval '90 days'"
    return [
        _query(
            "active_users",
            _words("ผู้ใช้งานใน 30 วัน", "Users active in 30 days"),
            "users",
            "SELECT count(*) FROM users WHERE is_active AND last_login >= now() - interval '30 days'",
        ),
        _query(
            "never_logged_in",
            _words("ผู้ใช้ที่ไม่เคยเข้าระบบ", "Users who never logged in"),
            "users",
            "SELECT count(*) FROM users WHERE is_active AND last_login IS NULL",
        ),
        _query(
            "documents_received",
            _words("หนังสือรับใน 90 วัน", "Documents received in 90 days"),
            "documents",
            f"SELECT count(*) FROM documents WHERE direction = 'in' AND {recent}",
        ),
        _query(
            "documents_sent",
            _words("หนังสือส่งใน 90 วัน", "Documents sent in 90 days"),
            "documents",
            f"SELECT count(*) FROM documents WHERE direction = 'out' AND {recent}",
        ),
        _query(
            "documents_pending",
            _words("หนังสือค้างดำเนินการ", "Documents pending"),
            "documents",
            "SELECT count(*) FROM documents WHERE status = 'pending'",
        ),
    ]
