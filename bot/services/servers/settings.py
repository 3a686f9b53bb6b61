"""What a server's admins decide for it: features, channels, roles, content, limits."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_serializer,
    field_validator,
)

from bot.errors import Expired, UserError
from bot.services.cache import Cache
from bot.services.clock import Clock
from bot.services.listeners import Listeners
from bot.services.servers.policy import Policy
from bot.texts import Locale
from storage.reading import reading
from storage.settings import Change, SettingsStore

MOST = 25  # that Discord shows in a select
NONE: frozenset[int] = frozenset()
REMEMBERED = 10_000
OPERATOR = 0
"""Where the operator's own settings stand, among those of servers."""
Chosen = Annotated[frozenset[int], Field(max_length=MOST)]


class SettingsChanged(UserError):
    """Another admin changed the settings meanwhile: nothing of this change was kept."""

    key = "error-settings-changed"


class CannotTakeBack(UserError):
    """What a change took away does not fit beside what was added since."""

    key = "error-settings-take-back"


class Limits(BaseModel):
    """How much one member may have in this server; `sends` a day, None is as many as Kakao lets."""

    model_config = ConfigDict(frozen=True)

    rules: int = Field(default=30, ge=0, le=200)
    subscriptions: int = Field(default=20, ge=0, le=100)
    sends: int | None = Field(default=None, ge=0, le=1000)


@dataclass(frozen=True, slots=True)
class CustomTemplate:
    """A custom template as a member fills it in; `in_links` are arguments inside an address."""

    name: str
    template_id: int
    arguments: tuple[str, ...]
    in_links: tuple[str, ...] = ()


class GuildSettings(BaseModel):
    """A server's settings; the defaults are what a server has that nobody has touched.

    `off` names features by their cogs. Channels may be categories or the channels of threads as
    well; an empty set of roles, or of `only`, is everybody and everywhere. `templates` are the
    custom templates that members may fill in, by their names.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    off: frozenset[str] = frozenset()
    only: Chosen = NONE
    never: Chosen = NONE
    link_roles: Chosen = NONE
    forward_roles: Chosen = NONE
    rule_roles: Chosen = NONE
    policy: Policy = Policy.FULL
    policies: dict[int, Policy] = Field(default_factory=dict)
    limits: Limits = Limits()
    language: Locale | None = None
    log_channel_id: int | None = None
    templates: dict[str, CustomTemplate] = Field(default_factory=dict, max_length=MOST)

    @field_validator("policies")
    @classmethod
    def _can_be_shown(cls, policies: dict[int, Policy]) -> dict[int, Policy]:
        if any(count > MOST for count in Counter(policies.values()).values()):
            raise ValueError(f"more than {MOST} places with one policy")
        return policies

    @field_serializer("off", "only", "never", "link_roles", "forward_roles", "rule_roles")
    def _in_order(self, values: frozenset[Any]) -> list[Any]:
        return sorted(values)

    @property
    def spoken(self) -> Locale:
        """The language of what everybody reads in a server that has chosen none at Discord."""
        return self.language or "ko"

    @property
    def names_places(self) -> bool:
        """Whether anything depends on where in the server something is."""
        return bool(self.only or self.never or self.policies)

    def may_take(self, places: Iterable[int | None]) -> bool:
        """Tell whether messages may be taken from a place: channel, its parent, category."""
        ids = frozenset(place for place in places if place is not None)
        return ids.isdisjoint(self.never) and (not self.only or not ids.isdisjoint(self.only))

    def policy_of(self, places: Iterable[int | None]) -> Policy:
        """Return what may leave a channel; the nearest place that says something counts."""
        said = (self.policies[place] for place in places if place in self.policies)
        return next(said, self.policy)

    def changed(self, **values: object) -> Self:
        """Return settings with other values, checked like any."""
        return self.model_validate(self.model_dump() | values)


Listener = Callable[[int, GuildSettings, Change], Awaitable[None]]


class Settings:
    """Reads and changes the settings of servers; what was read is kept in memory."""

    def __init__(self, store: SettingsStore, now: Clock) -> None:
        self._store = store
        self._now = now
        self._known = Cache(self._read, most=REMEMBERED)
        self._listeners = Listeners()
        self.on_changed: list[Listener] = []

    async def of(self, guild_id: int) -> GuildSettings:
        """Return a server's settings.

        Raises Unreadable: then nothing leaves the server, since nobody knows what may.
        """
        return (await self.version_of(guild_id))[1]

    async def version_of(self, guild_id: int) -> tuple[int, GuildSettings]:
        """Return a server's settings with the number that a change of them must name.

        Before the first change they are what the operator lets servers start from.
        """
        version, settings = await self._known.get(guild_id)
        if version or guild_id == OPERATOR:
            return version, settings
        return version, (await self._known.get(OPERATOR))[1]

    async def change(
        self, guild_id: int, member_id: int, version: int, **values: object
    ) -> GuildSettings:
        """Change some values of the settings that were read under this number.

        Raises SettingsChanged when they are newer by now; then nothing is changed.
        """
        known, before = await self.version_of(guild_id)
        after = before.changed(**values)
        if known != version:
            raise SettingsChanged
        if after == before:
            return before
        old, new = _difference(before, after)
        change = Change(guild_id, version + 1, member_id, self._now(), old, new)
        with self._known.changing(guild_id):
            kept = await self._store.put(change, after.model_dump(mode="json"))
        if not kept:
            raise SettingsChanged
        await self._listeners.tell(one(guild_id, after, change) for one in self.on_changed)
        return after

    async def take_back(self, guild_id: int, member_id: int, number: int) -> GuildSettings:
        """Undo what one change did and leave what others did since; this is a change as well.

        Of several values only those it touched go back; a single value goes back to what it was.
        Raises Expired when that change is not recorded any more, and CannotTakeBack.
        """
        change = await self._store.change(guild_id, number)
        if change is None:
            raise Expired
        version, settings = await self.version_of(guild_id)
        now = settings.model_dump(mode="json")
        values = {
            name: _undone(now[name], before, change.after[name])
            for name, before in change.before.items()
        }
        try:
            return await self.change(guild_id, member_id, version, **values)
        except ValidationError as error:
            raise CannotTakeBack from error

    async def changes(self, guild_id: int, n: int = 10, before: int | None = None) -> list[Change]:
        """Return the latest changes, or the latest before one of them, the newest first."""
        return await self._store.changes(guild_id, n, before)

    async def forget(self, guild_id: int) -> None:
        """Forget a server."""
        with self._known.changing(guild_id):
            await self._store.delete_guild(guild_id)

    def doubt(self, guild_id: int | None) -> None:
        """Read the settings of a server, or of all, anew: another process may have changed them."""
        self._known.doubt(guild_id)

    async def _read(self, guild_id: int) -> tuple[int, GuildSettings]:
        found = await self._store.get(guild_id)
        with reading("settings", guild_id):
            return found.number, GuildSettings.model_validate(found.settings)


def _difference(
    before: GuildSettings, after: GuildSettings
) -> tuple[dict[str, Any], dict[str, Any]]:
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    touched = [name for name in new if new[name] != old[name]]
    return {name: old[name] for name in touched}, {name: new[name] for name in touched}


def _undone(now: Any, before: Any, after: Any) -> Any:  # noqa: ANN401 - any setting's, as JSON
    """Return a value without what one change did to it."""
    if isinstance(now, dict):
        touched = {key for key in before | after if before.get(key) != after.get(key)}
        others = {key: value for key, value in now.items() if key not in touched}
        return others | {key: value for key, value in before.items() if key in touched}
    if isinstance(now, list):
        return sorted((set(now) - (set(after) - set(before))) | (set(before) - set(after)))
    return before
