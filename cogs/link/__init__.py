"""`/kakao link`, `status`, `unlink` and `visible`."""

from collections.abc import Collection

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord.access import check_command, check_feature
from bot.discord.cog import KkachiCog, ListenerLists
from bot.discord.consents import linked_text
from bot.discord.guilds import names_of
from bot.discord.partings import ended_text, kept_text
from bot.discord.plugin import AnyBot, services_of
from bot.discord.replies import (
    defer,
    defer_edit,
    items,
    link_button,
    locale_of,
    say,
    way_to_link,
)
from bot.discord.ui.buttons import MemberButton
from bot.discord.ui.welcome import RuleButton, SampleButton, next_steps
from bot.discord.whereabouts import home_of
from bot.discord.words import plain
from bot.errors import NotLinked
from bot.kakao import FRIENDS, TALK_MESSAGE
from bot.services.accounts.oauth import NewLink
from bot.services.accounts.partings import Parting
from bot.services.accounts.pending import Awaited
from bot.services.forwarding.drafts import NotYours
from bot.texts import Locale, pick_locale
from cogs.link.consents import AgreeButton, TakeBackButton, TakeBackSelect, consents_text
from cogs.link.number import NumberAgainButton, NumberButton, awaited_text, number_view
from cogs.link.status import Status
from storage.links import Link as KakaoLink
from storage.pending_links import PendingLink
from storage.reading import Unreadable


class UnlinkButton(MemberButton, template=r"kkachi:unlink:(?P<member>[0-9]+)"):
    """The member's yes to being disconnected."""

    act = "unlink"

    async def press(self, interaction: discord.Interaction) -> None:
        """Unlink and say so in place of the question."""
        if interaction.user.id != self.member_id:
            raise NotYours
        await defer_edit(interaction)
        services = services_of(interaction.client)
        parting = await services.links.unlink(self.member_id)
        text = ended_text(services.texts, locale_of(interaction), "kakao-unlinked", parting)
        await interaction.edit_original_response(content=text, view=items())


class Link(KkachiCog, commands.GroupCog, group_name="kakao"):
    """Link KakaoTalk, check its status, or unlink it."""

    feature = "link"
    outside = ("kakao",)
    components = (
        *(UnlinkButton, TakeBackSelect, TakeBackButton, AgreeButton),
        *(NumberButton, NumberAgainButton),
        *(RuleButton, SampleButton),
    )

    async def interaction_check(self, interaction: discord.Interaction) -> bool:
        """Let admins switch off linking only: whoever is linked can always look and leave."""
        if interaction.command is self.link:
            await check_command(interaction, self.feature)
        return True

    def listeners(self) -> ListenerLists:
        """Listen to how links fare."""
        return (
            (self.services.linking.on_linked, self.tell_linked),
            (self.services.linking.on_awaited, self.tell_awaited),
            (self.services.pending.on_over, self.tell_over),
            (self.services.links.on_broken, self.tell_broken),
            (self.services.links.on_kept, self.tell_kept),
            (self.services.links.on_consent_missing, self.tell_consent_missing),
        )

    @app_commands.command()
    async def link(self, interaction: discord.Interaction) -> None:
        """Link your KakaoTalk account."""
        await defer(interaction)
        link = await self.services.links.get(interaction.user.id)
        if link is None or link.broken_at is not None:
            text = self.text(interaction, "kakao-link-ask")
            view = await link_button(interaction)
        else:
            text = self.text(interaction, "kakao-link-again", nickname=plain(link.nickname))
            view = await link_button(interaction, label="kakao-button-relink")
        if self.services.linking.asks_number:
            text = f"{text}\n{self.text(interaction, 'kakao-link-number')}"
            label = self.text(interaction, "kakao-button-number")
            button = NumberButton(interaction.user.id, label)
            button.item.style = discord.ButtonStyle.secondary  # not the first thing to do yet
            view.add_item(button)
        await say(interaction, text, view=view)

    @app_commands.command()
    async def status(self, interaction: discord.Interaction) -> None:
        """Show your link, the sends left today and your last sends."""
        await defer(interaction)
        services, member_id = self.services, interaction.user.id
        pending = await services.pending.of(member_id)
        if pending is not None:
            await self._say_awaited(interaction, pending)
        if pending is not None and await services.links.get(member_id) is None:
            return
        consents = await services.consents.of(member_id)
        locale = locale_of(interaction)
        status = Status(
            services.texts,
            locale,
            await self._link_of(interaction),
            consents,
            await services.allowance.left(member_id),
            await self._seen_in(member_id),
            await services.recent.last(member_id, locale),
            *await services.recent.waiting(member_id),
        )
        view, why = await self._way_on(interaction, status)
        await say(interaction, why, embeds=status.embeds(), view=view)

    @app_commands.command()
    async def unlink(self, interaction: discord.Interaction) -> None:
        """Unlink your KakaoTalk account, here and at Kakao."""
        await defer(interaction)
        services, member_id = self.services, interaction.user.id
        if await services.links.get(member_id) is None:
            parting = await services.pending.cancel(member_id)
            if parting is not None:
                locale = locale_of(interaction)
                text = ended_text(services.texts, locale, "kakao-number-cancelled", parting)
                await say(interaction, text)
                return
        link = await self._link_of(interaction)
        button = UnlinkButton(link.member_id, self.text(interaction, "kakao-button-unlink"))
        text = self.text(interaction, "kakao-unlink-ask", nickname=plain(link.nickname))
        await say(interaction, text, view=items(button))

    @app_commands.command()
    async def visible(self, interaction: discord.Interaction, on: bool) -> None:  # noqa: FBT001 - a choice in Discord
        """Let your Kakao friends see your Discord name in this server and pick you by it.

        Args:
            interaction: who asks, and where
            on: Whether they can; off, used outside a server, applies everywhere
        """
        await defer(interaction)
        member_id, guild_id = interaction.user.id, await home_of(interaction)
        if not on:
            await self.services.visibility.end(member_id, guild_id)
            key = "kakao-visible-off" if guild_id else "kakao-visible-off-everywhere"
            await say(interaction, self.text(interaction, key))
            return
        await check_feature(interaction, self.feature)
        await self.services.visibility.allow(member_id, guild_id)
        text = self.text(interaction, "kakao-visible-on", name=plain(interaction.user.name))
        link = await self._link_of(interaction)
        if FRIENDS in link.scopes:
            await say(interaction, text)
            return
        agree = AgreeButton([FRIENDS], self.text(interaction, "kakao-button-agree"))
        more = self.text(interaction, "kakao-visible-unlisted")
        await say(interaction, f"{text}\n{more}", view=items(agree))

    async def tell_linked(self, new: NewLink) -> None:
        """Tell a member that the link stands; with a draft the forward itself goes on."""
        if new.draft_id is None:
            text = linked_text(self.services.texts, new)
            is_new = not (new.asked or new.agreed)
            hints, view = await self._welcome(new) if is_new else ([], None)
            await self.notices.tell(new.member_id, "\n".join([text, *hints]), view=view)

    async def _welcome(self, new: NewLink) -> tuple[list[str], discord.ui.View]:
        """Return what to do next, where the member waits for an answer."""
        services, guild_id = self.services, self.notices.server_of(new.member_id)
        features = await self._features(guild_id)
        steps = await next_steps(services, new.locale, new.member_id, guild_id, features)
        hints = []
        if any(isinstance(step, RuleButton) for step in steps):
            hints.append(services.texts.say(new.locale, "welcome-next"))
        elif guild_id is None:
            hints.append(services.texts.say(new.locale, "direct-next"))
        if any(isinstance(step, SampleButton) for step in steps):
            limit = (await services.allowance.left(new.member_id)).me_limit
            hints.append(services.texts.say(new.locale, "welcome-sample.hint", limit=limit))
        return hints, items(*steps)

    async def _features(self, guild_id: int | None) -> Collection[str]:
        """Return what may be offered; nothing where nobody can tell what admins have decided."""
        features = self.services.access.features
        if guild_id is None:
            return features
        try:
            settings = await self.services.settings.of(guild_id)
        except Unreadable:
            return ()
        return [feature for feature in features if feature not in settings.off]

    async def tell_awaited(self, awaited: Awaited) -> None:
        """Tell a member that a number is on its way, and where to type it."""
        pending = await self.services.pending.of(awaited.member_id)
        if pending is not None:
            texts, locale = self.services.texts, awaited.locale
            key = "kakao-number-sent" if awaited.is_sure else "kakao-number-unsure"
            view = number_view(texts, locale, awaited.member_id)
            text = awaited_text(texts, locale, pending, key)
            await self.notices.tell(awaited.member_id, text, view=view, comes_back=True)

    async def tell_over(self, member_id: int, locale: Locale) -> None:
        """Tell a member that no number came, so that nothing was connected."""
        await self.notices.tell(member_id, self.services.texts.say(locale, "kakao-number-late"))

    async def tell_broken(self, member_id: int, locale: Locale) -> None:
        """Tell a member that Kakao no longer accepts the link."""
        text = self.services.texts.say(locale, "kakao-broken")
        await self.notices.send_direct(member_id, text)

    async def tell_kept(self, link: KakaoLink, parting: Parting) -> None:
        """Tell a member that an account which they did not ask to disconnect stays at Kakao."""
        text = kept_text(self.services.texts, pick_locale(link.locale), link.nickname, parting)
        await self.notices.tell(link.member_id, text, comes_back=True)

    async def tell_consent_missing(
        self, member_id: int, locale: Locale, scopes: frozenset[str]
    ) -> None:
        """Tell a member that nothing goes out before they agree at Kakao."""
        texts, wanted = self.services.texts, sorted(scopes)
        button = AgreeButton(wanted, texts.say(locale, "kakao-button-agree"))
        text = consents_text(texts, locale, wanted)
        await self.notices.send_direct(member_id, text, view=items(button))

    async def _way_on(
        self, interaction: discord.Interaction, status: Status
    ) -> tuple[discord.ui.View | None, str]:
        if status.link.broken_at is not None:
            return await way_to_link(interaction, label="kakao-button-relink")
        member_id, texts, consents = interaction.user.id, self.services.texts, status.consents
        view = items()
        if not status.may_send:
            view.add_item(AgreeButton([TALK_MESSAGE], self.text(interaction, "kakao-button-agree")))
        if consents.revocable:
            view.add_item(TakeBackSelect.of(member_id, consents, texts, status.locale))
        return view, ""

    async def _seen_in(self, member_id: int) -> list[str | None]:
        """Return the servers in which a member may be seen; None for one we do not know."""
        seen_in = await self.services.visibility.of(member_id)
        names = await names_of(self.bot, seen_in)
        return [names.get(guild_id) for guild_id in seen_in]

    async def _say_awaited(self, interaction: discord.Interaction, pending: PendingLink) -> None:
        texts, locale = self.services.texts, locale_of(interaction)
        text = awaited_text(texts, locale, pending, "kakao-number-awaited")
        await say(interaction, text, view=number_view(texts, locale, interaction.user.id))

    async def _link_of(self, interaction: discord.Interaction) -> KakaoLink:
        link = await self.services.links.get(interaction.user.id)
        if link is None:
            raise NotLinked
        return link


async def setup(bot: AnyBot) -> None:
    """Add the cog to a bot that Kkachi's services were attached to."""
    await bot.add_cog(Link(bot))
