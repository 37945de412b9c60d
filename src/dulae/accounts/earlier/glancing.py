"""What is looked at as an application's accounts stream past: counts, and people who left earlier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from dulae.accounts.account import Account
from dulae.accounts.applications import Application
from dulae.accounts.earlier.watching import SHOWN_DIGITS, Watch


class Glance:
    """Counts active accounts with a citizen number, and those that bear each sign whose last bearer is kept.

    ``met`` holds the accounts of the few whom ``watch`` looks for, with their references.
    """

    def __init__(self, application: Application, watch: Watch | None) -> None:
        self._application, self._watch = application, watch
        self._apart = [sign for sign in application.profile.users.signs if sign.apart]
        self.numbered = 0
        self.bearers: Counter[str] = Counter({sign.label: 0 for sign in self._apart})
        self.met: list[tuple[str, Account]] = []

    def over(self, found: Iterable[Account]) -> Iterator[Account]:
        """Yield the accounts as they come: by the million, so that little is asked of each."""
        watch = self._watch
        endings, names = (watch.endings, watch.names) if watch else ((), ())
        for account in found:
            if account.active:
                self.numbered += account.citizen_id != ""
                for sign in self._apart:
                    self.bearers[sign.label] += sign.holds(account.row[sign.label])
            if watch and (account.citizen_id[-SHOWN_DIGITS:] in endings or account.name_key in names):
                self.met += [(ref, account) for ref in watch.met(self._application, account)]
            yield account
