"""Every sentence a person reads, in Korean and English, from the catalogues in `locales/`."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import regex
from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import ast as ftl

from bot.errors import TextArgument

Locale = Literal["ko", "en"]
LOCALES: tuple[Locale, ...] = ("ko", "en")
CATALOGUES = Path(__file__).parent / "locales"
# A text goes on until a line begins with the name of the next.
NAME = re.compile("^(?=-?[a-z])", re.MULTILINE)
REFERENCE = re.compile("{ *(-?[a-z][a-z0-9-]*)")

# After a consonant, after a vowel; Korean writes the particle by the sound that precedes it.
PARTICLES = {
    "은": ("은", "는"),
    "이": ("이", "가"),
    "을": ("을", "를"),
    "과": ("과", "와"),
    "으로": ("으로", "로"),
    "아": ("아", "야"),
    "이에요": ("이에요", "예요"),
}
# The last sound of a digit's Korean name: 일, 삼, 육, 칠, 팔 and 영 close with a consonant.
DIGITS_WITH_FINAL = frozenset("013678")
LETTERS_WITH_FINAL = frozenset("LMNR")  # read by their names, as in DM
# How Koreans read English words: 샘, 킹, 봇, 콜백 and 톡 close; 링크, 노트 and 유저 do not.
CLOSED_WORD = regex.compile(r"(?:[lmn]|ng|[aeiou](?:ck|[bkpt])|lk)$", regex.IGNORECASE)
# A syllable's closing consonants, none among them, and which of them ㄹ is.
FINALS = 28
FINAL_RIEUL = 8


def pick_locale(discord_locale: str | None) -> Locale:
    """Return the language to speak to somebody whose Discord or browser is set to this one."""
    return "ko" if (discord_locale or "").lower().startswith("ko") else "en"


def with_particle(word: str, particle: str) -> str:
    """Append the form of a Korean particle that fits the word: 민지가, 지훈이.

    `particle` is the form after a consonant, one of `PARTICLES`.
    """
    after_consonant, after_vowel = PARTICLES[particle]
    final = _final_sound(word.read if isinstance(word, CommandName) else word)
    closed = final is not None and not (particle == "으로" and final == FINAL_RIEUL)
    return word + (after_consonant if closed else after_vowel)


def _final_sound(word: str) -> int | None:
    """Return the index of the closing consonant of the word's last sound, None after a vowel."""
    shown = regex.sub(r"\\([!-/:-@\[-`{-~])", r"\1", word)  # as Discord shows what is escaped
    spoken = regex.sub(r"(?<=\w)\([^()]*\)$|[^\p{L}\p{N}]+$", "", shown)
    last = spoken[-1:]
    if "가" <= last <= "힣":
        return (ord(last) - ord("가")) % FINALS or None
    if last in {"1", "7", "8", "l", "L", "R"}:
        return FINAL_RIEUL
    if "a" <= last <= "z":
        return 1 if CLOSED_WORD.search(spoken) else None
    return 1 if last and last in DIGITS_WITH_FINAL | LETTERS_WITH_FINAL else None


class CommandName(str):
    """A command as it is written, which may differ from how it is read."""

    __slots__ = ("read",)
    read: str


class Texts:
    """The catalogues of both languages.

    `COMMAND("kakao link")` in a text is the command's name in the text's own language. For Discord
    there are `command_ids`, by the names of the commands: then it is a mention, which Discord shows
    in the reader's language and which can be pressed.
    """

    def __init__(self, command_ids: Mapping[str, int] | None = None) -> None:
        self._ids = command_ids
        self._bundles = {locale: self._bundle(locale) for locale in LOCALES}

    def say(self, locale: Locale, key: str, /, **arguments: TextArgument) -> str:
        """Return one text; `key` is a message id or `message.attribute`.

        Raises KeyError when the catalogue has no such text and ValueError when an argument
        is missing: both are mistakes of ours that a test must find.
        """
        bundle = self._bundles[locale]
        name, _, attribute = key.partition(".")
        if not bundle.has_message(name):
            bundle.add_resource(_parsed(locale, name))
        message = bundle.get_message(name)
        pattern = message.attributes[attribute] if attribute else message.value
        if pattern is None:
            raise KeyError(key)
        text, errors = bundle.format_pattern(pattern, arguments)
        if errors:
            raise ValueError(f"text {key} ({locale}): {errors[0]}")
        return cast("str", text)

    def both(self, key: str, /, **arguments: TextArgument) -> dict[Locale, str]:
        """Return one text in every language."""
        return {locale: self.say(locale, key, **arguments) for locale in LOCALES}

    def _bundle(self, locale: Locale) -> FluentBundle:
        functions: dict[str, Any] = {
            "PARTICLE": _particle,
            "COMMAND": lambda name: self._command(locale, str(name)),
        }
        return FluentBundle([locale], functions=functions, use_isolating=False)

    def _command(self, locale: Locale, name: str) -> CommandName:
        words = name.split()
        keys = ("-".join(words[:count]) for count in range(1, len(words) + 1))
        read = "/" + " ".join(self.say(locale, f"command-{key}") for key in keys)
        shown = CommandName(read if self._ids is None else _in_discord(read, name, self._ids))
        shown.read = read
        return shown


def _in_discord(read: str, name: str, ids: Mapping[str, int]) -> str:
    number = ids.get(name.partition(" ")[0])  # that of the command which a sub-command belongs to
    return f"`{read}`" if number is None else f"</{name}:{number}>"


@cache
def _sources(locale: Locale) -> Mapping[str, str]:
    """Return each text by its name, unparsed: parsing all of them takes half a second."""
    files = [path.read_text(encoding="utf-8") for path in catalogue_files(locale)]
    texts = [text for file in files for text in NAME.split(file)]
    return {text.partition(" ")[0]: text for text in texts}


@cache
def _parsed(locale: Locale, name: str) -> ftl.Resource:
    """Return a text, and after it those that it refers to."""
    sources, needed = _sources(locale), [name]
    for one in needed:
        needed += {*REFERENCE.findall(sources[one])}.difference(needed)
    return FluentResource("\n".join(sources[one] for one in needed))


def catalogue_files(locale: Locale) -> Sequence[Path]:
    """Return the catalogue files of a language."""
    return sorted((CATALOGUES / locale).glob("*.ftl"))


def _particle(word: object, particle: object) -> str:
    return with_particle(word if isinstance(word, str) else str(word), str(particle))
