"""Every code has a sentence for the member and one for the operator, and the page shows them."""

import pytest

from bot.kakao import CLASSES, Code
from bot.services.kakao_codes import member_key, operator_key, reaction
from bot.texts import LOCALES, Locale, Texts
from docs.make_errors import HERE, NAMES, page

TEXTS = Texts()


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", CLASSES)
def test_a_code_is_explained_to_everyone(code: Code, locale: Locale) -> None:
    for_member, for_operator = (TEXTS.say(locale, key(code)) for key in (member_key, operator_key))
    assert for_member != for_operator
    assert reaction(CLASSES[code], locale, TEXTS)


@pytest.mark.parametrize("code", [-777, "KOE999", None])
def test_a_code_nobody_knows_is_passed_on(code: Code | None) -> None:
    assert str(code) in TEXTS.say("ko", member_key(code), code=str(code))


@pytest.mark.parametrize("locale", LOCALES)
def test_the_page_of_codes_is_what_the_code_says(locale: Locale) -> None:
    written = (HERE / NAMES[locale]).read_text(encoding="utf-8")
    assert written == page(locale, TEXTS), "run: make docs"
