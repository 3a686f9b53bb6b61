"""A highlight becomes a card that keeps Kakao's limits and tells the same every time."""

from dataclasses import replace

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import NoteTooLong, SystemMessage
from bot.kakao import Button, Content, Feed, Link, message_from
from bot.services.cards.message import message_card
from bot.services.cards.picture import first_image
from bot.services.messages.models import (
    Author,
    Body,
    Embed,
    File,
    Highlight,
    Names,
    Part,
    Poll,
)
from bot.services.servers.policy import EXCERPT, Policy, apply_policy
from bot.texts import LOCALES, Locale, Texts
from tests.support.messages import JUNHO, MINJI, forwarded, message, quoted, told

TEXTS = Texts()
GUILD = "야간 순찰대"
LINK = "https://kkachi.example/m/abc"
PLAIN_TEXT = Body("오늘 **9시**에 모여요")


def of(
    body: Body = PLAIN_TEXT, *others: Part, author: Author = MINJI, age_restricted: bool = False
) -> Highlight:
    """Return what 민지 wrote in a server."""
    seen = message(body, *others, author=author, age_restricted=age_restricted)
    return Highlight(seen, GUILD, "레이드", names=Names({7: "준호"}))


PLAIN = of()
PHOTO = File("photo.png", "https://cdn.example/photo.png", "image/png", 800, 600)
REPORT = File("report.pdf", "https://cdn.example/report.pdf", "application/pdf")
TALK = {8: "정기 모임 뒤풀이"}
FAMILY = "👨\u200d👩\u200d👧"


def card(highlight: Highlight, note: str | None = None, locale: Locale = "ko") -> Content:
    return message_card(highlight, note=note, link=LINK, locale=locale, texts=TEXTS).content


def said(body: Body, locale: Locale = "ko", *others: Part) -> str:
    return told(card(of(body, *others), locale=locale), GUILD)


def test_a_plain_message_tells_who_and_what_and_where() -> None:
    feed = message_card(PLAIN, note=None, link=LINK, locale="ko", texts=TEXTS)
    assert feed.template_object() == {
        "object_type": "feed",
        "content": {
            "title": "민지: 오늘 9시에 모여요",
            "description": "#레이드 · 야간 순찰대",
            "link": {"web_url": LINK, "mobile_web_url": LINK},
        },
        "buttons": [{"title": "원문 보기", "link": {"web_url": LINK, "mobile_web_url": LINK}}],
    }


def test_the_button_speaks_english_too() -> None:
    feed = message_card(PLAIN, note=None, link=LINK, locale="en", texts=TEXTS)
    assert [button.title for button in feed.buttons] == ["Original"]


def test_the_note_comes_right_below_the_words_and_the_reply_after_it() -> None:
    asked = of(PLAIN_TEXT, quoted(Body("언제\n모여요? ||비밀||")))
    assert told(card(asked, "자리 <@7> 맡아 둠"), GUILD) == (
        "민지: 오늘 9시에 모여요\n📝 자리 @준호 맡아 둠\n↪ 준호: 언제 모여요? (스포일러)"
    )


def test_a_long_reply_is_cut_to_a_hint() -> None:
    quote = said(PLAIN_TEXT, "ko", quoted(Body("가" * 500))).splitlines()[1]
    assert quote == "↪ 준호: " + "가" * 39 + "…"


@pytest.mark.parametrize(
    ("guild", "channel", "parent", "foot"),
    [
        ("야간 순찰대", "레이드", "", "#레이드 · 야간 순찰대"),
        ("야간 순찰대", "탱커 구함", "레이드", "#레이드 › 탱커 구함 · 야간 순찰대"),
        ("", "민지", "", "민지"),
        ("", "\u200b", "", "디스코드 메시지"),
        ("길드", "가" * 100, "", "#" + "가" * 19 + "… · 길드"),
        ("나" * 100, "가" * 100, "다" * 100, f"#{'다' * 19}… › {'가' * 19}… · {'나' * 16}…"),
    ],
)
def test_the_foot_tells_the_place(guild: str, channel: str, parent: str, foot: str) -> None:
    placed = replace(PLAIN, guild=guild, channel=channel, parent=parent)
    assert card(placed).description == foot


VOICE = File("voice-message.ogg", "https://cdn.example/v", "audio/ogg", seconds=72.4)
COVERED = File("SPOILER_a.png", "https://cdn.example/s", "image/png", 800, 600, spoiler=True)
POLL = Poll("언제 할까요?", ("금요일", "토요일"))
PREVIEW = Embed(title="새 소식", description="**업데이트** 안내", fields=(("버전", "2.0"),))
NEWS = "새 소식\n업데이트 안내\n버전: 2.0"
TUBE = "https://tube.example/watch"


@pytest.mark.parametrize(
    ("body", "korean", "english"),
    [
        (Body(files=(PHOTO,)), "사진", "Picture"),
        (Body(files=(REPORT,)), "📎 report.pdf", "📎 report.pdf"),
        (Body(files=(REPORT,) * 3), "📎 report.pdf 외 2개", "📎 report.pdf and 2 more"),
        (Body("봐요", files=(PHOTO, REPORT)), "봐요\n📎 report.pdf", "봐요\n📎 report.pdf"),
        (Body(files=(VOICE,)), "🎤 음성 메시지 1:12", "🎤 Voice message 1:12"),
        (Body(files=(COVERED,)), "🙈 가려진 파일 1개", "🙈 1 hidden file"),
        (Body(files=(COVERED,) * 2), "🙈 가려진 파일 2개", "🙈 2 hidden files"),
        (Body(stickers=("까치", "호랑이")), "🏷️ 스티커: 까치, 호랑이", "🏷️ Sticker: 까치, 호랑이"),
        (
            Body(poll=POLL),
            "📊 언제 할까요? 1. 금요일 · 2. 토요일",
            "📊 언제 할까요? 1. 금요일 · 2. 토요일",
        ),
        (Body(embeds=(PREVIEW,)), *["새 소식 업데이트 안내\n버전: 2.0"] * 2),
        (Body(f"<{TUBE}>", embeds=(PREVIEW,)), *["새 소식 업데이트 안내\n버전: 2.0"] * 2),
        (
            Body(f"이거 {TUBE}", embeds=(PREVIEW,)),
            *[f"이거 {TUBE}\n새 소식\n업데이트 안내\n버전: 2.0"] * 2,
        ),
        (Body(TUBE), TUBE, TUBE),
        (Body(embeds=(Embed(author="봇", description="켜졌어요"),)), *["봇 켜졌어요"] * 2),
        (Body(), "(내용 없는 메시지)", "(a message without text)"),
        (Body("\u200b \u202e"), "(내용 없는 메시지)", "(a message without text)"),
    ],
)
def test_every_kind_of_content_gives_a_sensible_card(body: Body, korean: str, english: str) -> None:
    assert said(body, "ko") == f"민지: {korean}"
    assert said(body, "en") == f"민지: {english}"


def test_a_message_forwarded_on_discord_shows_what_was_forwarded() -> None:
    content = card(of(Body(), forwarded(Body("원래 글", files=(PHOTO, REPORT)))))
    assert told(content, GUILD) == "민지: [전달] 원래 글\n📎 report.pdf"
    assert content.image_url == PHOTO.url


def test_a_forwarded_picture_without_words_is_called_a_picture() -> None:
    assert said(Body(), "ko", forwarded(Body(files=(PHOTO,)))) == "민지: [전달] 사진"


def test_an_age_restricted_message_shows_neither_text_nor_picture() -> None:
    secret = Body("비밀", files=(PHOTO, REPORT))
    hidden = of(secret, quoted(Body("비밀")), forwarded(Body("비밀")), age_restricted=True)
    content = card(hidden, "볼 것")
    assert content.image_url is None
    assert told(content, GUILD) == (
        "민지: 연령 제한 메시지예요. 디스코드에서 볼 수 있어요.\n📝 볼 것"
    )


def test_a_system_message_is_refused() -> None:
    with pytest.raises(SystemMessage):
        card(Highlight(message(system=True)))


SMALL = replace(PHOTO, width=199)
UNMEASURED = replace(PHOTO, width=None, height=None)
FRAME = Embed(image_url="https://cdn.example/e.png", image_width=640, image_height=360)


@pytest.mark.parametrize(
    ("body", "url"),
    [
        (Body(files=(REPORT, PHOTO)), PHOTO.url),
        (Body(files=(PHOTO,), embeds=(FRAME,)), PHOTO.url),
        (Body(embeds=(FRAME,)), FRAME.image_url),
        (Body(files=(SMALL,), embeds=(FRAME,)), FRAME.image_url),
        (Body(files=(UNMEASURED,)), PHOTO.url),
        (Body(files=(SMALL,)), None),
        (Body(files=(COVERED,)), None),
        (Body(files=(REPORT, VOICE)), None),
        (Body(files=(replace(PHOTO, url="data:image/png;base64,x"),)), None),
        (Body("||https://a.example||", embeds=(FRAME,)), None),
    ],
)
def test_the_picture_is_the_first_that_kakaotalk_can_show(body: Body, url: str | None) -> None:
    picture = first_image(of(body))
    assert (picture and picture.url) == url


def test_the_size_of_the_picture_is_told_where_it_is_known() -> None:
    content = card(of(Body(files=(PHOTO,))))
    assert (content.image_width, content.image_height) == (800, 600)
    content = card(of(Body(files=(UNMEASURED,))))
    assert (content.image_width, content.image_height) == (None, None)


def test_a_small_picture_is_named_like_any_file() -> None:
    assert said(Body(files=(SMALL,))) == "민지: 📎 photo.png"


@pytest.mark.parametrize(
    ("note", "length"), [("가" * 101, 101), (FAMILY * 101, 101), ("a" * 2000, 2000)]
)
def test_a_note_that_is_too_long_is_refused_with_both_numbers(note: str, length: int) -> None:
    with pytest.raises(NoteTooLong) as caught:
        card(PLAIN, note)
    assert caught.value.arguments == {"limit": 100, "length": length}


@pytest.mark.parametrize("note", [None, "", " \u200b\n"])
def test_an_empty_note_leaves_no_trace(note: str | None) -> None:
    assert card(PLAIN, note) == card(PLAIN)


def test_the_longest_note_still_leaves_the_sender_and_the_beginning() -> None:
    content = card(of(Body("나" * 2000)), "가" * 100)
    assert str(content.title).startswith("민지: 나나나")
    assert content.description is not None
    foot, note, rest = content.description.splitlines()
    assert (foot, note) == ("#레이드 · 야간 순찰대", "📝 " + "가" * 100)
    assert rest.startswith("나나나")
    assert len(content.description) == 200


def test_a_long_text_leaves_room_for_the_names_of_files() -> None:
    content = card(of(Body("나" * 2000, files=(REPORT,))))
    assert told(content, GUILD).endswith("…\n📎 report.pdf")
    assert len(content.description or "") == 200


def test_a_cut_never_splits_a_character_that_people_see() -> None:
    text = said(Body(FAMILY * 100))
    assert text.endswith("…")
    assert set(regex.findall(r"\X", text.removeprefix("민지: "))) == {FAMILY, "…", "\n"}


LABELS = (
    "card-button",
    "card-button-voice",
    "card-button-event",
    "card-button-discord",
    "digest-all",
    "number-card-button",
    "sample-card.button",
)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("label", LABELS)
def test_no_label_of_a_card_is_cut(label: str, locale: Locale) -> None:
    said = TEXTS.say(locale, label)
    assert Button.fit(title=said, link=Link(web_url=LINK)).title == said


@pytest.mark.parametrize("first", range(40))
@pytest.mark.parametrize("stop", [".", ",", "...", "…"])
def test_no_stop_stands_before_the_dots_for_the_rest(first: int, stop: str) -> None:
    title = card(of(Body("가" * first + f"요{stop} " + "상품도 있어요 " * 9))).title or ""
    assert title.endswith("…")
    assert not title.endswith(f"{stop}…")


@pytest.mark.parametrize("before", range(1, 40))
def test_no_title_ends_within_a_name_of_several_words(before: int) -> None:
    named = replace(of(Body("가" * before + " <#8> 에서 " + "나" * 40)), names=Names(channels=TALK))
    title, rest = card(named).title or "", card(named).description
    assert "#정기 모임 뒤풀이" in title or "#" not in title
    assert "#정기 모임 뒤풀이" in f"{title}\n{rest}"


texts = st.text(max_size=300)
sides = st.none() | st.integers(0, 5000)
files = st.builds(
    File, texts, st.sampled_from(["https://cdn.example/a", "x"]),
    st.sampled_from(["image/png", "text/plain"]), sides, sides, st.booleans(),
    st.none() | st.floats(0, 10_000),
)  # fmt: skip
embeds = st.builds(
    Embed, texts, texts, texts, st.lists(st.tuples(texts, texts), max_size=2).map(tuple),
    st.none() | st.just("https://cdn.example/e"), sides, sides, texts, st.booleans(),
)  # fmt: skip
polls = st.builds(Poll, texts, st.lists(texts, max_size=3).map(tuple), st.booleans())
bodies = st.builds(
    Body, texts, st.lists(files, max_size=3).map(tuple), st.lists(embeds, max_size=2).map(tuple),
    st.lists(texts, max_size=2).map(tuple), st.none() | polls, texts, st.booleans(),
    st.sampled_from(["", "forward", "notice"]),
)  # fmt: skip
authors = st.builds(Author, st.integers(1, 9), texts, st.booleans())
parts = st.builds(quoted, bodies, authors, age_restricted=st.booleans()) | st.builds(
    forwarded, bodies, age_restricted=st.booleans()
)
messages = st.builds(
    lambda body, others, author, covered: message(
        body, *others, author=author, age_restricted=covered
    ),
    bodies, st.lists(parts, max_size=2), authors, st.booleans(),
)  # fmt: skip
highlights = st.builds(Highlight, messages, texts, texts, st.just("") | texts)


def links(value: object) -> set[str]:
    """Find everything in a template that can be clicked."""
    if isinstance(value, dict):
        clicks = {v for k, v in value.items() if k in {"web_url", "mobile_web_url"}}
        return clicks.union(*(links(part) for part in value.values()))
    return set().union(*map(links, value)) if isinstance(value, list) else set()


@settings(max_examples=60, deadline=None)
@given(highlights, st.none() | st.text(max_size=30), st.sampled_from(["ko", "en"]))
def test_any_message_gives_a_card_within_the_limits(
    highlight: Highlight, note: str | None, locale: Locale
) -> None:
    feed = message_card(highlight, note=note, link=LINK, locale=locale, texts=TEXTS)
    assert feed == message_card(highlight, note=note, link=LINK, locale=locale, texts=TEXTS)
    printed = feed.template_object()
    assert message_from(printed) == feed
    assert isinstance(feed, Feed)
    assert links(printed) == {LINK}
    assert 0 < len(feed.content.title or "") <= 40
    assert 0 < len(feed.content.description or "") <= 200


@settings(max_examples=60, deadline=None)
@given(bodies, texts)
def test_a_spoiler_never_leaks_into_a_card(body: Body, note: str) -> None:
    hidden = replace(body, text="앞 ||SECRET|| 뒤", embeds=())
    highlight = of(hidden, quoted(hidden), forwarded(hidden))
    assert "SECRET" not in str(card(highlight, note[:50]))


@pytest.mark.parametrize(
    ("text", "excerpt"),
    [
        ("가" * 100, "가" * 59 + "…"),
        ("짧은 글", "짧은 글"),
        ("가" * 50 + f"||{'나' * 100}||", "가" * 50 + "(스포일러)"),
        ("가" * 56 + " <@7> 님", "가" * 56 + "…"),
        ("가" * 40 + " https://a.example/" + "b" * 50, "가" * 40 + "…"),
        ("가" * 58 + FAMILY * 3, "가" * 58 + "…"),
    ],
)
def test_an_excerpt_is_cut_when_it_has_been_read(text: str, excerpt: str) -> None:
    full = of(Body(text, files=(PHOTO, REPORT)), quoted(Body("인용")))
    content = card(apply_policy(full, Policy.EXCERPT))
    first, *rest = told(content, GUILD).removeprefix("민지: ").splitlines()
    shown = first.removesuffix("…") + "".join(rest)
    assert shown.removesuffix("…") == excerpt.removesuffix("…")
    assert content.image_url is None


def test_the_excerpt_of_an_embed_is_its_words() -> None:
    excerpt = apply_policy(of(Body(embeds=(PREVIEW, FRAME))), Policy.EXCERPT)
    assert told(card(excerpt), GUILD) == "민지: 새 소식 업데이트 안내\n버전: 2.0"


def test_of_what_may_leave_as_a_link_only_nothing_is_said() -> None:
    full = of(Body("비밀", files=(PHOTO,)), quoted(Body("비밀")), forwarded(Body("비밀")))
    content = card(apply_policy(full, Policy.LINK))
    assert content.image_url is None
    assert told(content, GUILD) == "민지: 내용은 디스코드에서 볼 수 있어요."
    assert apply_policy(full, Policy.FULL) == full


@settings(max_examples=60, deadline=None)
@given(highlights)
def test_no_excerpt_is_longer_than_the_server_wants(highlight: Highlight) -> None:
    short = replace(apply_policy(highlight, Policy.EXCERPT), channel="말", guild=GUILD, parent="")
    named = replace(short, seen=replace(short.seen, author=JUNHO, age_restricted=False))
    first, _, rest = told(card(named), GUILD).removeprefix("준호: ").partition("\n")
    assert len(first) <= EXCERPT
    assert len(rest) <= EXCERPT
