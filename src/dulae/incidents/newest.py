"""What the newest run says of each thing that is checked, from whichever hosts it was looked at.

One host may reach what another cannot, so no host's finding stands for another's. What was only tried in check mode
opens nothing and proves no repair.
"""

from __future__ import annotations

from datetime import datetime

from dulae.ledger import Entry, Ledger

Key = tuple[str, str]


def newest(ledger: Ledger, since: datetime, control: str = "") -> dict[Key, list[Entry]]:
    """Return by check and subject the newest run's findings, one for each host (the last that it gave)."""
    found: dict[Key, dict[str, Entry]] = {}
    tried: set[str] = set()
    for entry in ledger.entries(("run.intent", "finding"), control=control, since=since):
        if entry.kind == "run.intent":
            tried |= {entry.run} if entry.body.get("check_mode") else set()
        elif entry.run not in tried and "finding" in entry.body:
            finding = entry.body["finding"]
            hosts = found.setdefault((finding.get("check", ""), finding["subject"]), {})
            if any(other.run != entry.run for other in hosts.values()):
                hosts.clear()
            hosts[entry.body.get("host", "")] = entry
    return {key: list(hosts.values()) for key, hosts in found.items()}
