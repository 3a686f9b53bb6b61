"""What is written in a message of Discord, whichever of its ways that was put there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import discord

from bot.kakao import SMALLEST_IMAGE
from bot.pictures import DISCORD, stands_at
from bot.services.cards.markdown import clean
from bot.services.messages.models import Body, Embed, File, Poll

POLL_RESULT = "poll_result"
BLANK = "*_~ \u2800"


class Media(Protocol):
    """A picture of an embed, as discord.py gives it."""

    url: str | None
    proxy_url: str | None
    height: int | None
    width: int | None


def body_of(
    said: discord.Message | discord.MessageSnapshot, *, by_bot: bool = False, title: str = ""
) -> Body:
    """Return what is written in a message, or in one that was forwarded.

    `title` is that of the forum post that begins with it.
    """
    if not (said.attachments or said.embeds or said.components or said.stickers):
        return Body(said.content, poll=getattr(said, "poll", None) and _poll(said), title=title)
    layout = _Layout()
    layout.read(said.components)
    is_laid_out = said.flags.components_v2
    files = layout.files if is_laid_out else map(_file, said.attachments)
    return Body(
        text="\n".join(filter(None, (said.content, *layout.texts))),
        files=tuple(files),
        embeds=tuple(
            _embed(one, said.content, by_bot=by_bot)
            for one in said.embeds
            if one.type != POLL_RESULT
        ),
        stickers=tuple(sticker.name for sticker in said.stickers),
        poll=_poll(said),
        title=title,
        covered=layout.covered,
    )


@dataclass
class _Layout:
    """What stands in the components of a message; a container may be covered as a whole."""

    texts: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    covered: bool = False

    def read(self, components: Iterable[object], *, spoiler: bool = False) -> None:
        for one in components:
            self._read_one(one, spoiler=spoiler or getattr(one, "spoiler", False))

    def _read_one(self, one: object, *, spoiler: bool) -> None:
        match one:
            case discord.TextDisplay() if spoiler:
                self.covered = True
            case discord.TextDisplay():
                self.texts.append(one.content)
            case discord.ThumbnailComponent():
                self._add(one.media, spoiler=spoiler)
            case discord.FileComponent():
                self._add(one.media, spoiler=spoiler, name=one.name or "")
            case discord.MediaGalleryComponent():
                for item in one.items:
                    self._add(item.media, spoiler=spoiler or item.spoiler)
            case _:
                self.read(getattr(one, "children", ()), spoiler=spoiler)
                self.read(filter(None, [getattr(one, "accessory", None)]), spoiler=spoiler)

    def _add(self, media: discord.UnfurledMediaItem, *, spoiler: bool, name: str = "") -> None:
        address = _discords(media.proxy_url, media.url) or ""
        kind = media.content_type or ""
        self.files.append(File(name, address, kind, media.width, media.height, spoiler))


def _file(attachment: discord.Attachment) -> File:
    return File(
        name=_name(attachment),
        url=_discords(attachment.url) or "",
        content_type=attachment.content_type or "",
        width=attachment.width,
        height=attachment.height,
        spoiler=attachment.is_spoiler(),
        seconds=attachment.duration if attachment.is_voice_message() else None,
    )


def _name(attachment: discord.Attachment) -> str:
    """Return the name that somebody gave a file; Discord's own keeps of it what is ASCII."""
    if not attachment.title:
        return attachment.filename
    _, dot, kind = attachment.filename.rpartition(".")
    ending = dot and dot + kind
    is_whole = attachment.title.lower().endswith(ending.lower())
    return attachment.title if is_whole else attachment.title + ending


def _embed(embed: discord.Embed, content: str, *, by_bot: bool) -> Embed:
    picture = _picture(embed)
    address = _discords(picture.proxy_url, picture.url)
    is_of_link = embed.type != "rich" or bool(embed.url and embed.url in content)
    return Embed(
        title=embed.title or "",
        description=embed.description or "",
        author=embed.author.name or "",
        fields=tuple((_said(field.name), _said(field.value)) for field in embed.fields),
        image_url=address,
        image_width=picture.width if address else None,
        image_height=picture.height if address else None,
        footer=embed.footer.text or "",
        is_preview=is_of_link or not by_bot,  # only bots write embeds
    )


def _picture(embed: discord.Embed) -> Media:
    """Return the picture of an embed: the large one, or else the small one at its side."""
    both = (one for one in (embed.image, embed.thumbnail) if one.url)
    return next((one for one in both if _is_large(one)), embed.image)


def _is_large(picture: Media) -> bool:
    return all(side is None or side >= SMALLEST_IMAGE for side in (picture.width, picture.height))


def _said(text: str | None) -> str:
    """Return what one half of a field says: bots fill one that they do not need with a blank."""
    return text if text and clean(text).strip(BLANK) else ""


def _discords(*addresses: str | None) -> str | None:
    """Return the first address of Discord's own: its writer must not learn who looks at it."""
    origins = (*DISCORD, discord.Asset.BASE)
    return next((one for one in addresses if one and stands_at(one, origins)), None)


def _poll(said: discord.Message | discord.MessageSnapshot) -> Poll | None:
    poll = getattr(said, "poll", None)
    if poll is None:
        return _result(said) if said.type is discord.MessageType.poll_result else None
    return Poll(poll.question, tuple(_answer(answer) for answer in poll.answers))


def _answer(answer: discord.PollAnswer) -> str:
    return _with_emoji(answer.emoji, answer.text)


def _with_emoji(emoji: object, text: str) -> str:
    is_custom = isinstance(emoji, discord.PartialEmoji) and emoji.id
    shown = "" if emoji is None or is_custom else str(getattr(emoji, "name", ""))
    return f"{shown} {text}".strip()


def _result(said: discord.Message | discord.MessageSnapshot) -> Poll | None:
    """Return how a poll has ended, which Discord tells in an embed of its own."""
    facts = {
        field.name: field.value or ""
        for embed in said.embeds
        if embed.type == POLL_RESULT
        for field in embed.fields
    }
    if "poll_question_text" not in facts:
        return None
    answer = " ".join(_of_victor(facts))
    return Poll(facts["poll_question_text"], (answer,) if answer else (), is_over=True)


def _of_victor(facts: dict[str | None, str]) -> Iterator[str]:
    if "victor_answer_emoji_id" not in facts and facts.get("victor_answer_emoji_name"):
        yield facts["victor_answer_emoji_name"]
    if facts.get("victor_answer_text"):
        yield facts["victor_answer_text"]
