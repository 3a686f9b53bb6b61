"""Turns a Discord message into plain data for the services."""

import re
from collections.abc import Iterable, Iterator

import discord

from bot.discord.failures import NO, UNREADABLE, is_away
from bot.pictures import DISCORD, stands_at
from bot.services.messages.models import Body, Embed, File, Highlight, Names, Poll, Reply, Source

SYSTEM = discord.MessageType.thread_starter_message  # a pointer to a message, empty itself
ROLE = re.compile(r"<@&([0-9]+)>")
CHANNEL = re.compile(r"<#([0-9]+)>")


async def highlight_of(
    message: discord.Message, viewer: discord.Member | discord.User
) -> Highlight:
    """Return what a card needs of a message, with only the names that `viewer` may see.

    It may have to look up what the message answers: raises what Discord says.
    """
    channel = message.channel
    answered = await _answered(message)
    return Highlight(
        source=Source(message.guild.id if message.guild else None, channel.id, message.id),
        guild=message.guild.name if message.guild else "",
        channel=getattr(channel, "name", None) or "",
        author=message.author.display_name,
        body=_body(message),
        created_at=message.created_at,
        names=_names(message, answered, viewer),
        reply=_reply(answered) if answered else None,
        forwarded=_forwarded(message),
        age_restricted=_is_age_restricted(channel),
        system=message.is_system() or message.type is SYSTEM,
    )


def places_of(channel: object) -> tuple[int, int | None, int | None]:
    """Return a channel, the channel of a thread, and the category.

    Raises discord.ClientException for a thread whose channel is not known.
    """
    parent = channel.parent_id if isinstance(channel, discord.Thread) else None
    return getattr(channel, "id", 0), parent, getattr(channel, "category_id", None)


def _is_age_restricted(channel: object) -> bool:
    check = getattr(channel, "is_nsfw", None)
    return bool(check and check())


def _body(message: discord.Message) -> Body:
    return Body(
        text=message.content or "\n".join(_texts(message.components)),
        files=tuple(map(_file, message.attachments)),
        embeds=tuple(map(_embed, message.embeds)),
        stickers=tuple(sticker.name for sticker in message.stickers),
        poll=_poll(message.poll) if message.poll else None,
    )


def _forwarded(message: discord.Message) -> Body | None:
    for snapshot in message.message_snapshots:
        return Body(
            text=snapshot.content or "\n".join(_texts(snapshot.components)),
            files=tuple(map(_file, snapshot.attachments)),
            embeds=tuple(map(_embed, snapshot.embeds)),
            stickers=tuple(sticker.name for sticker in snapshot.stickers),
        )
    return None


def _texts(components: Iterable[object]) -> Iterator[str]:
    """Yield the texts of a message that is laid out with components."""
    for component in components:
        if isinstance(component, discord.TextDisplay):
            yield component.content
        yield from _texts(getattr(component, "children", ()))


def _file(attachment: discord.Attachment) -> File:
    return File(
        name=attachment.filename,
        url=_discords(attachment.url) or "",
        content_type=attachment.content_type or "",
        width=attachment.width,
        height=attachment.height,
        spoiler=attachment.is_spoiler(),
        seconds=attachment.duration if attachment.is_voice_message() else None,
    )


def _embed(embed: discord.Embed) -> Embed:
    picture = embed.image if embed.image.url else embed.thumbnail
    address = _discords(picture.proxy_url, picture.url)
    return Embed(
        title=embed.title or "",
        description=embed.description or "",
        author=embed.author.name or "",
        fields=tuple((field.name or "", field.value or "") for field in embed.fields),
        image_url=address,
        image_width=picture.width if address else None,
        image_height=picture.height if address else None,
    )


def _discords(*addresses: str | None) -> str | None:
    """Return the first address of Discord's own: its writer must not learn who looks at it."""
    origins = (*DISCORD, discord.Asset.BASE)
    return next((one for one in addresses if one and stands_at(one, origins)), None)


def _poll(poll: discord.Poll) -> Poll:
    return Poll(poll.question, tuple(_answer(answer) for answer in poll.answers))


def _answer(answer: discord.PollAnswer) -> str:
    emoji = answer.emoji
    shown = (
        emoji.name if emoji and not (isinstance(emoji, discord.PartialEmoji) and emoji.id) else ""
    )
    return f"{shown} {answer.text}".strip()


def _reply(answered: discord.Message) -> Reply:
    return Reply(answered.author.display_name, _body(answered).text)


async def _answered(message: discord.Message) -> discord.Message | None:
    """Return the message that this one replies to; looked up where Discord did not send it."""
    reference = message.reference
    if message.type is not discord.MessageType.reply or reference is None:
        return None
    if isinstance(reference.resolved, discord.Message):
        return reference.resolved
    if reference.resolved is not None or reference.message_id is None:
        return None
    if reference.channel_id != message.channel.id:
        return None
    try:
        return await message.channel.fetch_message(reference.message_id)
    except NO as error:
        if is_away(error):
            raise
        return None
    except UNREADABLE:
        return None


def _names(
    message: discord.Message,
    answered: discord.Message | None,
    viewer: discord.Member | discord.User,
) -> Names:
    messages = [message, answered] if answered else [message]
    guild = message.guild
    return Names(
        members={member.id: member.display_name for one in messages for member in one.mentions},
        roles=_roles(guild, messages) if guild else {},
        channels=_channels(guild, messages, viewer) if guild else {},
    )


def _roles(guild: discord.Guild, messages: Iterable[discord.Message]) -> dict[int, str]:
    found = (guild.get_role(number) for number in _mentioned(ROLE, messages))
    return {role.id: role.name for role in found if role is not None}


def _channels(
    guild: discord.Guild,
    messages: Iterable[discord.Message],
    viewer: discord.Member | discord.User,
) -> dict[int, str]:
    """Return the names of the mentioned channels that the viewer sees on Discord as well."""
    if not isinstance(viewer, discord.Member) or viewer.guild.id != guild.id:
        return {}
    found = (guild.get_channel(number) for number in _mentioned(CHANNEL, messages))
    return {
        channel.id: channel.name
        for channel in found
        if channel is not None and channel.permissions_for(viewer).view_channel
    }


def _mentioned(pattern: re.Pattern[str], messages: Iterable[discord.Message]) -> Iterator[int]:
    for message in messages:
        for text in texts_of(message):
            yield from map(int, pattern.findall(text))


def texts_of(message: discord.Message) -> Iterator[str]:
    """Yield all that is written in a message, what is forwarded in it and its embeds too."""
    parts: list[discord.Message | discord.MessageSnapshot] = [message, *message.message_snapshots]
    for part in parts:
        yield part.content
        yield from _texts(part.components)
        for embed in part.embeds:
            yield embed.title or ""
            yield embed.description or ""
            yield from (field.value or "" for field in embed.fields)
