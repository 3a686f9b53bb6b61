"""Discord's Linked Roles: whose browser opens a link page, and that a member is linked."""

import logging
from datetime import UTC, datetime
from typing import Any, Protocol

from bot.services.accounts.links import Links
from bot.services.accounts.logins import Logins
from bot.services.accounts.oauth import LinkRefused, NewLink, OAuthFlow, Redirect
from bot.services.clock import DAY, Clock
from bot.texts import LOCALES, Texts, pick_locale
from storage.role_connections import RoleConnection, RoleConnectionStore

logger = logging.getLogger(__name__)

LONGEST_LEAVE = 7 * DAY  # that Discord gives
PLATFORM = "KakaoTalk"
LINKED, SINCE = "linked", "linked_since"
# Discord's kinds of comparison: a boolean is equal, a date is at least so long ago.
BOOLEAN_EQUAL, DATETIME_LESS_OR_EQUAL = 7, 5


class Given(Protocol):
    """Somebody's leave to know who they are and to report about them."""

    @property
    def member_id(self) -> int:
        """Who they are."""

    @property
    def access_token(self) -> str:
        """For reports."""

    @property
    def refresh_token(self) -> str:
        """For the next leave."""

    @property
    def expires_in(self) -> float:
        """Seconds that the leave lasts."""


class Login(Protocol):
    """Discord's login; what it does not take, or does not answer, raises `refused`."""

    refused: type[Exception]
    spent: type[Exception]
    """The `refused` of a code that was used, is too old or was never one."""

    @property
    def authorize_page(self) -> str:
        """The page on which somebody logs in."""

    async def authorize_url(self, state: str) -> str:
        """Return where to send a browser."""

    async def exchange(self, code: str) -> Given:
        """Turn a code into a leave."""

    async def renew(self, refresh_token: str) -> Given:
        """Turn a refresh token into a new leave."""

    async def declare(self, records: list[dict[str, Any]]) -> None:
        """Say what will be reported."""

    async def report(self, access_token: str, about: dict[str, Any]) -> None:
        """Report about a member."""

    async def revoke(self, refresh_token: str) -> None:
        """End a leave with all of its tokens."""


class LinkedRoles:
    """Asks Discord who somebody is, and keeps Discord told of who is linked."""

    def __init__(
        self,
        login: Login,
        logins: Logins,
        store: RoleConnectionStore,
        linking: OAuthFlow,
        links: Links,
        *,
        texts: Texts,
        now: Clock,
    ) -> None:
        self._login = login
        self._logins = logins
        self._store = store
        self._linking = linking
        self._links = links
        self._texts = texts
        self._now = now

    @property
    def login_page(self) -> str:
        """The page of Discord's on which somebody logs in."""
        return self._login.authorize_page

    async def declare(self) -> None:
        """Tell Discord what admins can gate a role on."""
        try:
            await self._login.declare([self._record(LINKED), self._record(SINCE)])
        except self._login.refused:
            logger.warning("Discord does not take what Linked Roles are about")

    async def authorize(self, token: str, browser: str | None) -> Redirect:
        """Send this browser to Discord, before it may go on to Kakao.

        Raises LinkRefused for a page that cannot be used.
        """
        if token:
            await self._linking.request(token)
        state, browser = self._logins.begin(token, browser)
        try:
            return Redirect(await self._login.authorize_url(state), browser)
        except self._login.refused:
            raise LinkRefused("discord-down") from None

    async def callback(
        self, *, state: str | None, code: str | None, browser: str | None
    ) -> Redirect | None:
        """Learn whose browser this is; return the way to Kakao, or None when there is none.

        Raises LinkRefused: only the person who asked for a page may go on.
        """
        token = self._logins.end(state, browser)
        if not code:
            raise LinkRefused("discord-denied")
        leave = await self._exchange(code)
        if not token:
            await self._report_anew(leave)
            return None
        request = await self._linking.request(token)
        if request.member_id != leave.member_id:
            raise LinkRefused("other-member", pick_locale(request.locale))
        await self._keep(leave)
        return await self._linking.authorize(token, browser)

    async def _exchange(self, code: str) -> Given:
        try:
            return await self._login.exchange(code)
        except self._login.spent:
            raise LinkRefused("used") from None
        except self._login.refused:
            raise LinkRefused("discord-down") from None

    async def _report_anew(self, leave: Given) -> None:
        """Tell Discord how it stands; of somebody who is not linked no leave is kept."""
        await self._keep(leave)
        await self.settle(leave.member_id)

    async def linked(self, new: NewLink) -> None:
        """Tell Discord that a member is linked now."""
        await self.tell(new.member_id)

    async def settle(self, member_id: int) -> None:
        """Tell Discord how it stands with a member, and end the leave of one who is not linked."""
        async with self._store.turn(member_id):
            await self._tell(member_id)
            if await self._links.get(member_id) is None:
                await self._end(member_id)

    async def forget(self, member_id: int) -> None:
        """End the leave of a member, whether they are linked or not."""
        async with self._store.turn(member_id):
            await self._end(member_id)

    async def purge(self, before: float) -> None:
        """End the leaves that were given for links which were not made by then."""
        for member_id in await self._store.abandoned(before):
            await self.settle(member_id)

    async def _end(self, member_id: int) -> None:
        """Forget a leave, at Discord too as far as it can be reached."""
        connection = await self._store.get(member_id)
        if connection is None:
            return
        await self._store.delete(member_id)
        try:
            await self._login.revoke(connection.refresh_token)
        except self._login.refused:
            logger.warning("Discord keeps a leave that we have forgotten")

    async def tell(self, member_id: int) -> None:
        """Tell Discord how it stands with a member, if they gave leave."""
        async with self._store.turn(member_id):
            await self._tell(member_id)

    async def _tell(self, member_id: int) -> None:
        connection = await self._store.get(member_id)
        if connection is None:
            return
        link = await self._links.get(member_id)
        about: dict[str, Any] = {LINKED: "0" if link is None else "1"}
        if link is not None:
            about[SINCE] = datetime.fromtimestamp(link.linked_at, UTC).isoformat()
        try:
            access = await self._fresh(connection)
            await self._login.report(access, {"platform_name": PLATFORM, "metadata": about})
        except self._login.refused:
            logger.warning("Discord was not told how a member's link stands")

    async def _fresh(self, connection: RoleConnection) -> str:
        # One that seems to last longer was noted before the clock was set back.
        if 0 < connection.expires_at - self._now() <= LONGEST_LEAVE:
            return connection.access_token
        leave = await self._login.renew(connection.refresh_token)
        await self._keep(leave)
        return leave.access_token

    async def _keep(self, leave: Given) -> None:
        await self._store.put(
            RoleConnection(
                member_id=leave.member_id,
                access_token=leave.access_token,
                refresh_token=leave.refresh_token,
                expires_at=self._now() + leave.expires_in,
            )
        )

    def _record(self, key: str) -> dict[str, Any]:
        names = {locale: self._texts.say(locale, f"role-{key}") for locale in LOCALES}
        about = {locale: self._texts.say(locale, f"role-{key}.text") for locale in LOCALES}
        return {
            "key": key,
            "type": BOOLEAN_EQUAL if key == LINKED else DATETIME_LESS_OR_EQUAL,
            "name": names["en"],
            "name_localizations": {"ko": names["ko"]},
            "description": about["en"],
            "description_localizations": {"ko": about["ko"]},
        }
