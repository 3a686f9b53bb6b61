"""Discord's markup becomes text that reads well in KakaoTalk."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.kakao import cut
from bot.services.cards.markdown import NAME_SPACE, clean, count, one_line, readable
from bot.services.messages.models import Names
from bot.texts import Locale, Texts

TEXTS = Texts()
NAMES = Names({1: "민지", 5: "a\u202eb\nc"}, {2: "길드장"}, {3: "공지"})
WRITTEN = datetime(2026, 11, 20, tzinfo=UTC)
FAMILY = "👨\u200d👩\u200d👧"
SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


def read(text: str, locale: Locale = "ko") -> str:
    return readable(text, NAMES, locale, TEXTS, at=WRITTEN)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("<@1> <@!1>", "@민지 @민지"),
        ("<@&2> in <#3>", "@길드장 in #공지"),
        ("<@9>", "@알_수_없는_사용자"),
        ("<@&9> <#9>", "@알_수_없는_역할 #알_수_없는_채널"),
        ("<@5>", "@ab_c"),
        ("</kakao link:5>", "/kakao link"),
        ("@everyone @here", "@everyone @here"),
        ("<:wave:6> <a:party_2:7>", ":wave: :party_2:"),
        ("<@12x> <3 a<b>", "<@12x> <3 a<b>"),
    ],
)
def test_names_stand_for_ids_and_are_of_one_piece(raw: str, shown: str) -> None:
    assert read(raw).replace(NAME_SPACE, "_") == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("먼저 <id:customize> 에서", "먼저 채널 및 역할 에서"),
        ("<id:browse> · <id:guide> · <id:home>", "채널 둘러보기 · 서버 가이드 · 서버 가이드"),
        ("<id:linked-roles> <id:linked-roles:123>", "연결된 역할 연결된 역할"),
        ("<sound:1:2>", "🔊 사운드보드 소리"),
        ("<kkachi@example.com> <mailto:a.b@c.example>", "kkachi@example.com a.b@c.example"),
        ("<+82 10-1234-5678> <tel:+821012345678>", "+82 10-1234-5678 +821012345678"),
        ("<discord://-/channels/1/2>", "discord://-/channels/1/2"),
        ("</kakao link status:5>", "/kakao link status"),
        ("<t:1796000000:s>", "11월 30일 (월) 09:53"),
        ("<id:nowhere> <3 <b>", "<id:nowhere> <3 <b>"),
    ],
)
def test_every_tag_of_discords_reads_as_words(raw: str, shown: str) -> None:
    assert read(raw) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("```ansi\n\x1b[1;31m긴급\x1b[0m 점검\n```", "긴급 점검"),
        ("```ANSI\n\x1b[0;40;37m표\x1b[m\n```", "표"),
        ("```py\n[1;31m\n```", "[1;31m"),
        ("[1;31m 그대로", "[1;31m 그대로"),
    ],
)
def test_colours_of_code_blocks_go_and_what_only_looks_like_them_stays(
    raw: str, shown: str
) -> None:
    assert read(raw) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (
            '[신청서](https://forms.example.com/a "여기를 누르세요") 작성',
            "신청서 (forms.example.com) 작성",
        ),
        ("[신청서](<https://forms.example.com/a> '누르기')", "신청서 (forms.example.com)"),
        ("[[공지] 안내](https://a.example)", "[공지] 안내 (a.example)"),
        ('[**굵게**]( https://a.example "x" )', "굵게 (a.example)"),
        ('[글](https://a.example "열림)', '[글](https://a.example "열림)'),
    ],
)
def test_masked_links_read_as_their_words_and_their_host(raw: str, shown: str) -> None:
    assert read(raw) == shown


@pytest.mark.parametrize("word", ["می\u200cخواهم", "क्\u200dष", "ශ්\u200dරී"])
def test_joiners_stay_where_they_are_spelling(word: str) -> None:
    assert read(word) == word


@pytest.mark.parametrize("word", ["욕\u200c설", "a\u200db", "\u200cمی", "می\u200c"])
def test_joiners_go_where_they_only_hide_something(word: str) -> None:
    assert "\u200c" not in read(word)
    assert "\u200d" not in read(word)


def test_points_in_time_are_told_by_the_readers_own_clock_and_name_its_zone() -> None:
    def told(text: str, zone: str, locale: Locale = "ko") -> str:
        return readable(text, NAMES, locale, TEXTS, at=WRITTEN, zone=ZoneInfo(zone))

    assert told("<t:1796000000:t>", "Asia/Seoul") == "09:53"
    assert told("<t:1796000000:t>", "Asia/Tokyo") == "09:53 (Asia/Tokyo)"
    assert told("<t:1796000000>", "Europe/Berlin") == "11월 30일 (월) 01:53 (Europe/Berlin)"
    assert told("<t:1796000000:d>", "America/New_York", "en") == "Sun 29 Nov"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("**굵게** *기울임* _기울임_는", "굵게 기울임 기울임는"),
        ("__밑줄__ ~~취소~~ ***둘 다***", "밑줄 취소 둘 다"),
        ("**a *b***", "a b"),
        ("snake_case_name", "snake_case_name"),
        ("2 * 3 * 4, ~5~", "2 * 3 * 4, ~5~"),
        ("**열림", "**열림"),
        ("\\*별\\* \\<@1> \\|\\|열림\\|\\|", "*별* <@1> ||열림||"),
        ("¯\\_(ツ)_/¯", "¯\\_(ツ)_/¯"),
        ("C:\\temp\\", "C:\\temp\\"),
        ("# 제목\n### 작은 제목\n-# 아주 작게", "제목\n작은 제목\n아주 작게"),
        ("#해시태그", "#해시태그"),
        ("- 하나\n  * 둘\n1. 셋", "• 하나\n• 둘\n1. 셋"),
        ("> 인용\n밖", "│ 인용\n밖"),
        ("> # 인용한 제목", "│ 인용한 제목"),
        (">>> 여기부터\n끝까지", "│ 여기부터\n│ 끝까지"),
    ],
)
def test_formatting_marks_go(raw: str, shown: str) -> None:
    assert read(raw) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("** 공지 ** __ 밑줄 __ ~~ 취소 ~~ 진행", "공지 밑줄 취소 진행"),
        ("_ 기울임 _ 은", "기울임 은"),
        ("a__b__c", "abc"),
        ("** **", ""),
        ("_ _", ""),
        ("앞\n** **\n뒤", "앞\n\n뒤"),
        ("2 ** 3", "2 ** 3"),
        ("a * b * c", "a * b * c"),
        ("a_b_ c", "a_b_ c"),
        ("가_나_ 다", "가나 다"),
    ],
)
def test_only_single_marks_must_stand_at_a_word(raw: str, shown: str) -> None:
    assert read(raw) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("`**a** <@1> ||b||`", "**a** <@1> ||b||"),
        ("``a`b``", "a`b"),
        ("```py\nif a:\n    b = **1**\n```", "if a:\n    b = **1**"),
        ("앞 ```a  b``` 뒤", "앞\na  b\n뒤"),
        ("``` ```", ""),
        ("`열림", "`열림"),
    ],
)
def test_code_stays_as_it_is(raw: str, shown: str) -> None:
    assert read(raw) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("[문서](https://docs.example.com/a_b_c)", "문서 (docs.example.com)"),
        ("[**굵은** 말](<https://a.example/x(1)>)", "굵은 말 (a.example)"),
        ("[https://good.example](https://evil.example)", "https://good.example (evil.example)"),
        ("[a] (b) [c](d)", "[a] (b) [c](d)"),
        ("<https://a.example/b_c_d>", "https://a.example/b_c_d"),
        (
            "https://a.example/x_y_z_w, **https://b.example**",
            "https://a.example/x_y_z_w, https://b.example",
        ),
        ("(https://a.example/b)", "(https://a.example/b)"),
    ],
)
def test_links_show_where_they_lead(raw: str, shown: str) -> None:
    assert read(raw) == shown


@pytest.mark.parametrize(
    ("raw", "korean", "english"),
    [
        ("<t:1795176000>", "11월 20일 (금) 21:00", "Fri 20 Nov 21:00"),
        ("<t:1795176000:R>", "11월 20일 (금) 21:00", "Fri 20 Nov 21:00"),
        ("<t:1795176000:d>", "11월 20일 (금)", "Fri 20 Nov"),
        ("<t:1795176000:t>", "21:00", "21:00"),
        ("<t:0:F>", "1970년 1월 1일 (목) 09:00", "Thu 1 Jan 1970 09:00"),
        ("<t:99999999999999999>", "<t:99999999999999999>", "<t:99999999999999999>"),
    ],
)
def test_times_are_those_of_seoul(raw: str, korean: str, english: str) -> None:
    assert (read(raw, "ko"), read(raw, "en")) == (korean, english)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("||비밀||", "(스포일러)"),
        ("a ||b|| c", "a (스포일러) c"),
        ("||a||||b||||c||", "(스포일러)"),
        ("||여러\n줄 `코드`||", "(스포일러)"),
        ("**||굵은 비밀||**", "(스포일러)"),
        ("||<@1> https://a.example||", "(스포일러)"),
        ("[||a||](https://a.example)", "(스포일러) (a.example)"),
        ("||열림 | a || b", "(스포일러) b"),
        ("||열림 | a", "||열림 | a"),
    ],
)
def test_spoilers_are_covered(raw: str, shown: str) -> None:
    assert read(raw) == shown


@pytest.mark.parametrize(
    "raw",
    [
        "\\\u200b||SECRET||",
        "**a `b** c ||SECRET|| ` d",
        "**a `b** ||SECRET` c||",
        "[a `b](https://a.example) ||SECRET|| ` c",
        "# a `b\n||SECRET|| ` c",
        "> a ```b\n||SECRET||\n```",
        "__a ```\nb__ ||SECRET|| ```",
        "</a ||SECRET|| b:1>",
        "https://a.example/||SECRET||",
        "\\\\||SECRET||",
        "`` a ` ||SECRET|| b",
    ],
)
def test_tricks_do_not_uncover_a_spoiler(raw: str) -> None:
    assert "SECRET" not in read(raw)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\u200bzero\u2060 \u202ewidth\u2069\ufeff", "zero width"),
        (f"{FAMILY} {SCOTLAND} ❤️ 👍🏽", f"{FAMILY} {SCOTLAND} ❤️ 👍🏽"),
        ("a\u200db", "ab"),
        ("\u1100\u1161", "가"),
        ("a\x00b\x1b[31m\ud800", "ab[31m"),
        ("a\r\n\r\n\r\n\r\nb", "a\n\nb"),
        ("  a \t\u3000 b\xa0 \n  c  ", "a b\nc"),
        ("\u3164\u200b \n\n", ""),
    ],
)
def test_what_nobody_sees_is_removed(raw: str, shown: str) -> None:
    assert read(raw) == clean(raw) == shown


def test_a_name_is_one_line() -> None:
    assert one_line(" a\n\u202eb\t c ") == "a b c"


HOSTILE = (
    *("*", "_", "~~", "`", "|", "[", "<", "\\", "> ", "- ", "\n", " ", "||a", "*a ", "_a", "***a"),
    *("``a`b", "``` `", "[a](", "[a](http://", "[a](http://(", "[a](http://b)`||", "<@", "<t:1>"),
    *("http://", "http://(*", "*_~`", "a\u0301", "\u0301", "\u200d", "👨\u200d", "🏴\U000e0061"),
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_stalls_it(piece: str) -> None:
    text = (piece * 4000)[:4000]
    started = time.process_time()
    cut(read(text), 200)
    assert time.process_time() - started < 0.5


marks = st.sampled_from(
    ["*", "**", "_", "__", "~~", "[", "](https://x.example)", "\n", "\n> ", " "]
)
words = st.text("가나다 abc123.,!?\u200b", max_size=8)
around = st.lists(marks | words, max_size=12).map("".join)
inside = st.lists(marks | words | st.sampled_from(["`", "```", "<", "\\"]), max_size=4).map("".join)


@settings(deadline=None)
@given(around, inside, around)
def test_a_spoiler_never_leaks(before: str, hidden: str, after: str) -> None:
    assert "SECRET" not in read(f"{before}||{hidden}SECRET{hidden}||{after}")


@settings(deadline=None)
@given(st.text())
def test_any_text_comes_out_visible_and_normal(text: str) -> None:
    shown = read(text)
    assert shown == shown.strip()
    assert "\n\n\n" not in shown
    assert not regex.search(r"[\p{Cs}\p{Bidi_Control}]|[^\P{Cc}\n]", shown)
    assert regex.fullmatch(r"(?:\X)*", shown)


@settings(deadline=None)
@given(st.text(st.sampled_from("aé가\u0301\u200d\ufe0f👨👩🏽🇰🇷\r\n")), st.integers(1, 40))
def test_a_cut_stays_within_its_limit_and_between_characters(text: str, limit: int) -> None:
    shortened = cut(text, limit)
    assert count(shortened) <= len(shortened) <= limit
    if shortened != text:
        kept = shortened.removesuffix("…")
        ends = {match.end() for match in regex.finditer(r"\X", text)} | {0}
        assert text.startswith(kept)
        assert any(not text[len(kept) : end].strip() for end in ends if end >= len(kept))
