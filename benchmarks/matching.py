"""How fast a message meets 100,000 rules, beside the loop that other bots use.

The whole step is measured: normalising the text, searching it, checking each word's surroundings,
and keeping to the server's own rules.
"""

import gc
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.services.highlight import Source
from bot.services.matching.matcher import Matcher
from bot.services.sight import Seen
from storage.rules import Rule, RuleKind

SERVERS, RULES = 1_000, 100_000
MESSAGES, LOOPED = 20_000, 60
ADDED = 1_500
MOST_MEGABYTES, LEAST_RATIO, LONGEST_MS = 40.0, 100.0, 5.0
SEED = 20261121
MEGABYTE = 1024 * 1024
HANGUL = [chr(code) for code in range(ord("가"), ord("힣") + 1)]
BEGINNINGS = (
    *("공지", "모임", "회의", "이벤트", "레이드", "길드", "번개", "점심", "저녁", "시험", "과제"),
    *("배포", "서버", "점검", "업데이트", "버그", "장터", "나눔", "중고", "공연", "예매", "면접"),
)
ENDINGS = ("", "방", "팀", "일정", "신청", "모집", "알림", "장소", "시간", "결과", "명단", "후기")
ENGLISH = (
    *("release", "deploy", "meeting", "raid", "patch", "nightly", "ticket", "concert", "python"),
    *("rust", "giveaway", "server", "update", "sale", "drop", "draft", "match", "league", "build"),
)
PARTICLES = (
    "",
    "",
    "이",
    "가",
    "은",
    "는",
    "을",
    "를",
    "에",
    "에서",
    "까지",
    "도",
    "입니다",
    "하고",
)
SMALL_TALK = (
    *("오늘", "진짜", "근데", "저는", "그래서", "아마", "내일", "혹시", "다들", "너무", "좋아요"),
    *("ㅋㅋㅋ", "네네", "지금", "집에", "가는", "중이에요", "the", "is", "today", "about", "lol"),
)


def rules_of(chance: random.Random) -> list[Rule]:
    """Return what members of many servers look for: names, topics, phrases."""
    return [
        Rule(number, number % 5_000, number % SERVERS, RuleKind.WORD, _word(chance), 0.0)
        for number in range(RULES)
    ]


def _word(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.45:  # about half are topics
        return chance.choice(BEGINNINGS) + chance.choice(ENDINGS)
    if kind < 0.65:  # some are names
        return "".join(chance.choices(HANGUL, k=chance.choice((2, 3, 3, 4))))
    if kind < 0.9:  # some are English, with a number or a name
        return f"{chance.choice(ENGLISH)}{chance.choice(('', ' ', '-'))}{chance.randrange(3000)}"
    return f"{chance.choice(BEGINNINGS)} {chance.choice(BEGINNINGS)}{chance.choice(ENDINGS)}"


def messages_of(chance: random.Random, count: int) -> list[Seen]:
    """Return messages as people write them: mostly short, some long, now and then a topic."""
    return [
        Seen(Source(chance.randrange(SERVERS), 1, number), 0, _text(chance), 0.0)
        for number in range(count)
    ]


def _text(chance: random.Random) -> str:
    length = min(120, int(chance.lognormvariate(2.0, 0.8)) + 1)
    return " ".join(_said(chance) for _ in range(length))


def _said(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.6:  # most is small talk
        return chance.choice(SMALL_TALK)
    if kind < 0.7:  # a topic, with what follows Korean nouns
        word = chance.choice(BEGINNINGS) + chance.choice(ENDINGS)
        return word + chance.choice(PARTICLES)
    if kind < 0.8:  # a word in English
        return chance.choice(ENGLISH)
    return "".join(chance.choices(HANGUL, k=chance.choice((2, 3, 4)))) + chance.choice(PARTICLES)


def _rate(step: Callable[[Seen], object], messages: Sequence[Seen]) -> float:
    started = time.perf_counter()
    for message in messages:
        step(message)
    return len(messages) / (time.perf_counter() - started)


def _loop(words: Sequence[str]) -> Callable[[Seen], object]:
    return lambda seen: [word for word in words if word.lower() in seen.text.lower()]


def _additions(matcher: Matcher, chance: random.Random) -> list[float]:
    """Return how many milliseconds each new rule took."""
    took = []
    for number in range(RULES, RULES + ADDED):
        rule = Rule(number, 1, number % SERVERS, RuleKind.WORD, _word(chance), 0.0)
        started = time.perf_counter()
        matcher.add(rule)
        took.append((time.perf_counter() - started) * 1e3)
    return took


def _resident() -> float:
    """Return the megabytes of this process that are in memory (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / MEGABYTE


def weigh() -> None:
    """Print by how many megabytes this process grows when the rules are loaded."""
    matcher = Matcher()
    matcher.load(rules_of(random.Random(SEED))[:10])
    before = _resident()
    matcher = Matcher()
    matcher.load(rule for rule in rules_of(random.Random(SEED)))
    print(_resident() - before)


def _weight() -> float:
    command = [sys.executable, "-c", "from benchmarks.matching import weigh; weigh()"]
    done = subprocess.run(  # noqa: S603 - this very module
        command, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


async def main() -> None:
    chance = random.Random(SEED)
    rules = rules_of(chance)
    messages = messages_of(chance, MESSAGES)
    matcher = Matcher()
    matcher.load(rules)
    words = [rule.text for rule in rules]
    own = [[rule.text for rule in rules if rule.guild_id == guild] for guild in range(SERVERS)]
    ours = statistics.median(_rate(matcher.matches, messages) for _ in range(3))
    theirs = statistics.median(_rate(_loop(words), messages[:LOOPED]) for _ in range(3))
    within = _rate(lambda seen: _loop(own[seen.guild_id])(seen), messages[:2000])
    hits = sum(bool(matcher.matches(message)) for message in messages) / MESSAGES
    # What the benchmark itself keeps is not for the garbage collector to look through.
    gc.freeze()
    took = _additions(matcher, chance)
    grown, longest = _weight(), max(took)
    print(
        f"\nMatching: {RULES:,} rules in {SERVERS:,} servers; {hits:.1%} of the messages meet one"
    )
    print(f"  {'ours, the whole step':<44} {ours:>10,.0f} messages/s")
    print(f"  {'word.lower() in content.lower(), all words':<44} {theirs:>10,.0f} messages/s")
    print(f"  {'the same over the server’s 100 words only':<44} {within:>10,.0f} messages/s")
    print(
        f"  → {ours / theirs:,.0f} times the rate of the loop (at least {LEAST_RATIO:.0f} wanted)"
    )
    print(f"  → {ours / within:,.1f} times that of the loop over the server's own words")
    print(f"  {grown:.1f} MB more in memory (at most {MOST_MEGABYTES:.0f} wanted)")
    print(
        f"  a new rule holds everything up for {statistics.median(took):.2f} ms,"
        f" {longest:.2f} ms at worst (at most {LONGEST_MS:.0f} wanted)"
    )
    if ours / theirs < LEAST_RATIO or grown > MOST_MEGABYTES or longest > LONGEST_MS:
        raise SystemExit("matching: a bound is missed")
