"""A highlight as a KakaoTalk card.

    #raids · Night Watch            where it was written
    📝 seats are filling up          the member's note, if any
    ↪ Juno: who is in?              what the message answers, if anything
    Minji: Saturday at nine!        who wrote what, cut where the room ends
    📎 plan.pdf and 2 more           what KakaoTalk cannot show
    [ Open ]

The same highlight always gives the same card, and everything in a card that can be clicked leads
to the one `link` it is given.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import NoteTooLong, SystemMessage, TextArgument
from bot.kakao import SMALLEST_IMAGE, TEXT_LIMIT, Button, Content, Feed, Link, cut, is_address
from bot.services.cards.markdown import clean, count, name_line, one_line, readable
from bot.services.messages.models import Body, Embed, File, Highlight, Poll
from bot.texts import Locale, Texts

NOTE_LIMIT = 100
TITLE_LIMIT = 60
NAME_LIMIT = 32
CONTEXT_LIMIT = 40
REPLY_LIMIT = 40
EXTRAS_LIMIT = 60
# Room kept for the sender and the beginning of the message, whatever else there is.
SAID_ROOM = 80
SHORTEST_LINE = 12
LONE_ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture of a card; the size is left out where Discord does not tell it."""

    url: str
    width: int | None
    height: int | None

    @property
    def shown(self) -> bool:
        """Whether KakaoTalk shows it: it wants 200 pixels on each side."""
        return is_address(self.url) and all(
            side is None or side >= SMALLEST_IMAGE for side in (self.width, self.height)
        )


def message_card(
    highlight: Highlight,
    *,
    note: str | None,
    link: str,
    locale: Locale,
    texts: Texts,
    headline: str = "",
    before: Sequence[Highlight] = (),
) -> Feed:
    """Return the card of a highlight; raises SystemMessage and NoteTooLong.

    `headline` says why it comes by itself, where no note of the member's does; `before` is what was
    said before, the oldest first.
    """
    if highlight.system:
        raise SystemMessage
    card = _Card(highlight, locale, texts)
    earlier = [_Card(one, locale, texts).said() for one in before if not one.system]
    return card.feed(card.noted(_checked(note)) or headline, link, earlier)


def first_image(highlight: Highlight) -> Picture | None:
    """Return the picture for the card: an attached one before that of an embed.

    A message with a spoiler in it shows no embed's picture: the spoiler may be its address.
    """
    bodies = _bodies(highlight)
    files = (_picture(file) for body in bodies for file in body.files if _may_show(file))
    embeds = (
        Picture(embed.image_url or "", embed.image_width, embed.image_height)
        for body in bodies
        if "||" not in body.text
        for embed in body.embeds
    )
    return next((picture for picture in (*files, *embeds) if picture.shown), None)


def _checked(note: str | None) -> str:
    """Return the note without what nobody can see."""
    cleaned = clean(note or "")
    length = count(cleaned)
    if length > NOTE_LIMIT:
        raise NoteTooLong(limit=NOTE_LIMIT, length=length)
    return cleaned


def _bodies(highlight: Highlight) -> tuple[Body, ...]:
    """Return what may be shown: the message, and one forwarded in it; nothing for adults only."""
    if highlight.age_restricted:
        return ()
    return (highlight.body, *([highlight.forwarded] if highlight.forwarded else []))


def _may_show(file: File) -> bool:
    return file.is_image and not file.spoiler


def _picture(file: File) -> Picture:
    return Picture(file.url, file.width, file.height)


class _Card:
    """One highlight on its way to a card."""

    def __init__(self, highlight: Highlight, locale: Locale, texts: Texts) -> None:
        self._highlight = highlight
        self._locale = locale
        self._texts = texts
        self._picture = first_image(highlight)

    def feed(self, opening: str, link: str, earlier: Sequence[str] = ()) -> Feed:
        both = Link(web_url=link, mobile_web_url=link)
        picture = self._picture
        content = Content(
            title=self._title(),
            description=self._description(opening, earlier),
            image_url=picture and picture.url,
            image_width=picture and picture.width,
            image_height=picture and picture.height,
            link=both,
        )
        return Feed(content=content, buttons=(Button(title=self._say("card-button"), link=both),))

    def noted(self, note: str) -> str:
        """Return the line with the member's note."""
        return self._say("card-note", note=one_line(self._read(note))) if note else ""

    def _say(self, key: str, **arguments: TextArgument) -> str:
        return self._texts.say(self._locale, key, **arguments)

    def _read(self, text: str) -> str:
        highlight = self._highlight
        return readable(text, highlight.names, self._locale, self._texts, at=highlight.created_at)

    def _title(self) -> str:
        channel = name_line(self._highlight.channel)
        guild = name_line(self._highlight.guild)
        if channel and guild:
            return cut(self._say("card-title", channel=channel, guild=guild), TITLE_LIMIT)
        if channel or guild:
            return cut(self._say("card-title-direct", channel=channel or guild), TITLE_LIMIT)
        return self._say("card-title-nameless")

    def said(self) -> str:
        """Return who said what, in one line."""
        main = one_line(self._pieces()[0])
        author = self._name(self._highlight.author)
        return cut(self._say("card-said", author=author, text=main), CONTEXT_LIMIT)

    def _description(self, opening: str, earlier: Sequence[str]) -> str:
        """Lay out the lines; what was said before gives way first when the room is short."""
        main, *extras = self._pieces()
        author = self._name(self._highlight.author)
        said = self._say("card-said", author=author, text=main)
        extra = cut(one_line(" ".join(extras)), EXTRAS_LIMIT)
        room = TEXT_LIMIT - min(len(said), SAID_ROOM)
        fitting: list[str] = []
        for line in (opening, extra, self._reply(), *reversed(earlier)):
            fits = bool(line) and room > SHORTEST_LINE
            fitting.append(cut(line, room - 1) if fits else "")
            room -= len(fitting[-1]) + 1 if fits else 0
        opening, extra, reply, *nearest = fitting
        above = [line for line in (opening, *reversed(nearest), reply) if line]
        below = [extra] if extra else []
        taken = sum(len(line) + 1 for line in (*above, *below))
        return "\n".join([*above, cut(said, TEXT_LIMIT - taken), *below])

    def _name(self, name: str) -> str:
        return cut(name_line(name), NAME_LIMIT) or self._say("card-unknown-member")

    def _reply(self) -> str:
        reply = self._highlight.reply
        if reply is None or self._highlight.age_restricted:
            return ""
        text = cut(one_line(self._read(reply.text)), REPLY_LIMIT)
        return self._say("card-reply", author=self._name(reply.author), text=text)

    def _pieces(self) -> list[str]:
        """Return what there is to say, the most telling first; never nothing."""
        if self._highlight.age_restricted:
            return [self._say("card-age-restricted")]
        pieces = self._of_body(self._highlight.body)
        if self._highlight.forwarded:
            first, *others = self._of_body(self._highlight.forwarded) or [self._wordless()]
            pieces += [self._say("card-forwarded", text=first), *others]
        return pieces or [self._wordless()]

    def _wordless(self) -> str:
        return self._say("card-picture" if self._picture else "card-empty")

    def _of_body(self, body: Body) -> list[str]:
        stickers = ", ".join(map(one_line, body.stickers))
        pieces = [
            self._words(body),
            self._poll(body.poll) if body.poll else "",
            self._say("card-stickers", names=stickers) if stickers else "",
            *self._voices(body),
            self._files(body),
            self._covered(body),
        ]
        return [piece for piece in pieces if piece]

    def _words(self, body: Body) -> str:
        """Return the text, or that of the embeds where the text is no more than an address."""
        text = self._read(body.text)
        if text and not LONE_ADDRESS.fullmatch(text):
            return text
        return "\n".join(filter(None, map(self._embed, body.embeds))) or text

    def _embed(self, embed: Embed) -> str:
        fields = (f"{name}: {value}" for name, value in embed.fields)
        lines = (embed.title or embed.author, embed.description, *fields)
        return "\n".join(filter(None, map(self._read, lines)))

    def _poll(self, poll: Poll) -> str:
        answers = (
            self._say("card-poll-answer", number=number, answer=one_line(answer))
            for number, answer in enumerate(poll.answers, 1)
        )
        return "\n".join([self._say("card-poll", question=one_line(poll.question)), *answers])

    def _voices(self, body: Body) -> list[str]:
        lengths = [round(file.seconds) for file in body.files if file.seconds is not None]
        return [
            self._say("card-voice", length=f"{seconds // 60}:{seconds % 60:02}")
            for seconds in lengths
        ]

    def _files(self, body: Body) -> str:
        shown = self._picture.url if self._picture else None
        names = [
            self._file_name(file)
            for file in body.files
            if file.seconds is None and not file.spoiler and file.url != shown
        ]
        if len(names) > 1:
            return self._say("card-files", name=names[0], more=len(names) - 1)
        return self._say("card-file", name=names[0]) if names else ""

    def _file_name(self, file: File) -> str:
        return cut(one_line(file.name), NAME_LIMIT) or "?"

    def _covered(self, body: Body) -> str:
        number = sum(file.spoiler for file in body.files)
        return self._say("card-spoiler-files", number=number) if number else ""
