"""What is counted as an application's accounts stream past: no account is kept for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from dulae.accounts.account import Account
from dulae.accounts.profile import Profile


class Glance:
    """Counts active accounts with a citizen number, and those that bear each sign whose last bearer is kept."""

    def __init__(self, profile: Profile) -> None:
        self._apart = [sign for sign in profile.users.signs if sign.apart]
        self.active = 0
        self.numbered = 0
        self.bearers: Counter[str] = Counter({sign.label: 0 for sign in self._apart})

    def over(self, found: Iterable[Account]) -> Iterator[Account]:
        """Yield the accounts as they come."""
        for account in found:
            if account.active:
                self.active += 1
                self.numbered += bool(account.citizen_id)
                for sign in self._apart:
                    self.bearers[sign.label] += sign.holds(account.row[sign.label])
            yield account
