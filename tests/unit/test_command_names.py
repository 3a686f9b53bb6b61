"""Texts name commands so that readers find them: in their own language, or to be pressed."""

import re

import pytest

from bot.texts import LOCALES, Locale, Texts, catalogue_files
from docs.make_reference import registered
from tests.test_docs import paths_of

NAMED = re.compile(r'COMMAND\("([^"]*)"\)')
IDS = {"kakao": 7, "notify": 8}


@pytest.mark.parametrize(
    ("locale", "text"),
    [("ko", "/카카오톡 연결로 다시"), ("en", "Link again with /kakao link;")],
)
def test_a_page_or_card_names_a_command_as_the_readers_picker_does(
    locale: Locale, text: str
) -> None:
    assert text in Texts().say(locale, "kakao-broken")


@pytest.mark.parametrize(
    ("locale", "text"),
    [("ko", "</kakao link:7>로 다시"), ("en", "Link again with </kakao link:7>;")],
)
def test_discord_gets_a_command_that_can_be_pressed(locale: Locale, text: str) -> None:
    assert text in Texts(IDS).say(locale, "kakao-broken")


@pytest.mark.parametrize(
    ("locale", "text"), [("ko", "`/카카오톡 연결`로"), ("en", "`/kakao link`;")]
)
def test_until_its_id_is_known_a_command_is_written_out(locale: Locale, text: str) -> None:
    ids: dict[str, int] = {}
    texts = Texts(ids)
    assert text in texts.say(locale, "kakao-broken")
    ids |= IDS
    assert "</kakao link:7>" in texts.say(locale, "kakao-broken")


@pytest.mark.parametrize("texts", [Texts(), Texts({}), Texts(IDS)], ids=["plain", "early", "ids"])
def test_the_particle_fits_the_name_that_koreans_read(texts: Texts) -> None:
    assert re.search("(연결|`|:7>)을 입력해", texts.say("ko", "account-undone"))
    assert re.search("(추가|`|:8>)를 쓰세요", texts.say("ko", "notify-list-none"))


@pytest.mark.parametrize("locale", LOCALES)
async def test_every_command_that_a_text_names_can_be_called(locale: Locale) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in catalogue_files(locale))
    named = set(NAMED.findall(text))
    assert len(named) > 10
    assert named - {path for one in await registered() for path in paths_of(one)} == set()
