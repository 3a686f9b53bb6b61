"""Kakao, Discord and Kkachi are called in Korean what they call themselves, everywhere alike."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.texts import LOCALES, PARTICLES, Texts, catalogue_files, with_particle

ROOT = Path(__file__).parents[2]
# What is not to be written, and the one form that is.
OFFICIAL = {
    r"카카오 계정": "카카오계정",
    r"동의 항목": "동의항목",
    r"(?<!의 )친구 목록": "친구목록",
    r"회원(?!번호)": "멤버",
    r"앱 팀원": "앱 멤버",
    r"까치를 운영하는 (분|사람)|봇을 운영하는 (분|사람)": "운영자",
    r"카카오 디벨로퍼스|Kakao Developers": "카카오디벨로퍼스",
    r"한국 시각": "한국 시간",
    r"손으로 보내": "직접 보내",
    r"봉인": "암호화",
    r"연락이 닿지": "연결할 수 없",
    r"규칙에 걸": "규칙에 맞",
    r"모래상자": "샌드박스",
    r"방해금지|방해 금지|쉬는 ?시간": "일시 중지, 다시 알리는 간격",
    r"과\(와\)|이\(가\)|을\(를\)|은\(는\)": "PARTICLE",
}
# One plain word for one thing in English, in what members, admins and visitors read.
ENGLISH = {
    r"(?i)\bconnect(ed)? (again|anew|(your )?KakaoTalk)\b|\bconnected to KakaoTalk": "link",
    r"(?i)\bdisconnect(ed)?\b": "unlink",
    r"(?i)\bown (KakaoTalk )?chat\b|[\"“]Me[\"”]": "My Chatroom",
    r"(?i)\bwhoever\b": "the operator, anyone who",
    r"(?i)\bhears? (of|nothing|only)\b": "get",
    r"(?i)(?<!-)\bmend(ed)?\b": "fix",
    r"(?i)\bshall\b": "will",
    r"(?i)\banew\b": "again",
    r"(?i)\bnobody knows\b": "may or may not",
    r"(?<![-\w])id(?![-\w])": "ID",
}
# In catalogues only: documents quote code, logs and names of Discord's portal.
IN_CATALOGUES = {
    r"Discord(?!_)": "디스코드",
    r"Kkachi": "까치",
    r"(?<![\w가-힣])'[^'\n]+'": "‘…’",
}
EXCEPTIONS = {
    "회원가입",  # what one does, not who one is
}
PAGES = [
    *sorted(ROOT.glob("*.ko.md")),
    *sorted((ROOT / "docs").glob("*.ko.md")),
    ROOT / "sandbox/demo/page/static/js/texts.js",
    ROOT / "sandbox/kakao/pages.py",
]
COMMAND = re.compile(r"`/([가-힣 ]+)`(?:\(`/[a-z ]+`\))?(으로|로|을|를|은|는|이|가)(?![가-힣])")


def lines(path: Path) -> Iterator[str]:
    """Yield what is written in a file, without comments of a catalogue and blocks of code."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for line in text.splitlines():
        if not (path.suffix == ".ftl" and line.startswith("#")):
            yield line


def wrong(path: Path, words: dict[str, str]) -> list[str]:
    return [
        f"{path.name}: {found[0]} → {official}: {line.strip()}"
        for line in lines(path)
        for bad, official in words.items()
        for found in [re.search(bad, line)]
        if found and not any(one in line for one in EXCEPTIONS)
    ]


@pytest.mark.parametrize("path", catalogue_files("ko"), ids=lambda path: path.name)
def test_a_catalogue_uses_the_official_words(path: Path) -> None:
    assert wrong(path, OFFICIAL | IN_CATALOGUES) == []


@pytest.mark.parametrize("path", catalogue_files("en"), ids=lambda path: path.name)
def test_an_english_catalogue_uses_one_plain_word_for_one_thing(path: Path) -> None:
    assert wrong(path, ENGLISH) == []


@pytest.mark.parametrize(
    "line", ["Connect KakaoTalk", "Sent to your own chat.", "You hear of it.", "Whoever runs it"]
)
def test_english_that_is_not_to_be_written_is_found(tmp_path: Path, line: str) -> None:
    page = tmp_path / "page.ftl"
    page.write_text(f"key = {line}\n", encoding="utf-8")
    assert len(wrong(page, ENGLISH)) == 1


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_uses_the_official_words(path: Path) -> None:
    assert wrong(path, OFFICIAL) == []


def test_what_is_not_to_be_written_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.ko.md"
    page.write_text("회원의 카카오 계정\n회원번호와 카카오계정\n", encoding="utf-8")
    assert [one.partition(" → ")[0] for one in wrong(page, OFFICIAL)] == [
        "page.ko.md: 카카오 계정",
        "page.ko.md: 회원",
    ]


def test_a_particle_after_a_command_on_a_page_fits_its_name() -> None:
    texts = Texts()
    found = [
        (name, particle)
        for path in catalogue_files("ko")
        if path.name in {"pages.ftl", "share.ftl"}
        for line in lines(path)
        for name, particle in COMMAND.findall(
            re.sub(
                r'\{ COMMAND\("([a-z ]+)"\) \}',
                lambda m: str(texts._command("ko", m[1])),
                line,
            )
        )
    ]
    assert len(found) > len(LOCALES)
    for name, particle in found:
        forms = next(pair for pair in PARTICLES if particle in PARTICLES[pair])
        assert with_particle(name, forms) == name + particle
