"""Who is where in voice, and how that changes."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.discord.core import Core, Event
from sandbox.discord.intents import Intent
from sandbox.discord.state import JSON, STAGE, Channel, Guild, User


@dataclass(eq=False)
class VoiceState:
    """Somebody in a voice channel."""

    user: User
    guild: Guild
    channel: Channel | None
    session_id: str
    streaming: bool = False
    muted: bool = False

    def payload(self) -> JSON:
        """Give the API's JSON, without the server and the member."""
        return {
            "channel_id": None if self.channel is None else str(self.channel.id),
            "user_id": str(self.user.id),
            "session_id": self.session_id,
            "deaf": False,
            "mute": False,
            "self_deaf": False,
            "self_mute": self.muted,
            **({"self_stream": True} if self.streaming else {}),
            "self_video": False,
            "suppress": self.channel is not None and self.channel.kind == STAGE,
            "request_to_speak_timestamp": None,
        }


class Voices(Core):
    """Everybody in the voice channels."""

    def __init__(self, *, now: Callable[[], float], rng: random.Random) -> None:
        super().__init__(now=now, rng=rng)
        self.voice: dict[int, VoiceState] = {}

    def voice_state(self, user: User) -> VoiceState | None:
        """Give where somebody is in voice, if anywhere."""
        return self.voice.get(user.id)

    def voices_in(self, guild: Guild) -> list[VoiceState]:
        """Give who is in the voice channels of a guild."""
        return [one for one in self.voice.values() if one.guild is guild]

    def move_voice(self, user: User, channel: Channel | None) -> None:
        """Let somebody enter a voice channel, or leave it with None."""
        state = self.voice.get(user.id)
        if state is not None and state.channel is channel:
            return
        if state is not None and (channel is None or channel.guild is not state.guild):
            self._leave(state)
            state = None
        if channel is not None and channel.guild is not None:
            self._enter(user, channel.guild, channel, state)

    def _enter(self, user: User, guild: Guild, channel: Channel, state: VoiceState | None) -> None:
        """Whoever changes the channel stops to stream."""
        session = state.session_id if state else f"{self.random.getrandbits(128):032x}"
        muted = state is not None and state.muted
        self.voice[user.id] = VoiceState(user, guild, channel, session, muted=muted)
        self.voice_changed(self.voice[user.id])

    def _leave(self, state: VoiceState) -> None:
        del self.voice[state.user.id]
        state.channel, state.streaming = None, False
        self.voice_changed(state)

    def voice_changed(self, state: VoiceState) -> None:
        """Tell where somebody is in voice, and whether they stream."""
        member = state.guild.members[state.user.id]
        data = state.payload() | {"guild_id": str(state.guild.id), "member": member.payload()}
        self.tell(Event("VOICE_STATE_UPDATE", data, Intent.GUILD_VOICE_STATES, state.guild))
