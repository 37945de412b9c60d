"""What the contractor and the reporter are told: words that can also be read out on the telephone."""

from __future__ import annotations

import hashlib
from datetime import datetime
from zoneinfo import ZoneInfo

from dulae.incidents.outbox import Letter
from dulae.ledger.views.incidents import Incident
from dulae.settings import Settings

_BE_OFFSET = 543
_NOTICE = """เรียน {contractor_th}

ขอแจ้งเหตุขัดข้องเลขที่ {number}
ระบบ: {title_th}
รายการ: {subject}
อาการ: {symptom}
เวลาที่รับแจ้ง: {reported_th}
ตามสัญญาเลขที่ {contract} ต้องเริ่มแก้ไขภายใน {start_minutes} นาที
และแล้วเสร็จภายใน {finish_hours} ชั่วโมง นับแต่เวลาที่ได้รับแจ้ง
โปรดตอบกลับอีเมลฉบับนี้ หรือโทรศัพท์ถึง {unit_th} เมื่อเริ่มดำเนินการ

--
To {contractor_en}

This is notice of incident {number}.
System: {title_en}
Item: {subject}
Symptom: {symptom}
Reported at: {reported_en}
Under contract {contract} repair starts within {start_minutes} minutes
and finishes within {finish_hours} hours of this notice.
Please answer this mail, or telephone {unit_en}, when you start.
"""
_RECEIPT = """ได้รับแจ้งปัญหาแล้ว เลขที่ {number}
อาการ: {symptom}
เจ้าหน้าที่จะประสานผู้รับจ้างและแจ้งผลให้ทราบ โปรดอ้างเลขที่นี้เมื่อติดต่อ {unit_th}

--
Your report has been received under number {number}.
The officer coordinates with the contractor and will tell you the result. Please quote the number to {unit_en}.
"""


def notice(incident: Incident, settings: Settings) -> Letter:
    """Return the notice of an incident to the contractor."""
    contract = settings.contract
    text = _NOTICE.format(
        **_facts(incident, settings),
        contractor_th=contract.contractor.th,
        contractor_en=contract.contractor.en,
        contract=contract.number,
        start_minutes=contract.start_within_minutes,
        finish_hours=contract.finish_within_hours,
    )
    subject = f"[{incident.number}] แจ้งเหตุขัดข้อง / Incident: {incident.system}"
    return Letter(f"{incident.number}.notice", contract.email, subject, text)


def receipt(incident: Incident, settings: Settings, *, to: str, answers: str) -> Letter:
    """Return the receipt for a report that came by mail."""
    subject = f"[{incident.number}] ได้รับแจ้งปัญหา / Report received"
    # Each report gets its own receipt; of two with one Message-ID a mail server keeps the first.
    which = hashlib.sha256(f"{to}\n{answers}".encode()).hexdigest()[:12]
    return Letter(
        f"{incident.number}.receipt-{which}",
        to,
        subject,
        _RECEIPT.format(**_facts(incident, settings)),
        answers,
    )


def _facts(incident: Incident, settings: Settings) -> dict[str, str]:
    system = next((system for system in settings.systems if system.name == incident.system), None)
    reported = incident.reported_at.astimezone(ZoneInfo(settings.calendar.timezone))
    return {
        "number": incident.number,
        "title_th": system.title.th if system else incident.system,
        "title_en": system.title.en if system else incident.system,
        "subject": incident.subject or "-",
        "symptom": incident.symptom,
        "reported_th": f"{reported.day}/{reported.month}/{reported.year + _BE_OFFSET} เวลา {_clock(reported)} น.",
        "reported_en": f"{reported.date().isoformat()} {_clock(reported)}",
        "unit_th": settings.site.unit.th,
        "unit_en": settings.site.unit.en,
    }


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"
