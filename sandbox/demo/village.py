"""까치 마을: the server that everybody meets first."""

from collections.abc import Mapping

from sandbox.demo.portraits import portraits, sunset
from sandbox.discord.events import ScheduledEvent
from sandbox.discord.messages import REPLY, Message, Poll, pointer_to
from sandbox.discord.permissions import Permission
from sandbox.discord.state import (
    ANNOUNCEMENT,
    CATEGORY,
    FORUM,
    VOICE,
    Channel,
    Guild,
    Overwrite,
    User,
)
from sandbox.discord.world import World

PEOPLE = (
    ("minji", "민지"),
    ("junho", "준호"),
    ("seoyeon", "서연"),
    ("hajun", "하준"),
    ("jiwoo", "지우"),
)
OWNER = "하준"
STAFF = ("하준", "지우")
READS_ENGLISH = "서연"
RAIDERS = ("민지", "준호", "서연")
STAFF_MAY = int(
    Permission.MANAGE_MESSAGES
    | Permission.PIN_MESSAGES
    | Permission.CREATE_EVENTS
    | Permission.MANAGE_EVENTS
    | Permission.MANAGE_ROLES
)
NEXT_DOOR_OWNER = "준호"
NEXT_DOOR = (
    "여기는 옆 마을이에요. 까치는 이 서버에 없어요.",
    "내일 아침 일곱 시에 우물가에서 장이 서요. 메시지를 오른쪽 클릭해서 카카오톡으로 보내 보세요!",
)
TAGS = ("질문", "자랑", "모집")
HOUR = 3600
DAY = 24 * HOUR


def build_village(world: World) -> Guild:
    """Build the server, its people and what they have been talking about."""
    world.portraits |= portraits()
    world.bot.username, world.bot.name = "kkachi", "Kkachi"
    users = {name: world.add_user(username, name) for username, name in PEOPLE}
    users[READS_ENGLISH].locale = "en-US"
    guild = world.add_guild("까치 마을", users[OWNER])
    for user in users.values():
        if user.id not in guild.members:
            world.join(guild, user)
    _give_roles(world, guild)
    _build_channels(world, guild)
    _Talk(world, guild, users).fill()
    _plan(world, guild, users)
    return guild


def build_neighbourhood(world: World) -> Guild:
    """Build the server, and beside it one in which the bot is not; everybody has added the bot.

    Whoever owns the server runs the bot too.
    """
    guild = build_village(world)
    world.owner = world.users[guild.owner_id]
    people = [one.user for one in guild.members.values() if not one.user.bot]
    world.user_installs |= {one.id for one in people}
    owner = next(one for one in people if one.name == NEXT_DOOR_OWNER)
    other = world.add_guild("옆 마을", owner, with_bot=False)
    for user in people:
        if user is not owner:
            world.join(other, user)
    well = world.add_channel(other, "우물가", topic="까치가 없는 서버예요")
    for text in NEXT_DOOR:
        world.post(well, owner, content=text)
    return guild


def _plan(world: World, guild: Guild, users: Mapping[str, User]) -> None:
    """Put what is planned into the server's calendar."""
    tale = ScheduledEvent(
        world.ids.next(), guild, users["하준"], "별자리 이야기", world.now() + 9 * DAY
    )
    tale.channel = guild.channel("마실방")
    world.add_event(tale)
    number, start = world.ids.next(), world.now() + 7 * DAY
    meeting = ScheduledEvent(number, guild, users["지우"], "정기 모임", start, start + 3 * HOUR)
    meeting.description = "오랜만에 얼굴 보고 놀아요. 처음 오시는 분도 환영해요!"
    meeting.location = "서울 성동구 왕십리로 83-21"
    meeting.interested = [users["민지"], users["준호"]]
    world.add_event(meeting)


def _give_roles(world: World, guild: Guild) -> None:
    guild.role(world.bot.name).permissions |= int(Permission.VIEW_AUDIT_LOG)
    raiders = world.add_role(guild, "레이드팀", color=0x5865F2)
    staff = world.add_role(guild, "운영진", STAFF_MAY, color=0xE67E22)
    for names, role in ((STAFF, staff), (RAIDERS, raiders)):
        for name in names:
            world.give_role(guild.member(name), role)


def _build_channels(world: World, guild: Guild) -> None:
    everyone, staff = guild.id, guild.role("운영진").id
    quiet = Overwrite(everyone, deny=int(Permission.SEND_MESSAGES))
    speak = Overwrite(staff, allow=int(Permission.SEND_MESSAGES))
    hidden = Overwrite(everyone, deny=int(Permission.VIEW_CHANNEL))
    shown = Overwrite(staff, allow=int(Permission.VIEW_CHANNEL))
    # The bot sees what most members do not: it must not carry it to them.
    to_bot = Overwrite(world.bot.id, allow=int(Permission.VIEW_CHANNEL), for_member=True)
    news = [quiet, speak]
    world.add_channel(guild, "공지", kind=ANNOUNCEMENT, topic="꼭 읽어 주세요", overwrites=news)
    guild.system_channel = world.add_channel(guild, "잡담", topic="아무 이야기나 편하게")
    world.add_channel(guild, "레이드-모집", topic="토요일 밤 9시")
    world.add_channel(guild, "운영진", topic="운영진만 보여요", overwrites=[hidden, shown, to_bot])
    world.add_channel(guild, "마실방", kind=VOICE)
    world.add_channel(guild, "이야기-숲", kind=FORUM, topic="긴 이야기는 여기에", tags=TAGS)
    cellar = world.add_channel(guild, "어른들", kind=CATEGORY)
    world.add_channel(guild, "심야-이야기", topic="성인만", category=cellar, nsfw=True)


class _Talk:
    """Fills the channels with a day of messages."""

    def __init__(self, world: World, guild: Guild, users: Mapping[str, User]) -> None:
        self._world = world
        self._guild = guild
        self._users = users
        self._at = world.now() - DAY

    def fill(self) -> None:
        self._notices()
        self._chat()
        self._raid()
        self._staff()

    def _say(self, channel: Channel, name: str, text: str, *, minutes: float = 7) -> Message:
        self._at += minutes * 60
        number = self._world.ids.next(self._at)
        return Message(number, channel, self._users[name], text)

    def _post(self, channel: Channel, name: str, text: str, *, minutes: float = 7) -> Message:
        message = self._say(channel, name, text, minutes=minutes)
        self._world.place(message)
        return message

    def _mention(self, name: str) -> str:
        return self._users[name].mention

    def _notices(self) -> None:
        channel = self._guild.channel("공지")
        raid = self._guild.channel("레이드-모집").mention
        self._post(
            channel,
            "하준",
            "# 까치 마을에 오신 걸 환영해요 🪶\n"
            "- 서로 존댓말을 써 주세요\n"
            f"- 레이드 모집은 {raid} 에서만\n"
            "- 사진과 후기는 언제든 **대환영**이에요",
        )
        embed = self._say(channel, "지우", "이번 달 정기 모임이 정해졌어요!", minutes=45)
        embed.embeds = [_meeting()]
        self._world.place(embed)
        for name in ("민지", "준호", "서연"):
            self._world.react(embed, self._users[name], "🎉")

    def _chat(self) -> None:
        channel = self._guild.channel("잡담")
        self._post(channel, "서연", "퇴근길 하늘 좀 보세요…", minutes=240)
        photo = self._say(channel, "서연", "오늘은 그냥 지나칠 수가 없었어요 🌇", minutes=1)
        photo.attachments = [
            self._world.attach(channel, "sunset.jpg", "image/jpeg", sunset(), "노을 지는 도시")
        ]
        self._world.place(photo)
        self._world.react(photo, self._users["민지"], "😍")
        self._world.react(photo, self._users["지우"], "😍")
        self._answer(channel, photo)
        self._post(
            channel,
            "준호",
            f"{self._mention('민지')} 스포 조심! 마지막 화에 ||까치가 돌아와요||",
            minutes=12,
        )

    def _answer(self, channel: Channel, photo: Message) -> None:
        answer = self._say(channel, "민지", "와 어디예요? 배경화면으로 써도 돼요?", minutes=2)
        answer.kind, answer.reply_to = REPLY, photo
        answer.reference = pointer_to(photo)
        self._world.place(answer)

    def _raid(self) -> None:
        channel = self._guild.channel("레이드-모집")
        team = self._guild.role("레이드팀").mention
        saturday = int(self._world.now() + DAY)
        self._post(
            channel,
            "민지",
            f"{team} **토요일 밤 9시 레이드** 인원 구해요!\n"
            "> 탱커 1 · 힐러 2 · 딜러 5\n"
            f"시작: <t:{saturday}:F>\n"
            "준비물은 `비약 3개`와 간식 🍗",
            minutes=120,
        )
        self._post(channel, "준호", f"{self._mention('민지')} 저 힐러로 갈게요 🙋", minutes=3)
        asked = self._say(channel, "서연", "", minutes=9)
        asked.poll = Poll("몇 시가 좋아요?", ["밤 8시", "밤 9시", "밤 10시"], self._at + DAY)
        asked.poll.votes = {2: [self._users["민지"], self._users["준호"]], 3: [self._users["지우"]]}
        self._world.place(asked)

    def _staff(self) -> None:
        channel = self._guild.channel("운영진")
        self._post(
            channel,
            "지우",
            "카카오 메시지 템플릿을 만들어 뒀어요. /settings templates 로 이름을 붙여 주세요!\n"
            "`120001` 마을 소식: `TITLE` `BODY` `PATH`\n"
            "`120003` 공동 구매: `PRODUCT` `PRICE` `SALE_PRICE` `IMAGE` `PATH`",
            minutes=10,
        )
        self._post(
            channel, "하준", "정기 모임 장소 예약은 제가 할게요. 예산은 30만 원!", minutes=30
        )
        self._post(channel, "지우", "네, 공지는 오늘 저녁에 올릴게요.", minutes=4)


def _meeting() -> dict[str, object]:
    return {
        "type": "rich",
        "title": "10월 정기 모임",
        "description": "오랜만에 얼굴 보고 놀아요. 처음 오시는 분도 환영해요!",
        "color": 0x2ECC71,
        "fields": [
            {"name": "언제", "value": "10월 18일 토요일 오후 3시", "inline": True},
            {"name": "어디서", "value": "성수동 보드게임 카페", "inline": True},
            {"name": "톡캘린더 일정 ID", "value": "`kkachi-meetup`"},
        ],
        "footer": {"text": "참석하시면 🎉 를 눌러 주세요"},
    }
