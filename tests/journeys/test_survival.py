"""The whole program as its operator runs it: killed without warning, and searched for secrets."""

import asyncio
import random
import signal
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.services.highlights.catch_up import SAVE_EVERY
from sandbox.discord import Reply
from sandbox.kakao import Message
from tests.support.database import locked, rows
from tests.support.postgres import ONLY_SQLITE
from tests.support.processes import Process, start_process
from tests.support.world import CHAT, World, open_world, until

FRIENDS = ("준호", "서연", "지우")
TO_ME, TO_FRIENDS = 140, 20
AT_ONCE = 16  # sends under way when the kill comes, none of which may be repeated more than once
PATIENCE = 60.0
UNLINK = "/v1/user/unlink"


@pytest.fixture
async def world(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    async with open_world(tmp_path, bot=False) as world:
        world.settings["DATABASE_URL"] = database_url
        world.kakao.switches.pair_per_day = 10_000
        world.kakao.switches.sender_per_day = world.kakao.switches.recipient_per_day = 10_000
        kinds = ("PAIR", "SENDER", "RECIPIENT")
        world.settings |= {f"KAKAO_{kind}_DAILY": "10000" for kind in kinds}
        yield world


@asynccontextmanager
async def running(
    world: World, folder: Path, log: bytearray | None = None
) -> AsyncIterator[Process]:
    """Run the bot as a process of its own, all it says kept in `log`."""
    process = await start_process(world.settings | {"LOG_LEVEL": "DEBUG"}, folder)
    readers = [
        asyncio.create_task(drain(stream, log)) for stream in (process.stdout, process.stderr)
    ]
    try:
        await world.until_healthy()
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 12)
        await asyncio.gather(*readers)


async def drain(stream: asyncio.StreamReader | None, log: bytearray | None) -> None:
    assert stream is not None
    while line := await stream.read(65536):
        if log is not None:
            log += line


def database_bytes(folder: Path) -> bytes:
    """Return what a thief of the files would read, the write-ahead log included."""
    return b"".join(path.read_bytes() for path in folder.glob("kkachi.db*"))


def number(url: str, where: str) -> int:
    [[count]] = rows(url, f"SELECT count(*) FROM deliveries WHERE {where}")  # noqa: S608 - conditions of this file
    assert isinstance(count, int)
    return count


def card(message: Message) -> tuple[str, str]:
    """Return which card went to whom: each forward has a jump address of its own."""
    return message.template["content"]["link"]["web_url"], message.receiver.name


async def drafts(world: World, count: int = TO_FRIENDS) -> list[Reply]:
    """Fill in panels for friends, ready to be sent."""
    minji = world.discord.person("민지")
    said = await minji.say(CHAT, "오늘 밤 9시 레이드")
    panels = []
    for _ in range(count):
        panel = await minji.menu(CHAT, "Send to Kakao friends", said)
        picked = [o["label"] for o in options(panel) if o["label"].lstrip("★ ") in FRIENDS]
        panels.append(await minji.choose(panel, "친구 고르기", picked))
    return panels


def options(panel: Reply) -> list[dict[str, str]]:
    [select] = [c for row in panel.answer.components for c in row["components"] if c["type"] == 3]
    found: list[dict[str, str]] = select["options"]
    return found


async def accepted(
    url: str, acts: Sequence[Coroutine[Any, Any, Reply]], each: int
) -> list[asyncio.Task[Reply]]:
    """Let acts that make so many rows each begin, no more at once than a busy machine answers."""
    begun: list[asyncio.Task[Reply]] = []
    before = number(url, "true")
    for start in range(0, len(acts), AT_ONCE):
        begun.extend(asyncio.create_task(act) for act in acts[start : start + AT_ONCE])
        await until(lambda: number(url, "true") == before + each * len(begun), PATIENCE)
    return begun


async def test_a_kill_in_the_middle_of_200_forwards_loses_none_and_repeats_none_to_friends(
    world: World, tmp_path: Path, database_url: str
) -> None:
    minji = world.discord.person("민지")
    async with running(world, tmp_path) as process:
        await world.link("민지")
        world.kakao.connect(world.kakao.account("민지"), ["friends"])
        said = await minji.say(CHAT, "레이드 갈 사람?")
        consent = await minji.menu(CHAT, "Send to Kakao friends", said)
        await world.follow(consent, "민지")
        panels = await drafts(world)
        world.kakao.slow(0.4)
        asked = [minji.menu(CHAT, "Send to my KakaoTalk", said) for _ in range(TO_ME)]
        pressed = [minji.press(panel, f"보내기 ({len(FRIENDS)})") for panel in panels]
        begun = await accepted(database_url, asked, each=1)
        begun += await accepted(database_url, pressed, each=len(FRIENDS))
        everything = TO_ME + TO_FRIENDS * len(FRIENDS)
        await until(lambda: number(database_url, "state = 'sent'") > 30, PATIENCE)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        for act in begun:
            act.cancel()
        await asyncio.gather(*begun, return_exceptions=True)
    left = number(database_url, "state IN ('queued', 'sending')")
    assert left > 50
    world.kakao.slow(0)
    async with running(world, tmp_path):
        await until(lambda: number(database_url, "state IN ('queued', 'sending')") == 0, PATIENCE)
    assert number(database_url, "state IN ('sent', 'unknown')") == everything
    arrived = Counter(card(message) for message in world.kakao.outbox)
    friends = {key: times for key, times in arrived.items() if key[1] in FRIENDS}
    assert set(friends.values()) == {1}
    assert len(friends) >= number(database_url, "state = 'sent' AND chat = 'friend'")
    own = {key: times for key, times in arrived.items() if key[1] == "민지"}
    assert len(own) == TO_ME
    assert max(own.values()) <= 2
    assert sum(own.values()) <= TO_ME + AT_ONCE


@ONLY_SQLITE
async def test_a_kill_while_another_account_is_linked_sends_nothing_in_its_name(
    world: World, tmp_path: Path, database_url: str
) -> None:
    minji, kakao = world.discord.person("민지"), world.kakao
    async with running(world, tmp_path) as process:
        await world.link("민지")
        said = await minji.say(CHAT, "레이드 갈 사람?")
        await world.follow(await minji.menu(CHAT, "Send to Kakao friends", said), "민지")
        panels = await drafts(world, 1)
        kakao.fail_next(10_000, code=-1, path="/v")
        acts = [minji.menu(CHAT, "Send to my KakaoTalk", said) for _ in range(4)]
        begun = await accepted(database_url, acts, each=1)
        begun += await accepted(
            database_url,
            [minji.press(panel, f"보내기 ({len(FRIENDS)})") for panel in panels],
            each=3,
        )
        kakao.failures.clear()
        kakao.fall_ill("hang", UNLINK)
        again = await minji.slash(CHAT, "kakao link")
        await world.follow(again, "준호")
        moving = asyncio.create_task(world.type_number(minji, again, "준호"))
        await until(lambda: any(request.path == UNLINK for request in kakao.requests), PATIENCE)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        for act in (*begun, moving):
            act.cancel()
        await asyncio.gather(*begun, moving, return_exceptions=True)
    kakao.get_well()
    sent_before = list(kakao.outbox)
    async with running(world, tmp_path):
        await minji.menu(CHAT, "Send to my KakaoTalk", said)
        await until(lambda: number(database_url, "state IN ('queued', 'sending')") == 0, PATIENCE)
    assert {message.sender.name for message in sent_before} <= {"민지"}
    [new] = kakao.outbox[len(sent_before) :]
    assert (new.sender.name, new.to_me) == ("준호", True)
    cancelled = number(database_url, "state = 'cancelled'")
    # Of her own cards those that Kakao had just taken when the process was killed are both.
    both = cancelled + len(sent_before) - (4 + len(FRIENDS))
    assert 0 <= both <= sum(message.to_me for message in sent_before)


async def waits_for(world: World, url: str, lines: Sequence[str]) -> None:
    """Let 민지 wait for a word, and what is written wait for her."""
    minji, junho = world.discord.person("민지"), world.discord.person("준호")
    await world.link("민지")
    await minji.slash(CHAT, "highlight add", word="번개")
    await minji.slash(CHAT, "highlight pause", hours=1)
    for line in lines:
        await junho.say(CHAT, line)
    await until(lambda: found(url) == len(lines), PATIENCE)


def found(url: str) -> int:
    [[count]] = rows(url, "SELECT count(DISTINCT message_id) FROM hits")
    assert isinstance(count, int)
    return count


def listed(url: str, digest: Message) -> list[str]:
    """Return what stands on the page behind a digest."""
    digest_id = digest.template["header_link"]["web_url"].rpartition("/")[2]
    items = rows(url, "SELECT digest_id, text FROM digest_items")
    return sorted(str(said).removeprefix("준호: ") for owner, said in items if owner == digest_id)


async def kill(process: Process) -> None:
    process.send_signal(signal.SIGKILL)
    await process.wait()


@pytest.mark.parametrize(
    ("database_url", "window", "copies"),
    [("sqlite", "composed", 1), ("sqlite", "under way", 2), ("postgresql", "under way", 2)],
    indirect=["database_url"],
)
async def test_a_kill_around_a_digest_loses_nothing_of_it_and_sends_it_twice_at_most(
    world: World, tmp_path: Path, database_url: str, window: str, copies: int
) -> None:
    world.settings["KAKAO_PAIR_DAILY"] = "20"
    minji, lines = world.discord.person("민지"), [f"번개 {number}" for number in range(12)]
    async with running(world, tmp_path) as process:
        await waits_for(world, database_url, lines)
        world.kakao.slow(5)
        world.discord.rest_hangs(window == "composed", at="/messages")
        await minji.slash(CHAT, "highlight pause", hours=0)
        await until(lambda: number(database_url, "state = 'sending'") == 1, PATIENCE)
        if window == "under way":
            await until(lambda: world.kakao.outbox, PATIENCE)
        await kill(process)
    assert len(world.kakao.outbox) == copies - 1
    world.discord.rest_hangs(False)
    world.kakao.slow(0)
    async with running(world, tmp_path):
        await until(lambda: number(database_url, "state = 'sent'") == 1, PATIENCE)
    assert number(database_url, "true") == 1
    assert len(world.kakao.outbox) == copies
    assert listed(database_url, world.kakao.outbox[-1]) == sorted(lines)


@ONLY_SQLITE
async def test_a_kill_while_catching_up_misses_nothing_and_finds_nothing_twice(
    world: World, tmp_path: Path, database_url: str
) -> None:
    world.settings["KAKAO_PAIR_DAILY"] = "20"
    junho, rooms = world.discord.person("준호"), (CHAT, "레이드-모집")
    first, missed, last = "번개 처음", [f"번개 놓친 {one}" for one in range(8)], "번개 그 사이"
    async with running(world, tmp_path):
        await waits_for(world, database_url, [first])
    said = [await junho.say(rooms[one % 2], line) for one, line in enumerate(missed)]
    world.discord.rest_hangs(at=f"/channels/{said[1].channel.id}/messages")
    async with running(world, tmp_path) as process:
        await until(lambda: found(database_url) == 1 + len(missed) / 2, PATIENCE)
        await junho.say(CHAT, last)
        await until(lambda: found(database_url) == 2 + len(missed) / 2, PATIENCE)
        await asyncio.sleep(SAVE_EVERY + 0.5)  # what is heard now may not move the mark
        await kill(process)
    world.discord.rest_hangs(False)
    async with running(world, tmp_path):
        await until(lambda: found(database_url) == 2 + len(missed), PATIENCE)
        await world.discord.person("민지").slash(CHAT, "highlight pause", hours=0)
        await until(lambda: number(database_url, "state = 'sent'") == 1, PATIENCE)
    [digest] = world.kakao.outbox
    assert listed(database_url, digest) == sorted([first, *missed, last])


def refreshes(world: World) -> int:
    return sum(request.path == "/oauth/token" for request in world.kakao.requests)


@asynccontextmanager
async def refreshing(world: World, window: str) -> AsyncIterator[asyncio.Task[Reply]]:
    """Let a card of 민지's be in the middle of a refresh: Kakao has given the tokens."""
    minji, kakao = world.discord.person("민지"), world.kakao
    said, before = await minji.say(CHAT, "레이드 갈 사람?"), refreshes(world)
    kakao.expire_access_tokens(kakao.account("민지"))
    kakao.slow(0.4)
    asked = asyncio.create_task(minji.menu(CHAT, "Send to my KakaoTalk", said))
    await until(lambda: refreshes(world) > before, PATIENCE)
    try:
        if window == "the answer is on its way":
            yield asked
        else:
            async with locked(world):
                await asyncio.sleep(2 * kakao.delay)
                yield asked
    finally:
        kakao.slow(0)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)


WINDOWS = ("the answer is on its way", "the answer is not saved yet")


@ONLY_SQLITE
@pytest.mark.parametrize("window", WINDOWS)
async def test_a_kill_that_costs_the_new_refresh_token_is_told_and_the_card_comes_after_linking(
    world: World, tmp_path: Path, database_url: str, window: str
) -> None:
    """Kakao has let the former one die, so nothing but the member can mend it."""
    minji, kakao = world.discord.person("민지"), world.kakao
    kakao.switches.refresh_rotation_threshold = kakao.switches.refresh_ttl + 1
    async with running(world, tmp_path) as process:
        await world.link("민지")
        async with refreshing(world, window):
            await kill(process)
    async with running(world, tmp_path):
        await until(lambda: minji.dms, PATIENCE)
        assert "카카오톡 연결이 끊겨서" in minji.dms[0].text
        await until(lambda: number(database_url, "reason = 'link-again'") == 1, PATIENCE)
        assert kakao.outbox == []
        await world.follow(await minji.slash(CHAT, "kakao link"), "민지")
        await until(lambda: number(database_url, "state = 'sent'") == 1, PATIENCE)
    assert len(minji.dms) == 1
    assert [message.sender.name for message in kakao.outbox] == ["민지"]


@ONLY_SQLITE
async def test_a_kill_in_a_refresh_that_leaves_the_refresh_token_alive_costs_nothing(
    world: World, tmp_path: Path, database_url: str
) -> None:
    minji, kakao = world.discord.person("민지"), world.kakao
    async with running(world, tmp_path) as process:
        await world.link("민지")
        async with refreshing(world, WINDOWS[1]):
            await kill(process)
    async with running(world, tmp_path):
        await until(lambda: number(database_url, "state = 'sent'") == 1, PATIENCE)
    assert minji.dms == []
    assert [message.sender.name for message in kakao.outbox] == ["민지"]


class Remembering(random.Random):
    """Randomness that keeps all it gave: every code and token of the local Kakao."""

    given: list[bytes]

    def randbytes(self, n: int) -> bytes:
        made = super().randbytes(n)
        self.given.append(urlsafe_b64encode(made))
        return made


@ONLY_SQLITE
async def test_neither_the_database_nor_the_log_holds_a_token_a_code_or_a_state(
    world: World, tmp_path: Path
) -> None:
    log = bytearray()
    source = Remembering(7)
    source.given = []
    world.kakao.random = source
    minji = world.discord.person("민지")
    async with running(world, tmp_path, log):
        asked = await minji.slash(CHAT, "kakao link")
        await world.follow(asked, "민지")
        await world.type_number(minji, asked, "민지")
        said = await minji.say(CHAT, "비밀-이야기-42")
        world.kakao.expire_access_tokens(world.kakao.account("민지"))
        await minji.menu(CHAT, "Send to my KakaoTalk", said)
        page = next(iter(asked.interaction.touched)).components[0]["components"][0]["url"]
        kept = database_bytes(tmp_path)
    assert len(world.kakao.outbox) == 1
    settings = [world.settings[name] for name in ("DISCORD_TOKEN", "KAKAO_CLIENT_SECRET")]
    interaction = asked.interaction.token
    secrets = [
        *source.given,
        *(s.encode() for s in (*settings, page.rsplit("/", 1)[1], interaction)),
    ]
    assert len(source.given) > 5
    assert [secret for secret in secrets if secret in kept] == []
    assert [secret for secret in secrets if secret in log] == []
    assert "비밀-이야기-42".encode() not in log
    assert b"delivery" in log
