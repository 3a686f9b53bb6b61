"""What discord.py cannot read."""

from sandbox.discord.messages import Poll
from sandbox.discord.state import JSON, User


class UnreadablePoll(Poll):
    """A poll without a question, which discord.py does not expect."""

    def payload(self, viewer: User) -> JSON:
        return super().payload(viewer) | {"question": None}
