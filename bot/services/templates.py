"""The custom templates that a server's admins have named for their members."""

import re
from collections.abc import Callable

from bot.errors import UserError
from bot.services.readable import one_line
from storage.templates import NamedTemplate, TemplateStore

MOST = 25  # that Discord shows in a select
MOST_ARGUMENTS = 25  # five modals of five fields
LONGEST_NAME = 50
LONGEST_ARGUMENT = 45  # a field's label in a modal
ARGUMENT = re.compile(r"[^\W\d]\w*")
BETWEEN = re.compile(r"[\s,]+")


class TemplateUnknown(UserError):
    """This server has no template of this name."""

    key = "error-template-unknown"


class TooManyTemplates(UserError):
    """The server has as many templates as a member can choose from."""

    key = "error-too-many-templates"


class BadTemplateName(UserError):
    """The name is empty or too long."""

    key = "error-template-name"


class BadArgument(UserError):
    """What should name an argument cannot."""

    key = "error-template-argument"


class TooManyArguments(UserError):
    """A template has more arguments than its form could hold."""

    key = "error-too-many-arguments"


class Templates:
    """Keeps custom templates by server and name."""

    def __init__(self, store: TemplateStore, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now

    async def of(self, guild_id: int) -> list[NamedTemplate]:
        """Return a server's templates by their names."""
        return await self._store.of(guild_id)

    async def get(self, guild_id: int, name: str) -> NamedTemplate:
        """Return one template; raises TemplateUnknown."""
        template = await self._store.get(guild_id, one_line(name))
        if template is None:
            raise TemplateUnknown(name=name)
        return template

    async def add(
        self, guild_id: int, admin_id: int, name: str, template_id: int, arguments: str
    ) -> tuple[NamedTemplate, bool]:
        """Name a template and its arguments, as `KEY` or `${KEY}` with commas or spaces between.

        Returns it and whether it took the place of another. Raises BadTemplateName, BadArgument,
        TooManyArguments and TooManyTemplates.
        """
        template = NamedTemplate(
            guild_id=guild_id,
            name=_checked_name(name),
            template_id=template_id,
            arguments=_names(arguments),
            created_by=admin_id,
            created_at=self._now(),
        )
        others = {one.name for one in await self.of(guild_id)} - {template.name}
        if len(others) >= MOST:
            raise TooManyTemplates(limit=MOST)
        return template, await self._store.put(template)

    async def remove(self, guild_id: int, name: str) -> None:
        """Forget a template; raises TemplateUnknown."""
        if not await self._store.delete(guild_id, one_line(name)):
            raise TemplateUnknown(name=name)


def _checked_name(name: str) -> str:
    checked = one_line(name)
    if not 1 <= len(checked) <= LONGEST_NAME:
        raise BadTemplateName(limit=LONGEST_NAME, length=len(checked))
    return checked


def _names(arguments: str) -> tuple[str, ...]:
    written = [part for part in BETWEEN.split(arguments) if part]
    names = [part.removeprefix("${").removesuffix("}") for part in written]
    for name in names:
        if not ARGUMENT.fullmatch(name) or len(name) > LONGEST_ARGUMENT:
            raise BadArgument(name=name[:LONGEST_ARGUMENT], limit=LONGEST_ARGUMENT)
    unique = tuple(dict.fromkeys(names))
    if len(unique) > MOST_ARGUMENTS:
        raise TooManyArguments(limit=MOST_ARGUMENTS, count=len(unique))
    return unique
