"""The demo page in a real Chromium, over a local Discord and a local Kakao."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from playwright.async_api import Browser, FloatRect, Locator, expect
from playwright.async_api import Page as Tab

from sandbox.demo import clock
from sandbox.demo.demo import BotProcess, Demo, Options, open_demo
from sandbox.demo.page import Page, Scene
from sandbox.demo.page.trouble import DAY, SEOUL, Trouble
from sandbox.demo.portraits import PICTURES
from sandbox.discord import CannotDo, Message
from tests.support.axe import violations
from tests.support.sandbox_discord import OPENAPI
from tests.support.sandbox_page import (
    Stage,
    needs_chromium,
    open_chromium,
    open_stage,
    right_click,
    visit,
)

SPEC = OPENAPI if OPENAPI.exists() else None
SLOW = 20_000
DISCORDS_LIST = 220
# Whatever can be pressed or counts, as far as a part of it lies beyond an edge that hides it.
CUT_OFF = """[...document.querySelectorAll('button, a, h1, h2, .count, .linked, .planned')]
  .filter(e => e.checkVisibility()).filter(e => {
    const { left, right } = e.getBoundingClientRect();
    for (let up = e.parentElement; up; up = up.parentElement) {
      const edge = up.getBoundingClientRect(), hides = getComputedStyle(up).overflowX != 'visible';
      if (hides && (left < edge.left - 1 || right > edge.right + 1)) return true;
    }
    return left < -1 || right > innerWidth + 1;
  }).map(e => e.outerHTML.slice(0, 90))"""
STATIC = Path(__file__).parents[2] / "sandbox" / "demo" / "page" / "static"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path) as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with open_chromium() as browser:
        yield browser


@needs_chromium
async def test_a_slash_opens_the_picker_and_keys_choose_from_it(
    chromium: Browser, stage: Stage
) -> None:
    async with visit(chromium, stage.page.url) as tab:
        box = tab.get_by_role("combobox")
        await box.press("/")
        choices = tab.locator("#picker [role=option]")
        assert await choices.locator("b").all_inner_texts() == [
            "/카카오톡 link",
            "/카카오톡 write",
        ]
        await expect(choices.first).to_contain_text("연결해요")
        await box.press("ArrowDown")
        await expect(choices.nth(1)).to_have_attribute("aria-selected", "true")
        await box.press("Enter")
        await expect(tab.get_by_label("note")).to_be_focused()
        await tab.keyboard.press("Enter")
        await expect(tab.locator(".field.wrong")).to_be_visible()
        await tab.keyboard.press("Escape")
        await expect(tab.get_by_role("combobox")).to_be_focused()


@needs_chromium
async def test_a_command_named_in_a_text_is_pressed_into_the_composer(
    chromium: Browser, stage: Stage
) -> None:
    (command,) = [one for one in stage.discord.world.book() if one["name"] == "kakao"]
    text = f"</kakao link:{command['id']}>, </kakao link:5>, </kakao gone:{command['id']}>"
    await stage.discord.person("준호").say("잡담", text)
    async with visit(chromium, stage.page.url) as tab:
        named = tab.locator(".message .mention", has_text="/")
        await expect(named).to_have_text(["/카카오톡 link", "/kakao link", "/kakao gone"])
        await expect(tab.locator(".message button.mention")).to_have_count(1)
        await named.first.click()
        await expect(tab.get_by_role("form", name="/카카오톡 link")).to_be_visible()
        await expect(tab.get_by_role("button", name="명령어 실행")).to_be_focused()


@needs_chromium
async def test_a_post_opens_below_its_forum_and_fills_the_window_like_any_channel(
    chromium: Browser, stage: Stage
) -> None:
    await stage.discord.person("준호").post("이야기-숲", "동네 빵집", "다시 열었어요.", ["모집"])
    async with visit(chromium, stage.page.url) as tab:
        listed = await tab.locator("#channels .channel, #channels .category").all_inner_texts()
        assert listed[listed.index("이야기-숲") + 1] == "동네 빵집"
        assert listed[-2:] == ["어른들", "심야-이야기"]
        await expect(tab.locator("#channels .category")).to_have_text(["어른들"])
        window = tab.locator("#discord")
        before = await window.bounding_box()
        await tab.locator("#channels .thread").click()
        await expect(tab.locator("#topic h2")).to_have_text("동네 빵집")
        await expect(tab.locator("#messages")).to_contain_text("다시 열었어요.")
        assert await window.bounding_box() == before


@needs_chromium
async def test_a_command_that_nobody_answers_is_seen_to_fail_and_goes_away(
    chromium: Browser, stage: Stage
) -> None:
    async with visit(chromium, stage.page.url) as tab:
        await (await right_click(tab, "퇴근길")).get_by_text("내 카톡으로").click()
        failed = tab.locator(".message.ephemeral", has_text="응답하지 않았어요")
        await expect(failed).to_be_visible()
        await failed.get_by_role("button", name="메시지 닫기").click()
        await expect(failed).to_have_count(0)


@needs_chromium
async def test_the_message_menu_works_with_keys_alone(chromium: Browser, stage: Stage) -> None:
    async with visit(chromium, stage.page.url) as tab:
        more = tab.locator(".message .more").first
        await more.focus()
        await more.press("Enter")
        for key in ("ArrowUp", "ArrowRight"):
            await tab.keyboard.press(key)
        await expect(tab.get_by_role("menuitem", name="내 카톡으로")).to_be_focused()
        await tab.keyboard.press("Escape")
        await expect(tab.get_by_role("menu")).to_have_count(0)
        await expect(more).to_be_focused()


@needs_chromium
async def test_a_reaction_is_given_in_the_menu_and_taken_back_below_the_message(
    chromium: Browser, stage: Stage
) -> None:
    async with visit(chromium, stage.page.url) as tab:
        message = tab.locator(".message", has_text="퇴근길").first
        await message.click(button="right")
        await tab.get_by_role("menuitem", name="🔖 반응").click()
        given = message.get_by_role("button", name="🔖 반응")
        await expect(given).to_have_attribute("aria-pressed", "true")
        await given.click()
        await expect(given).to_have_count(0)


@needs_chromium
async def test_another_person_sees_their_own_discord_and_their_own_phone(
    chromium: Browser, stage: Stage
) -> None:
    async with visit(chromium, stage.page.url) as tab:
        await expect(tab.locator(".channel", has_text="운영진")).to_have_count(0)
        await tab.get_by_role("radio", name="하준").click()
        await expect(tab.locator(".channel", has_text="운영진")).to_be_visible()
        await expect(tab.locator("#self")).to_contain_text("하준")
        await tab.get_by_role("button", name="친구", exact=True).click()
        await expect(tab.locator(".row.mine")).to_contain_text("하준")
        await tab.reload()
        await expect(tab.locator("#self")).to_contain_text("하준")


@needs_chromium
async def test_the_language_of_the_page_and_of_its_discord_changes(
    chromium: Browser, stage: Stage
) -> None:
    async with visit(chromium, stage.page.url) as tab:
        await tab.get_by_role("radio", name="English").click()
        await expect(tab.get_by_role("button", name="Make trouble")).to_be_visible()
        await expect(tab.locator("html")).to_have_attribute("lang", "en")
        await tab.get_by_role("combobox").press("/")
        await expect(tab.locator("#picker [role=option]").first).to_contain_text("To link")


@needs_chromium
async def test_the_drawer_makes_trouble_and_ends_it(chromium: Browser, stage: Stage) -> None:
    async with visit(chromium, stage.page.url) as tab:
        opener = tab.get_by_role("button", name="문제 일으키기")
        await opener.click()
        down = tab.get_by_role("switch", name="카카오 서버 점검")
        await down.click()
        await expect(down).to_have_attribute("aria-checked", "true")
        assert stage.kakao.obstacle("/v2/user/me") is not None
        await down.click()
        await expect(down).to_have_attribute("aria-checked", "false")
        assert stage.kakao.obstacle("/v2/user/me") is None
        await tab.keyboard.press("Escape")
        await expect(opener).to_be_focused()


SWITCHES = (
    *(
        "down",
        "slow",
        "webhooks-off",
        "calendar-members-only",
        "calendar-off",
        "members-only",
        "allowed-msg",
        "refuse-gateway",
    ),
    *("hold-guilds", "rest-down", "rest-hang", "refuse", "hide", "put-away", "leave-talk"),
    *("join-team", "close-dms"),
)


@needs_chromium
async def test_every_switch_shows_at_once_what_is_on_in_each_tab_and_after_a_reload(
    chromium: Browser, stage: Stage
) -> None:
    async with visit(chromium, stage.page.url) as tab, visit(chromium, stage.page.url) as other:
        for one in (tab, other):
            await one.get_by_role("button", name="문제 일으키기").click()
        drawn = await tab.get_by_role("switch").evaluate_all("all => all.map(e => e.dataset.key)")
        assert sorted(drawn) == sorted(SWITCHES)
        for verb in SWITCHES:
            await turn(tab, verb)
            await expect(switch(other, verb)).to_have_attribute("aria-checked", "true")
        await other.reload()
        await other.get_by_role("button", name="문제 일으키기").click()
        assert await other.get_by_role("switch", checked=True).count() == len(SWITCHES)
        for verb in SWITCHES:
            await turn(other, verb)
        assert await other.get_by_role("switch", checked=False).count() == len(SWITCHES)
        await expect(tab.get_by_role("switch", checked=False)).to_have_count(len(SWITCHES))


def switch(tab: Tab, verb: str) -> Locator:
    return tab.locator(f"#trouble [data-key={verb}]")


async def turn(tab: Tab, verb: str) -> None:
    """Press a switch; it is another way round by the time the server has answered."""
    before = await switch(tab, verb).get_attribute("aria-checked")
    async with tab.expect_response("**/api/state**"):
        await switch(tab, verb).click()
    await expect(switch(tab, verb)).not_to_have_attribute("aria-checked", str(before))


@needs_chromium
async def test_a_switch_that_somebody_else_turned_is_drawn_as_it_is(
    chromium: Browser, stage: Stage
) -> None:
    stage.discord.refuse_gateway()
    stage.kakao.slow(1.0)
    async with visit(chromium, stage.page.url) as tab:
        await tab.get_by_role("button", name="문제 일으키기").click()
        on = await tab.get_by_role("switch", checked=True).evaluate_all(
            "all => all.map(e => e.dataset.key)"
        )
        assert on == ["slow", "refuse-gateway"]


@needs_chromium
@pytest.mark.parametrize("width", [1920, 1440, 1280, 1024, 900, 390])
async def test_the_drawer_leaves_the_phone_and_the_guide_to_be_seen(
    chromium: Browser, stage: Stage, width: int
) -> None:
    async with visit(chromium, stage.page.url) as tab:
        await tab.set_viewport_size({"width": width, "height": 844})
        await tab.get_by_role("button", name="문제 일으키기").click()
        drawer = await box(tab, "#trouble")
        assert not overlap(drawer, await box(tab, "#talk .pane > header"))
        assert not overlap(drawer, await box(tab, "#guide"))
        assert not overlap(await box(tab, "#phone .status"), await box(tab, "#guide"))
        await switch(tab, "slow").click()
        await expect(tab.locator(".toast")).to_be_visible()
        assert not overlap(await box(tab, ".toast"), await box(tab, "#guide"))
        assert await tab.evaluate("document.documentElement.scrollWidth") <= width


async def box(tab: Tab, what: str) -> FloatRect:
    found = await tab.locator(what).bounding_box()
    assert found is not None
    return found


def overlap(one: FloatRect, other: FloatRect) -> bool:
    """Whether two boxes have more than an edge in common."""
    across = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
    down = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
    return across > 1 and down > 1


@needs_chromium
async def test_one_clock_runs_on_both_sides_and_on_the_page_also_after_it_was_moved(
    chromium: Browser, stage: Stage
) -> None:
    at = int(stage.discord.world.now())
    minji = stage.kakao.account("민지")
    async with visit(chromium, stage.page.url) as tab:
        await stage.discord.person("준호").say("잡담", f"<t:{at}:R>")
        await expect(tab.locator(".stamp").last).to_contain_text("초 전")
        await tab.get_by_role("button", name="문제 일으키기").click()
        for _ in range(2):
            async with tab.expect_response("**/api/trouble"):
                await tab.locator("#trouble [data-key=hour]").click()
        await expect(tab.locator(".stamp").last).to_have_text("2시간 전")
        message = await stage.discord.person("준호").say("잡담", "두 시간 뒤")
        stage.kakao.deliver(minji, minji, {"object_type": "text", "text": "도착", "link": {}})
        stage.kakao.changed()
        shown = datetime.fromtimestamp(stage.discord.world.now(), SEOUL)
        clocks = {
            f"{hour}:{(shown + late).minute:02}" for late in LATE for hour in hours(shown + late)
        }
        said = tab.locator(f"[data-id='{message.id}'] time").first
        for where in (said, tab.locator(".talked time"), tab.locator("#status span").first):
            await expect(where).to_have_text(re.compile("|".join(clocks) + "$"))


LATE = (timedelta(), timedelta(minutes=-1), timedelta(minutes=1))


def hours(at: datetime) -> set[int]:
    return {at.hour, at.hour % 12 or 12}


@needs_chromium
async def test_a_select_shows_what_is_chosen_and_only_the_channels_it_asks_for(
    chromium: Browser, stage: Stage
) -> None:
    guild, minji = stage.discord.guild, stage.discord.person("민지")
    chosen = guild.channel("잡담")
    select = {
        "type": 8, "custom_id": "where", "channel_types": [0, 5], "min_values": 0, "max_values": 5,
        "default_values": [{"id": str(chosen.id), "type": "channel"}],
    }  # fmt: skip
    message = ask(stage, select)
    async with visit(chromium, stage.page.url) as tab:
        head = tab.locator(".select .head")
        await expect(head).to_have_text("#잡담")
        await head.click()
        listed = await tab.get_by_role("option").all_inner_texts()
        assert listed == ["#공지", "#잡담", "#레이드-모집", "#심야-이야기"]
        await expect(tab.get_by_role("option", selected=True)).to_have_text(["#잡담"])
        await tab.get_by_role("option", name="공지").click()
        async with tab.expect_request("**/api/choose") as asked:
            await tab.locator(".apply").click()
        sent = (await asked.value).post_data_json or {}
        assert set(sent["values"]) == {str(chosen.id), str(guild.channel("공지").id)}
    with pytest.raises(CannotDo, match="마실방"):
        await minji.choose(message, "where", ["마실방"])


@needs_chromium
@pytest.mark.parametrize("size", [(1440, 900), (1024, 600), (390, 844)])
async def test_a_long_select_is_as_high_as_discords_and_all_of_it_is_in_sight(
    chromium: Browser, stage: Stage, size: tuple[int, int]
) -> None:
    options = [{"label": f"{number}번", "value": str(number)} for number in range(25)]
    select = {"type": 3, "custom_id": "which", "max_values": 3, "options": options}
    ask(stage, select)
    async with visit(chromium, stage.page.url) as tab:
        await tab.set_viewport_size({"width": size[0], "height": size[1]})
        await tab.locator(".select .head").click()
        assert (await box(tab, ".options [role=listbox]"))["height"] <= DISCORDS_LIST
        for part in (".options [role=listbox]", ".options .apply"):
            shown, room = await box(tab, part), await box(tab, "#messages")
            assert room["y"] <= shown["y"]
            assert shown["y"] + shown["height"] <= room["y"] + room["height"]


def ask(stage: Stage, select: dict[str, Any]) -> Message:
    """Let the bot ask with a select."""
    world = stage.discord.world
    channel = stage.discord.guild.channel("잡담")
    message = Message(world.ids.next(), channel, world.bot, "어디?")
    message.components = [{"type": 1, "id": 1, "components": [select | {"id": 2}]}]
    world.place(message)
    return message


@needs_chromium
async def test_the_keyboard_is_soon_where_one_writes(chromium: Browser, stage: Stage) -> None:
    async with visit(chromium, stage.page.url) as tab:
        stops = 0
        while not await tab.locator("#composer :focus").count():
            await tab.keyboard.press("Tab")
            stops += 1
            assert stops <= 12
        await tab.locator(".channel.open").focus()
        await tab.keyboard.press("ArrowDown")
        await expect(tab.locator(".channel", has_text="레이드-모집")).to_be_focused()
        await tab.locator("#messages").focus()
        await tab.keyboard.press("ArrowUp")
        await expect(tab.locator(".more").last).to_be_focused()


@needs_chromium
async def test_every_button_of_a_message_has_a_name_of_its_own(
    chromium: Browser, stage: Stage
) -> None:
    async with visit(chromium, stage.page.url) as tab:
        names = await tab.locator(".more").evaluate_all("all => all.map(e => e.ariaLabel)")
        assert len(names) == len(set(names)) > 3
        assert names[0] == "더 보기: 서연, 퇴근길 하늘 좀 보세요…"


@needs_chromium
@pytest.mark.parametrize("color", [1, 0x5865F2, 0xFF0000, 0x000080, 0xFFFF00])
async def test_a_name_can_be_read_whatever_its_colour_is(
    chromium: Browser, stage: Stage, color: int
) -> None:
    stage.discord.guild.role("레이드팀").color = color
    async with visit(chromium, stage.page.url) as tab:
        assert await serious(tab) == []


@needs_chromium
async def test_who_wants_less_motion_sees_nothing_go_on_moving(
    chromium: Browser, stage: Stage
) -> None:
    async with visit(chromium, stage.page.url) as tab:
        await tab.wait_for_function("document.getAnimations().length == 0")


async def serious(tab: Tab) -> list[str]:
    """What axe finds that keeps somebody from reading or using the page."""
    found = await violations(tab, {})
    return [
        f"{one['id']}: {node['html']}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


@needs_chromium
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["desktop", "phone"])
async def test_nothing_on_the_page_shuts_anybody_out(
    chromium: Browser, stage: Stage, size: tuple[int, int]
) -> None:
    minji, junho = stage.kakao.account("민지"), stage.kakao.account("준호")
    stage.kakao.deliver(junho, minji, {"object_type": "text", "text": "오늘 밤 9시!", "link": {}})
    async with visit(chromium, stage.page.url) as tab:
        await tab.set_viewport_size({"width": size[0], "height": size[1]})
        for language in ("English", "한국어"):
            await tab.get_by_role("radio", name=language).click()
            assert await serious(tab) == []
        for channel in ("공지", "레이드-모집"):
            await tab.locator(".channel", has_text=channel).click()
            assert await serious(tab) == []
        await tab.locator(".row", has_text="준호").click()
        assert await serious(tab) == []
        await tab.get_by_role("combobox").fill("/")
        assert await serious(tab) == []
        await tab.get_by_role("combobox").fill("")
        await tab.locator(".message").first.click(button="right")
        assert await serious(tab) == []
        await tab.keyboard.press("Escape")
        await tab.get_by_role("button", name="문제 일으키기").click()
        await tab.locator("#trouble summary").first.click()
        assert await serious(tab) == []


@needs_chromium
async def test_markdown_is_drawn_and_html_stays_text(chromium: Browser, stage: Stage) -> None:
    words = "**굵게** ||비밀|| `코드` <img src=x onerror=alert(1)>\n# 제목"
    async with visit(chromium, stage.page.url) as tab:
        await tab.get_by_role("combobox").fill(words)
        await tab.keyboard.press("Enter")
        body = tab.locator(".message", has_text="굵게").last
        await expect(body.locator("strong")).to_have_text("굵게")
        await expect(body.locator("h3")).to_have_text("제목")
        await expect(body).to_contain_text("<img src=x onerror=alert(1)>")
        await body.get_by_role("button", name="스포일러").click()
        await expect(body.locator(".spoiler.open")).to_have_text("비밀")
        assert (await stage.discord.person("민지").say("잡담", "끝")).content == "끝"


@needs_chromium
async def test_nothing_sticks_out_sideways(chromium: Browser, stage: Stage) -> None:
    async with visit(chromium, stage.page.url) as tab:
        for language in ("English", "한국어"):
            await tab.get_by_role("radio", name=language).click()
            for width in (1440, 1024, 390, 320):
                await tab.set_viewport_size({"width": width, "height": 800})
                assert await tab.evaluate("document.documentElement.scrollWidth") <= width
                assert await tab.evaluate(CUT_OFF) == []


@needs_chromium
async def test_a_bot_that_dies_is_told_with_its_last_words(
    chromium: Browser, tmp_path: Path
) -> None:
    bot = BotProcess({"PUBLIC_URL": "http://127.0.0.1:9"}, tmp_path)
    async with open_stage(tmp_path, bot) as stage, visit(chromium, stage.page.url) as tab:
        async with bot.running():
            await expect(tab.get_by_role("alert")).to_contain_text("DISCORD_TOKEN", timeout=SLOW)
        assert (bot.state, bot.exit) == ("stopped", 2)


async def walk_through_kakao(tab: Tab) -> None:
    """Press the last link button and agree to everything in the tab that opens."""
    async with tab.context.expect_page() as opened:
        await tab.locator("a.button.link").last.click()
    kakao = await opened.value
    await kakao.locator("main form button").first.click()
    await kakao.locator("button[value=민지], #all").first.wait_for()
    if await kakao.locator("button[value=민지]").count():
        await kakao.locator("button[value=민지]").click()
    await kakao.locator("#all").check()
    await kakao.locator("button[value=agree]").click()
    await kakao.wait_for_url("**/done")
    await kakao.close()


@needs_chromium
async def test_a_visitor_links_and_carries_messages_to_me_and_to_a_friend(
    chromium: Browser,
) -> None:
    async with open_demo(Options(port=0, openapi=SPEC)) as demo:
        await asyncio.wait_for(demo.bot.ready.wait(), 20)
        async with visit(chromium, demo.page.url) as tab:
            await link(tab)
            await carry_to_me(tab)
            await carry_to_a_friend(tab, demo)
            await write_a_card_with_a_picture(tab)
            assert demo.discord.problems == []


async def link(tab: Tab) -> None:
    await tab.get_by_role("combobox").fill("/kakao link")
    for _ in range(2):
        await tab.keyboard.press("Enter")
    await walk_through_kakao(tab)
    await expect(tab.locator("[data-step=consent]")).to_have_class("done")
    await expect(tab.locator(".person .linked")).to_have_count(0)
    words = await tab.locator(".mine .card").inner_text()
    [number] = re.findall(r"\d{6}", words)
    for typed in (f"{(int(number) + 1) % 1_000_000:06}", number):
        await expect(tab.locator("[data-step=number]")).to_have_class("next")
        await tab.get_by_role("button", name="번호 입력").last.click()
        await tab.locator("#modal input").fill(typed)
        await tab.locator("#modal [type=submit]").click()
        await expect(tab.locator("#modal")).to_be_hidden()
    await expect(tab.locator("[data-step=number]")).to_have_class("done")
    await expect(tab.locator(".person .linked")).to_have_count(1)
    await expect(tab.locator(".message").last).to_contain_text("계정과 연결했어요")


async def carry_to_me(tab: Tab) -> None:
    await (await right_click(tab, "퇴근길")).get_by_role("menuitem").first.click()
    card = tab.locator(".mine .card", has_text="퇴근길")
    await expect(card).to_be_visible()
    await tab.locator(".channel", has_text="공지").click()
    await card.locator(".words").click()
    await expect(tab.locator(".message.glow")).to_contain_text("퇴근길")


async def carry_to_a_friend(tab: Tab, demo: Demo) -> None:
    await (await right_click(tab, "퇴근길")).get_by_role("menuitem").nth(1).click()
    await expect(tab.locator("a.button.link")).to_have_count(2)
    await walk_through_kakao(tab)
    panel = tab.locator(".message").last
    await panel.locator(".button.secondary").first.click()
    await tab.locator("#modal input").fill("서연")
    await tab.locator("#modal [type=submit]").click()
    await expect(tab.locator("#modal")).to_be_hidden()
    await panel.locator(".select .head").first.click()
    await panel.get_by_role("option", name="서연").click()
    await tab.keyboard.press("Tab")
    if await panel.locator(".apply").is_visible():
        await panel.locator(".apply").click()
    await panel.locator(".button.success:not([disabled])").click()
    await expect(tab.locator(".room-head")).to_contain_text("서연")
    assert [one.receiver.name for one in demo.kakao.outbox] == ["민지", "민지", "서연"]


async def write_a_card_with_a_picture(tab: Tab) -> None:
    await tab.get_by_role("combobox").fill("/compose")
    await tab.keyboard.press("Enter")
    call = tab.locator("form.call")
    await call.locator("select").select_option("commerce")
    await call.locator("button.optional").click()
    await call.locator("input[type=file]").set_input_files(PICTURES / "picnic.jpg")
    await call.locator("[type=submit]").click()
    for number, words in enumerate(("돗자리", "20000", "15000")):
        await tab.locator("#modal input").nth(number).fill(words)
    await tab.locator("#modal [type=submit]").click()
    await tab.locator(".message").last.locator(".button.success").click()
    card = tab.locator(".mine .card.commerce")
    await expect(card.locator(".prices")).to_have_text("15,000원20,000원")
    await expect(card.locator(".picture")).to_have_js_property("naturalWidth", 960)


async def test_a_moved_clock_runs_ahead(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    now = clock.moved(lambda: 100.0, file)
    assert now() == 100
    clock.move(file, 10)
    clock.move(file, 5)
    assert now() == 115


async def test_a_day_passes_for_kakao_and_for_the_bot(tmp_path: Path) -> None:
    bot = BotProcess({}, tmp_path)
    async with open_stage(tmp_path, bot) as stage:
        before = stage.kakao.now()
        await Trouble(stage.discord, stage.kakao, bot.advance).make("tomorrow", "민지", on=True)
        assert stage.kakao.now() - before >= DAY
        assert clock.ahead(tmp_path / "clock") == DAY


async def test_the_smoke_walk_passes_from_the_command_line() -> None:
    spec = ["--discord-openapi", str(SPEC)] if SPEC else []
    arguments = ["-m", "sandbox", "--smoke", "--port", "0", "--lang", "en", *spec]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0, printed.decode()
    assert printed.decode().count("✓") == 29


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1:1"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
async def test_only_the_page_itself_may_act(
    stage: Stage, headers: dict[str, str], status: int
) -> None:
    body = b'{"person": "\xeb\xaf\xbc\xec\xa7\x80", "verb": "expire"}'
    sent = {"Content-Type": "application/json", **headers}
    async with (
        ClientSession() as http,
        http.post(f"{stage.page.url}/api/trouble", data=body, headers=sent) as answer,
    ):
        assert answer.status == status


async def test_a_reset_is_made_once_at_a_time_and_may_be_tried_again(stage: Stage) -> None:
    over: asyncio.Queue[Exception | None] = asyncio.Queue()

    async def begin_again() -> Scene:
        if (error := await over.get()) is not None:
            raise error
        return scene_of(stage)

    page = Page(scene_of(stage), begin_again=begin_again)
    async with page.serve(), ClientSession() as http:
        run = (await state_of(http, page))["run"]
        for error, status, reason in ((TimeoutError(), 409, "does not wake up"), (None, 200, "")):
            asked = asyncio.create_task(http.post(f"{page.url}/api/reset", json={}))
            while not (await state_of(http, page))["resetting"]:  # noqa: ASYNC110 - only asking tells
                await asyncio.sleep(0)
            async with http.post(f"{page.url}/api/reset", json={}) as second:
                assert second.status == 409
            over.put_nowait(error)
            async with await asked as answer:
                assert answer.status == status
                assert reason in await answer.text()
        assert (await state_of(http, page))["run"] != run
    async with ClientSession() as http:
        async with http.post(f"{stage.page.url}/api/reset", json={}) as answer:
            assert answer.status == 409
        async with http.post(f"{stage.page.url}/api/reset", data=b"{}") as answer:
            assert answer.status == 415


def scene_of(stage: Stage) -> Scene:
    return Scene(stage.discord, stage.kakao, BotProcess({}, Path()), "http://127.0.0.1:9")


async def state_of(http: ClientSession, page: Page) -> dict[str, Any]:
    async with http.get(f"{page.url}/api/state") as answer:
        return dict(await answer.json())


async def test_what_cannot_be_done_is_said_readably(stage: Stage) -> None:
    async with ClientSession() as http:
        for body, status, words in (
            ({"person": "민지", "verb": "dance"}, 409, "no trouble called dance"),
            ({"person": "누구", "verb": "expire"}, 409, "nobody called 누구"),
            ({"person": "민지"}, 400, "verb"),
        ):
            async with http.post(f"{stage.page.url}/api/trouble", json=body) as answer:
                assert (answer.status, words in (await answer.json())["error"]) == (status, True)


async def test_every_answer_carries_a_strict_policy(stage: Stage) -> None:
    async with ClientSession() as http:
        for path in ("/", "/static/js/main.js", "/api/state", "/nowhere"):
            async with http.get(stage.page.url + path) as answer:
                policy = answer.headers["Content-Security-Policy"]
                assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
                assert "unsafe" not in policy


async def test_every_word_that_the_page_uses_is_there_in_both_languages() -> None:
    scripts = {path.name: path.read_text("utf-8") for path in STATIC.rglob("*.js")}
    texts = scripts.pop("texts.js")
    known = set(re.findall(r'^  "?([\w-]+)"?: \["[^"]+", "[^"]+"\],$', texts, re.MULTILINE))
    used = {key for text in scripts.values() for key in re.findall(r'\bt\("([\w-]+)"', text)}
    assert used <= known
    assert known == set(re.findall(r'^  "?([\w-]+)"?: \[', texts, re.MULTILINE))


async def test_the_drawer_names_exactly_what_the_server_can_do(stage: Stage) -> None:
    lists = re.search(r"VERBS = \[(.*?)\n\];", (STATIC / "js/trouble.js").read_text(), re.DOTALL)
    assert lists is not None
    drawn = {
        name
        for row in re.findall(r", \[(.*?)\]\]", lists[1])
        for name in re.findall(r'"(.*?)"', row)
    }
    assert drawn == Trouble(stage.discord, stage.kakao, lambda _: None).verbs
