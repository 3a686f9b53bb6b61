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

from collections.abc import Sequence

from bot.errors import NoteTooLong, SystemMessage
from bot.kakao import TEXT_LIMIT, Button, Content, Feed, Link, cut
from bot.services.cards.cutting import Find, piece
from bot.services.cards.markdown import clean, count, name_line, one_line
from bot.services.cards.picture import first_image
from bot.services.cards.pieces import NAME_LIMIT, Pieces
from bot.services.messages.models import Author, Highlight, Part, PartKind
from bot.texts import Locale, Texts

NOTE_LIMIT = 100
TITLE_LIMIT = 60
CONTEXT_LIMIT = 40
REPLY_LIMIT = 40
EXTRAS_LIMIT = 60
# Room kept for the sender and the beginning of the message, whatever else there is.
SAID_ROOM = 80
SHORTEST_LINE = 12


def message_card(
    highlight: Highlight,
    *,
    note: str | None,
    link: str,
    locale: Locale,
    texts: Texts,
    headline: str = "",
    before: Sequence[Highlight] = (),
    find: Find | None = None,
) -> Feed:
    """Return the card of a highlight; raises SystemMessage and NoteTooLong.

    `headline` says why it comes by itself, where no note of the member's does; `before` is what was
    said before, the oldest first; `find` looks for what of a long text must be seen.
    """
    if highlight.seen.system:
        raise SystemMessage
    card = _Card(highlight, locale, texts, find)
    earlier = [_Card(one, locale, texts).said() for one in before if not one.seen.system]
    return card.feed(card.noted(_checked(note)) or headline, link, earlier)


def _checked(note: str | None) -> str:
    """Return the note without what nobody can see."""
    cleaned = clean(note or "")
    length = count(cleaned)
    if length > NOTE_LIMIT:
        raise NoteTooLong(limit=NOTE_LIMIT, length=length)
    return cleaned


class _Card:
    """One highlight on its way to a card."""

    def __init__(
        self, highlight: Highlight, locale: Locale, texts: Texts, find: Find | None = None
    ) -> None:
        self._highlight = highlight
        self._find = find
        self._picture = first_image(highlight)
        self._pieces = Pieces(highlight, self._picture, locale, texts, find)
        self._say = self._pieces.say

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
        return self._say("card-note", note=one_line(self._pieces.read(note))) if note else ""

    def said(self) -> str:
        """Return who said what, in one line."""
        return cut(self._said(one_line(self._told()[0])), CONTEXT_LIMIT)

    def _title(self) -> str:
        channel, guild = name_line(self._highlight.channel), name_line(self._highlight.guild)
        forum = name_line(self._highlight.forum)
        if channel and forum:
            channel = self._say("card-title-post", title=channel, channel=forum)
        if channel and guild:
            return cut(self._say("card-title", channel=channel, guild=guild), TITLE_LIMIT)
        if channel or guild:
            return cut(self._say("card-title-direct", channel=channel or guild), TITLE_LIMIT)
        return self._say("card-title-nameless")

    def _description(self, opening: str, earlier: Sequence[str]) -> str:
        """Lay out the lines; what was said before gives way first when the room is short."""
        main, *extras = self._told()
        said = self._said(main)
        extra = cut(one_line(" ".join(extras)), EXTRAS_LIMIT)
        room = TEXT_LIMIT - min(len(said), SAID_ROOM)
        fitting: list[str] = []
        for line in (opening, self._quote(), extra, *reversed(earlier)):
            fits = bool(line) and room > SHORTEST_LINE
            fitting.append(cut(line, room - 1) if fits else "")
            room -= len(fitting[-1]) + 1 if fits else 0
        opening, quote, extra, *nearest = fitting
        above = [line for line in (opening, *reversed(nearest), quote) if line]
        below = [extra] if extra else []
        taken = sum(len(line) + 1 for line in (*above, *below))
        around = TEXT_LIMIT - taken - (len(said) - len(main))
        return "\n".join([*above, self._said(self._piece(main, around)), *below])

    def _told(self) -> list[str]:
        """Return as much of what there is to say as may leave the server."""
        most, pieces = self._highlight.most, self._pieces.of_message()
        if self._find:  # what was found goes first
            pieces.sort(key=lambda one: not self._holds(one))
        return pieces if most is None else [self._piece("\n".join(pieces), most)]

    def _holds(self, text: str) -> bool:
        return self._find is not None and self._find(text) is not None

    def _piece(self, text: str, most: int) -> str:
        return piece(text, most, self._find(text) if self._find else None)

    def _said(self, text: str) -> str:
        return self._say("card-said", author=self._name(self._highlight.seen.author), text=text)

    def _quote(self) -> str:
        quoted = self._highlight.seen.of_kind(PartKind.QUOTED)
        if not quoted or self._highlight.seen.age_restricted:
            return ""
        return self._reply(quoted[0])

    def _reply(self, part: Part) -> str:
        text = self._piece(self._pieces.of_quote(part), REPLY_LIMIT)
        return self._say("card-reply", author=self._name(part.author), text=text) if text else ""

    def _name(self, author: Author | None) -> str:
        """Return somebody's name in the server."""
        name = name_line(self._highlight.name_of(author))
        return cut(name, NAME_LIMIT) or self._say("card-unknown-member")
