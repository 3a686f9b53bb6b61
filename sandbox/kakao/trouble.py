"""What goes wrong at Kakao, or what its people do there, on demand."""

import asyncio
import random as randomness
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from sandbox.kakao.errors import KAPI, Refusal, kapi, kauth
from sandbox.kakao.state import Account, Level
from sandbox.kakao.world import World

Kind = Literal["app", "sender", "recipient", "pair", "share"]
Answerless = Literal["page", "hang", "reset"]
"""A page of some proxy's in Kakao's place, silence, or a connection that breaks."""

SENDS = "/send"


@dataclass(slots=True)
class Failure:
    """The next answers of some address will be this refusal."""

    left: int
    path: str
    refusal: Refusal

    def meets(self, path: str) -> bool:
        """Tell whether it is about a request to this path."""
        return path.startswith(self.path)


@dataclass(frozen=True, slots=True)
class Illness:
    """Requests to some addresses, of one account or of everybody, get no answer of Kakao's."""

    how: Answerless
    path: str
    account: Account | None
    over: asyncio.Event = field(default_factory=asyncio.Event)


class TroubledWorld(World):
    """The world with verbs for trouble; each takes effect at once."""

    def __init__(self, *, now: Callable[[], float], random: randomness.Random | None) -> None:
        super().__init__(now=now, random=random)
        self.is_down = False
        self.delay = 0.0
        self.answers_to_lose = 0
        self.lost_answers_to = SENDS
        self.failures: list[Failure] = []
        self.illnesses: list[Illness] = []

    # what people and Kakao do to tokens and consents

    def expire_access_tokens(self, account: Account) -> None:
        """Let the time of every access token of an account run out."""
        for grant in account.grants:
            for token in grant.access_tokens:
                self.access[token].expires_at = self.now()
        self.changed()

    def revoke_tokens(self, account: Account) -> None:
        """Kill all tokens, refresh tokens too, as a new password does."""
        self.drop_tokens(account)
        self.changed()

    def withdraw(self, account: Account, scope: str) -> None:
        """Let a person take back a consent in their Kakao settings."""
        if account.link is not None:
            account.link.agreed.discard(scope)
        self.changed()

    def unlink(self, account: Account) -> None:
        """Let a person disconnect the app in their Kakao settings."""
        self.disconnect(account)

    def hide(self, account: Account, *, on: bool = True) -> None:
        """Let a person make the profile private: gone from friends lists, sends get -530."""
        account.hidden = on
        self.changed()

    def refuse(self, account: Account, *, on: bool = True) -> None:
        """Let a person refuse messages: still listed, sends get -530."""
        account.refuses = on
        self.changed()

    def refuse_with(self, account: Account, code: int | None) -> None:
        """Let sends to a person be refused with any code, as Kakao has not said it never does."""
        account.refused_with = code
        self.changed()

    def leave_out(self, account: Account, *, on: bool = True) -> None:
        """Let the answer to a send say nothing of a receiver, who gets it nonetheless."""
        account.unmentioned = on
        self.changed()

    def leave_talk(self, account: Account, *, on: bool = True) -> None:
        """Let a person leave KakaoTalk but keep the Kakao account (-501), or come back."""
        account.talk_user = not on
        self.changed()

    # what the app's owner and its team have not done

    def members_only(self, *, on: bool = True) -> None:
        """Let the app have no permission for friends yet: they work between its members only."""
        self.app.friends_permission = not on
        self.changed()

    def join_team(self, account: Account, *, on: bool = True) -> None:
        """Take a person in among the app's members, or out again."""
        (self.app.members.add if on else self.app.members.discard)(account.name)
        self.changed()

    def calendar_members_only(self, *, on: bool = True) -> None:
        """Let the app have no permission for Talk Calendar yet: it works for its members only."""
        self.app.calendar_permission = not on
        self.changed()

    def offer_calendar(self, *, on: bool = True) -> None:
        """Let the app's owner set the consent item for Talk Calendar up, or take it away (-3)."""
        self.app.consent_items["talk_calendar"] = Level.IN_USE if on else Level.OFF
        self.changed()

    # quotas

    def spend_calendar(self) -> None:
        """Spend the app's calls of Talk Calendar for today."""
        self.calendars.is_spent()  # so that it is about today
        self.calendars.calls = self.switches.calendar_quota_day
        self.changed()

    def spend(self, account: Account | None, kind: Kind, other: Account | None = None) -> None:
        """Spend an allowance of today; the pair is account → `other`, or the "Me" chat."""
        quotas, limits = self.quotas, self.switches
        quotas.turn_to(self.now())
        if kind == "app":
            quotas.app = limits.app_per_day
        elif kind == "share":
            quotas.shared = limits.share_per_day
        elif account is None:
            raise ValueError("this allowance belongs to an account")
        elif kind == "sender":
            quotas.senders[account.id] = limits.sender_per_day
        elif kind == "recipient":
            quotas.recipients[account.id] = limits.recipient_per_day
        else:
            quotas.pairs[account.id, (other or account).id] = limits.pair_per_day
        self.changed()

    # the wire

    def fail_next(
        self,
        count: int = 1,
        code: int | str | None = -1,
        status: int | None = None,
        path: str | None = None,
        body: str | None = None,
    ) -> None:
        """Refuse the next requests before they do anything.

        A number is an error of kapi, a KOE code one of `/oauth/token`; `body` replaces the
        envelope, and with neither the answer is empty. `path` is a beginning of the path.
        """
        if path is None:
            path = "/oauth/token" if isinstance(code, str) else "/v"
        self.failures.append(Failure(count, path, _refusal(code, status, body)))
        self.changed()

    def down(self, on: bool) -> None:  # noqa: FBT001 - reads as `down(True)`
        """Take Kakao down for maintenance, or bring it back."""
        self.is_down = on
        self.changed()

    def slow(self, seconds: float) -> None:
        """Do everything at once, but answer late."""
        self.delay = seconds
        self.changed()

    def lose_answers(self, count: int = 1, path: str = SENDS) -> None:
        """Do the next sends, but break the connection instead of answering.

        Or what else is asked for at a path that ends like this.
        """
        self.answers_to_lose, self.lost_answers_to = count, path
        self.changed()

    def fall_ill(self, how: Answerless, path: str = "/", account: Account | None = None) -> None:
        """Let requests end without an answer of Kakao's and do nothing, until it gets well."""
        self.illnesses.append(Illness(how, path, account))
        self.changed()

    def get_well(self) -> None:
        """Answer everything again; whoever still waits is cut off."""
        for illness in self.illnesses:
            illness.over.set()
        self.illnesses.clear()
        self.changed()

    def illness(self, path: str, authorization: str) -> Illness | None:
        """Tell what keeps a request from being answered."""
        access = self.access.get(authorization.removeprefix("Bearer "))
        caller = access.grant.account if access else None
        fitting = (ill for ill in self.illnesses if path.startswith(ill.path))
        return next((ill for ill in fitting if ill.account in {None, caller}), None)

    def obstacle(self, path: str) -> Refusal | None:
        """Tell what stands in the way of a request now; a failure is used up by it."""
        if self.is_down:
            late = "temporarily unavailable"
            return kauth("KOE003", late) if path.startswith("/oauth/") else kapi(-9798)
        failure = next((one for one in self.failures if one.meets(path)), None)
        if failure is None:
            return None
        failure.left -= 1
        if failure.left <= 0:
            self.failures.remove(failure)
        return failure.refusal

    def loses_answer(self, path: str) -> bool:
        """Tell whether the answer to an accepted send gets lost; one less is left then."""
        if self.answers_to_lose <= 0 or not path.endswith(self.lost_answers_to):
            return False
        self.answers_to_lose -= 1
        return True


def _refusal(code: int | str | None, status: int | None, body: str | None) -> Refusal:
    if body is not None or code is None:
        return Refusal(code, status or 500, body or "")
    if isinstance(code, str):
        return kauth(code, "on demand", status=status)
    return kapi(code, KAPI.get(code, (400, "on demand"))[1], status=status)
