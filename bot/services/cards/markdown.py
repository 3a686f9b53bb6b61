"""Discord's markup as text that reads well where there is none, as in KakaoTalk.

Names stand for ids, formatting marks go, spoilers stay covered and whatever cannot be seen is
removed. Marks are read as Discord reads them, from left to right, before anything invisible is
taken out: a zero-width character may not turn a spoiler into plain text. Every rule looks only at
what no rule before it has looked at, so the time grows with the length of the text and no input
can stall it.
"""

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from datetime import UTC, datetime, timedelta, tzinfo
from urllib.parse import urlsplit

import regex

from bot.services.clock import SEOUL
from bot.services.messages.models import Names
from bot.texts import Locale, Texts

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BULLET = "• "
QUOTE = "│ "
# A space inside code: ordinary ones are collapsed.
CODE_SPACE = "\ue000"
# A space inside a name that is called: such a name is cut out as a whole, or not at all.
NAME_SPACE = "\xa0"
LONGEST_EMPHASIS = 3

SPECIAL = re.compile(r"[\\`*_~|<\[\]\n]|https?://")
BLOCK = re.compile(
    r"(?P<quotes>>>> )|(?P<quote>> )|(?P<heading>#{1,3} +|-# +)|(?P<bullet>[ \t]*[-*] +)"
)
ANGLE = re.compile(
    r"<@!?(?P<member>[0-9]{1,20})>"
    r"|<@&(?P<role>[0-9]{1,20})>"
    r"|<#(?P<channel>[0-9]{1,20})>"
    r"|</(?P<command>[\w\- ]{1,100}):[0-9]{1,20}>"
    r"|<a?(?P<emoji>:\w{1,32}:)[0-9]{1,20}>"
    r"|<t:(?P<time>-?[0-9]{1,17}(?::[tTdDfFsSR])?)>"
    r"|<id:(?P<navigation>customize|browse|guide|home|linked-roles)(?::[0-9]{1,20})?>"
    r"|<(?P<sound>sound):[0-9]{1,20}:[0-9]{1,20}>"
    r"|<(?P<address>(?:https?|discord)://[^\s<>]+)>"
    r"|<(?:(?:mailto|tel|sms):)?(?P<contact>[\w.+-]{1,64}@[\w.-]{1,255}|\+[0-9][0-9 -]{2,30})>"
)
# One pair of brackets may stand in the words, and a title in quotes behind the address.
MASKED = re.compile(
    r"\[((?:[^\[\]\n]|\[[^\[\]\n]*\])+)\]"
    r"\([ ]*<?(https?://(?:[^\s()<>\[\]]|\([^\s()<>\[\]]*\))+)>?"
    r"(?:\s+(?:\"[^\"\n]*\"|'[^'\n]*'))?[ ]*\)"
)
# Colours in a code block of the language ansi.
ANSI = re.compile(r"\x1b\[[0-9;]*m")
ADDRESS = re.compile(r"https?://[^\s<>\[\]`]+")
ADDRESS_END = re.compile(r"\|\||\*\*|~~")
RUN = re.compile(r"([*_~`])\1*")
LANGUAGE = re.compile(r"[\w+\-.#]+\n")
WORD = re.compile(r"[0-9A-Za-z_]")
SHRUG = "\\_(ツ)_/"

LINE_BREAK = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Scripts in which a joiner, or what keeps letters apart, is a part of spelling.
JOINING = (
    r"\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}"
    r"\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}"
    r"\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}"
    r"\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}"
)
# Zero-width joiners hold emoji together, tags spell flags; elsewhere both only hide things.
INVISIBLE = regex.compile(
    rf"(?:(?<=[{JOINING}])[\u200c\u200d](?=[{JOINING}]))(*SKIP)(*FAIL)|"
    r"(?:\U0001F3F4[\U000E0020-\U000E007E]+\U000E007F"
    r"|(?<=\p{Extended_Pictographic}[\uFE0F\U0001F3FB-\U0001F3FF]?)\u200D"
    r"(?=\p{Extended_Pictographic})"
    r"|[\uFE0E\uFE0F\n\t])(*SKIP)(*FAIL)"
    r"|[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]"
)
# Between letters, as in an address; KakaoTalk makes links of these by itself.
DOT = re.compile(r"(?<=\w)\.(?=[^\W\d_])")
SPACES = re.compile(rf"[^\S\n{NAME_SPACE}]+")
LINE_ENDS = re.compile(r" ?\n ?")
BLANK_LINES = re.compile(r"\n{3,}")


def readable(
    text: str, names: Names, locale: Locale, texts: Texts, *, at: datetime, zone: tzinfo = SEOUL
) -> str:
    """Return the text of a message as it should read in KakaoTalk.

    `at` is when it was written: dates of another year are shown with their year. `zone` is where
    its reader lives: points in time are told in it, and with its name unless it is Seoul. Names
    that are called have `NAME_SPACE` for their spaces.
    """
    raw = _spaced(text)
    return _tidy(_PlainText(raw, names, locale, texts, at.astimezone(zone)).read())


def in_zone(moment: str, zone: tzinfo | None, locale: Locale, texts: Texts) -> str:
    """Return a moment with its time zone, unless that is what readers of KakaoTalk expect."""
    if str(zone) in {str(SEOUL), "Asia/Seoul"}:
        return moment
    return texts.say(locale, "card-zone", moment=moment, zone=str(zone))


def moment_of(then: datetime, locale: Locale, texts: Texts) -> str:
    """Return a day and time, told by the clock that it carries."""
    date = texts.say(locale, "card-date", month=then.month, day=then.day, weekday=then.weekday())
    return texts.say(locale, "card-moment", date=date, time=f"{then:%H:%M}")


def clean(text: str) -> str:
    """Return a text without invisible and control characters, whitespace collapsed."""
    return _tidy(_spaced(text))


def one_line(text: str) -> str:
    """Return a cleaned text without line breaks, for names."""
    return " ".join(clean(text).split())


def name_line(text: str) -> str:
    """Return somebody's name as one line in which KakaoTalk finds no address to open."""
    return DOT.sub("\u2024", one_line(text).replace("://", ":\u2215\u2215"))


def count(text: str) -> int:
    """Return the number of characters as a person counts them."""
    return sum(1 for _ in regex.finditer(r"\X", text))


def _spaced(text: str) -> str:
    """Return a text in which no space or line break is of a special kind."""
    text = LINE_BREAK.sub("\n", text)
    return text.replace(CODE_SPACE, " ").replace(NAME_SPACE, " ")


def _tidy(text: str) -> str:
    text = INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    text = LINE_ENDS.sub("\n", SPACES.sub(" ", text))
    return BLANK_LINES.sub("\n\n", text).replace(CODE_SPACE, " ").strip(" \n")


class _PlainText:
    """Goes through one text once; each rule appends to `out` and moves `pos` on."""

    def __init__(self, text: str, names: Names, locale: Locale, texts: Texts, at: datetime) -> None:
        self._text = text
        self._names = names
        self._locale = locale
        self._texts = texts
        self._at = at
        self._pos = 0
        self._out: list[str] = []
        self._quoting = False
        self._openers: dict[str, list[int]] = defaultdict(list)
        self._masked_ends: dict[int, tuple[str, int]] = {}
        self._backticks = self._find_backticks()
        self._rules = {
            "\\": self._escape,
            "`": self._code,
            "*": self._emphasis,
            "_": self._emphasis,
            "~": self._emphasis,
            "|": self._spoiler,
            "<": self._angle,
            "[": self._masked,
            "]": self._masked_end,
            "\n": self._line_break,
            "h": self._address,
        }

    def read(self) -> str:
        self._line_start()
        while special := SPECIAL.search(self._text, self._pos):
            self._emit(self._text[self._pos : special.start()], special.start())
            self._rules[special[0][0]]()
        return "".join(self._out) + self._text[self._pos :]

    def _emit(self, shown: str, end: int) -> None:
        if shown:
            self._out.append(shown)
        self._pos = end

    def _say(self, key: str, **arguments: str | int) -> str:
        return self._texts.say(self._locale, key, **arguments)

    def _line_break(self) -> None:
        self._emit("\n", self._pos + 1)
        self._line_start()

    def _line_start(self) -> None:
        if self._quoting:
            self._out.append(QUOTE)
        while block := BLOCK.match(self._text, self._pos):
            kind = block.lastgroup
            self._quoting |= kind == "quotes"
            shown = {"heading": "", "bullet": BULLET}.get(str(kind), QUOTE)
            self._emit(shown, block.end())
            if not shown.startswith(QUOTE):
                break

    def _escape(self) -> None:
        if self._text.startswith(SHRUG, self._pos):
            self._emit(SHRUG, self._pos + len(SHRUG))
            return
        escaped = self._text[self._pos + 1 : self._pos + 2]
        if escaped.isascii() and (escaped.isalnum() or escaped.isspace() or not escaped):
            self._emit("\\", self._pos + 1)
        else:
            self._emit(escaped, self._pos + 2)

    def _spoiler(self) -> None:
        """Cover what stands between two pairs of bars, whatever it is."""
        end = self._text.find("||", self._pos + 3)
        if not self._text.startswith("||", self._pos) or end < 0:
            self._emit("|", self._pos + 1)
            return
        cover = self._say("card-spoiler")
        self._emit("" if self._out and self._out[-1] == cover else cover, end + 2)

    def _code(self) -> None:
        """Show code as it is, in blocks on lines of its own."""
        run = self._run()
        start = self._pos + len(run)
        if len(run) == len("```") and (block := self._block(start)):
            self._emit(*block)
        elif (end := self._closing_backticks(len(run), start)) and self._is_code(start, end):
            self._emit(_verbatim(self._text[start:end].strip(" ")), end + len(run))
        else:
            self._emit(run, start)

    def _block(self, start: int) -> tuple[str, int] | None:
        """Return a code block as lines of its own and where it ends."""
        end = self._text.find("```", start)
        if end < 0 or not self._is_code(start, end):
            return None
        language = LANGUAGE.match(self._text, start, end)
        code = self._text[language.end() if language else start : end].strip("\n")
        if language and language[0].strip().lower() == "ansi":
            code = ANSI.sub("", code)
        before = "\n" if self._out and not self._out[-1].endswith("\n") else ""
        after = "" if self._text.startswith("\n", end + 3) else "\n"
        return (f"{before}{_verbatim(code)}{after}", end + 3) if code.strip() else None

    def _is_code(self, start: int, end: int) -> bool:
        """Tell whether Discord, too, takes this for code.

        It lets an earlier mark, link or line end inside what looks like code, which then is none.
        That matters only where the bars of a spoiler are in it: when in doubt, they count.
        """
        code = self._text[start:end]
        if "||" not in code:
            return True
        block = self._text.startswith("```", start - 3)
        begins_line = self._text[start - 4 : start - 3] in {"", "\n"}
        cut_by_line = not begins_line if block else "\n" in code
        cut_by_mark = any(mark in code for mark, openers in self._openers.items() if openers)
        cut_by_link = any(start < link_end < end for link_end in self._masked_ends)
        return not (cut_by_line or cut_by_mark or cut_by_link)

    def _find_backticks(self) -> dict[int, list[int]]:
        starts: dict[int, list[int]] = defaultdict(list)
        for run in re.finditer("`+", self._text):
            starts[len(run[0])].append(run.start())
        return starts

    def _closing_backticks(self, length: int, after: int) -> int | None:
        starts = self._backticks.get(length, [])
        index = bisect_left(starts, after)
        return starts[index] if index < len(starts) else None

    def _run(self) -> str:
        run = RUN.match(self._text, self._pos)
        return run[0] if run else ""

    def _emphasis(self) -> None:
        """Take out marks that pair up; single ones stay.

        Of one alone Discord asks that stars touch what they mark, and that underscores stand at
        the edges of a word; of pairs it asks nothing.
        """
        run = self._run()
        mark, end = run[0], self._pos + len(run)
        before, after = self._text[self._pos - 1 : self._pos], self._text[end : end + 1]
        left, is_alone = len(run), len(run) == 1
        if not is_alone or _may_stand(mark, inside=before, outside=after):
            left = self._close(mark, left)
        self._emit(mark * left, end)
        may_begin = not is_alone or _may_stand(mark, inside=after, outside=before)
        if left and may_begin and _may_open(mark, left):
            self._openers[mark].append(len(self._out) - 1)

    def _close(self, mark: str, length: int) -> int:
        """Pair marks with those that wait before; returns how many found no partner."""
        openers = self._openers[mark]
        while openers and length and _may_open(mark, length):
            opener = self._out[openers[-1]]
            paired = min(len(opener), length)
            self._out[openers[-1]] = opener[paired:]
            length -= paired
            if paired == len(opener):
                openers.pop()
        return length

    def _angle(self) -> None:
        match = ANGLE.match(self._text, self._pos)
        if match is None:
            self._emit("<", self._pos + 1)
            return
        kind = str(match.lastgroup)
        self._emit(self._named(kind, match[kind]) or match[0], match.end())

    def _named(self, kind: str, value: str) -> str:
        match kind:
            case "member":
                return "@" + self._name(self._names.members.get(int(value)), "card-unknown-member")
            case "role":
                return "@" + self._name(self._names.roles.get(int(value)), "card-unknown-role")
            case "channel":
                return "#" + self._name(
                    self._names.channels.get(int(value)), "card-unknown-channel"
                )
            case "command":
                return f"/{value}"
            case "time":
                return self._time(value)
            case "navigation":
                return self._say(f"card-navigation-{value}")
            case "sound":
                return self._say("card-sound")
            case _:
                return value

    def _name(self, name: str | None, unknown: str) -> str:
        said = one_line(name or "") or self._say(unknown)
        return said.replace(" ", NAME_SPACE)

    def _time(self, value: str) -> str:
        """Return a point in time as its reader's clock says it, empty when there is no such."""
        seconds, _, style = value.partition(":")
        try:
            time = (EPOCH + timedelta(seconds=int(seconds))).astimezone(self._at.tzinfo)
        except OverflowError:
            return ""
        if style in {"d", "D"}:
            return self._date(time)
        clock = f"{time:%H:%M}"
        moment = self._say("card-moment", date=self._date(time), time=clock)
        return self._zoned(clock if style in {"t", "T"} else moment)

    def _zoned(self, moment: str) -> str:
        return in_zone(moment, self._at.tzinfo, self._locale, self._texts)

    def _date(self, time: datetime) -> str:
        same_year = time.year == self._at.year
        key = "card-date" if same_year else "card-date-with-year"
        facts = {"month": time.month, "day": time.day, "weekday": time.weekday()}
        return self._say(key, year=str(time.year), **facts)

    def _masked(self) -> None:
        """Read the words of a masked link on, and remember where to tell its host."""
        match = MASKED.match(self._text, self._pos)
        if match:
            self._masked_ends[match.end(1)] = (_host(match[2]), match.end())
        self._emit("" if match else "[", self._pos + 1)

    def _masked_end(self) -> None:
        host, end = self._masked_ends.get(self._pos, ("", self._pos + 1))
        self._emit(f" ({host})" if host else "]", end)

    def _address(self) -> None:
        """Keep a web address whole: its underscores are no emphasis."""
        match = ADDRESS.match(self._text, self._pos)
        address = ADDRESS_END.split(match[0], maxsplit=1)[0] if match else "h"
        trimmed = address.rstrip("*_~.,:;!?'\"" + ("" if "(" in address else ")"))
        self._emit(trimmed, self._pos + len(trimmed))


def _may_stand(mark: str, *, inside: str, outside: str) -> bool:
    """Tell whether one mark alone may begin or end emphasis between these two characters."""
    return not WORD.match(outside) if mark == "_" else bool(inside.strip())


def _may_open(mark: str, length: int) -> bool:
    return length == len("~~") if mark == "~" else length <= LONGEST_EMPHASIS


def _verbatim(code: str) -> str:
    return code.replace("\t", "  ").replace(" ", CODE_SPACE)


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or address
    except ValueError:
        return address
