"""The lab's electronic correspondence system (e-Saraban): users with a flag that the login obeys, HTTPS only.

``python -m tests.lab.saraban SETTINGS.json``.
"""

from __future__ import annotations

import hashlib
import html
import secrets
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tests.lab.passwords import verify
from tests.lab.ports import LOOPBACK
from tests.lab.serving import arguments
from tests.lab.web import MANUAL, Application, Database, Request, Response, Server, as_json, redirect

SESSION = "saraban_session"
_REFUSED = "ชื่อผู้ใช้หรือรหัสผ่านไม่ถูกต้อง"
_DISABLED = "บัญชีนี้ถูกระงับการใช้งาน กรุณาติดต่อผู้ดูแลระบบ"


class Saraban(Application):
    """The register in and out, and the documents' files, for those who are logged in."""

    def __init__(self, settings: dict[str, Any]) -> None:
        super().__init__(settings["templates"], settings["database_url"], "csrf_token")
        self._files: Path = settings["files"]
        self.routes |= {
            ("GET", "/"): lambda request, database: redirect("/register"),
            ("GET", "/login"): lambda request, database: self.form_page(request),
            ("POST", "/login"): self.login,
            ("GET", "/logout"): self.logout,
            ("POST", "/logout"): self.logout,
            ("GET", "/register"): self.register,
            ("GET", "/attachments/*"): self.attachment,
            ("GET", "/api/me"): self.me,
            ("GET", "/manual.pdf"): lambda request, database: Response(MANUAL, kind="application/pdf"),
        }

    def login(self, request: Request, database: Database) -> Response:
        if not self.csrf_holds(request):
            return Response("แบบฟอร์มหมดอายุ".encode(), HTTPStatus.FORBIDDEN)
        query = "SELECT id, password_hash, is_active FROM users WHERE username = %s"
        user = database.execute(query, [request.form.get("username", "")]).fetchone()
        if user is None or not verify(request.form.get("password", ""), user["password_hash"]):
            return self.form_page(request, _REFUSED)
        if not user["is_active"]:
            return self.form_page(request, _DISABLED)
        token = secrets.token_hex(32)
        database.execute("INSERT INTO sessions (token, user_id) VALUES (%s, %s)", [token, user["id"]])
        database.execute("UPDATE users SET last_login = %s WHERE id = %s", [datetime.now(UTC), user["id"]])
        return redirect("/register", **{SESSION: token})

    def _user(self, request: Request, database: Database) -> dict[str, Any] | None:
        """Return who is logged in; a session outlives its account's disabling unless it is ended."""
        query = "UPDATE sessions SET last_seen = now() WHERE token = %s RETURNING user_id"
        session = database.execute(query, [request.cookies.get(SESSION, "")]).fetchone()
        if session is None:
            return None
        return database.execute("SELECT * FROM users WHERE id = %s", [session["user_id"]]).fetchone()

    def logout(self, request: Request, database: Database) -> Response:
        database.execute("DELETE FROM sessions WHERE token = %s", [request.cookies.get(SESSION, "")])
        return redirect("/login", **{SESSION: ""})

    def register(self, request: Request, database: Database) -> Response:
        user = self._user(request, database)
        if user is None:
            return redirect("/login")
        query = (
            "SELECT number, year_be, subject, secrecy FROM documents WHERE direction = 'in' "
            "ORDER BY registered_at DESC LIMIT 20"
        )
        items = "".join(
            f"<li>{row['number']}/{row['year_be']} "
            f"{html.escape(row['subject'] if row['secrecy'] == 'ปกติ' else 'เอกสารลับ')}</li>\n"
            for row in database.execute(query)
        )
        account = f"ยินดีต้อนรับ {user['first_name']} {user['last_name']} | ออกจากระบบ"
        return self.page("page.html", title="ทะเบียนหนังสือรับ", account=account, items=items)

    def attachment(self, request: Request, database: Database) -> Response:
        if self._user(request, database) is None:
            return redirect("/login")
        query = "SELECT stored_as FROM attachments WHERE id = %s"
        row = database.execute(query, [int(request.path.rpartition("/")[2])]).fetchone()
        if row is None or not (self._files / row["stored_as"]).is_file():
            return Response("ไม่พบไฟล์".encode(), HTTPStatus.NOT_FOUND)
        return Response((self._files / row["stored_as"]).read_bytes(), kind="application/pdf")

    def me(self, request: Request, database: Database) -> Response:
        query = (
            "SELECT users.username FROM users JOIN api_tokens ON api_tokens.user_id = users.id "
            "WHERE token_hash = %s AND (expires_at IS NULL OR expires_at > now())"
        )
        user = database.execute(query, [hashlib.sha256(request.bearer.encode()).hexdigest()]).fetchone()
        return (
            as_json({"error": "unauthenticated"}, HTTPStatus.UNAUTHORIZED) if user is None else as_json(user)
        )


def main() -> None:
    """Serve the correspondence system until SIGTERM."""
    settings = arguments()
    Server((LOOPBACK, settings["port"]), Saraban(settings), settings["certificate"]).serve_forever()


if __name__ == "__main__":
    main()
