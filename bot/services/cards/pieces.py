"""What somebody has written, in pieces that read well where there is no markup."""

import re
from collections.abc import Iterator
from datetime import datetime

from bot.errors import TextArgument
from bot.services.cards.cutting import Find, piece
from bot.services.cards.markdown import one_line, readable
from bot.services.cards.picture import Picture, picture_of
from bot.services.clock import SEOUL
from bot.services.messages.models import Body, File, Highlight, Part, PartKind, Poll
from bot.texts import Locale, Texts

FILE_LIMIT = 32
LONE_ADDRESS = re.compile(r"https?://\S+")


class Pieces:
    """Reads the parts of one message, in the order in which they matter."""

    def __init__(
        self,
        highlight: Highlight,
        picture: Picture | None,
        locale: Locale,
        texts: Texts,
        find: Find | None = None,
    ) -> None:
        self._highlight = highlight
        self._find = find
        self._picture = picture
        self._locale = locale
        self._texts = texts
        self._at = datetime.fromtimestamp(highlight.seen.created_at, highlight.zone or SEOUL)

    def of_message(self) -> list[str]:
        """Return what there is to say, the most telling first; never nothing."""
        seen = self._highlight.seen
        if seen.age_restricted:
            return [self.say("card-age-restricted")]
        if not seen.parts:
            return [self.say("card-kept")]
        pieces = [
            piece
            for part in seen.of_kind(PartKind.WRITTEN)
            for piece in self._of_body(part.body, self._picture)
        ]
        for part in seen.of_kind(PartKind.FORWARDED):
            first, *others = self._of_forwarded(part)
            pieces += [self.say("card-forwarded", text=first), *others]
        return pieces or [self._wordless(self._picture)]

    def of_quote(self, part: Part) -> str:
        """Return in a line what a message answers; without words, what it was."""
        picture = picture_of(part.body)
        if part.age_restricted:
            return ""
        pieces = list(self._of_body(part.body, picture))
        if not pieces and part.body.stands_for:
            return self.say(f"card-{part.body.stands_for}")
        found = [piece for piece in pieces if self._find and self._find(piece)]
        return one_line(next(iter([*found, *pieces]), "") or self._wordless(picture))

    def read(self, text: str) -> str:
        """Return a text as it reads in KakaoTalk."""
        names, zone = self._highlight.names, self._highlight.zone or SEOUL
        return readable(text, names, self._locale, self._texts, at=self._at, zone=zone)

    def say(self, key: str, **arguments: TextArgument) -> str:
        """Return one of our own texts."""
        return self._texts.say(self._locale, key, **arguments)

    def _of_forwarded(self, part: Part) -> list[str]:
        if part.age_restricted:
            return [self.say("card-age-restricted")]
        return list(self._of_body(part.body, self._picture)) or [self._wordless(self._picture)]

    def _wordless(self, picture: Picture | None) -> str:
        return self.say("card-picture" if picture else "card-empty")

    def _of_body(self, body: Body, picture: Picture | None) -> Iterator[str]:
        stickers = ", ".join(map(one_line, body.stickers))
        pieces = (
            self._words(body),
            self._poll(body.poll) if body.poll else "",
            self.say("card-stickers", names=stickers) if stickers else "",
            *self._voices(body),
            self._files(body, picture),
            self._covered_files(body),
        )
        return filter(None, pieces)

    def _words(self, body: Body) -> str:
        """Return a post's title, the text and the embeds; no text that is only their address."""
        text = self.read(body.text)
        embeds = [self.read(line) for embed in body.shown_embeds for line in embed.lines]
        if any(embeds) and LONE_ADDRESS.fullmatch(text):
            text = ""
        covered = self.say("card-spoiler") if body.covered else ""
        return "\n".join(filter(None, (one_line(body.title), text, covered, *embeds)))

    def _poll(self, poll: Poll) -> str:
        answers = (
            self.say("card-poll-answer", number=number, answer=one_line(answer))
            for number, answer in enumerate(poll.answers, 1)
        )
        question = one_line(poll.question)
        if poll.is_over:
            winner = one_line(" ".join(poll.answers))
            return "\n".join(filter(None, (self.say("card-poll-over", question=question), winner)))
        return "\n".join([self.say("card-poll", question=question), " · ".join(answers)])

    def _voices(self, body: Body) -> Iterator[str]:
        for file in body.files:
            if file.seconds is not None:
                seconds = round(file.seconds)
                yield self.say("card-voice", length=f"{seconds // 60}:{seconds % 60:02}")

    def _files(self, body: Body, picture: Picture | None) -> str:
        shown = picture.url if picture else None
        names = [
            self._file_name(file)
            for file in body.files
            if file.name and file.seconds is None and not file.spoiler and file.url != shown
        ]
        if self._find:
            names.sort(key=self._is_not_found)
        if len(names) > 1:
            return self.say("card-files", name=names[0], more=len(names) - 1)
        return self.say("card-file", name=names[0]) if names else ""

    def _file_name(self, file: File) -> str:
        name = one_line(file.name)
        return piece(name, FILE_LIMIT, self._find(name) if self._find else None) or "?"

    def _is_not_found(self, text: str) -> bool:
        return self._find is None or self._find(text) is None

    def _covered_files(self, body: Body) -> str:
        number = sum(file.spoiler for file in body.files)
        return self.say("card-spoiler-files", number=number) if number else ""
