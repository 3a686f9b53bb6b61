"""How much Kakao lets be sent in a day, and how many tokens it gives out."""

from collections import Counter
from datetime import date, datetime

from sandbox.kakao.state import Account
from sandbox.kakao.switches import HOUR, MINUTE, Switches


class Quotas:
    """Today's counters of messages; a new day begins at midnight of `quota_reset_tz`."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._day = date.min
        self._clear()

    def _clear(self) -> None:
        self.app = 0
        self.shared = 0
        self.senders: Counter[int] = Counter()
        self.recipients: Counter[int] = Counter()
        self.pairs: Counter[tuple[int, int]] = Counter()

    def turn_to(self, now: float) -> None:
        """Begin a new day if midnight has passed."""
        today = datetime.fromtimestamp(now, self._switches.quota_reset_tz).date()
        if today != self._day:
            self._day = today
            self._clear()

    def refusal(self, sender: Account, receiver: Account) -> int | None:
        """Tell which quota is spent for a send between the two, if any."""
        limits = self._switches
        if self.app >= limits.app_per_day:
            return -10
        if sender is receiver and not limits.quota_memo_counts_pair:
            return None
        if self.senders[sender.id] >= limits.sender_per_day:
            return -532
        if self.recipients[receiver.id] >= limits.recipient_per_day:
            return -533
        return -536 if self.pairs[sender.id, receiver.id] >= limits.pair_per_day else None

    def count_shared(self, now: float) -> None:
        """Note that a message was shared to one chat."""
        self.turn_to(now)
        self.shared += 1

    def count(self, sender: Account, receiver: Account) -> None:
        """Note one accepted send."""
        self.app += 1
        if sender is receiver and not self._switches.quota_memo_counts_pair:
            return
        self.senders[sender.id] += 1
        self.recipients[receiver.id] += 1
        self.pairs[sender.id, receiver.id] += 1


def may_issue_tokens(account: Account, switches: Switches, now: float, *, refresh: bool) -> bool:
    """Note one more token for an account, unless it had too many lately."""
    access_left = _recent(account.issued_access, now - 10 * MINUTE)
    refresh_left = _recent(account.issued_refresh, now - HOUR)
    if access_left >= switches.access_tokens_per_10_minutes:
        return False
    if refresh and refresh_left >= switches.refresh_tokens_per_hour:
        return False
    account.issued_access.append(now)
    if refresh:
        account.issued_refresh.append(now)
    return True


def _recent(times: list[float], since: float) -> int:
    times[:] = [at for at in times if at > since]
    return len(times)
