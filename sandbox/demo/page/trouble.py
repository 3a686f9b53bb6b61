"""The drawer for trouble: each verb by its name, and which of them are on."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sandbox.demo.page.villagers import Villagers
from sandbox.discord import LocalDiscord
from sandbox.kakao import Account, Level, LocalKakao

SLOWNESS = 4.0
FAILURES = 2
TEN_MINUTES = 600
HOUR = 3600
DAY = 24 * HOUR
SEOUL = ZoneInfo("Asia/Seoul")
Once = Callable[[str], Awaitable[object] | None]
Switch = Callable[[str, bool], None]


class Trouble:
    """What can go wrong; each verb gets the name of the person who is looked at."""

    def __init__(
        self, discord: LocalDiscord, kakao: LocalKakao, advance_bot: Callable[[float], None]
    ) -> None:
        self.discord = discord
        self._kakao = kakao
        self._advance_bot = advance_bot
        self._villagers = Villagers(discord)
        self._verbs: Mapping[str, Once] = {
            "expire": self._account(kakao.expire_access_tokens),
            "revoke": self._account(kakao.revoke_tokens_at_kakao),
            "withdraw-talk": self._withdraw("talk_message"),
            "withdraw-friends": self._withdraw("friends"),
            "unlink": self._account(kakao.unlink_at_kakao),
            "spend-sender": self._account(lambda one: kakao.spend(one, "sender")),
            "spend-recipient": self._account(lambda one: kakao.spend(one, "recipient")),
            "spend-app": lambda _: kakao.spend(None, "app"),
            "ten-minutes": lambda _: self._advance(TEN_MINUTES),
            "hour": lambda _: self._advance(HOUR),
            "morning": lambda _: self._advance(self._until_morning()),
            "tomorrow": lambda _: self._advance(DAY),
            "word": self._villagers.say,
            "flood": self._villagers.flood,
            "plan": lambda _: self._villagers.plan(),
            "voice": self._villagers.meet,
            "pin": lambda _: self._villagers.pin(),
            "post": self._villagers.post,
            "rotate": lambda _: kakao.rotate_keys(keep_old=False),
            "fail": lambda _: kakao.fail_next(FAILURES),
            "lose": lambda _: kakao.lose_answers(1),
            "drop": lambda _: discord.drop_gateway(),
            "gap": self._gap,
            **self._of_calendar(),
        }
        self._switches = self._all_switches()

    def _all_switches(self) -> Mapping[str, Switch]:
        discord, kakao = self.discord, self._kakao
        return {
            "down": lambda _, on: kakao.down(on),
            "slow": lambda _, on: kakao.slow(SLOWNESS if on else 0.0),
            "webhooks-off": lambda _, on: kakao.pause_webhooks(on),
            "members-only": lambda _, on: kakao.members_only(on=on),
            "allowed-msg": lambda _, on: self._tell_who_refuses(on=on),
            "refuse-gateway": lambda _, on: discord.refuse_gateway(on),
            "hold-guilds": lambda _, on: discord.hold_guilds(on),
            "rest-down": lambda _, on: discord.rest_down(on),
            "rest-hang": lambda _, on: discord.rest_hangs(on),
            "refuse": lambda name, on: kakao.refuse(kakao.account(name), on=on),
            "hide": lambda name, on: kakao.hide(kakao.account(name), on=on),
            "put-away": lambda name, on: self._put_away(kakao.account(name), on=on),
            "leave-talk": lambda name, on: kakao.leave_talk(kakao.account(name), on=on),
            "join-team": lambda name, on: kakao.join_team(kakao.account(name), on=on),
            "close-dms": lambda name, on: discord.close_dms(discord.person(name), on),
            **self._calendar_switches(),
        }

    def _of_calendar(self) -> Mapping[str, Once]:
        return {
            "withdraw-calendar": self._withdraw("talk_calendar"),
            "lose-calendar": lambda _: self._kakao.lose_answers(1, "/create/event"),
            "edit-calendar": self._account(self._rename_event),
            "spend-calendar": lambda _: self._kakao.spend_calendar(),
        }

    def _calendar_switches(self) -> Mapping[str, Switch]:
        return {
            "calendar-members-only": lambda _, on: self._kakao.calendar_members_only(on=on),
            "calendar-off": lambda _, on: self._kakao.offer_calendar(on=not on),
        }

    @property
    def verbs(self) -> set[str]:
        """All that can be done."""
        return {*self._verbs, *self._switches}

    def view(self, name: str) -> dict[str, bool]:
        """Tell which switches are on, as far as this person is concerned."""
        account = self._kakao.account(name)
        return self._shared() | {
            "refuse": account.refuses,
            "hide": account.hidden,
            "put-away": any(one.friends[name].put_away for one in self._friends(account)),
            "leave-talk": not account.talk_user,
            "join-team": name in self._kakao.app.members,
            "close-dms": not self.discord.person(name).user.dms_open,
        }

    def _shared(self) -> dict[str, bool]:
        """Ask the services themselves: a switch may have been turned by somebody else."""
        discord, kakao = self.discord, self._kakao
        return {
            "down": kakao.is_down,
            "slow": kakao.delay > 0,
            "webhooks-off": kakao.notices.off,
            "members-only": not kakao.app.friends_permission,
            "calendar-members-only": not kakao.app.calendar_permission,
            "calendar-off": kakao.app.level("talk_calendar") is Level.OFF,
            "allowed-msg": kakao.switches.friends_allowed_msg,
            "refuse-gateway": discord.refuses_gateway,
            "hold-guilds": discord.holds_guilds,
            "rest-down": discord.rest_is_down,
            "rest-hang": discord.rest_is_silent,
        }

    async def make(self, verb: str, name: str, *, on: bool) -> None:
        """Do it, and let every open page see it; a verb that is no switch is done once."""
        if verb in self._verbs:
            result = self._verbs[verb](name)
            if result is not None:
                await result
        else:
            self._switches[verb](name, on)
        self.discord.world.changed()

    def _account(self, verb: Callable[[Account], Awaitable[object] | None]) -> Once:
        return lambda name: verb(self._kakao.account(name))

    def _withdraw(self, scope: str) -> Once:
        return self._account(lambda one: self._kakao.withdraw_at_kakao(one, scope))

    def _friends(self, account: Account) -> list[Account]:
        """List those who have this account among their friends, put away or not."""
        return [one for one in self._kakao.accounts.values() if account.name in one.friends]

    def _put_away(self, account: Account, *, on: bool) -> None:
        for friend in self._friends(account):
            self._kakao.put_away(friend, account, on=on)

    def _rename_event(self, account: Account) -> None:
        """Let somebody rename the next event that the app has put into their calendar."""
        calendars, now = self._kakao.calendars, self._kakao.now()
        events = calendars.of(account).events.values()
        coming = [one for one in events if one.by_app and one.start_at > now]
        for event in sorted(coming, key=lambda one: one.start_at)[:1]:
            calendars.change(account, event.id, title=f"★ {event.title}"[:50])
            self._kakao.changed()

    def _tell_who_refuses(self, *, on: bool) -> None:
        self._kakao.switches.friends_allowed_msg = on
        self._kakao.changed()

    def _advance(self, seconds: float) -> None:
        """Let time pass for all three."""
        self._advance_bot(seconds)
        self._kakao.advance(seconds)
        self.discord.world.advance(seconds)

    def _until_morning(self) -> float:
        now = datetime.fromtimestamp(self.discord.world.now(), SEOUL)
        morning = now.replace(hour=8, minute=0, second=30, microsecond=0)
        return (morning - now).total_seconds() % DAY

    async def _gap(self, name: str) -> None:
        """Cut the bot off, and let something be written that nobody tells it of."""
        await self.discord.drop_gateway(resumable=False)
        await self._villagers.say(name)
