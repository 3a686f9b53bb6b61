"""Discord's limits, and the one colour that is ours, by name.

The numbers are those of Discord's documentation of components, commands and messages.
"""

import discord

YELLOW = discord.Colour(0xFEE500)
"""Kakao's yellow, beside what is about KakaoTalk."""

AUTOCOMPLETE_CHOICES = 25
BUTTON_LABEL = 80  # characters
CHOICE_NAME = 100  # characters
EMBED_DESCRIPTION = 4096  # characters
EMBED_FIELD_NAME = 256  # characters
EMBED_FIELD_VALUE = 1024  # characters
EMBED_TITLE = 256  # characters
GUILDS_PAGE = 200  # of the bot's own
HISTORY_PAGE = 100  # messages, or users of a scheduled event
INPUT_LABEL = 45  # characters, in a form
MEMBERS_ASKED_FOR = 100  # by their ids, in one request over the gateway
MESSAGE_CONTENT = 2000  # characters
MODAL_TITLE = 45  # characters
OPTION_LABEL = 100  # characters
SELECT_OPTIONS = 25
