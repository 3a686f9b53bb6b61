"""An unmodified discord.py bot talks with people in the local Discord."""

import asyncio
import io
from collections.abc import AsyncIterator

import discord
import pytest
from discord import app_commands, ui

from sandbox.discord import CannotDo, LocalDiscord, Permission
from sandbox.discord.pictures import avatar, size_of
from tests.support.sandbox_discord import Interaction, TinyBot, a_bot, new_discord


class Panel(ui.View):
    @ui.button(label="눌러요")
    async def pressed(self, interaction: Interaction, _: ui.Button["Panel"]) -> None:
        await interaction.response.edit_message(content="눌렀어요", view=None)

    @ui.select(
        placeholder="골라요",
        max_values=2,
        options=[discord.SelectOption(label=name) for name in ("하나", "둘", "셋")],
    )
    async def chosen(self, interaction: Interaction, select: ui.Select["Panel"]) -> None:
        await interaction.response.send_message(" + ".join(select.values), ephemeral=True)

    @ui.button(label="적어요")
    async def form(self, interaction: Interaction, _: ui.Button["Panel"]) -> None:
        await interaction.response.send_modal(Form())

    @ui.select(cls=ui.UserSelect, placeholder="누구")
    async def people(self, interaction: Interaction, select: ui.UserSelect["Panel"]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content=select.values[0].display_name)


class Form(ui.Modal, title="적어 주세요"):
    name = ui.Label[ui.Modal](text="이름", component=ui.TextInput[ui.Modal](max_length=10))
    kind = ui.Label[ui.Modal](
        text="종류",
        component=ui.Select[ui.Modal](options=[discord.SelectOption(label="까치", value="pica")]),
    )

    async def on_submit(self, interaction: Interaction, /) -> None:
        assert isinstance(self.name.component, ui.TextInput)
        assert isinstance(self.kind.component, ui.Select)
        said = f"{self.name.component.value}/{self.kind.component.values[0]}"
        await interaction.response.send_message(said)


class Board(ui.LayoutView):
    box: ui.Container["Board"] = ui.Container(
        ui.Section(ui.TextDisplay("# 새 소식"), accessory=ui.Thumbnail("attachment://sun.png")),
        ui.Separator(),
        ui.MediaGallery(discord.MediaGalleryItem("attachment://sun.png")),
        ui.ActionRow(ui.Button(label="열기", url="https://kkachi.example")),
        accent_colour=0xFEE500,
    )


def furnish(bot: TinyBot) -> None:
    """Give the bot one of everything."""
    tree = bot.tree
    group = app_commands.Group(name="bird", description="새")
    tree.add_command(group)

    @group.command(description="인사해요")
    async def greet(
        interaction: Interaction, who: discord.Member, word: app_commands.Range[str, 1, 20]
    ) -> None:
        await interaction.response.send_message(f"{who.display_name}, {word}", view=Panel())

    @greet.autocomplete("word")
    async def words(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        known = ("안녕", "안녕하세요", "잘 가")
        return [app_commands.Choice(name=w, value=w) for w in known if w.startswith(typed)]

    @tree.command(description="천천히 답해요")
    async def slowly(interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send("다 됐어요")
        await interaction.followup.send("하나 더", ephemeral=True)

    @tree.command(description="게시판")
    async def board(interaction: Interaction) -> None:
        file = discord.File(io.BytesIO(avatar("해")), "sun.png")
        await interaction.response.send_message(view=Board(), file=file)

    @tree.command(description="쪽지를 보내요")
    async def whisper(interaction: Interaction) -> None:
        try:
            await interaction.user.send(embed=discord.Embed(title="쪽지", description="쉿"))
        except discord.Forbidden as refused:
            await interaction.response.send_message(f"{refused.code}", ephemeral=True)
        else:
            await interaction.response.send_message("보냈어요", ephemeral=True)

    @tree.command(description="대답하지 않아요")
    async def silence(_: Interaction) -> None:
        """Say nothing."""

    @tree.context_menu(name="Read aloud")
    async def read(interaction: Interaction, message: discord.Message) -> None:
        pictures = len(message.attachments)
        await interaction.response.send_message(f"{message.content} ({pictures})")


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with new_discord(answer_within=0.5).serve() as served:
        async with a_bot(served, furnish):
            yield served
        assert served.problems == []


async def test_a_slash_command_with_a_member_is_answered(local: LocalDiscord) -> None:
    reply = await local.person("민지").slash("잡담", "bird greet", who="준호", word="안녕")
    assert reply.text == "준호, 안녕"
    assert reply.answer in local.person("서연").sees("잡담")


async def test_an_option_is_completed_while_it_is_typed(local: LocalDiscord) -> None:
    choices = await local.person("민지").autocomplete("잡담", "bird greet", "word", "안녕")
    assert [choice["name"] for choice in choices] == ["안녕", "안녕하세요"]


async def test_an_option_out_of_bounds_never_leaves_the_app(local: LocalDiscord) -> None:
    with pytest.raises(CannotDo, match="out of bounds"):
        await local.person("민지").slash("잡담", "bird greet", who="준호", word="가" * 21)


async def test_a_message_menu_carries_the_message(local: LocalDiscord) -> None:
    message = await local.person("준호").say("잡담", "@민지 봐요", files=[("a.png", avatar("해"))])
    reply = await local.person("민지").menu("잡담", "Read aloud", message)
    assert reply.text == f"{local.person('민지').user.mention} 봐요 (1)"


async def test_a_button_changes_its_message(local: LocalDiscord) -> None:
    minji = local.person("민지")
    panel = await minji.slash("잡담", "bird greet", who="준호", word="안녕")
    reply = await minji.press(panel, "눌러요")
    assert reply.message is panel.message
    assert (reply.text, reply.answer.components) == ("눌렀어요", [])


async def test_a_select_gives_what_was_chosen_to_its_reader_alone(local: LocalDiscord) -> None:
    minji = local.person("민지")
    panel = await minji.slash("잡담", "bird greet", who="준호", word="안녕")
    reply = await minji.choose(panel, "골라요", ["하나", "셋"])
    assert (reply.text, reply.ephemeral) == ("하나 + 셋", True)
    assert reply.answer not in local.person("준호").sees("잡담")


async def test_a_user_select_resolves_people(local: LocalDiscord) -> None:
    minji = local.person("민지")
    panel = await minji.slash("잡담", "bird greet", who="준호", word="안녕")
    reply = await minji.choose(panel, "누구", ["하준"])
    assert reply.text == "하준"


async def test_more_than_may_be_chosen_cannot_be_chosen(local: LocalDiscord) -> None:
    minji = local.person("민지")
    panel = await minji.slash("잡담", "bird greet", who="준호", word="안녕")
    with pytest.raises(CannotDo, match="1 to 2"):
        await minji.choose(panel, "골라요", ["하나", "둘", "셋"])


async def test_a_form_with_labels_is_filled_in_and_sent(local: LocalDiscord) -> None:
    minji = local.person("민지")
    panel = await minji.slash("잡담", "bird greet", who="준호", word="안녕")
    form = await minji.press(panel, "적어요")
    assert set(form.form.fields) == {"이름", "종류"}
    reply = await minji.submit(form, {"이름": "까순이", "종류": ["까치"]})
    assert reply.text == "까순이/pica"


async def test_a_form_without_a_needed_field_is_not_sent(local: LocalDiscord) -> None:
    minji = local.person("민지")
    panel = await minji.slash("잡담", "bird greet", who="준호", word="안녕")
    form = await minji.press(panel, "적어요")
    with pytest.raises(CannotDo, match="이름 must be filled in"):
        await minji.submit(form, {"종류": ["까치"]})


async def test_a_deferred_answer_takes_the_place_of_the_waiting_one(local: LocalDiscord) -> None:
    reply = await local.person("민지").slash("잡담", "slowly")
    first = await reply.until(lambda message: message.text == "다 됐어요")
    second = await reply.until(lambda message: message.text == "하나 더")
    assert (first.ephemeral, first.thinking, second.ephemeral) == (True, False, True)
    assert first is reply.messages[0]


async def test_components_of_the_second_version_keep_their_files(local: LocalDiscord) -> None:
    reply = await local.person("민지").slash("잡담", "board")
    assert reply.text == "# 새 소식"
    assert local.person("민지").link(reply, "열기") == "https://kkachi.example"
    thumbnail = reply.answer.components[0]["components"][0]["accessory"]
    assert thumbnail["media"]["url"] == reply.answer.attachments[0].url


async def test_a_direct_message_arrives(local: LocalDiscord) -> None:
    minji = local.person("민지")
    await minji.slash("잡담", "whisper")
    assert [message.text for message in minji.dms] == ["쪽지\n쉿"]


async def test_somebody_who_closed_their_messages_gets_none(local: LocalDiscord) -> None:
    minji = local.person("민지")
    local.close_dms(minji)
    reply = await minji.slash("잡담", "whisper")
    assert (reply.text, minji.dms) == ("50007", [])


async def test_commands_work_in_the_conversation_with_the_bot(local: LocalDiscord) -> None:
    minji = local.person("민지")
    reply = await minji.slash(minji.dm, "slowly")
    assert (await reply.until(lambda message: message.text == "하나 더")).channel is minji.dm


async def test_a_bot_that_does_not_answer_is_shown_as_failed(local: LocalDiscord) -> None:
    minji = local.person("민지")
    reply = await minji.slash("잡담", "silence")
    assert reply.failed == "The application did not respond"
    assert minji.sees("잡담")[-1].view(minji)["failed"] == "애플리케이션이 응답하지 않았어요."
    assert local.person("준호").sees("잡담")[-1].failure is None


async def test_a_command_is_not_found_where_it_is_not_allowed(local: LocalDiscord) -> None:
    everyone = local.guild.everyone
    everyone.permissions &= ~int(Permission.USE_APPLICATION_COMMANDS)
    with pytest.raises(CannotDo, match="finds no command"):
        await local.person("민지").slash("잡담", "slowly")


async def test_a_picker_lists_every_way_to_call(local: LocalDiscord) -> None:
    entries = local.commands_for(local.person("민지"), "잡담")
    greet = next(one for one in entries if one["name"] == "bird greet")
    assert [option["name"] for option in greet["options"]] == ["who", "word"]
    assert [one["name"] for one in entries if one["type"] == 3] == ["Read aloud"]


async def test_everything_visible_can_be_drawn(local: LocalDiscord) -> None:
    jiwoo = local.person("지우")
    views = [
        one.view(jiwoo) for channel in jiwoo.channels(local.guild) for one in jiwoo.sees(channel)
    ]
    assert any(view["embeds"] for view in views)
    assert any(view["attachments"] for view in views)
    assert any("poll" in view for view in views)
    assert any(view["reply"] for view in views)


async def test_pictures_are_served() -> None:
    async with new_discord().serve() as local, a_bot(local, intents=discord.Intents.all()) as bot:
        guild = bot.guilds[0]
        assert guild.icon is not None
        pictures = [await guild.icon.read(), await guild.members[0].display_avatar.read()]
        channel = discord.utils.get(guild.text_channels, name="잡담")
        assert channel is not None
        (photo,) = [file async for one in channel.history() for file in one.attachments]
        taken = await photo.read()
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    assert (size_of(taken), (photo.width, photo.height)) == ((960, 600), (960, 600))


async def test_changes_are_told_to_pages(local: LocalDiscord) -> None:
    told = asyncio.Event()
    local.on_change.append(told.set)
    await local.person("민지").say("잡담", "안녕")
    assert told.is_set()
