"""What others in the server do when the visitor asks for it."""

from itertools import count

from sandbox.discord import LocalDiscord, Message, Person

CHANNEL, VOICE, FORUM = "잡담", "마실방", "이야기-숲"
OWNER, TALKER, OTHER = "하준", "준호", "서연"
HOUR = 3600.0
FLOOD = 40
# By the language of the visitor's Discord: what the neighbour's rules look for.
WORDS = {"ko": "번개", "en-US": "meetup"}
LINES = {
    "ko": (
        "오늘 번개 하실 분 계세요?",
        "번개 장소는 성수동 어때요?",
        "[번개] 저녁 7시, 시간 되는 사람은 손!",
        "저도 번개 갈게요 🙋",
    ),
    "en-US": (
        "Anyone up for a meetup tonight?",
        "How about Seongsu for the meetup?",
        "[meetup] 7 pm, hands up if you have time!",
        "Count me in for the meetup 🙋",
    ),
}


class Villagers:
    """Somebody else than the visitor talks, plans and meets."""

    def __init__(self, discord: LocalDiscord) -> None:
        self._discord = discord
        self._number = count(1)

    async def say(self, visitor: str) -> Message:
        """Write something with the word that the neighbour's rule looks for."""
        lines = LINES[self._language(visitor)]
        line = lines[next(self._number) % len(lines)]
        return await self._other(visitor).say(CHANNEL, line)

    async def flood(self, visitor: str) -> None:
        """Write the word again and again."""
        word = WORDS[self._language(visitor)]
        for number in range(FLOOD):
            await self._other(visitor).say(CHANNEL, f"{word} {number + 1}/{FLOOD} 🙋")

    async def plan(self) -> None:
        """Make a scheduled event at a place."""
        start = self._discord.world.now() + 2 * HOUR
        await self._discord.person(OWNER).plan(
            self._discord.guild,
            f"보드게임의 밤 {next(self._number)}회",
            start,
            ends_at=start + 3 * HOUR,
            description="처음 오시는 분도 환영해요",
            where="서울 성동구 왕십리로 83-21",
        )

    async def meet(self, visitor: str) -> None:
        """Let somebody come into the empty voice channel, or leave it."""
        person = self._other(visitor)
        if self._discord.world.voice_state(person.user) is None:
            await person.join_voice(VOICE)
        else:
            await person.leave_voice()

    async def pin(self) -> None:
        """Pin the latest message of the channel."""
        owner = self._discord.person(OWNER)
        written = [one for one in owner.sees(CHANNEL) if one.only_for is None and one.kind == 0]
        await owner.pin(written[-1])

    async def post(self, visitor: str) -> None:
        """Open a post in the forum."""
        number = next(self._number)
        await self._other(visitor).post(
            FORUM,
            f"{number}번째 동네 이야기",
            "골목 끝 빵집이 다시 열었어요. 같이 가실 분?",
            tags=["모집"],
        )

    def _language(self, visitor: str) -> str:
        return self._discord.person(visitor).locale

    def _other(self, visitor: str) -> Person:
        return self._discord.person(OTHER if visitor == TALKER else TALKER)
