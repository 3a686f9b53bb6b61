"""What people paste when they mean a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.references import Reference, parse_reference
from bot.errors import BadMessageReference

GUILD, CHANNEL, MESSAGE = 111111111111111111, 222222222222222222, 333333333333333333


class Here:
    """As much of an interaction as a reference is read against."""

    guild_id = 5
    channel_id = 6


def read(text: str) -> Reference:
    return parse_reference(text, Here())  # type: ignore[arg-type] # all it needs


@pytest.mark.parametrize(
    "host", ["discord.com", "ptb.discord.com", "canary.discord.com", "discordapp.com"]
)
def test_links_of_every_discord_are_read(host: str) -> None:
    link = f"<https://{host}/channels/{GUILD}/{CHANNEL}/{MESSAGE}> 봐"
    assert read(link) == Reference(GUILD, CHANNEL, MESSAGE)


@pytest.mark.parametrize(
    "text",
    [
        f"이거 봐요 https://discord.com/channels/{GUILD}/{CHANNEL}/{MESSAGE}를요",
        f"[여기](https://discord.com/channels/{GUILD}/{CHANNEL}/{MESSAGE})",
        f"discord.com/channels/{GUILD}/{CHANNEL}/{MESSAGE}?utm=1",
        f"discord://-/channels/{GUILD}/{CHANNEL}/{MESSAGE}",
        f"discord:///channels/{GUILD}/{CHANNEL}/{MESSAGE}",
        f"`https://discord.com/channels/{GUILD}/{CHANNEL}/{MESSAGE}`",
        f"https://www.discord.com/channels/{GUILD}/444444444444444444/threads/{CHANNEL}/{MESSAGE}",
        f"\u2068https://discord.com/channels/{GUILD}/{CHANNEL}/{MESSAGE}\u2069\u200b",
        f"https://discord.com/channels/{GUILD}/{CHANNEL}/{MESSAGE}/",
    ],
)
def test_links_are_read_however_they_are_pasted(text: str) -> None:
    assert read(text) == Reference(GUILD, CHANNEL, MESSAGE)


@pytest.mark.parametrize(
    "text",
    [
        f"https://discord.com/channels/{GUILD}/{CHANNEL}",
        f"https://discord.com/channels/{GUILD}/444444444444444444/threads/{CHANNEL}",
        f"discord://-/channels/{GUILD}/{CHANNEL}",
    ],
)
def test_a_copied_post_or_thread_is_its_first_message(text: str) -> None:
    assert read(text) == Reference(GUILD, CHANNEL)


def test_ids_are_read_in_every_form_that_is_copied() -> None:
    assert read(f" {MESSAGE} ") == Reference(5, 6, MESSAGE, may_be_thread=True)
    assert read(f"{CHANNEL}-{MESSAGE}") == Reference(5, CHANNEL, MESSAGE)
    assert read(f"<#{CHANNEL}>") == Reference(5, CHANNEL)
    link = f"https://cdn.discordapp.com/attachments/{CHANNEL}/{MESSAGE}/a.png?ex=1&is=2&hm=3"
    assert read(link) == Reference(5, CHANNEL, file_id=MESSAGE)


@pytest.mark.parametrize(
    "text", ["`{}`", "<{}>", "ID: {}", "메시지 ID는 {}예요", "{}, {}", "||{}||", "({})", "{}."]
)
def test_an_id_is_read_whatever_stands_around_it(text: str) -> None:
    assert read(text.format(MESSAGE, MESSAGE)) == Reference(5, 6, MESSAGE, may_be_thread=True)
    pair = f"{CHANNEL}-{MESSAGE}"
    assert read(text.format(pair, pair)) == Reference(5, CHANNEL, MESSAGE)


@pytest.mark.parametrize(
    "text",
    [
        f"<@{MESSAGE}>",
        f"<@!{MESSAGE}>",
        f"<@&{MESSAGE}>",
        f"<:blob:{MESSAGE}>",
        f"<a:blob:{MESSAGE}>",
        f"</play:{MESSAGE}>",
        f"<t:{MESSAGE}:R>",
        f"https://cdn.discordapp.com/emojis/{MESSAGE}.png",
        f"https://discord.com/users/{MESSAGE}",
        f"junho#{MESSAGE}",
        f"a{MESSAGE}",
    ],
)
def test_the_id_of_something_else_is_no_reference(text: str) -> None:
    with pytest.raises(BadMessageReference):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0x1234567890abcdef",
        "١١١١١١١١١١١١١١١١١١",
        "99999999999999999999",
        "https://discord.com/channels/1/2/3",
        f"https://discord.com.evil.example/channels/{GUILD}/{CHANNEL}/{MESSAGE}",
        f"https://evil.example/discord.com/channels/{GUILD}/{CHANNEL}/{MESSAGE}",
        f"javascript:https://discord.com/channels/{GUILD}/{CHANNEL}/{MESSAGE}",
        f"https://discord.com/events/{GUILD}/{CHANNEL}",
        f"https://discord.com/channels/{GUILD}/{CHANNEL}/{MESSAGE}4567",
        f"{MESSAGE} {CHANNEL}",
    ],
)
def test_anything_else_is_no_reference(text: str) -> None:
    with pytest.raises(BadMessageReference):
        read(text)


@given(st.text())
def test_no_text_is_more_than_a_bad_reference(text: str) -> None:
    try:
        read(text)
    except BadMessageReference:
        return
