"""What a Korean word may carry: particles, the copula, suffixes and verbs made of a noun.

A small grammar: each state lists the forms that may come next, and the state they lead to.
Forms are written as grammars write them. `이/가` is 이 after a consonant and 가 after a vowel;
`(이)나` is 이나 or 나; `(으)로` is 로 after ㄹ too; `[이]다` may keep its 이 after a vowel.
Nobody lists all that follows a verb's first syllables: after `했…` anything may.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, IntFlag, auto
from functools import cache, lru_cache
from typing import NamedTuple

from bot.texts import FINAL_RIEUL, FINALS

# No more syllables are read: verbs are known by their first, and nothing else is as long.
LONGEST = 24


class Sound(IntFlag):
    """How a word ends; `ANY` is what its letters do not tell: raid, PS5."""

    VOWEL = 1
    CONSONANT = 2
    RIEUL = 4
    CLOSED = 6
    ANY = 7


class State(Enum):
    """What has been read so far."""

    NOUN = auto()
    SYLLABLE = auto()  # a noun of one syllable: much begins with it, so only plain forms count
    DONE = auto()  # 말하다, of which only 하다 is left to be read
    NAME = auto()  # 지훈이, 민지네
    GROUP = auto()  # 민지님, 모임들
    PARTICLE = auto()  # 서버에서
    LAST = auto()  # 서버가
    END = auto()  # 서버네
    OPEN = auto()  # 서버했…


class Ending(NamedTuple):
    """One thing to carry: after which sounds, and what it makes of the word."""

    text: str
    after: Sound
    makes: State


SUFFIXES = "들 님 씨 쌤 끼리 쯤 씩 짜리 뿐 때문 땜"
# How people are called behind their names.
TITLES = """
    언니 오빠 누나 형님 선배 선배님 후배 후배님 선생님 교수님 조교님 팀장님 과장님 대리님 부장님
    차장님 사장님 대표님 실장님 반장 반장님 회장님 매니저 매니저님 작가님 감독님 기사님 코치님 삼촌
    이모 고모 아저씨 아줌마 할머니 할아버지 아빠 엄마 길마 길마님
"""
NOUN_SUFFIXES = "중 때 시 용 별 당 후 뒤 외 정도 이상 이하 미만"
FAMILY = "네 이네/"
CALL = "아/야"
NAME_ENDING = "이"
PARTICLES = """
    에 에서 에게 에게서 한테 한테서 께 께서 까지 부터 (으)로 (으)로서 (으)로써 과/와 (이)랑 하고
    보다 처럼 만큼 만 밖에 조차 마저 마다 대로 같이 더러 말고 치고 치곤 마냥 에다 에다가
    은커녕/는커녕 커녕 (이)야말로 토록 (이)라도 (이)나마
"""
LAST_PARTICLES = """
    이/가 은/는 을/를 의 도 (이)야 (이)나 (이)여 (이)시여 (이)든 (이)든지 (이)든가 (이)란 엔
    에선 에겐 한텐 께선 까진 부턴 (으)론 보단 좀 땜에 때매 때메 요 욤 이요 이욤 이서/
"""
COPULA = """
    [이]면서 [이]지만 이지/ [이]지요 [이]나요 [이]니까 [이]니깐 [이]냐고 [이]냐는 [이]냐구
    [이]네요 [이]군요 [이]구나 [이]구만 [이]구먼 [이]거든… [이]거나 [이]건만 [이]래요 [이]랍니다
    [이]란다 [이]더라… [이]더군 [이]더니 [이]던데 [이]던가 [이]던지 [이]기도 [이]기는 [이]기에
    [이]기때문에 [이]므로 이어서/여서 이어도/여도 이어야/여야… 이여야… [이]다가 [이]라고… [이]라구…
    [이]라는… [이]라니… [이]라면… [이]라서… [이]라며… [이]라던… [이]라든… [이]라지… [이]라네…
    [이]라더… [이]라기… [이]라거… 인데… 인지… 인가… 인걸… 인거… 인건 인게 인듯… 인척… 인줄…
    인만큼 인디 인즉 인겁… 일까… 일지도… 일걸… 일거… 일듯… 일텐데… 일테니… 일수… 일때 일뿐…
    일게… 입니… 입죠 임 임다 임당 임을 임은 임이 임도 임에도 이었/였… 이였… 이에요/예요 에요
    이예요 이에여/예여 에여 이에용/예용 에용 예염 이여요 [이]세요 [이]세용 [이]십니… [이]신가…
    [이]신데… [이]시죠 [이]시네… [이]셔… [이]셨… [이]시라… [이]시고 [이]시면 [이]시니… [이]신지…
    [이]잖… [이]랬… [이]려나… [이]려니… [이]겠… [이]로군… [이]로구나 [이]구요 [이]구여
    [이]던걸 [이]든말든 이건/ [이]거나말거나
"""
SHORT_COPULA = """
    [이]다 [이]닷 [이]당 [이]고 [이]며 [이]면 [이]니 [이]냐 [이]래 [이]라 [이]군 [이]죠 [이]쥬
    [이]넹 [이]얌 여 인 일 이기/ 이자/ 이징/
"""
# Verbs made of a noun, and what may follow their first syllable; nothing named: anything.
VERBS = {
    "하": "는고면기자지려러라니네던며게나다시세셨셔신실십더든도므거구냐느여였긴길곤죠겠쟈잖진듯",
    "해": "요서도야줘주줬줄라달드보봐봤볼버놓놨둔둬뒀준용지진질져졌나",
    "한": "다대데거건걸게지듯적번답",
    "할": "게께까수거건걸때지래듯만텐테려줄",
    "합": "니시",
    "함": "다당요으을이은도",
    "했": "",
    "되": "는고면기자지려라니네던며게나어었시세셨더냐므거다죠겠서요도길긴진듯",
    "돼": "요서도있버가야",
    "된": "다대데거건걸듯지",
    "될": "까지거걸듯때수텐테줄",
    "됩": "니시",
    "됨": "을은이으요",
    "됐": "",
    "시": "키켜켰킨킬킴킵",
    "당": "하해했한할함합",
    "드": "려렸린릴",
    "드리": "고는려며면니기지겠자",
    "드립": "니",
    "받": "아았는은을고습지기음으자게나네거던",
}
SHORT_VERBS = "해 한 할 함 돼 된 될 됨 드림"
# Written without the space that belongs before it.
CLOSE_BY = """
    있… 없… 같… 봤… 떴… 왔… 났… 갔… 썼… 샀… 줬… 냈… 봐… 뜸 뜬… 뜨면… 뜨나… 뜨는… 뜨고… 뜹니…
    아니… 뭐… 뭔… 언제… 어디… 아직
"""
AFTER_PARTICLE = "요 욤"
AFTER_ENDING = "요 욤 용 염 여 아 어 오 우 으 앙 엉 옹 웅"

VERB_FORMS = f"{SHORT_VERBS} " + " ".join(
    f"{first}{then}…" for first, following in VERBS.items() for then in following or [""]
)
ANY_WORD = ((PARTICLES, State.PARTICLE), (LAST_PARTICLES, State.LAST))
GRAMMAR: Mapping[State, Sequence[tuple[str, State]]] = {
    State.NOUN: (
        *ANY_WORD,
        (CALL, State.LAST),
        (f"{SUFFIXES} {NOUN_SUFFIXES} {TITLES}", State.GROUP),
        (f"{NAME_ENDING} {FAMILY}", State.NAME),
        (f"{COPULA} {SHORT_COPULA} {VERB_FORMS} {CLOSE_BY}", State.END),
    ),
    State.SYLLABLE: (
        *ANY_WORD,
        (SUFFIXES, State.GROUP),
        (FAMILY, State.NAME),
        (f"{COPULA.replace('[이]', '(이)')} 이다/ 이고/ 이면/ 이며/ 이죠/", State.END),
    ),
    State.DONE: ((VERB_FORMS, State.END),),
    State.GROUP: (
        *ANY_WORD,
        (SUFFIXES, State.GROUP),
        (FAMILY, State.NAME),
        (f"{COPULA} {SHORT_COPULA}", State.END),
    ),
    State.NAME: ANY_WORD,
    State.PARTICLE: (*ANY_WORD, (f"{COPULA} [이]다 [이]고 [이]면", State.END)),
    State.LAST: ((AFTER_PARTICLE, State.LAST),),
    State.END: ((AFTER_ENDING, State.END),),
}


@lru_cache(maxsize=4096)
def carries(tail: str, sound: Sound, state: State = State.NOUN) -> bool:
    """Return whether syllables are all something that a word with this sound may carry."""
    if not tail or state is State.OPEN:
        return True
    return any(
        tail.startswith(form.text)
        and form.after & sound
        and carries(tail[len(form.text) :], sound_of(form.text), form.makes)
        for form in _forms()[state].get(tail[0], ())
    )


def sound_of(word: str) -> Sound:
    """Return how a word ends."""
    last = word[-1:]
    if not "가" <= last <= "힣":
        return Sound.ANY
    final = (ord(last) - ord("가")) % FINALS
    if final == FINAL_RIEUL:
        return Sound.RIEUL
    return Sound.CONSONANT if final else Sound.VOWEL


@cache
def _forms() -> dict[State, dict[str, list[Ending]]]:
    """Return the grammar by state and first syllable."""
    table: dict[State, dict[str, list[Ending]]] = {state: defaultdict(list) for state in GRAMMAR}
    for state, groups in GRAMMAR.items():
        for notations, makes in groups:
            for notation in notations.split():
                for text, after in _spellings(notation.removesuffix("…")):
                    form = Ending(text, after, State.OPEN if notation.endswith("…") else makes)
                    table[state][text[:1]].append(form)  # none for the missing half of 이다/
    return table


def _spellings(notation: str) -> Iterator[tuple[str, Sound]]:
    if "/" in notation:
        closed, after_vowel = notation.split("/")
        yield closed, Sound.CLOSED
        yield after_vowel, Sound.VOWEL
    elif notation.startswith("(으)"):
        yield notation.replace("(으)", "으"), Sound.CONSONANT
        yield notation.removeprefix("(으)"), Sound.VOWEL | Sound.RIEUL
    elif notation.startswith("(이)"):
        yield notation.replace("(이)", "이"), Sound.CLOSED
        yield notation.removeprefix("(이)"), Sound.VOWEL
    elif notation.startswith("[이]"):
        yield notation.replace("[이]", "이"), Sound.ANY
        yield notation.removeprefix("[이]"), Sound.VOWEL
    else:
        yield notation, Sound.ANY
