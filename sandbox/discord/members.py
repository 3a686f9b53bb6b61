"""Members: they come, go, boost and get roles."""

from sandbox.discord.core import Event
from sandbox.discord.intents import Intent
from sandbox.discord.messages import BOOSTED, JOINED
from sandbox.discord.permissions import EVERYDAY, Permission
from sandbox.discord.places import Places
from sandbox.discord.state import JSON, TEXT, Channel, Guild, Member, Role, User

MEMBER_ROLE_UPDATE = 25  # in the audit log


class Members(Places):
    """The verbs for it."""

    def add_guild(
        self,
        name: str,
        owner: User,
        *,
        everyone: int = EVERYDAY,
        own: int = EVERYDAY,
        added_by: User | None = None,
        system_channel: str = "",
        with_bot: bool = True,
    ) -> Guild:
        """Add a guild with its owner and, unless told, the bot, which may do there `own`.

        Somebody has added it, the owner unless told. Discord's own words may have a channel.
        """
        guild_id = self.ids.next()
        guild = Guild(guild_id, name, owner.id, [Role(guild_id, "@everyone", everyone)])
        guild.added_by = (added_by or owner) if with_bot else None
        guild.icon = f"{self.random.getrandbits(128):032x}"
        self.guilds.append(guild)
        self._seat(guild, owner)
        if with_bot:
            self._seat_bot(guild, own)
        if system_channel:
            guild.system_channel = Channel(self.ids.next(), TEXT, system_channel, guild)
            guild.channels.append(guild.system_channel)
        self.tell(Event("GUILD_CREATE", {}, Intent.GUILDS, guild))
        return guild

    def _seat_bot(self, guild: Guild, own: int) -> None:
        role = Role(self.ids.next(), self.bot.name, own, position=1, bot_id=self.bot.id)
        guild.roles.append(role)
        self._seat(guild, self.bot).roles.append(role)

    def outage(self, guild: Guild, *, out: bool = True) -> None:
        """Let a guild become unavailable, and be there again."""
        if out:
            data = {"id": str(guild.id), "unavailable": True}
            self.tell(Event("GUILD_DELETE", data, Intent.GUILDS, guild))
        guild.unavailable = out
        if not out:
            # Only of a guild that was there before it is said that it is available.
            self.tell(Event("GUILD_CREATE", {"unavailable": False}, Intent.GUILDS, guild))

    def _seat(self, guild: Guild, user: User) -> Member:
        member = guild.members[user.id] = Member(user, guild, self.now())
        return member

    def join(self, guild: Guild, user: User) -> Member:
        """Let somebody into a guild; Discord writes a line about it."""
        member = self._seat(guild, user)
        data = member.payload() | {"guild_id": str(guild.id)}
        self.tell(Event("GUILD_MEMBER_ADD", data, Intent.GUILD_MEMBERS, guild))
        if guild.system_channel is not None:
            self.post(guild.system_channel, user, kind=JOINED)
        return member

    def leave(self, guild: Guild, user: User) -> None:
        """Let somebody leave a guild, or put them out."""
        state = self.voice_state(user)
        if state is not None and state.guild is guild:
            self.move_voice(user, None)
        del guild.members[user.id]
        if user is self.bot:
            self.tell(Event("GUILD_DELETE", {"id": str(guild.id)}, Intent.GUILDS, guild))
        data = {"guild_id": str(guild.id), "user": user.payload()}
        self.tell(Event("GUILD_MEMBER_REMOVE", data, Intent.GUILD_MEMBERS, guild))

    def choose_language(self, guild: Guild, locale: str) -> None:
        """Make a server a community that speaks this."""
        guild.is_community, guild.locale = True, locale
        self.tell(Event("GUILD_UPDATE", guild.payload(), Intent.GUILDS, guild))

    def boost(self, guild: Guild, user: User, *, reaches: int = 0) -> None:
        """Let somebody boost a server, which may reach its next level by that."""
        guild.boosts += 1
        guild.level = reaches or guild.level
        guild.members[user.id].boosts_since = self.now()
        self.member_changed(guild.members[user.id])
        self.tell(Event("GUILD_UPDATE", guild.payload(), Intent.GUILDS, guild))
        if guild.system_channel is not None:
            self.post(guild.system_channel, user, kind=BOOSTED + reaches)

    # roles

    def add_role(self, guild: Guild, name: str, granted: int = 0, *, color: int = 0) -> Role:
        """Add a role above all others."""
        position = len(guild.roles)
        role = Role(self.ids.next(), name, granted, position, color, hoist=True, mentionable=True)
        guild.roles.append(role)
        self._tell_role("CREATE", guild, role)
        return role

    def role_changed(self, guild: Guild, role: Role) -> None:
        """Tell of a role's new name or permissions."""
        self._tell_role("UPDATE", guild, role)

    def remove_role(self, guild: Guild, role: Role) -> None:
        """Take a role away, from its members too; that is not told of each of them."""
        guild.roles.remove(role)
        for member in guild.members.values():
            member.roles = [one for one in member.roles if one is not role]
        data = {"guild_id": str(guild.id), "role_id": str(role.id)}
        self.tell(Event("GUILD_ROLE_DELETE", data, Intent.GUILDS, guild))

    def _tell_role(self, what: str, guild: Guild, role: Role) -> None:
        data = {"guild_id": str(guild.id), "role": role.payload()}
        self.tell(Event(f"GUILD_ROLE_{what}", data, Intent.GUILDS, guild))

    def give_role(self, member: Member, role: Role, *, by: User | None = None) -> None:
        """Give a role; the audit log names whoever gave it."""
        if role not in member.roles:
            member.roles.append(role)
            self._role_moved(member, role, "$add", by)

    def take_role(self, member: Member, role: Role, *, by: User | None = None) -> None:
        """Take a role away from somebody."""
        if role in member.roles:
            member.roles.remove(role)
            self._role_moved(member, role, "$remove", by)

    def _role_moved(self, member: Member, role: Role, how: str, by: User | None) -> None:
        self.member_changed(member)
        if by is not None:
            self._log_role(member, role, how, by)

    def _log_role(self, member: Member, role: Role, how: str, by: User) -> None:
        """Tell the bot of a new entry in the audit log, if it may read that."""
        if not self.may_in(self.bot, member.guild) & Permission.VIEW_AUDIT_LOG:
            return
        moved = [{"id": str(role.id), "name": role.name}]
        data: JSON = {
            "id": str(self.ids.next()),
            "guild_id": str(member.guild.id),
            "user_id": str(by.id),
            "target_id": str(member.user.id),
            "action_type": MEMBER_ROLE_UPDATE,
            "changes": [{"key": how, "new_value": moved}],
        }
        needs = Intent.GUILD_MODERATION
        self.tell(Event("GUILD_AUDIT_LOG_ENTRY_CREATE", data, needs, member.guild))

    def member_changed(self, member: Member) -> None:
        """Tell of a member's new roles, nickname or time-out."""
        data = member.payload() | {"guild_id": str(member.guild.id)}
        self.tell(Event("GUILD_MEMBER_UPDATE", data, Intent.GUILD_MEMBERS, member.guild))
