"""The lab's Intranet: users without an active flag, sessions and remember tokens as Laravel has them.

``python -m tests.lab.intranet SETTINGS.json`` serves it over HTTP and, behind a certificate, over HTTPS.
"""

from __future__ import annotations

import hashlib
import html
import secrets
import threading
import time
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from tests.lab.passwords import verify
from tests.lab.ports import LOOPBACK
from tests.lab.serving import arguments
from tests.lab.web import MANUAL, Application, Database, Request, Response, Server, as_json, redirect

SESSION, REMEMBER = "laravel_session", "remember_web"
_REFUSED = "อีเมลหรือรหัสผ่านไม่ถูกต้อง"


class Intranet(Application):
    """News for everybody; the home page and bookings for those who are logged in."""

    def __init__(self, settings: dict[str, Any]) -> None:
        super().__init__(settings["templates"], settings["database_url"], "_token")
        self.routes |= {
            ("GET", "/"): lambda request, database: redirect("/home"),
            ("GET", "/login"): self.login_page,
            ("POST", "/login"): self.login,
            ("GET", "/logout"): self.logout,
            ("POST", "/logout"): self.logout,
            ("GET", "/home"): self.home,
            ("GET", "/bookings"): self.bookings,
            ("GET", "/news"): self.news,
            ("GET", "/api/me"): self.me,
            ("GET", "/manual.pdf"): lambda request, database: Response(MANUAL, kind="application/pdf"),
        }

    def login_page(self, request: Request, database: Database) -> Response:
        return self.form_page(request, _REFUSED if "failed" in request.query else "")

    def login(self, request: Request, database: Database) -> Response:
        if not self.csrf_holds(request):
            return Response(b"419 Page Expired", HTTPStatus.FORBIDDEN)
        query = "SELECT id, password FROM users WHERE email = %s"
        user = database.execute(query, [request.form.get("email", "")]).fetchone()
        if user is None or not verify(request.form.get("password", ""), user["password"]):
            return redirect("/login?failed=1")
        answer = redirect("/home", **{SESSION: self._begin(user["id"], database)})
        if request.form.get("remember"):
            token = secrets.token_urlsafe(45)
            database.execute("UPDATE users SET remember_token = %s WHERE id = %s", [token, user["id"]])
            answer.cookies[REMEMBER] = f"{user['id']}|{token}"
        return answer

    def _begin(self, user: int, database: Database) -> str:
        name = secrets.token_hex(20)
        row = "INSERT INTO sessions (id, user_id, ip_address, user_agent, payload, last_activity) "
        values = [name, user, LOOPBACK, "lab", "e30=", int(time.time())]
        database.execute(row + "VALUES (%s, %s, %s, %s, %s, %s)", values)
        database.execute("UPDATE users SET last_login_at = %s WHERE id = %s", [datetime.now(UTC), user])
        return name

    def _user(self, request: Request, database: Database) -> dict[str, Any] | None:
        """Return who is logged in, by session or by remember token."""
        query = "UPDATE sessions SET last_activity = %s WHERE id = %s RETURNING user_id"
        known = database.execute(query, [int(time.time()), request.cookies.get(SESSION, "")]).fetchone()
        if known is not None:
            return database.execute("SELECT * FROM users WHERE id = %s", [known["user_id"]]).fetchone()
        number, _, token = request.cookies.get(REMEMBER, "").partition("|")
        if not number.isdigit() or not token:
            return None
        query = "SELECT * FROM users WHERE id = %s AND remember_token = %s"
        return database.execute(query, [int(number), token]).fetchone()

    def logout(self, request: Request, database: Database) -> Response:
        database.execute("DELETE FROM sessions WHERE id = %s", [request.cookies.get(SESSION, "")])
        return redirect("/login", **{SESSION: "", REMEMBER: ""})

    def home(self, request: Request, database: Database) -> Response:
        user = self._user(request, database)
        if user is None:
            return redirect("/login")
        account = f"ยินดีต้อนรับ {user['name']} | ออกจากระบบ"
        return self.page("page.html", title="หน้าแรก", account=account, items="")

    def bookings(self, request: Request, database: Database) -> Response:
        user = self._user(request, database)
        if user is None:
            return redirect("/login")
        rows = database.execute("SELECT room, starts_at FROM bookings ORDER BY starts_at DESC LIMIT 20")
        items = "".join(f"<li>{html.escape(row['room'])} {row['starts_at']:%Y-%m-%d}</li>\n" for row in rows)
        return self.page("page.html", title="ทะเบียนจองห้องประชุม", account="ออกจากระบบ", items=items)

    def news(self, request: Request, database: Database) -> Response:
        rows = database.execute("SELECT title FROM latest_news(10)")
        items = "".join(f"<li>{html.escape(row['title'])}</li>\n" for row in rows)
        return self.page("page.html", title="ข่าวประชาสัมพันธ์", account="", items=items)

    def me(self, request: Request, database: Database) -> Response:
        query = (
            "SELECT users.name FROM users JOIN personal_access_tokens held ON held.tokenable_id = users.id "
            "WHERE held.token = %s AND (held.expires_at IS NULL OR held.expires_at > now())"
        )
        user = database.execute(query, [hashlib.sha256(request.bearer.encode()).hexdigest()]).fetchone()
        return (
            as_json({"error": "unauthenticated"}, HTTPStatus.UNAUTHORIZED) if user is None else as_json(user)
        )


def main() -> None:
    """Serve the Intranet until SIGTERM."""
    settings = arguments()
    application = Intranet(settings)
    plain = Server((LOOPBACK, settings["port"]), application)
    front = Server((LOOPBACK, settings["tls_port"]), application, settings["certificate"])
    threading.Thread(target=front.serve_forever, daemon=True).start()
    plain.serve_forever()


if __name__ == "__main__":
    main()
