"""What Discord refuses among a message's components, classic and V2."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sandbox.discord import bounds
from sandbox.discord.refusal import invalid

Component = Mapping[str, Any]

COMPONENTS_V2 = 1 << 15
ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = (3, 5, 6, 7, 8)
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
_IN_CONTAINER = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR)
_TOP = (*_IN_CONTAINER, CONTAINER)
_LINK, _PREMIUM = 5, 6
_MEDIA = ("http", "https", "attachment")


def check_components(components: Sequence[Component], *, v2: bool) -> None:
    """Refuse a message's components; `v2` says whether its flags have IS_COMPONENTS_V2 (1 << 15)."""
    if v2:
        _check_layout(components)
    else:
        bounds.span("components", components, 5)
        _check_each("components", components, (ROW,))
    check_ids(list(walk("components", components)))


def walk(path: str, components: Sequence[Component]) -> Iterator[tuple[str, Component]]:
    """Every component under `path` with its own dotted path, parents first, accessories included."""
    for index, component in enumerate(components):
        here = f"{path}.{index}"
        yield here, component
        yield from walk(f"{here}.components", component.get("components") or [])
        for single in ("accessory", "component"):
            if component.get(single):
                yield f"{here}.{single}", component[single]


def check_ids(components: Sequence[tuple[str, Component]]) -> None:
    """Refuse two components of one message or modal with the same custom_id, or the same numeric id."""
    for key, code in (("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"), ("id", "COMPONENT_ID_DUPLICATED")):
        seen: set[Any] = set()
        for path, component in components:
            given = component.get(key)
            if given and given in seen:
                raise invalid(f"{path}.{key}", code, f"Component {key.replace('_', ' ')} cannot be duplicated")
            seen.add(given)


def _check_layout(components: Sequence[Component]) -> None:
    """A V2 message: 40 components however nested, 4000 characters of text in all."""
    every = [component for _, component in walk("components", components)]
    if len(every) > 40:
        code = "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"
        raise invalid("components", code, "Total number of components cannot exceed 40")
    # The unit of this younger limit is not documented, so UTF-16 units are counted: never fewer than code points.
    if (
        sum(len(str(one.get("content") or "").encode("utf-16-le")) // 2 for one in every if one.get("type") == TEXT)
        > 4000
    ):
        code = "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"
        raise invalid("components", code, "Components displayable text size exceeds maximum size of 4000")
    _check_each("components", components, _TOP)


def _check_each(path: str, components: Sequence[Component], allowed: Sequence[int]) -> None:
    for index, component in enumerate(components):
        bounds.kind(f"{path}.{index}", component, allowed)
        _CHECKS[component["type"]](f"{path}.{index}", component)


def _check_row(path: str, row: Component) -> None:
    inside = row.get("components") or []
    bounds.span(f"{path}.components", inside, 5, 1)
    for index, component in enumerate(inside):
        if len(inside) > 1 and index and {component.get("type"), inside[0].get("type")} & set(SELECTS):
            code = "COMPONENT_LAYOUT_WIDTH_EXCEEDED"
            raise invalid(f"{path}.components.{index}", code, "The specified component exceeds the maximum width")
    _check_each(f"{path}.components", inside, (BUTTON, *SELECTS))


def _check_button(path: str, button: Component) -> None:
    bounds.choice(f"{path}.style", button.get("style"), (1, 2, 3, 4, 5, 6))
    bounds.text(f"{path}.label", button.get("label"), 80)
    bounds.emoji(f"{path}.emoji", button.get("emoji"))
    if button["style"] == _PREMIUM:
        bounds.text(f"{path}.sku_id", button.get("sku_id"), 20, needed=True)
        return
    if not (button.get("label") or "").strip() and not button.get("emoji"):
        raise invalid(f"{path}.label", "BASE_TYPE_REQUIRED", "This field is required")
    _check_button_goal(path, button)


def _check_button_goal(path: str, button: Component) -> None:
    """A link has a url, any other button a custom_id, none both."""
    target, custom_id = button.get("url"), button.get("custom_id")
    if target is not None and custom_id is not None:
        code = "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"
        raise invalid(f"{path}.custom_id", code, "A custom id and url cannot both be specified")
    if button["style"] == _LINK:
        bounds.text(f"{path}.url", target, 512, needed=True)
        bounds.url(f"{path}.url", target, schemes=("http", "https", "discord"), most=512)
    elif custom_id is None:
        raise invalid(f"{path}.custom_id", "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required")
    bounds.text(f"{path}.custom_id", custom_id, 100, least=1)


def check_select(path: str, select: Component) -> None:
    """Refuse a select of any kind: placeholder 150, 0 to 25 picked, and a string select's options."""
    bounds.text(f"{path}.custom_id", select.get("custom_id"), 100, least=1, needed=True)
    bounds.text(f"{path}.placeholder", select.get("placeholder"), 150)
    bounds.number(f"{path}.min_values", select.get("min_values"), 0, 25)
    bounds.number(f"{path}.max_values", select.get("max_values"), 1, 25)
    bounds.ordered(path, {"max_values": 1, **select}, "min_values", "max_values")
    if select["type"] == STRING_SELECT:
        check_options(path, select, 25)
    elif len(select.get("default_values") or []) > (select.get("max_values") or 1):
        raise _too_many_defaults(f"{path}.default_values")


def check_options(path: str, picker: Component, most: int, least: int = 1) -> None:
    """Refuse the options of a string select, radio group or checkbox group: `least` to `most`, values unique."""
    options = picker.get("options") or []
    bounds.span(f"{path}.options", options, most, least)
    seen: set[str] = set()
    for index, option in enumerate(options):
        _check_option(f"{path}.options.{index}", option, seen)
    picked = picker.get("max_values") or 1
    if picked > len(options):
        raise invalid(f"{path}.options", "BASE_TYPE_MIN_LENGTH", f"Must be {picked} or more in length.")
    if sum(bool(option.get("default")) for option in options) > picked:
        raise _too_many_defaults(f"{path}.options")


def _check_option(path: str, option: Mapping[str, Any], seen: set[str]) -> None:
    bounds.text(f"{path}.label", option.get("label"), 100, needed=True)
    bounds.text(f"{path}.value", option.get("value"), 100, least=1, needed=True)
    bounds.text(f"{path}.description", option.get("description"), 100)
    bounds.emoji(f"{path}.emoji", option.get("emoji"))
    if option["value"] in seen:
        code = "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"
        raise invalid(f"{path}.value", code, "The specified option value is already used")
    seen.add(option["value"])


def _too_many_defaults(path: str) -> Exception:
    message = "The specified number of default values exceeds the specified maximum values"
    return invalid(path, "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", message)


def _check_section(path: str, section: Component) -> None:
    texts = section.get("components") or []
    bounds.span(f"{path}.components", texts, 3, 1)
    _check_each(f"{path}.components", texts, (TEXT,))
    accessory = section.get("accessory")
    if not accessory:
        raise invalid(f"{path}.accessory", "BASE_TYPE_REQUIRED", "This field is required")
    bounds.kind(f"{path}.accessory", accessory, (BUTTON, THUMBNAIL))
    _CHECKS[accessory["type"]](f"{path}.accessory", accessory)


def check_text(path: str, shown: Component) -> None:
    """Refuse a text display that is empty or over 4000."""
    bounds.text(f"{path}.content", shown.get("content"), 4000, least=1, needed=True)


def _check_container(path: str, container: Component) -> None:
    inside = container.get("components") or []
    bounds.number(f"{path}.accent_color", container.get("accent_color"), 0, 0xFFFFFF)
    bounds.span(f"{path}.components", inside, 40, 1)
    _check_each(f"{path}.components", inside, _IN_CONTAINER)


def _check_media(path: str, item: Mapping[str, Any]) -> None:
    bounds.text(f"{path}.description", item.get("description"), 1024, least=1)
    address = (item.get("media") or {}).get("url")
    bounds.text(f"{path}.media.url", address, 2048, needed=True)
    bounds.url(f"{path}.media.url", address, schemes=_MEDIA)


def _check_gallery(path: str, gallery: Component) -> None:
    items = gallery.get("items") or []
    bounds.span(f"{path}.items", items, 10, 1)
    for index, item in enumerate(items):
        _check_media(f"{path}.items.{index}", item)


def _check_file(path: str, file: Component) -> None:
    address = (file.get("file") or {}).get("url")
    bounds.text(f"{path}.file.url", address, 2048, needed=True)
    bounds.url(f"{path}.file.url", address, schemes=("attachment",))


def _check_separator(path: str, separator: Component) -> None:
    bounds.choice(f"{path}.spacing", separator.get("spacing"), (None, 1, 2))


_CHECKS: dict[int, Callable[[str, Component], None]] = {
    ROW: _check_row,
    BUTTON: _check_button,
    **dict.fromkeys(SELECTS, check_select),
    SECTION: _check_section,
    TEXT: check_text,
    THUMBNAIL: _check_media,
    GALLERY: _check_gallery,
    FILE: _check_file,
    SEPARATOR: _check_separator,
    CONTAINER: _check_container,
}
