"""What is seen of a card: the title in the chat list, and four rows, with its foot among them."""

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.services.cards.cutting import beginning
from bot.services.cards.layout import SHOWN_ROWS, TITLE_ROWS, rows, with_foot
from bot.services.cards.markdown import clean
from bot.services.cards.message import message_card
from bot.services.highlights.matching.spans import finder
from bot.services.highlights.reasons import reason
from bot.services.messages.models import Body, Highlight
from bot.services.servers.policy import Policy, apply_policy
from bot.texts import LOCALES, Locale, Texts
from storage.hits import MESSAGE
from storage.rules import Rule, RuleKind
from tests.support.messages import forwarded, highlight, message, quoted, told

TEXTS = Texts()
LINK = "https://kkachi.example/m/abc"
FOOT = "#잡담 · 까치 마을"
LONG = (
    "지난 시즌을 함께해 주신 모든 분께 감사드려요. 이번 주 토요일 저녁 일곱 시에 성수동에서 "
    "번개 모임을 하려고 해요. 오실 분은 댓글 남겨 주세요. 회비는 만 원이고 자리는 스무 개예요."
)


def rule(text: str, kind: RuleKind = RuleKind.WORD) -> Rule:
    return Rule(1, 1, 11, kind, text, 0.0)


def shown(title: str, description: str) -> list[str]:
    """Return as much of each line as is seen on a narrow phone."""
    left = SHOWN_ROWS - min(rows(title), TITLE_ROWS)
    seen: list[str] = []
    for line in description.split("\n"):
        fitting = [end for end in range(len(line) + 1) if rows(line[:end]) <= left]
        seen.append(line[: max(fitting, default=0)])
        left -= rows(line)
    return seen


def drawn(one: Highlight, word: str = "", locale: Locale = "ko") -> tuple[str, str]:
    """Return title and description of the card that a rule brings, or a press."""
    rules = [rule(word)] if word else []
    why = reason(MESSAGE, rules, locale, TEXTS)
    content = message_card(
        one, note=None, link=LINK, locale=locale, texts=TEXTS, why=why, find=finder(rules, {})
    ).content
    return content.title or "", content.description or ""


@pytest.mark.parametrize(
    ("text", "first", "rest"),
    [
        ("짧은 말", "짧은 말", ""),
        ("열 글자보다 긴 첫 줄\n둘째 줄", "열 글자보다 긴 첫 줄", "둘째 줄"),
        ("[공지]\n내일은 쉬어요", "[공지] 내일은 쉬어요", ""),
        ("가나다라 마바사아 자차카타 파하", "가나다라 마바사아 자차카타…", "파하"),
        ("가나다라 마바사아 자차카타하파 거너", "가나다라 마바사아…", "자차카타하파 거너"),
        ("가" * 30, "가" * 15 + "…", "가" * 15),
        ("이거 https://a.example/bcd", "이거…", "https://a.example/bcd"),
        ("https://a.example/bcd 봐요", "https://a.examp…", "https://a.example/bcd 봐요"),
        ("👨\u200d👩\u200d👧" * 9, "👨\u200d👩\u200d👧" * 3 + "…", "👨\u200d👩\u200d👧" * 6),
    ],
)
def test_first_words_are_cut_between_words_and_nothing_is_lost(
    text: str, first: str, rest: str
) -> None:
    words, start = beginning(text, 16)
    assert (words, text[start:]) == (first, rest)


@settings(max_examples=200, deadline=None)
@given(st.text(), st.integers(2, 60))
@example("a\nb" * 30, 2)
def test_first_words_fit_and_the_rest_follows(text: str, most: int) -> None:
    cleaned = clean(text)
    words, start = beginning(cleaned, most)
    assert len(words) <= most
    assert "\n" not in words
    whole = regex.sub(r"\s", "", words.removesuffix("…") + cleaned[start:])
    is_repeated = regex.search(r"[@#]|https?://", cleaned) is not None
    assert whole == regex.sub(r"\s", "", cleaned) or is_repeated or "…" in cleaned


def test_what_is_said_goes_on_where_the_title_ends() -> None:
    title, description = drawn(highlight(message(Body(LONG))))
    assert title == "준호: 지난 시즌을 함께해 주신 모든 분께 감사드려요…"
    assert description.startswith(f"{FOOT}\n이번 주 토요일 저녁")


def test_what_was_found_far_behind_is_seen_below_the_first_words() -> None:
    title, description = drawn(highlight(message(Body(LONG))), "번개")
    assert title.startswith("준호: 지난 시즌을")
    why, rest = description.split("\n")
    assert why == f"🔔 번개 · {FOOT}"
    assert rest.startswith("…성수동에서 번개 모임을")


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text("가나다 abc\n", min_size=1, max_size=60), max_size=4),
    st.text("가나다 abc", min_size=1, max_size=40),
)
def test_the_foot_is_seen_whatever_else_is_said(lines: list[str], title: str) -> None:
    described = with_foot(title, lines, FOOT)
    assert FOOT in shown(title, described)
    assert sorted(described.split("\n")) == sorted(
        "\n".join([*filter(None, lines), FOOT]).split("\n")
    )


words = st.text("가나다라마바", min_size=2, max_size=8)


@settings(max_examples=200, deadline=None)
@given(st.lists(words, min_size=1, max_size=80), st.lists(words, max_size=20), words)
def test_a_word_that_was_found_is_among_what_is_seen(
    before: list[str], behind: list[str], word: str
) -> None:
    sought = word.translate(str.maketrans("가나다라마바", "거너더러머버"))
    text = " ".join([*before, sought, *behind])
    title, description = drawn(highlight(message(Body(text))), sought)
    seen = [title, *shown(title, description)]
    assert any(sought in line for line in seen if not line.startswith("🔔"))


HOSTILE = "[여기](https://evil.example)\n@everyone " + "가" * 300


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", RuleKind)
def test_every_rule_has_a_short_name_in_one_line(kind: RuleKind, locale: Locale) -> None:
    for text in ("", HOSTILE):
        named = rule(text, kind)
        why = reason(MESSAGE, [named] * 3, locale, TEXTS)
        assert why.startswith("🔔 ")
        assert len(why) <= 22
        assert "\n" not in why
        assert "://" not in why


def test_what_a_member_sends_by_hand_names_no_rule() -> None:
    assert "🔔" not in "".join(drawn(highlight(message(Body("번개 하실 분?")))))


@pytest.mark.parametrize("word", ["", "비밀"])
def test_where_only_links_may_leave_no_word_stands_in_the_title_or_the_place(word: str) -> None:
    secret = message(Body("비밀 이야기"), quoted(Body("비밀 질문")), forwarded(Body("비밀 글")))
    posted = Highlight(secret, "까치 마을", "비밀 계획", parent="잡담")
    title, description = drawn(apply_policy(posted, Policy.LINK), word)
    assert title == "준호: 내용은 디스코드에서 볼 수 있어요."
    assert description.removeprefix("🔔 비밀 · ") == FOOT


def test_an_excerpt_is_no_longer_for_its_title() -> None:
    short = apply_policy(highlight(message(Body("가나다라 " * 60))), Policy.EXCERPT)
    content = message_card(short, note=None, link=LINK, locale="ko", texts=TEXTS).content
    first, _, rest = told(content).removeprefix("준호: ").partition("\n")
    assert 30 < len(first.removesuffix("…") + rest) <= 60


def test_the_first_message_of_a_post_says_its_title_and_the_place_does_not() -> None:
    post = message(Body("토요일 한강에서", title="같이 뛰어요"))
    title, description = drawn(Highlight(post, "까치 마을", "같이 뛰어요", parent="이야기"))
    assert (title, description) == ("준호: 같이 뛰어요 토요일 한강에서", "#이야기 · 까치 마을")


def test_an_age_restricted_thread_is_not_named() -> None:
    seen = message(Body("글"), age_restricted=True)
    _, description = drawn(Highlight(seen, "까치 마을", "비밀 계획", parent="심야"))
    assert "비밀" not in description
