"""The word rule: what a Korean reader finds, on lists of hard lines and one by one."""

import json
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from bot.__main__ import cli
from bot.services.highlights.matching.glued import MOST
from bot.services.highlights.matching.normalise import BLIND, needle, normalise
from bot.services.highlights.matching.particles import Sound, carries, sound_of
from bot.services.highlights.matching.words import Mode, found, hit

LISTS = Path(__file__).parents[1] / "hard_words"
SYLLABLES = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1)


def recall_and_precision(name: str, style: str, mode: Mode = "word") -> tuple[float, float]:
    everything = [json.loads(line) for line in (LISTS / name).read_text().splitlines()]
    lines = [
        line
        for line in everything
        if line.get("style", "written") == style and line.get("mode", "word") == mode
    ]
    expected = {i for i, line in enumerate(lines) if line["hit"]}
    got = {i for i, line in enumerate(lines) if hit(line["keyword"], line["text"], mode)}
    return len(expected & got) / len(expected), len(expected & got) / len(got)


@pytest.mark.parametrize("name", ["development.jsonl", "held_out.jsonl"])
def test_hard_lines_are_read_as_a_korean_reader_does(name: str) -> None:
    recall, precision = recall_and_precision(name, "written")
    assert recall >= 0.97
    assert precision >= 0.97


@pytest.mark.parametrize("name", ["development.jsonl", "held_out_chat.jsonl"])
def test_lines_of_chat_are_read_as_a_korean_reader_does(name: str) -> None:
    recall, precision = recall_and_precision(name, "chat")
    assert recall >= 0.92
    assert precision >= 0.95


def test_what_is_spelled_out_or_mistyped_is_found_inside_words_only() -> None:
    recall, precision = recall_and_precision("development.jsonl", "chat", "anywhere")
    assert recall >= 0.95
    assert precision >= 0.95


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("번개", "번개장소 어디에요"),
        ("점검", "점검터졌다ㅋㅋ"),
        ("최애", "내최애 오늘 미쳤음"),
        ("PS5", "PS5팝니다"),
        ("10시", "10시레이드 갑니다"),
        ("대선", "美대선 결과"),
        ("하준", "하준사장님"),
        ("번개", "내일 번개치자고요"),
        ("레이드", "ㅋㅋㅋ레이드뛰실분"),
        ("정기 모임", "정기 모임장소 알려줘"),
    ],
)
def test_a_word_is_found_though_others_are_glued_to_it(keyword: str, text: str) -> None:
    assert hit(keyword, text)
    assert not hit(keyword, text, "exact")


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("감정", "감정적으로 굴지마"),
        ("가지", "가지고싶다"),
        ("는데", "먹는데요"),
        ("사과", "감사과정을모름"),
        ("공지", "공지사항확인"),
        ("길드", "길드원 모집"),
        ("3만원", "13만원에팔아요"),
        ("2인", "2인분시킴"),
        ("눈", "눈사람만들자"),
        ("집", "치킨집갈사람"),
        ("번개", "https://example.com/번개장소"),
        ("번개", "<:번개장소:1>"),
    ],
)
def test_letters_of_another_word_are_not_found_however_glued(keyword: str, text: str) -> None:
    assert not hit(keyword, text)


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("지도", "교통지도가 벽에 걸려 있어요"),
        ("사진", "가족사진을 찍으러 갔어요"),
        ("건강", "건강검진을 받아요"),
        ("번개", "번개모임 안내해 드립니다."),
        ("영화", "영화음악 모음"),
        ("지방", "지방의회 회의록"),
        ("전문", "전문가의 의견"),
    ],
)
def test_a_noun_in_a_compound_of_careful_writing_is_another_word(keyword: str, text: str) -> None:
    assert not hit(keyword, text)


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("지도", "교통지도가 안열림ㅠㅠ"),
        ("사진", "가족사진을 날렸어 😭"),
        ("건강", "건강검진 언제야"),
        ("번개", "번개모임 있나요?"),
        ("영화", "영화음악 추천"),
        ("알바", "주말알바는 처음이라"),
        ("막차", "막차놓침"),
        ("은지", "은지팀장 퇴사함"),
        ("4인", "4인레이드에 누구 가요"),
    ],
)
def test_the_same_is_found_where_people_chat(keyword: str, text: str) -> None:
    assert hit(keyword, text)


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("번개", "번 개 치자"),
        ("번개", "번~개~ 칠 사람"),
        ("번개", "번<:a:1>개"),
        ("이벤트", "이...벤...트"),
        ("컴백", "컴ㅋㅋ백"),
        ("번개", "버어언개"),
        ("번개", "번ㄱ개"),
        ("번개", "버ㄴ개"),
        ("치킨", "칰킨 먹자"),
        ("이벤트", "이벤ㅌ"),
        ("콘서트", "코서트"),
        ("이벤트", "이ㅔㄴ트"),
        ("raid", "r a i d"),
    ],
)
def test_the_anywhere_mode_finds_what_is_spelled_out_or_mistyped(keyword: str, text: str) -> None:
    assert hit(keyword, text, "anywhere")
    assert not hit(keyword, text)


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("공지", "성공 지나"),
        ("진", "지인 소개"),
        ("진행", "지인 행사"),
        ("번개", "이번ㄱㄱ"),
        ("공지", "고지"),
        ("바다", "받다"),
        ("하교", "학교"),
        ("아이돌", "아이도 왔어"),
        ("번개", "번......개"),
        ("12", "1 2"),
    ],
)
def test_the_anywhere_mode_does_not_make_words_of_nothing(keyword: str, text: str) -> None:
    assert not hit(keyword, text, "anywhere")


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("번개", "번**개**"),
        ("번개", "오늘 ***번***개요?"),
        ("번개", "~~번~~개"),
        ("번개", "번*개* 모임"),
        ("정기 모임", "**정**기 *모*임"),
        ("raid", "**r**aid at nine"),
        ("공지", "**공지**오늘 9시"),
        ("f**k", "f**k you f**k"),
    ],
)
def test_a_word_is_found_whatever_part_of_it_is_bold(keyword: str, text: str) -> None:
    assert hit(keyword, text)


@pytest.mark.parametrize("text", ["번** 개", "번 *개*", "번**개 하나", "번**\n개**"])
def test_marks_that_are_no_emphasis_join_nothing(text: str) -> None:
    assert not hit("번개", text)


@pytest.mark.parametrize(
    "text", ["공지가", "공지까지도", "공지입니다", "[공지]", "**공지**", "**공지**가", "공지ㅋㅋ"]
)
def test_a_word_is_found_with_all_it_carries(text: str) -> None:
    assert hit("공지", text)


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("지도", "메시지도"),
        ("배", "배터리"),
        ("배", "택배"),
        ("차", "차라리"),
        ("art", "start"),
        ("3차", "13차"),
        ("공지", "공지사항"),
    ],
)
def test_a_part_of_another_word_is_not_found(keyword: str, text: str) -> None:
    assert not hit(keyword, text)


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/raid",
        "(https://example.com/a_(raid))",
        "raid.example.com/x",
        "raid@example.com",
        "<:raid:1>",
        "<a:raid:1>",
        "</raid:1>",
    ],
)
def test_nothing_inside_an_address_emoji_or_command_is_found(text: str) -> None:
    assert not hit("raid", text)
    assert not hit("raid", text, "anywhere")
    assert hit("raid", f"{text} raid")


def test_the_text_of_a_link_is_found_but_its_address_is_not() -> None:
    assert hit("공지", "[공지](https://example.com/일정)를 보세요")
    assert not hit("일정", "[공지](https://example.com/일정)를 보세요")


def test_a_particle_must_suit_the_sound_before_it() -> None:
    assert hit("책", "책이")
    assert not hit("차", "차이")
    assert hit("물", "물로")
    assert not hit("집", "집로")


def test_a_longer_word_is_the_one_that_was_written() -> None:
    assert not hit("강", "강의가 있어요")
    assert hit("강", "강이 보여요")
    assert hit("카페", "카페인데요")
    assert not hit("카페", "카페인이 많아요")


def test_the_exact_mode_takes_no_particles() -> None:
    assert hit("공지", "[공지] 확인", "exact")
    assert not hit("공지", "공지가", "exact")
    assert not hit("raid", "raids", "exact")


def test_the_anywhere_mode_finds_parts_of_words_but_not_across_them() -> None:
    assert hit("지도", "메시지도", "anywhere")
    assert not hit("지도", "메시지 도착", "anywhere")


def test_phrases_are_found_however_they_are_spaced() -> None:
    for text in ["정기모임이", "정기  모임이", "정기\n모임이", "정기\u3000모임이"]:
        assert hit("정기 모임", text)
        assert hit("정기모임", text)
    assert not hit("game night", "gamenight")
    assert not hit("공지", "공 지나갔어")


def test_an_empty_keyword_finds_nothing() -> None:
    assert not hit(" \u200b", "아무 말")


def test_blind_spots_are_one_character_and_breaks_are_offsets() -> None:
    text = normalise("가 <:smile:123> 나")
    assert text.text == f"가{BLIND}나"
    assert text.breaks == [1, 2, 3]


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("don't starve", "Don’t Starve 같이 하실 분"),
        ("don’t", "i don't"),
        ('"원신"', "“원신” 하는 분"),
        ("rock ‘n’ roll", "rock 'n' roll"),
        ("잠깐...", "잠깐… 뭐라고?"),
        ("잠깐…", "잠깐... 뭐라고?"),
        ("잠깐…", "① 잠깐… 뭐라고?"),
        ("e-sports", "e–sports 대회"),
        ("010‑1234", "010-1234 로"),
    ],
)
def test_marks_are_one_whatever_a_phone_makes_of_them(keyword: str, text: str) -> None:
    assert hit(keyword, text)


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("character.ai", "요즘 character.ai 재밌다"),
        ("Character.AI", "character.ai가 느려요"),
        ("character.ai", "https://www.character.ai/chat?x=1"),
        ("discord.gg", "discord.gg/abc 로 오세요"),
        ("https://a.example/b", "https://a.example/b?x=1"),
        ("character.ai 추천", "요즘 character.ai 추천 받아요"),
        ("새 character.ai", "새 character.ai 써 봤어요"),
        ("socket.io and redis", "we use socket.io and redis"),
    ],
)
def test_an_address_is_found_as_the_word_it_is_to_people(keyword: str, text: str) -> None:
    assert hit(keyword, text)
    assert hit(keyword, text, "exact")


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("character.ai", "mycharacter.ai"),
        ("character.ai", "character.ai.evil.example"),
        ("새 character.ai", "새 character.ai.evil.example"),
        ("character.ai 추천", "character.ai 안 추천"),
        ("@everyone 추천", "<@1> 추천"),
        ("character", "character.ai"),
        ("ai", "character.ai"),
        ("gg", "https://discord.gg/abc"),
        ("공지", "https://a.example/공지"),
        ("a.b", "mail@a.b.com"),
    ],
)
def test_in_an_address_nothing_is_found_but_itself(keyword: str, text: str) -> None:
    assert not hit(keyword, text)


@pytest.mark.parametrize(
    ("keyword", "text", "is_found"),
    [
        ("まどか", "今日はまどかの誕生日", True),
        ("まどか", "まどかマギカ 보는 분", True),
        ("今日", "今日は雨", True),
        ("AI", "AIは便利", True),
        ("สวัสดี", "สวัสดีครับ", True),
        ("キル", "スキル上げ", False),
        ("日本", "今日本を読む", False),
        ("번개", "大번개", False),
        ("привет", "приветы", False),
    ],
)
def test_words_of_languages_without_spaces_end_where_their_script_does(
    keyword: str, text: str, *, is_found: bool
) -> None:
    assert hit(keyword, text) is is_found
    assert hit(keyword, text, "exact") is is_found


def test_private_letters_in_a_message_stand_for_no_address() -> None:
    spelled = normalise("character.ai").text
    assert not hit("character.ai", spelled)


def test_colours_of_a_code_block_are_no_part_of_a_word() -> None:
    assert hit("긴급", "```ansi\n\x1b[1;31m긴급\x1b[0m 점검\n```")


def test_a_flood_without_spaces_ends_soon() -> None:
    assert hit("공지", "공지" + "요" * 100_000)
    assert not hit("공지", "공지" + "까지도" * 30_000 + "밥")


@given(SYLLABLES)
def test_every_word_is_found_where_it_stands_alone(word: str) -> None:
    assert hit(word, f"아, {word}!")


@given(SYLLABLES, st.sampled_from(["이/가", "을/를", "은/는"]))
def test_every_word_is_found_with_the_particle_that_suits_it(word: str, pair: str) -> None:
    closed, after_vowel = pair.split("/")
    suiting = after_vowel if sound_of(word) is Sound.VOWEL else closed
    assert carries(suiting, sound_of(word))


@given(st.text(), st.text())
def test_no_text_is_too_strange_and_all_ways_to_write_it_are_one(keyword: str, text: str) -> None:
    once = hit(keyword, f"{text} {keyword}")
    assert once == hit(unicodedata.normalize("NFD", keyword), f"{text} {keyword}")
    assert found(needle(keyword), normalise(text)) == hit(keyword, text)


def test_a_flood_of_glued_words_asks_the_dictionary_a_bounded_number_of_times() -> None:
    text = normalise("번개장소" * 1000)
    assert found(needle("장소번개"), text)
    assert not found(needle("소번"), text)
    assert len(text.asked) <= MOST


@pytest.mark.parametrize("broken", ["raise ImportError", "def Model(_): raise RuntimeError"])
def test_without_the_dictionary_only_glued_words_are_missed(tmp_path: Path, broken: str) -> None:
    (tmp_path / "mecab_ko.py").write_text(broken)
    lines = '{"keyword": "번개", "text": "번개가"}\n{"keyword": "번개", "text": "번개장소"}\n'
    done = subprocess.run(
        [sys.executable, "-m", "bot", "match", "-"],
        input=lines,
        capture_output=True,
        encoding="utf-8",
        check=True,
        cwd=Path(__file__).parents[2],
        env={"PYTHONPATH": str(tmp_path)},
    )
    assert [json.loads(line)["hit"] for line in done.stdout.splitlines()] == [True, False]


def match(file: str, lines: str = "") -> Result:
    return CliRunner().invoke(cli, ["match", file], input=lines)


def test_the_command_needs_no_settings_and_prints_every_line_with_its_hit() -> None:
    lines = '{"id": 7, "keyword": "공지", "text": "공지가"}\n\n{"keyword": "배", "text": "택배"}\n'
    done = subprocess.run(
        [sys.executable, "-m", "bot", "match", "-"],
        input=lines,
        capture_output=True,
        encoding="utf-8",
        check=True,
        cwd=Path(__file__).parents[2],
        env={},
    )
    assert done.stdout.splitlines() == [
        '{"id": 7, "keyword": "공지", "text": "공지가", "hit": true}',
        '{"keyword": "배", "text": "택배", "hit": false}',
    ]


@pytest.mark.parametrize(
    "line", ["공지", "[]", '{"keyword": "공지"}', '{"keyword": 1, "text": "가"}', "[" * 100_000]
)
def test_the_command_names_the_line_that_it_cannot_read(line: str) -> None:
    done = match("-", f'{{"keyword": "가", "text": "나"}}\n{line}\n')
    assert done.stderr.startswith("-, line 2: ")
    assert done.exit_code == 2


def test_the_command_reads_a_file_and_keeps_half_a_surrogate_pair(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text('\ufeff{"keyword": "a", "text": "a \\ud83d", "hit": null}')
    assert json.loads(match(str(file)).stdout) == {"keyword": "a", "text": "a \ud83d", "hit": True}


@pytest.mark.parametrize("text", ["공지공지\ud83d", "새\ud83d공지방", "공지\ud83d방"])
def test_half_a_surrogate_pair_among_glued_words_is_read_as_any_mark(text: str) -> None:
    assert hit("공지", text) == hit("공지", text.replace("\ud83d", "?"))


def test_the_command_says_which_file_is_missing(tmp_path: Path) -> None:
    done = match(str(tmp_path / "none.jsonl"))
    assert done.stderr == f"{tmp_path / 'none.jsonl'}: No such file or directory\n"
    assert done.exit_code == 2
