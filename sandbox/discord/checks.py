"""Discord's documented limits of message and modal bodies."""

from collections.abc import Iterable, Iterator

from sandbox.discord.errors import ApiError, Fault, invalid_form
from sandbox.discord.messages import COMPONENTS_V2, every_component
from sandbox.discord.state import JSON

ROW, BUTTON, SELECT, TEXT_INPUT = 1, 2, 3, 4
SECTION, TEXT_DISPLAY, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = (
    9, 10, 11, 12, 13, 14, 17, 18,
)  # fmt: skip
ENTITY_SELECTS = (5, 6, 7, 8)
SELECTS = (SELECT, *ENTITY_SELECTS)
LINK, PREMIUM = 5, 6

Path = tuple[str | int, ...]


def check_message(body: JSON, *, flags: int, files: int = 0, edit: bool = False) -> None:
    """Refuse a message body that Discord would refuse."""
    faults = [*_text_faults(body), *_component_faults(body, flags), *_poll_faults(body)]
    if faults:
        raise invalid_form(faults)
    if not edit and not files and not any(body.get(key) for key in _SOMETHING):
        raise ApiError(400, 50006, "Cannot send an empty message")


_SOMETHING = ("content", "embeds", "components", "sticker_ids", "poll", "message_reference")


def too_long(value: object, most: int, path: Path) -> Iterator[Fault]:
    if isinstance(value, str) and len(value) > most:
        yield Fault(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")


def _length(value: object, least: int, most: int, path: Path) -> Iterator[Fault]:
    text = value if isinstance(value, str) else ""
    if len(text.strip()) < least or len(text) > most:  # spaces alone are nothing to Discord
        message = f"Must be between {least} and {most} in length."
        yield Fault(path, "BASE_TYPE_BAD_LENGTH", message)


def _text_faults(body: JSON) -> Iterator[Fault]:
    yield from too_long(body.get("content"), 2000, ("content",))
    yield from embeds_faults(body.get("embeds") or [])


def embeds_faults(embeds: list[JSON]) -> Iterator[Fault]:
    """Lengths of each embed's parts, ten embeds, 6,000 characters together."""
    if len(embeds) > 10:
        yield Fault(("embeds",), "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    for number, embed in enumerate(embeds):
        yield from _embed_faults(embed, ("embeds", number))
    if sum(map(_embed_characters, embeds)) > 6000:
        message = "Embed size exceeds maximum size of 6000"
        yield Fault(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", message)


def _embed_faults(embed: JSON, path: Path) -> Iterator[Fault]:
    for key, most in (("title", 256), ("description", 4096)):
        yield from too_long(embed.get(key), most, (*path, key))
    yield from too_long((embed.get("footer") or {}).get("text"), 2048, (*path, "footer", "text"))
    yield from too_long((embed.get("author") or {}).get("name"), 256, (*path, "author", "name"))
    fields = embed.get("fields") or []
    if len(fields) > 25:
        yield Fault((*path, "fields"), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for number, one in enumerate(fields):
        yield from _length(one.get("name"), 1, 256, (*path, "fields", number, "name"))
        yield from _length(one.get("value"), 1, 1024, (*path, "fields", number, "value"))


def _embed_characters(embed: JSON) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    texts += [one.get(key) for one in embed.get("fields") or () for key in ("name", "value")]
    return sum(len(text) for text in texts if text)


def _poll_faults(body: JSON) -> Iterator[Fault]:
    poll = body.get("poll")
    if not poll:
        return
    yield from _length(poll["question"].get("text"), 1, 300, ("poll", "question", "text"))
    answers = poll.get("answers") or []
    if not 1 <= len(answers) <= 10:
        path = ("poll", "answers")
        yield Fault(path, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 10 in length.")
    for number, answer in enumerate(answers):
        path_of_text = ("poll", "answers", number, "poll_media", "text")
        yield from _length(answer["poll_media"].get("text"), 1, 55, path_of_text)


def _component_faults(body: JSON, flags: int) -> Iterator[Fault]:
    components = body.get("components") or []
    if flags & COMPONENTS_V2:
        yield from _v2_faults(body, components)
    else:
        yield from _v1_faults(components)
    yield from _each_component(components)


def _v2_faults(body: JSON, components: list[JSON]) -> Iterator[Fault]:
    for key in ("content", "embeds", "poll", "sticker_ids"):
        if body.get(key):
            message = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            yield Fault((key,), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)
    everything = list(every_component(components))
    if len(everything) > 40:
        message = "The maximum number of components is 40"
        yield Fault(("components",), "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
    texts = (one.get("content") or "" for one in everything if one.get("type") == TEXT_DISPLAY)
    if sum(map(len, texts)) > 4000:
        message = "The total displayable text must be 4000 or fewer in length."
        yield Fault(("components",), "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)


def _v1_faults(components: list[JSON]) -> Iterator[Fault]:
    if len(components) > 5:
        message = "Must be between 1 and 5 in length."
        yield Fault(("components",), "BASE_TYPE_BAD_LENGTH", message)
    for number, component in enumerate(components):
        if component.get("type") != ROW:
            path = ("components", number, "type")
            yield Fault(path, "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1,).')


def _each_component(components: list[JSON]) -> Iterator[Fault]:
    yield from _repeated(components)
    for number, component in enumerate(components):
        yield from _one_component(component, ("components", number))


def _repeated(components: Iterable[JSON]) -> Iterator[Fault]:
    everything = [one for component in components for one in every_component([component])]
    for key in ("custom_id", "id"):
        used = [one[key] for one in everything if one.get(key)]
        if len(used) != len(set(used)):
            message = "Component custom id cannot be duplicated"
            yield Fault(("components",), "COMPONENT_CUSTOM_ID_DUPLICATED", message)


def _one_component(component: JSON, path: Path) -> Iterator[Fault]:
    kind = component.get("type")
    if kind in _FAULTS_OF:
        yield from _FAULTS_OF[kind](component, path)
    elif kind in ENTITY_SELECTS:
        yield from _select_faults(component, path)
    if kind in (ROW, CONTAINER):
        for number, inner in enumerate(component.get("components") or []):
            yield from _one_component(inner, (*path, "components", number))


def _row_faults(row: JSON, path: Path) -> Iterator[Fault]:
    inner = row.get("components") or []
    width = sum(5 if one.get("type") in (*SELECTS, TEXT_INPUT) else 1 for one in inner)
    if not 1 <= width <= 5:
        place = (*path, "components")
        yield Fault(
            place, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "A row holds five buttons or one select."
        )


def _button_faults(button: JSON, path: Path) -> Iterator[Fault]:
    yield from too_long(button.get("label"), 80, (*path, "label"))
    if not button.get("label") and not button.get("emoji") and button.get("style") != PREMIUM:
        yield Fault(path, "BUTTON_COMPONENT_MISSING_LABEL", "A button needs a label or an emoji.")
    if button.get("style") == LINK:
        yield from _link_faults(button, path)
    elif button.get("style") != PREMIUM:
        yield from _length(button.get("custom_id"), 1, 100, (*path, "custom_id"))
        if button.get("url"):
            message = "A custom id and url cannot both be specified"
            yield Fault((*path, "url"), "BUTTON_COMPONENT_CUSTOM_ID_URL", message)


def _link_faults(button: JSON, path: Path) -> Iterator[Fault]:
    url = str(button.get("url") or "")
    yield from _length(url, 1, 512, (*path, "url"))
    if url and not url.startswith(("http://", "https://", "discord://")):
        message = "Scheme must be one of ('http', 'https', 'discord')."
        yield Fault((*path, "url"), "URL_TYPE_INVALID_SCHEME", message)
    if button.get("custom_id"):
        message = "A custom id and url cannot both be specified"
        yield Fault((*path, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_URL", message)


def _select_faults(select: JSON, path: Path) -> Iterator[Fault]:
    yield from _length(select.get("custom_id"), 1, 100, (*path, "custom_id"))
    yield from too_long(select.get("placeholder"), 150, (*path, "placeholder"))
    least, most = bounds(select)
    if not (0 <= least <= most and 1 <= most <= 25):
        message = "min_values and max_values must fit each other within 0 and 25."
        yield Fault(path, "BASE_TYPE_BAD_RANGE", message)


def bounds(select: JSON) -> tuple[int, int]:
    """How few and how many one may choose."""
    least, most = select.get("min_values"), select.get("max_values")
    return (1 if least is None else least), (1 if most is None else most)


def _string_select_faults(select: JSON, path: Path) -> Iterator[Fault]:
    yield from _select_faults(select, path)
    options = select.get("options") or []
    if not 1 <= len(options) <= 25 or bounds(select)[1] > len(options):
        message = "Must be between 1 and 25 in length, and enough for max_values."
        yield Fault((*path, "options"), "BASE_TYPE_BAD_LENGTH", message)
    for number, option in enumerate(options):
        yield from _select_option_faults(option, (*path, "options", number))
    yield from _select_value_faults(select, options, (*path, "options"))


def _select_option_faults(option: JSON, path: Path) -> Iterator[Fault]:
    yield from _length(option.get("label"), 1, 100, (*path, "label"))
    yield from _length(option.get("value"), 1, 100, (*path, "value"))
    yield from too_long(option.get("description"), 100, (*path, "description"))


def _select_value_faults(select: JSON, options: list[JSON], path: Path) -> Iterator[Fault]:
    values = [option.get("value") for option in options]
    if len(values) != len(set(values)):
        message = "The specified option value is already used"
        yield Fault(path, "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
    if sum(bool(option.get("default")) for option in options) > bounds(select)[1]:
        message = "More options are chosen beforehand than may be chosen"
        yield Fault(path, "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", message)


def _text_display_faults(display: JSON, path: Path) -> Iterator[Fault]:
    yield from _length(display.get("content"), 1, 4000, (*path, "content"))


def _section_faults(section: JSON, path: Path) -> Iterator[Fault]:
    texts = section.get("components") or []
    if not 1 <= len(texts) <= 3 or any(one.get("type") != TEXT_DISPLAY for one in texts):
        place = (*path, "components")
        yield Fault(place, "BASE_TYPE_BAD_LENGTH", "A section holds one to three text displays.")
    for number, text in enumerate(texts):
        yield from _text_display_faults(text, (*path, "components", number))
    accessory = section.get("accessory") or {}
    if accessory.get("type") not in (BUTTON, THUMBNAIL):
        message = "A section needs a button or a thumbnail."
        yield Fault((*path, "accessory"), "BASE_TYPE_REQUIRED", message)
    yield from _one_component(accessory, (*path, "accessory"))


def _gallery_faults(gallery: JSON, path: Path) -> Iterator[Fault]:
    if not 1 <= len(gallery.get("items") or []) <= 10:
        place = (*path, "items")
        yield Fault(place, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 10 in length.")


def _container_faults(container: JSON, path: Path) -> Iterator[Fault]:
    if any(one.get("type") == CONTAINER for one in container.get("components") or ()):
        yield Fault(path, "UNION_TYPE_CHOICES", "A container cannot hold a container.")


def _text_input_faults(field: JSON, path: Path) -> Iterator[Fault]:
    yield from _length(field.get("custom_id"), 1, 100, (*path, "custom_id"))
    yield from too_long(field.get("placeholder"), 100, (*path, "placeholder"))
    yield from too_long(field.get("value"), 4000, (*path, "value"))
    least, most = field.get("min_length") or 0, field.get("max_length") or 4000
    if not 0 <= least <= most <= 4000:
        yield Fault(path, "BASE_TYPE_BAD_RANGE", "min_length and max_length must fit each other.")


_FAULTS_OF = {
    ROW: _row_faults,
    BUTTON: _button_faults,
    SELECT: _string_select_faults,
    TEXT_INPUT: _text_input_faults,
    SECTION: _section_faults,
    TEXT_DISPLAY: _text_display_faults,
    GALLERY: _gallery_faults,
    CONTAINER: _container_faults,
}


def check_modal(body: JSON) -> None:
    """Refuse a modal that Discord would refuse."""
    faults = [*_length(body.get("custom_id"), 1, 100, ("custom_id",))]
    faults += _length(body.get("title"), 1, 45, ("title",))
    components = body.get("components") or []
    if not 1 <= len(components) <= 5:
        message = "Must be between 1 and 5 in length."
        faults.append(Fault(("components",), "BASE_TYPE_BAD_LENGTH", message))
    faults += _repeated(components)
    for number, component in enumerate(components):
        faults += _modal_component(component, ("components", number))
    if faults:
        raise invalid_form(faults)


def _modal_component(component: JSON, path: Path) -> Iterator[Fault]:
    if component.get("type") == LABEL:
        yield from _length(component.get("label"), 1, 45, (*path, "label"))
        yield from too_long(component.get("description"), 100, (*path, "description"))
        yield from _one_component(component.get("component") or {}, (*path, "component"))
    elif component.get("type") == ROW:
        yield from _one_component(component, path)
        for number, field in enumerate(component.get("components") or []):
            place = (*path, "components", number, "label")
            yield from _length(field.get("label"), 1, 45, place)
    elif component.get("type") != TEXT_DISPLAY:
        yield Fault((*path, "type"), "UNION_TYPE_CHOICES", "This cannot stand in a modal.")
