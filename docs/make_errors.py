"""Write docs/kakao-errors.md and docs/kakao-errors.ko.md from the code: `make docs`."""

from collections.abc import Mapping
from pathlib import Path

from bot.kakao import CLASSES, Code
from bot.services.kakao_codes import member_key, operator_key, reaction
from bot.texts import LOCALES, Locale, Texts

HERE = Path(__file__).parent
NAMES: Mapping[Locale, str] = {"en": "kakao-errors.md", "ko": "kakao-errors.ko.md"}
HEADS: Mapping[Locale, str] = {
    "en": """\
# Kakao's error codes

What each code of Kakao's means, what Kkachi does about it and what is left for you. The class is
the one of `bot.kakao.errors`. `make docs` writes this page from the code.

| code | class | Kkachi | the member reads | for you |
|---|---|---|---|---|
""",
    "ko": """\
# 카카오 오류 코드

카카오의 코드마다 무슨 뜻이고 까치가 어떻게 하는지, 운영자가 할 일은 무엇인지 적었어요. 클래스는
`bot.kakao.errors`에 있어요. 이 문서는 `make docs`가 코드에서 만들어요.

| 코드 | 클래스 | 까치가 하는 일 | 멤버가 읽는 말 | 운영자가 할 일 |
|---|---|---|---|---|
""",
}


def page(locale: Locale, texts: Texts) -> str:
    """Return the page in one language."""
    return HEADS[locale] + "".join(_row(code, locale, texts) for code in CLASSES)


def _row(code: Code, locale: Locale, texts: Texts) -> str:
    kind = CLASSES[code]
    cells = (
        f"`{code}`",
        kind.__name__,
        reaction(kind, locale, texts),
        texts.say(locale, member_key(code)),
        texts.say(locale, operator_key(code)),
    )
    return "| " + " | ".join(cells) + " |\n"


def main() -> None:
    """Write the pages."""
    texts = Texts()
    for locale in LOCALES:
        (HERE / NAMES[locale]).write_text(page(locale, texts), encoding="utf-8")


if __name__ == "__main__":
    main()
