"""From the body of a request to what a message keeps: files placed, ids given, links filled in."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sandbox.discord.errors import Fault, invalid_form
from sandbox.discord.messages import Attachment, Poll
from sandbox.discord.state import JSON, Channel
from sandbox.discord.world import World


@dataclass(frozen=True)
class Upload:
    """A file that came with a request, as `files[n]`."""

    number: int
    filename: str
    content_type: str
    data: bytes


class Draft:
    """The parts of a message body, ready to be put into a message."""

    def __init__(
        self, world: World, channel: Channel, body: JSON, uploads: list[Upload],
        kept: list[Attachment] | None = None,
    ) -> None:  # fmt: skip
        self._world = world
        self._channel = channel
        self._body = body
        self.attachments = [*self._kept(kept or []), *self._uploaded(uploads)]

    def fields(self) -> dict[str, Any]:
        """Give what the body says about the message, by the names the message uses."""
        found: dict[str, Any] = {}
        if "content" in self._body:
            found["content"] = self._body["content"] or ""
        if "embeds" in self._body:
            found["embeds"] = [self._embed(one) for one in self._body["embeds"] or ()]
        if "components" in self._body:
            found["components"] = self._components(self._body["components"] or [])
        if self._body.get("poll"):
            found["poll"] = _poll(self._body["poll"], self._world.now())
        if "allowed_mentions" in self._body:
            found["pings"] = self._body["allowed_mentions"]
        return found | {"attachments": self.attachments}

    def _kept(self, old: list[Attachment]) -> list[Attachment]:
        """Give the old files that an edit keeps: all, unless it lists which."""
        if self._body.get("attachments") is None:
            return old
        listed = {str(one["id"]) for one in self._body["attachments"]}
        return [attachment for attachment in old if str(attachment.id) in listed]

    def _uploaded(self, uploads: list[Upload]) -> Iterator[Attachment]:
        notes = {str(one["id"]): one for one in self._body.get("attachments") or ()}
        for upload in uploads:
            note = notes.get(str(upload.number), {})
            name = note.get("filename") or upload.filename
            kind, words = upload.content_type, note.get("description")
            made = self._world.attach(self._channel, name, kind, upload.data, words)
            if note.get("waveform"):
                made.voice = (note.get("duration_secs") or 0.0, note["waveform"])
            yield made

    def _embed(self, embed: JSON) -> JSON:
        """Give the embed as Discord gives it back: typed, without empty parts, pictures proxied."""
        kept = {key: value for key, value in embed.items() if value is not None}
        for key in ("image", "thumbnail"):
            if key in kept:
                url = self._url(kept[key]["url"])
                kept[key] = {"url": url, "proxy_url": self._proxied(url), **self._measures(url)}
        for key, icon in (("author", "icon_url"), ("footer", "icon_url")):
            if (kept.get(key) or {}).get(icon):
                kept[key] = kept[key] | {icon: self._url(kept[key][icon])}
        if "fields" in kept:
            kept["fields"] = [{"inline": False, **one} for one in kept["fields"]]
        return kept | {"type": "rich"}

    def _proxied(self, url: str) -> str:
        """Give where Discord itself shows a picture that stands elsewhere."""
        cdn = self._world.site.url
        if url.startswith(f"{cdn}/"):
            return url
        scheme, _, place = url.partition("://")
        return f"{cdn}/external/{sha256(url.encode()).hexdigest()}/{scheme}/{place}"

    def _measures(self, url: str) -> JSON:
        own = next((one for one in self.attachments if one.url == url), None)
        size = own.size if own else None
        return {"width": size[0], "height": size[1]} if size else {}

    def _url(self, url: str) -> str:
        if not url.startswith("attachment://"):
            return url
        name = url.removeprefix("attachment://")
        for attachment in self.attachments:
            if attachment.filename == name:
                return attachment.url
        message = "The referenced attachment was not found"
        raise invalid_form([Fault(("attachments",), "UNKNOWN_ATTACHMENT", message)])

    def _components(self, components: list[JSON]) -> list[JSON]:
        taken = {one for one in _given_ids(components) if one}
        free = (number for number in range(1, 1000) if number not in taken)
        return [self._component(one, free) for one in components]

    def _component(self, component: JSON, free: Iterator[int]) -> JSON:
        """One component as Discord gives it back: numbered, with the defaults filled in."""
        kept = {key: value for key, value in component.items() if value is not None}
        kept["id"] = kept.get("id") or next(free)
        kept = {**_DEFAULTS.get(kept["type"], {}), **kept}
        if "components" in kept:
            kept["components"] = [self._component(one, free) for one in kept["components"]]
        for key in ("accessory", "component"):
            if key in kept:
                kept[key] = self._component(kept[key], free)
        if "emoji" in kept:  # one of Unicode's has no id
            emoji = kept["emoji"].items()
            kept["emoji"] = {key: value for key, value in emoji if value is not None}
        if "default_values" in kept:
            chosen = kept["default_values"]
            kept["default_values"] = [one | {"id": str(one["id"])} for one in chosen]
        if "items" in kept:
            kept["items"] = [self._item(one) for one in kept["items"]]
        for key in ("media", "file"):
            if key in kept:
                kept[key] = self._media(kept[key])
        return kept | (self._file_facts(kept) if kept["type"] == 13 else {})

    def _item(self, item: JSON) -> JSON:
        described = {"description": None, "spoiler": False, **item}
        return described | {"media": self._media(item["media"])}

    def _media(self, media: JSON) -> JSON:
        url = self._url(media["url"])
        own = next((one for one in self.attachments if one.url == url), None)
        kind = {"content_type": own.content_type, "attachment_id": str(own.id)} if own else {}
        number = str(self._world.ids.next())
        proxied = {"url": url, "proxy_url": self._proxied(url)}
        return {"id": number, **proxied, **self._measures(url), **kind}

    def _file_facts(self, component: JSON) -> JSON:
        own = next(one for one in self.attachments if one.url == component["file"]["url"])
        return {"name": own.filename, "size": len(own.data)}


_DEFAULTS: dict[int, JSON] = {
    3: {"min_values": 1, "max_values": 1},
    5: {"min_values": 1, "max_values": 1},
    6: {"min_values": 1, "max_values": 1},
    7: {"min_values": 1, "max_values": 1},
    8: {"min_values": 1, "max_values": 1},
    11: {"description": None, "spoiler": False},
    13: {"spoiler": False},
    14: {"spacing": 1, "divider": True},
    17: {"accent_color": None, "spoiler": False},
}


def _given_ids(components: list[JSON]) -> Iterator[object]:
    for component in components:
        yield component.get("id")
        yield from _given_ids(component.get("components") or [])
        yield from _given_ids([component[k] for k in ("accessory", "component") if k in component])


def _poll(body: JSON, now: float) -> Poll:
    answers = [answer["poll_media"].get("text") or "" for answer in body["answers"]]
    ends = now + 3600 * (body.get("duration") or 24)
    multiple = bool(body.get("allow_multiselect"))
    return Poll(body["question"].get("text") or "", answers, ends, multiple)
