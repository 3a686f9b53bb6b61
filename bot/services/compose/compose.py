"""Messages that members write themselves: kept as drafts until they are sent."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bot.errors import NotLinked, UserError
from bot.services.accounts.links import Links
from bot.services.compose.forms import Form, Reading, read
from bot.services.compose.link_domains import LinkDomains
from bot.services.compose.message_types import MESSAGE_TYPES, TEMPLATE, kind_of
from bot.services.forwarding.drafts import Drafts
from bot.services.forwarding.jumps import Jumps
from bot.services.messages.models import Member, Source
from bot.services.servers.settings import CustomTemplate
from bot.services.servers.templates import Templates, TemplateUnknown
from bot.texts import pick_locale
from storage.deliveries import Chat, NewDelivery
from storage.drafts import Draft


class NotReady(UserError):
    """Something in the form is missing or wrong; the panel says what."""

    key = "error-compose-not-ready"


class TemplateChanged(UserError):
    """The admins have changed a template after its form was begun."""

    key = "error-template-changed"


class Compose:
    """Turns what members fill in into messages that can be sent."""

    def __init__(
        self,
        *,
        links: Links,
        drafts: Drafts,
        jumps: Jumps,
        domains: LinkDomains,
        templates: Templates,
    ) -> None:
        self._links = links
        self._drafts = drafts
        self._jumps = jumps
        self._domains = domains
        self._templates = templates

    async def offered(self, kind: str, guild_id: int | None) -> list[CustomTemplate]:
        """Return the templates that a kind of message can be shown in at a server."""
        if guild_id is None or not MESSAGE_TYPES[kind].takes_template:
            return []
        return await self._templates.of(guild_id)

    async def begin(
        self,
        member: Member,
        kind: str,
        source: Source,
        given: Mapping[str, str],
        template: CustomTemplate | None = None,
    ) -> Draft:
        """Keep what was typed into a first form.

        A card that names no address of its own leads to `source`, where it was written. Raises
        TemplateUnknown when the form names a template that is gone.
        """
        template = template or await self._chosen(kind, source.guild_id, given)
        home = await self._jumps.open(member.id, source)
        form = Form(kind_of(kind, template), home, _filled(given), template)
        return await self._drafts.begin(member, source, kind=kind, form=_stored(form))

    async def open(self, member_id: int, draft_id: str) -> Draft:
        """Return a member's own draft to go on writing it; raises Expired or NotYours."""
        draft = await self._drafts.open(member_id, draft_id)
        return draft if draft.is_being_written else await self._drafts.change(draft, card={})

    async def fill(self, draft: Draft, given: Mapping[str, str]) -> Draft:
        """Keep what was typed, right or wrong, beside the fields that were not shown.

        Raises TemplateUnknown when the form names a template that is gone.
        """
        form = form_of(draft)
        kept, template = _filled({**form.given, **given}), form.template
        if MESSAGE_TYPES[draft.kind].takes_template and TEMPLATE in given:
            template = await self._chosen(draft.kind, draft.guild_id, given)
        changed = Form(form.kind, form.home, kept, template)
        return await self._drafts.change(draft, form=_stored(changed))

    def read(self, draft: Draft) -> Reading:
        """Return the message that a draft makes as it stands, and what is wrong with it."""
        return read(form_of(draft), self._domains)

    async def row(self, draft: Draft) -> NewDelivery:
        """Return what to send to the member's own chat; raises NotLinked, or what `card` does."""
        row = NewDelivery(
            member_id=draft.member_id,
            chat=Chat.ME,
            card=await self.card(draft),
            guild_id=draft.guild_id,
            channel_id=draft.channel_id,
            message_id=draft.message_id,
            feature=draft.feature,
        )
        if await self._links.get(draft.member_id) is None:
            raise NotLinked
        return row

    async def again(self, draft: Draft) -> Draft:
        """Return the same draft under another id: the old button sends nothing any more."""
        member = Member(draft.member_id, "", "", pick_locale(draft.locale))
        source = Source(draft.guild_id, draft.channel_id or 0, draft.message_id or 0)
        return await self._drafts.begin(member, source, kind=draft.kind, form=draft.form)

    async def for_friends(self, draft: Draft) -> Draft:
        """Return the draft with its card, ready for friends to be picked; raises as `card`."""
        return await self._drafts.change(draft, card=await self.card(draft))

    async def card(self, draft: Draft) -> dict[str, Any]:
        """Return the message that a draft makes; that of Discord's message is as it was kept.

        Raises NotReady, or TemplateUnknown or TemplateChanged when the server's admins have
        taken its template away or changed it meanwhile.
        """
        if draft.form is None:
            return draft.card
        reading, template = self.read(draft), form_of(draft).template
        if reading.faults:
            raise NotReady
        if template is not None and template != await self._named(draft.guild_id, template.name):
            raise TemplateChanged(name=template.name)
        return reading.card

    async def _chosen(
        self, kind: str, guild_id: int | None, given: Mapping[str, str]
    ) -> CustomTemplate | None:
        name = given.get(TEMPLATE) if MESSAGE_TYPES[kind].takes_template else None
        return await self._named(guild_id, name) if name else None

    async def _named(self, guild_id: int | None, name: str) -> CustomTemplate:
        if guild_id is None:
            raise TemplateUnknown(name=name)
        return await self._templates.get(guild_id, name)


def form_of(draft: Draft) -> Form:
    """Return what a member has filled in so far."""
    stored = draft.form or {}
    template = stored.get("template")
    named = CustomTemplate(**{k: _tuple(v) for k, v in template.items()}) if template else None
    return Form(kind_of(draft.kind, named), stored["home"], stored["given"], named)


def _tuple(value: Any) -> Any:  # noqa: ANN401  # any JSON
    return tuple(value) if isinstance(value, list) else value


def _stored(form: Form) -> dict[str, Any]:
    template = asdict(form.template) if form.template else None
    return {"home": form.home, "given": dict(form.given), "template": template}


def _filled(given: Mapping[str, str]) -> dict[str, str]:
    return {path: text for path, text in given.items() if text.strip()}
