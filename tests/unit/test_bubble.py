"""What KakaoTalk's bubble shows of a text: the rest ends in an ellipsis, and no word is changed."""

import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.kakao import four_lines, row_lines, shown_labels

FAMILY = "👩‍👩‍👧"
WORDS = st.lists(st.sampled_from([*"가나다 abc.\n", FAMILY, "한"])).map("".join) | st.text()
LONG = "토요일 밤 아홉 시에 모여요. " * 12


def width(text: str) -> float:
    """Return a text's width in Korean characters."""
    seen = regex.findall(r"\X", text)
    return sum(1 if unicodedata.east_asian_width(one[0]) in "WF" else 0.5 for one in seen)


def is_part(shown: str, text: str) -> bool:
    return shown == text or (shown.endswith("…") and text.startswith(shown.removesuffix("…")))


def test_a_short_title_leaves_three_lines_and_a_long_one_two() -> None:
    _, after_short = four_lines("번개", LONG)
    title, after_long = four_lines(LONG, LONG)
    assert len(title) < len(after_long) < len(after_short) < len(LONG)


def test_what_fits_stays_as_it_is() -> None:
    assert four_lines("번개", "일곱 시에\n공원에서\n만나요") == (
        "번개",
        "일곱 시에\n공원에서\n만나요",
    )
    assert four_lines("", "하나\n둘\n셋\n넷") == ("", "하나\n둘\n셋\n넷")


def test_a_fifth_line_is_not_shown_however_short_it_is() -> None:
    assert four_lines("번개", "하나\n둘\n셋\n넷") == ("번개", "하나\n둘\n셋…")
    assert four_lines("", "하나\r\n둘\r\n셋\r\n넷\r\n다섯")[1].endswith("넷…")


@given(WORDS, WORDS)
def test_whatever_is_cut_begins_as_it_did_and_has_four_lines(title: str, text: str) -> None:
    shown = four_lines(title, text)
    assert is_part(shown[0], title)
    assert is_part(shown[1], text)
    assert sum(one.count("\n") + 1 for one in shown if one) <= 4
    assert width(shown[0]) <= 2 * 15
    assert width(shown[1]) <= 4 * 17


@given(WORDS, WORDS)
def test_a_row_of_a_list_has_two_lines_and_one(title: str, text: str) -> None:
    shown = row_lines(title, text)
    assert is_part(shown[0], title)
    assert is_part(shown[1], text)
    assert [one.count("\n") <= most for one, most in zip(shown, (1, 0), strict=True)] == [True] * 2


@pytest.mark.parametrize(
    ("labels", "shown"),
    [
        (["여덟글자가들어가", "아홉글자는안들어가"], ["여덟글자가들어가", "아홉글자는안들…"]),
        (["View on Web", "View on App"], ["View on Web", "View on App"]),
        (["View it on the web", "No"], ["View it on the…", "No"]),
        (["열네글자까지는혼자서다보여요"], ["열네글자까지는혼자서다보여요"]),
        (["열다섯글자부터는혼자서도안보여"], ["열다섯글자부터는혼자서도안…"]),
        ([], []),
    ],
)
def test_labels_are_cut_where_they_stand_side_by_side(labels: list[str], shown: list[str]) -> None:
    assert shown_labels(labels) == shown


@given(st.lists(WORDS, min_size=1, max_size=2))
def test_no_label_is_wider_than_its_button(labels: list[str]) -> None:
    room = 14 if len(labels) == 1 else 8
    for label, shown in zip(labels, shown_labels(labels), strict=True):
        assert is_part(shown, label)
        assert width(shown) <= room


def test_a_cut_never_tears_a_character_that_people_see() -> None:
    assert shown_labels([FAMILY * 20]) == [FAMILY * 13 + "…"]
