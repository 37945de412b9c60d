"""``contract.yml``, ``calendar.yml`` and ``site.yml``: terms, time, and the office itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from dulae.settings.procedure import Weekday
from dulae.settings.shape import AtLeastOne, Clock, Day, Name, Port, Secret, Shape, Text, Words

Amount = Annotated[Decimal, Field(ge=0, max_digits=15, decimal_places=4)]


class ServiceHours(Shape):
    """The hours in which the contractor owes service."""

    around_the_clock: bool = True


class AllowedDowntime(Shape):
    """Downtime allowed in a month: the larger of hours and percent of the month's service hours."""

    hours: Amount
    percent: Annotated[Decimal, Field(ge=0, le=100)]


class Contract(Shape):
    """The maintenance contract's terms, for worksheets that the committee decides on."""

    number: Text
    contractor: Words
    email: str = Field(default="", pattern=r"^$|^[^@\s]+@[^@\s]+$")
    phone: str = ""
    instalment: AtLeastOne
    instalments: AtLeastOne
    starts: Day
    ends: Day
    instalment_fee_thb: Amount
    service_hours: ServiceHours = ServiceHours()
    allowed_downtime: AllowedDowntime
    rate_thb_per_hour: Amount
    start_within_minutes: AtLeastOne
    finish_within_hours: AtLeastOne
    late_percent_per_hour: Amount
    committee_order: str = ""


class OfficeHours(Shape):
    """When the office is open on a working day."""

    start: Clock
    end: Clock


class Holiday(Shape):
    """A day on which the office is closed."""

    date: Day
    title: Words


class Calendar(Shape):
    """Working time: days, hours and holidays, in one time zone."""

    timezone: Text = "Asia/Bangkok"
    working_days: tuple[Weekday, ...] = Field(min_length=1)
    office_hours: OfficeHours
    holidays: tuple[Holiday, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone; ``load`` has made sure that it exists."""
        return ZoneInfo(self.timezone)


class Mail(Shape):
    """The mailbox that takes users' reports, and the server that sends ours."""

    smtp_host: Text
    smtp_port: Port = 587
    starttls: bool = True
    sender: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    imap_host: Text
    imap_port: Port = 993
    imap_tls: bool = True
    mailbox: Text = "INBOX"
    username: Text
    password: Secret
    ca_file: str = ""


class Site(Shape):
    """The office, this control node, and where it keeps things."""

    organisation: Words
    unit: Words
    node: Name
    state_dir: Text = "/var/lib/dulae"
    report_dir: Text = "/var/lib/dulae/reports"
    lists_dir: Text = "lists"
    claims_dir: Text = "lists/claims"
    language: Literal["th", "en"] = "th"
    digits: Literal["arabic", "thai"] = "arabic"
    mail: Mail | None = None
    postgres_bin: str = ""
    mariadb_bin: str = ""
