"""How fast a message meets 100,000 rules, beside the loop that a careful author would write.

Ours is the whole step: normalising the text, searching it, checking each word's surroundings, and
keeping to the server's own rules. The loop has its words in small letters, lowers each message
once, and asks for each word whether it stands anywhere in it, as part of another word too.
"""

import gc
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.measure import judge
from benchmarks.words import forget_words, without_dictionary
from bot.services.highlights.matching import analyser
from bot.services.highlights.matching.matcher import Matcher
from bot.services.messages.models import Seen, Source
from storage.rules import Rule, RuleKind

SERVERS = 1_000
MOST_MEGABYTES, LEAST_RATIO, LONGEST_MS = 40.0, 100.0, 5.0
MOST_DEARER = 1.3
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


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rules: int = 100_000
    messages: int = 20_000
    looped: int = 60
    """The messages that the loop over all words gets; it would take too long for more."""
    added: int = 1_500
    rounds: int = 5


FULL, BRIEF = Size(), Size(rules=1_000, messages=50, looped=2, added=20, rounds=1)


@dataclass(frozen=True)
class Speeds:
    """Messages for a second of the processor, and the share of the messages that meet a rule."""

    ours: float
    all_words: float
    own_words: float
    without_rules: float
    meeting: float


def some_rules(chance: random.Random, count: int) -> Iterator[Rule]:
    """Yield what members of many servers look for: names, topics, phrases."""
    for number in range(count):
        yield Rule(number, number % 5_000, 1 + number % SERVERS, RuleKind.WORD, _word(chance), 0.0)


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
        Seen.of_text(Source(1 + chance.randrange(SERVERS), 1, number), 0, _text(chance), 0.0)
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
    # Of the processor: other programs make no difference to either side.
    started = time.thread_time()
    for message in messages:
        step(message)
    return len(messages) / (time.thread_time() - started)


def _loop(words: Sequence[str]) -> Callable[[Seen], object]:
    lowered = [word.lower() for word in words]

    def step(seen: Seen) -> list[str]:
        text = seen.text.lower()
        return [word for word in lowered if word in text]

    return step


def _speeds(size: Size) -> Speeds:
    """Return the rates of all sides, one after the other in this process."""
    chance = random.Random(SEED)
    rules = list(some_rules(chance, size.rules))
    messages = messages_of(chance, size.messages)
    matcher = Matcher()
    matcher.load(rules)
    words = [rule.text for rule in rules]
    own = [
        _loop([rule.text for rule in rules if rule.guild_id == guild])
        for guild in range(SERVERS + 1)
    ]
    elsewhere = [
        replace(seen, source=replace(seen.source, guild_id=SERVERS + 1)) for seen in messages
    ]
    return Speeds(
        ours=statistics.median(_rate(matcher.matches, messages) for _ in range(size.rounds)),
        all_words=statistics.median(
            _rate(_loop(words), messages[: size.looped]) for _ in range(size.rounds)
        ),
        own_words=statistics.median(
            _rate(lambda seen: own[seen.guild_id](seen), messages) for _ in range(size.rounds)
        ),
        without_rules=statistics.median(
            _rate(matcher.matches, elsewhere) for _ in range(size.rounds)
        ),
        meeting=sum(bool(matcher.matches(message)) for message in messages) / size.messages,
    )


@dataclass(frozen=True)
class Costs:
    """Microseconds of the processor a message takes, without the dictionary and with it.

    `first` is when each word is new to it.
    """

    plain: float
    first: float
    usual: float


def _costs(size: Size) -> Costs:
    """Return what the dictionary costs, both sides by turns; the least of each counts."""
    chance = random.Random(SEED)
    rules = list(some_rules(chance, size.rules))
    messages = messages_of(chance, size.messages)
    matcher = Matcher()
    matcher.load(rules)
    analyser.load()
    plain, first, usual = [], [], []
    for _ in range(size.rounds):
        with without_dictionary():
            plain.append(_busy(matcher, messages))
        forget_words()
        first.append(_busy(matcher, messages))
        usual.append(_busy(matcher, messages))
    return Costs(min(plain), min(first), min(usual))


def _busy(matcher: Matcher, messages: Sequence[Seen]) -> float:
    started = time.process_time()
    for message in messages:
        matcher.matches(message)
    return (time.process_time() - started) / len(messages) * 1e6


def _say_costs(costs: Costs) -> None:
    print("  the processor's µs for each message")
    print(f"    {'the word rule alone':<42} {costs.plain:>10.1f}")
    print(f"    {'with the dictionary for words glued together':<44} {costs.usual:>8.1f}")
    print(f"    {'the same while every word is new to it':<42} {costs.first:>10.1f}")
    usual, first = costs.usual / costs.plain, costs.first / costs.plain
    print(
        f"  → {usual:.2f} times the cost (at most {MOST_DEARER:.1f} wanted),"
        f" {first:.2f} times while all is new"
    )


def _additions(size: Size) -> list[float]:
    """Return the ms of the processor that each new rule takes while all are loaded.

    Of each the least of all rounds: whatever else a machine does only adds to it.
    """
    return [min(one) for one in zip(*(_added(size) for _ in range(size.rounds)), strict=True)]


def _added(size: Size) -> list[float]:
    chance = random.Random(SEED)
    matcher = Matcher()
    matcher.load(some_rules(chance, size.rules))
    gc.collect()
    took = []
    for number in range(size.rules, size.rules + size.added):
        rule = Rule(number, 1, 1 + number % SERVERS, RuleKind.WORD, _word(chance), 0.0)
        started = time.thread_time()
        matcher.add(rule)
        took.append((time.thread_time() - started) * 1e3)
    return took


def _resident() -> float:
    """Return the megabytes of this process that are in memory (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / MEGABYTE


def weigh(count: int) -> None:
    """Print by how many megabytes this process grows when the rules are loaded.

    The rules come one by one, as from the database, and nothing but the matcher stays.
    """
    matcher = Matcher()
    matcher.load(some_rules(random.Random(SEED), 10))
    before = _resident()
    matcher = Matcher()
    matcher.load(some_rules(random.Random(SEED), count))
    gc.collect()
    print(_resident() - before)


def _weight(count: int) -> float:
    command = [sys.executable, "-c", f"from benchmarks.matching import weigh; weigh({count})"]
    done = subprocess.run(  # noqa: S603 - this very module
        command, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def _say_speeds(found: Speeds, size: Size) -> None:
    print(
        f"\nMatching: {size.rules:,} rules in {SERVERS:,} servers;"
        f" {found.meeting:.1%} of the messages meet one"
    )
    for title, rate in (
        ("ours, the whole step", found.ours),
        ("ours, in a server without rules", found.without_rules),
        ("word in text.lower(), all words", found.all_words),
        ("the same over the server's 100 words only", found.own_words),
    ):
        print(f"  {title:<44} {rate:>10,.0f} messages/s")
    print(
        f"  → {found.ours / found.all_words:,.0f} times the rate of the loop"
        f" (at least {LEAST_RATIO:.0f} wanted)"
    )
    print(f"  → {found.ours / found.own_words:,.1f} times that over the server's own words")


def _say_additions(took: Sequence[float]) -> None:
    figures = (statistics.median(took), sorted(took)[int(len(took) * 0.99)], max(took))
    print("  a new rule holds everything up, in ms      median       99 %      worst")
    print(f"    {'of the processor':<36}" + "".join(f"{one:>11.2f}" for one in figures))


async def main(size: Size) -> None:
    """Compare, weigh and time; raises BoundsMissed."""
    speeds = _speeds(size)
    _say_speeds(speeds, size)
    costs = _costs(size)
    _say_costs(costs)
    grown = _weight(size.rules)
    print(
        f"  {grown:.1f} MB more in memory (at most {MOST_MEGABYTES:.0f} wanted):"
        " resident set of a fresh process, before and after loading"
    )
    added = _additions(size)
    _say_additions(added)
    print(f"  → {max(added):.2f} ms of the processor at worst (at most {LONGEST_MS:.0f} wanted)")
    judge(
        {
            "rate": speeds.ours / speeds.all_words < LEAST_RATIO,
            "the dictionary": costs.usual / costs.plain > MOST_DEARER,
            "memory": grown > MOST_MEGABYTES,
            "a new rule": max(added) > LONGEST_MS,
        }
    )
