"""A highlight as a KakaoTalk card.

    Minji: Saturday at nine, and…   who wrote what; the first words
    📝 seats are filling up          the member's note, if any
    bring the healers!              the rest, cut where the room ends
    📎 plan.pdf and 2 more           what KakaoTalk cannot show
    ↪ Juno: who is in?              what the message answers, if anything
    🔔 raid · #raids · Night Watch   why it comes by itself, and where it was written
    [ Original ]

The same highlight always gives the same card, and everything in a card that can be clicked leads
to the one `link` it is given.
"""

from collections.abc import Sequence

from bot.errors import NoteTooLong, SystemMessage
from bot.kakao import TEXT_LIMIT, Button, Content, Feed, Link, cut
from bot.services.cards.cutting import Find, beginning, piece
from bot.services.cards.layout import NAME_LIMIT, foot, place_line, title_room, with_foot
from bot.services.cards.markdown import NAME_SPACE, clean, count, name_line, one_line
from bot.services.cards.picture import first_image
from bot.services.cards.pieces import Pieces
from bot.services.messages.models import Author, Highlight, Part, PartKind
from bot.texts import Locale, Texts

NOTE_LIMIT = 100
CONTEXT_LIMIT = 40
REPLY_LIMIT = 40
EXTRAS_LIMIT = 60
# Room kept for what the first words do not say, whatever else there is.
REST_ROOM = 28
SHORTEST_LINE = 12
# How much of the rest is seen for sure.
SEEN = 18


def message_card(
    highlight: Highlight,
    *,
    note: str | None,
    link: str,
    locale: Locale,
    texts: Texts,
    why: str = "",
    before: Sequence[Highlight] = (),
    find: Find | None = None,
) -> Feed:
    """Return the card of a highlight; raises SystemMessage and NoteTooLong.

    `why` says why it comes by itself, for the member's own eyes; `before` is what was said before,
    the oldest first; `find` looks for what of a long text must be seen.
    """
    if highlight.seen.system:
        raise SystemMessage
    card = _Card(highlight, locale, texts, find)
    earlier = [_Card(one, locale, texts).earlier() for one in before if not one.seen.system]
    return card.feed(card.noted(checked_note(note)), why, link, earlier[::-1])


def message_line(
    highlight: Highlight, *, most: int, locale: Locale, texts: Texts, find: Find | None = None
) -> str:
    """Return who said what in one line of so many characters."""
    return _Card(highlight, locale, texts, find).line(most)


def message_place(highlight: Highlight, *, locale: Locale, texts: Texts) -> str:
    """Return where a message was written."""
    return _Card(highlight, locale, texts).place()


def checked_note(note: str | None) -> str:
    """Return the note without what nobody can see; raises NoteTooLong."""
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

    def feed(self, note: str, why: str, link: str, earlier: Sequence[str] = ()) -> Feed:
        both = Link(web_url=link, mobile_web_url=link)
        picture = self._picture
        main, *extras = self._told()
        first, start = beginning(main, title_room(self._said(""), main))
        title, last = self._said(first), foot(why, self.place())
        rest = self._rest(main, start, first)
        extra = cut(one_line(" ".join(extras)), EXTRAS_LIMIT)
        lines = self._fitting(rest, note, extra, earlier, TEXT_LIMIT - len(last))
        sought = None if self._holds(first) else self._find
        if sought:  # what was found goes first
            lines.sort(key=lambda line: not self._holds(line))
        content = Content(
            title=title,
            description=with_foot(title, lines, last, sought).replace(NAME_SPACE, " "),
            image_url=picture and picture.url,
            image_width=picture and picture.width,
            image_height=picture and picture.height,
            link=both,
        )
        return Feed(content=content, buttons=(Button(title=self._say("card-button"), link=both),))

    def noted(self, note: str) -> str:
        """Return the line with the member's note."""
        return self._say("card-note", note=one_line(self._pieces.read(note))) if note else ""

    def earlier(self) -> str:
        """Return who said what before, in one line."""
        author, text = self._name(self._highlight.seen.author), one_line(self._told()[0])
        return cut(self._say("card-before", author=author, text=text), CONTEXT_LIMIT)

    def line(self, most: int) -> str:
        """Return who said what, with what was found."""
        text = one_line(" ".join(self._told()))
        return self._said(self._piece(text, most - len(self._said(""))))

    def place(self) -> str:
        """Return where it was written."""
        one = self._highlight
        channel, parent = one.channel, one.parent
        if parent and not self._may_name_thread():
            channel, parent = parent, ""
        where = {"guild": one.guild, "channel": channel, "parent": parent}
        return place_line(self._say, room=one.room, **where)

    def _may_name_thread(self) -> bool:
        """Tell whether a thread's name may leave the server, and is not said already."""
        seen = self._highlight.seen
        written = seen.of_kind(PartKind.WRITTEN)
        is_said = any(part.body.title for part in written)
        return bool(written) and not is_said and not seen.age_restricted

    def _fitting(
        self, rest: str, note: str, extra: str, earlier: Sequence[str], most: int
    ) -> list[str]:
        """Return the lines that fit; what was said before gives way first."""
        room = most - (min(len(rest), REST_ROOM) + 1 if rest else 0)
        fitting: list[str] = []
        for line in (note, self._quote(), extra, *earlier):
            fits = bool(line) and room > SHORTEST_LINE
            fitting.append(cut(line, room - 1) if fits else "")
            room -= len(fitting[-1]) + 1 if fits else 0
        note, quote, extra, *before = fitting
        taken = sum(len(line) + 1 for line in fitting if line)
        return [note, self._piece(rest, most - taken - 1), extra, quote, *before]

    def _rest(self, main: str, start: int, first: str) -> str:
        """Return what the first words do not say, from near what was found if they do not hold it.

        That may begin among the first words, if these end within it.
        """
        span = None if self._holds(first) else self._find and self._find(main)
        if not span:
            return main[start:]
        start = min(start, span[0])
        return piece(main[start:], len(main), (span[0] - start, span[1] - start), seen=SEEN)

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
