"""What `dulae access` says of a plan, in Thai and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dulae.reports.speech import Speech

_EN: Mapping[str, str] = {
    "none": "There is no plan yet: dulae access plan",
    "made": "plan {}, made by {} at {}, valid until {}",
    "list": "list {}, {} rows, SHA-256 {}",
    "sha256": "SHA-256 of the plan {}",
    "unread": "{} could not be read: {}",
    "unchangeable": "{} cannot be changed: table {} keeps no transactions ({})",
    "stopped": "{} is stopped: {}",
    "nothing": "It changes nothing, and needs no approval.",
    "unknown": " Of what could not be read nobody knows: plan again when it can be.",
    "late": " (used after leaving)",
    "disabled": " (disabled; something is open)",
    "owner_left": " (open: {}; its owner left earlier)",
    "again": " (open again: {}; disabled {})",
    "voted_approved": "plan {}: approved by {} ({})",
    "voted_rejected": "plan {}: rejected by {} ({})",
    "asking": "plan {}: asking {} systems",
    "waiting": "Waiting for their day",
    "protected": "Protected: only changed by hand",
    "review": "For a person to decide",
    "already": "Disabled already",
    "no_account": "Without an account",
}
_TH: Mapping[str, str] = {
    "none": "ยังไม่มีแผน ให้จัดทำด้วยคำสั่ง dulae access plan",
    "made": "แผน {} จัดทำโดย {} เมื่อ {} ใช้ได้ถึง {}",
    "list": "รายชื่อ {} จำนวน {} แถว SHA-256 {}",
    "sha256": "SHA-256 ของแผน {}",
    "unread": "อ่าน {} ไม่ได้: {}",
    "unchangeable": "เปลี่ยนแปลง {} ไม่ได้: ตาราง {} ไม่รองรับทรานแซกชัน ({})",
    "stopped": "{} ถูกระงับไว้: {}",
    "nothing": "แผนนี้ไม่เปลี่ยนแปลงสิ่งใด จึงไม่ต้องอนุมัติ",
    "unknown": " ส่วนที่อ่านไม่ได้ยังไม่ทราบผล ให้จัดทำแผนอีกครั้งเมื่ออ่านได้",
    "late": " (มีการใช้หลังพ้นสภาพ)",
    "disabled": " (ปิดแล้ว แต่ยังมีสิ่งที่เปิดอยู่)",
    "owner_left": " (เปิดอยู่: {} เจ้าของพ้นสภาพก่อนแล้ว)",
    "again": " (กลับมาเปิด: {} เคยปิดเมื่อ {})",
    "voted_approved": "แผน {}: อนุมัติโดย {} ({})",
    "voted_rejected": "แผน {}: ไม่อนุมัติโดย {} ({})",
    "asking": "แผน {}: กำลังติดต่อ {} ระบบ",
    "waiting": "รอวันมีผล",
    "protected": "บัญชีคุ้มครอง ต้องดำเนินการด้วยมือ",
    "review": "ต้องให้เจ้าหน้าที่พิจารณา",
    "already": "ปิดการใช้งานอยู่แล้ว",
    "no_account": "ไม่พบบัญชี",
}
_WORDS: Mapping[str, Mapping[str, str]] = {"en": _EN, "th": _TH}
# What each table shows, from left to right.
HEADINGS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "en": {
        "plans": ("plan", "state", "accounts", "made by", "valid until"),
        "items": (
            "no.",
            "name",
            "citizen id",
            "movement",
            "first day out",
            "system",
            "account",
            "matched",
            "change",
            "ends",
        ),
        "others": ("no.", "name", "system", "accounts", "why"),
    },
    "th": {
        "plans": ("แผน", "สถานะ", "บัญชี", "ผู้จัดทำ", "ใช้ได้ถึง"),
        "items": (
            "ลำดับ",
            "ชื่อ-สกุล",
            "เลขประจำตัวประชาชน",
            "การเคลื่อนไหว",
            "วันแรกที่พ้น",
            "ระบบ",
            "บัญชี",
            "วิธีจับคู่",
            "สิ่งที่เปลี่ยน",
            "สิ่งที่ยุติ",
        ),
        "others": ("ลำดับ", "ชื่อ-สกุล", "ระบบ", "บัญชี", "เหตุผล"),
    },
}
_STATES: Mapping[str, str] = {
    "changed": "ไฟล์ไม่ตรงกับที่บันทึกไว้",
    "empty": "ไม่มีรายการ",
    "open": "รออนุมัติ",
    "approved": "อนุมัติแล้ว",
    "rejected": "ไม่อนุมัติ",
    "expired": "หมดอายุ",
    "interrupted": "ถูกขัดจังหวะ",
    "applied": "ดำเนินการแล้ว",
    "partly_applied": "ดำเนินการบางระบบ",
    "undone": "คืนสิทธิแล้ว",
    "partly_undone": "คืนสิทธิบางราย",
}


@dataclass(frozen=True)
class PlanWords:
    """How a plan is told in one language: English keeps the ids and ISO dates of the files."""

    speech: Speech

    def __getitem__(self, name: str) -> str:
        """Return one of the fixed sentences."""
        return _WORDS[self.speech.language][name]

    def headings(self, table: str) -> tuple[str, ...]:
        """Return the headings of one of the tables."""
        return HEADINGS[self.speech.language][table]

    def state(self, word: str) -> str:
        """Return how far a plan has come."""
        return _STATES[word] if self.speech.thai else word

    def movement(self, name: str) -> str:
        """Return a kind of movement."""
        return str(self._access("movements").get(name, name))

    def kinds(self, names: list[str]) -> str:
        """Return what belongs to an account, such as sessions."""
        return ", ".join(str(self._access("opened_kinds").get(name, name)) for name in names)

    def because(self, reason: Mapping[str, Any]) -> str:
        """Return a reason of a plan as a sentence."""
        from dulae.reports.data.access_actions import said

        # What the list itself said of a row was kept in both languages.
        own = {"reason": reason["reason_th"]} if self.speech.thai and reason.get("reason_th") else {}
        return self.speech.sentence(said({**reason, **own}))

    def day(self, text: str) -> str:
        """Return an ISO day of a plan."""
        return self.speech.date(date.fromisoformat(text)) if self.speech.thai and text else text

    def moment(self, moment: datetime) -> str:
        """Return a moment in the office's zone, to the minute."""
        if self.speech.thai:
            return self.speech.moment(moment)
        return f"{moment.astimezone(self.speech.zone):%Y-%m-%d %H:%M}"

    def _access(self, part: str) -> Mapping[str, Any]:
        words: Mapping[str, Any] = self.speech.words["access"][part] if self.speech.thai else {}
        return words
