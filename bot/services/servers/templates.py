"""The custom templates that a server's admins have named for their members."""

import re

from bot.errors import UserError
from bot.services.cards.markdown import one_line
from bot.services.servers.settings import MOST, CustomTemplate, Settings

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
    """Keeps custom templates by server and name, among the server's settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def of(self, guild_id: int) -> list[CustomTemplate]:
        """Return a server's templates by their names."""
        templates = (await self._settings.of(guild_id)).templates
        return [templates[name] for name in sorted(templates)]

    async def get(self, guild_id: int, name: str) -> CustomTemplate:
        """Return one template; raises TemplateUnknown."""
        templates = (await self._settings.of(guild_id)).templates
        if one_line(name) not in templates:
            raise TemplateUnknown(name=name)
        return templates[one_line(name)]

    async def add(
        self,
        guild_id: int,
        admin_id: int,
        name: str,
        template_id: int,
        arguments: str,
        *,
        in_links: str = "",
    ) -> tuple[CustomTemplate, bool]:
        """Name a template and its arguments, as `KEY` or `${KEY}` with commas or spaces between.

        Values of those `in_links` stand inside an address of the template.

        Returns it and whether it took the place of another. Raises BadTemplateName, BadArgument,
        TooManyArguments, TooManyTemplates and SettingsChanged.
        """
        template = CustomTemplate(
            _checked_name(name), template_id, _names(f"{arguments} {in_links}"), _names(in_links)
        )
        version, settings = await self._settings.version_of(guild_id)
        templates = settings.templates | {template.name: template}
        if len(templates) > MOST:
            raise TooManyTemplates(limit=MOST)
        await self._settings.change(guild_id, admin_id, version, templates=templates)
        return template, template.name in settings.templates

    async def remove(self, guild_id: int, admin_id: int, name: str) -> None:
        """Forget a template; raises TemplateUnknown and SettingsChanged."""
        version, settings = await self._settings.version_of(guild_id)
        gone = await self.get(guild_id, name)
        others = {one: kept for one, kept in settings.templates.items() if one != gone.name}
        await self._settings.change(guild_id, admin_id, version, templates=others)


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
