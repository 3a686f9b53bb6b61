"""What becomes of a delivery after Kakao's answer.

The `reason` that a row gets, and what happens to it:

    unavailable                 not now: tried again with growing waits for about an hour,
                                then failed; what rules have found waits on, for days; while
                                Kakao answers nobody it only waits, which costs no try
    lost                        no answer: "Me" once more, when Kakao answers again, then
                                unknown; friends unknown at once
    restart                     the same, because Kkachi died meanwhile (the storage says so)
    allowance-…                 "Me" waits until Kakao counts anew; friends failed, and
                                `next_try_at` says from when they may be sent again
    allowance-server            the same, but only until other servers need less of the allowance
    discord                     Discord cannot be asked what a message says now: tried again with
                                growing waits, for days if need be
    nothing-left                nothing of what was found may go out any more: cancelled
    not-allowed                 the server it is from lets it out no more: cancelled
    operator                    Kakao refuses the application: "Me" waits, for days if need be;
                                friends failed
    not-linked, link-again      parked until the member links
    consent                     parked until the member agrees to `required_scopes`
    everything else             failed for good
"""

from collections.abc import Mapping
from dataclasses import replace
from random import Random

from bot import errors
from bot.kakao import (
    AccountBarred,
    AllowanceSpent,
    AppAllowanceSpent,
    AppFault,
    BadAnswer,
    BadRequest,
    ConsentMissing,
    KakaoError,
    LostAnswer,
    NotFriends,
    NotLinked,
    NotTalkUser,
    PairDaySpent,
    ReceiverDaySpent,
    ReceiverRefuses,
    SenderDaySpent,
    SenderMonthSpent,
    TokenInvalid,
    Unavailable,
    Unreachable,
)
from bot.services.clock import DAY, PATIENCE, Clock, Patience
from bot.services.deliveries.allowance import KakaoLimits
from storage.deliveries import Chat, Delivery, DeliveryState
from storage.leases import Outcome


class Held(Exception):
    """Kakao was not asked to send a row after all, which costs it no try.

    It waits for Kakao until then, or, without `until`, on as it was.
    """

    def __init__(self, until: float | None = None) -> None:
        super().__init__()
        self.until = until


Failure = KakaoError | errors.UserError | Held

# Before each further try, about an hour in all.
WAITS = (2.0, 8.0, 30.0, 120.0, 420.0, 900.0, 1800.0)
REPEAT_WAIT = 20.0
OPERATOR_WAIT = 1800.0
JITTER = 0.25
# A new day's sends do not all start at its first stroke.
RESET_SPREAD = (60.0, 600.0)
OPERATOR_PATIENCE = 3 * DAY
LONGEST_WAIT = OPERATOR_WAIT * (1 + JITTER)

DISCORD = "discord"
ALLOWANCE_OF_APP = "allowance-app"
ALLOWANCE_OF_MONTH = "allowance-month"
CONSENT = "consent"
LINK_AGAIN = "link-again"
LOST = "lost"
OPERATOR = "operator"
UNAVAILABLE = "unavailable"
# The nearest class counts.
REASONS: Mapping[type[Exception], str] = {
    AccountBarred: "barred",
    AppAllowanceSpent: ALLOWANCE_OF_APP,
    SenderMonthSpent: ALLOWANCE_OF_MONTH,
    SenderDaySpent: "allowance-sender",
    ReceiverDaySpent: "allowance-recipient",
    PairDaySpent: "allowance-pair",
    ReceiverRefuses: "refused",
    NotFriends: "not-friend",
    NotTalkUser: "not-talk-user",
    BadRequest: "bad-card",
    ConsentMissing: CONSENT,
    NotLinked: LINK_AGAIN,
    LostAnswer: LOST,
    BadAnswer: LOST,
    Unavailable: UNAVAILABLE,
    Unreachable: UNAVAILABLE,
    TokenInvalid: UNAVAILABLE,
    KakaoError: OPERATOR,
    errors.NotLinked: "not-linked",
    errors.LinkBroken: LINK_AGAIN,
    errors.DiscordAway: DISCORD,
    errors.TryLater: UNAVAILABLE,
    errors.NothingLeft: "nothing-left",
    errors.NotAllowed: "not-allowed",
    errors.ShareSpent: "allowance-server",
    errors.UserError: OPERATOR,
}
ALLOWANCES = frozenset(reason for reason in REASONS.values() if reason.startswith("allowance-"))
# How long rows can wait at most for these reasons; for others it is LONGEST_WAIT.
LONGEST_WAITS = dict.fromkeys(ALLOWANCES, DAY + RESET_SPREAD[1]) | {ALLOWANCE_OF_MONTH: 32 * DAY}
# By the time a new month begins, the card of a failed delivery is long erased.
REPEATABLE = ALLOWANCES - {ALLOWANCE_OF_MONTH} | {UNAVAILABLE, OPERATOR}
# What waits for these goes soon when Kakao answers again.
AWAITS_KAKAO = (LOST, UNAVAILABLE)


def may_repeat(delivery: Delivery) -> bool:
    """Tell whether sending a failed delivery again can help."""
    failed = delivery.state is DeliveryState.FAILED and delivery.card is not None
    return failed and delivery.reason in REPEATABLE


def may_have_arrived(answer: Failure | None) -> bool:
    """Tell whether Kakao has counted a send, or may have; None is its word that it did."""
    return answer is None or isinstance(answer, LostAnswer | BadAnswer)


def reason_of(answer: Failure) -> str:
    """Return the word for an answer; it is the column `reason`."""
    return next(REASONS[kind] for kind in type(answer).__mro__ if kind in REASONS)


def _code(answer: Failure | None) -> int | None:
    code = answer.code if isinstance(answer, KakaoError) else None
    return code if isinstance(code, int) else None


class RetryPolicy:
    """Turns answers into outcomes; waits are jittered, so that not all come back at once."""

    def __init__(
        self, limits: KakaoLimits, *, now: Clock, random: Random, patience: Patience = PATIENCE
    ) -> None:
        self._limits = limits
        self._patience = patience
        self._now = now
        self._random = random

    def outcome(self, row: Delivery, answer: Failure | None, since: float) -> Outcome:
        """Return what becomes of a row that was taken for sending then.

        None is Kakao's word that it accepted the message.
        """
        match answer:
            case None:
                return self._end(row, DeliveryState.SENT)
            case LostAnswer() | BadAnswer():
                return self._lost(row, answer)
            case Held():
                return self._held(row, answer)
            case Unavailable() | Unreachable() | TokenInvalid() | errors.TryLater():
                return self._later(row, answer, since)
            case ConsentMissing() | errors.NotLinked() | errors.LinkBroken() | NotLinked():
                return self._park(row, answer)
            case AllowanceSpent() | errors.ShareSpent():
                return self._spent(row, answer, since)
            case AppFault() | errors.OperatorFault() if row.chat is Chat.ME and self._young(row):
                return self._wait(row, answer, self.soon(OPERATOR_WAIT), tries=0)
            case _:
                return self._fail(row, answer)

    def _end(self, row: Delivery, state: DeliveryState, answer: Failure | None = None) -> Outcome:
        reason = None if answer is None else reason_of(answer)
        return Outcome(row, state, self._now(), reason, _code(answer))

    def _held(self, row: Delivery, held: Held) -> Outcome:
        reason = row.reason if held.until is None else UNAVAILABLE
        waits = Outcome(row, DeliveryState.QUEUED, self._now(), reason, row.code)
        return replace(waits, next_try_at=held.until, tries=row.tries - 1)

    def _park(self, row: Delivery, answer: Failure) -> Outcome:
        scopes = answer.required_scopes if isinstance(answer, ConsentMissing) else ()
        parked = self._end(row, DeliveryState.PARKED, answer)
        return replace(parked, required_scopes=tuple(sorted(scopes)) or None)

    def _fail(self, row: Delivery, answer: Failure) -> Outcome:
        if isinstance(answer, errors.NothingLeft):
            return self._end(row, DeliveryState.CANCELLED, answer)
        if row.repeats:  # this time it did not arrive; the time before, nobody knows
            return self._end(row, DeliveryState.UNKNOWN, answer)
        if isinstance(answer, errors.NotAllowed):
            return self._end(row, DeliveryState.CANCELLED, answer)
        return self._end(row, DeliveryState.FAILED, answer)

    def _later(self, row: Delivery, answer: Failure, since: float) -> Outcome:
        if row.next_try_at > since:  # it was taken before its time
            return self._held(row, Held())
        # Waiting for Discord and waiting for Kakao count their tries apart.
        waits_for_discord = isinstance(answer, errors.DiscordAway)
        tries = row.tries if waits_for_discord is (row.reason == DISCORD) else 1
        if waits_for_discord and self._young(row):
            return self._wait(row, answer, self.soon(self._patience.wait(tries)), tries)
        if tries > len(WAITS):
            if row.is_automatic and self._young(row):
                return self._wait(row, answer, self.soon(OPERATOR_WAIT), tries=0)
            return self._fail(row, answer)
        return self._wait(row, answer, self.soon(WAITS[tries - 1]), tries)

    def _spent(
        self, row: Delivery, answer: AllowanceSpent | errors.ShareSpent, since: float
    ) -> Outcome:
        """Wait for the day, or month, after the one in which Kakao counted this send."""
        if isinstance(answer, errors.ShareSpent):
            return self._shared_out(row, answer)
        monthly = isinstance(answer, SenderMonthSpent)
        ends = self._limits.month_ends(since) if monthly else self._limits.day_ends(since)
        if row.chat is Chat.ME:
            at = ends + self._random.uniform(*RESET_SPREAD)
            return self._wait(row, answer, at, tries=0)
        failed = self._fail(row, answer)
        return failed if monthly else replace(failed, next_try_at=ends)

    def _shared_out(self, row: Delivery, answer: errors.ShareSpent) -> Outcome:
        """Wait until others need less, as they do by the end of the day."""
        at = self.soon(OPERATOR_WAIT)
        if row.chat is Chat.ME:
            return self._wait(row, answer, at, tries=0)
        return replace(self._fail(row, answer), next_try_at=at)

    def _lost(self, row: Delivery, answer: KakaoError) -> Outcome:
        if row.chat is not Chat.ME or row.repeats:
            return self._end(row, DeliveryState.UNKNOWN, answer)
        waits = self._wait(row, answer, self.soon(REPEAT_WAIT), row.tries)
        return replace(waits, repeats=1)

    def _wait(self, row: Delivery, answer: Failure, at: float, tries: int) -> Outcome:
        waits = self._end(row, DeliveryState.QUEUED, answer)
        return replace(waits, next_try_at=at, tries=tries)

    def _young(self, row: Delivery) -> bool:
        return self._now() < row.created_at + OPERATOR_PATIENCE

    def soon(self, wait: float) -> float:
        """Return a time about so far away, not the same for everybody."""
        return self._now() + wait * self._random.uniform(1 - JITTER, 1 + JITTER)
