"""Which component a member touches, and what they may put into it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.discord.resolving import Impossible, Resolved
from sandbox.discord.words import walk
from sandbox.discord.world import JSON, Channel, Member, Role, Upload, User

_ROW, _BUTTON, _STRING_SELECT, _TEXT_INPUT = 1, 2, 3, 4
_USERS, _ROLES, _MENTIONABLES, _CHANNELS = 5, 6, 7, 8
_TEXT_DISPLAY, _LABEL, _FILE_UPLOAD, _RADIO, _CHECKBOXES, _CHECKBOX = 10, 18, 19, 21, 22, 23
_SELECTS = {_STRING_SELECT, _USERS, _ROLES, _MENTIONABLES, _CHANNELS}
_LINK, _PREMIUM = 5, 6
_PICKED = {
    _USERS: (Member, User),
    _ROLES: (Role,),
    _MENTIONABLES: (Member, User, Role),
    _CHANNELS: (Channel,),
    _FILE_UPLOAD: (Upload,),
}


def button(components: list[JSON], wanted: str) -> JSON:
    """The one button with this label, custom_id or (unlabelled) emoji, if it can be clicked."""
    buttons = [each for each in walk(components) if each["type"] == _BUTTON]
    found = [each for each in buttons if wanted in (each.get("custom_id"), each.get("label"), _emoji(each))]
    if len(found) != 1:
        shown = [each.get("label") or each.get("custom_id") for each in buttons]
        raise Impossible(f"{len(found)} buttons {wanted!r} among {shown}")
    if found[0].get("disabled"):
        raise Impossible(f"the button {wanted!r} is disabled")
    if found[0].get("style") in (_LINK, _PREMIUM):
        raise Impossible(f"the button {wanted!r} is a link; the bot hears nothing of it")
    return found[0]


def _emoji(component: JSON) -> str | None:
    """The emoji of a button without a label, by its name."""
    return None if component.get("label") else (component.get("emoji") or {}).get("name")


def select(components: list[JSON], custom_id: str | None) -> JSON:
    """The select with this custom_id, or the only one, if it can be used."""
    selects = [each for each in walk(components) if each["type"] in _SELECTS]
    found = [each for each in selects if custom_id in (None, each["custom_id"], each.get("placeholder"))]
    if len(found) != 1:
        raise Impossible(f"{len(found)} selects {custom_id!r} among {[each['custom_id'] for each in selects]}")
    if found[0].get("disabled"):
        raise Impossible(f"the select {found[0]['custom_id']!r} is disabled")
    return found[0]


def choose(component: JSON, values: Sequence[Any], resolved: Resolved) -> list[str]:
    """The chosen values, as many as the select asks for, each among what it offers."""
    low, high = _asked_for(component)
    if not low <= len(values) <= high:
        raise Impossible(f"{component['custom_id']!r} takes {low} to {high} values, not {len(values)}")
    if component["type"] in _PICKED:
        return [_pick(component, value, resolved) for value in values]
    return [_option(component, value) for value in values]


def _asked_for(component: JSON) -> tuple[int, int]:
    """How many values: one unless told otherwise, but any number of check boxes. discord.py sends null for unset."""
    low, high = component.get("min_values"), component.get("max_values")
    most = len(component["options"]) if component["type"] == _CHECKBOXES else 1
    return (1 if low is None else low), (most if high is None else high)


def _option(component: JSON, wanted: Any) -> str:
    for option in component.get("options") or []:
        if wanted in (option["value"], option["label"]):
            return option["value"]
    offered = [option["label"] for option in component.get("options") or []]
    raise Impossible(f"{component['custom_id']!r} offers no {wanted!r} among {offered}")


def _pick(component: JSON, value: Any, resolved: Resolved) -> str:
    if not isinstance(value, _PICKED[component["type"]]):
        raise Impossible(f"{component['custom_id']!r} offers no {value!r}")
    kinds = component.get("channel_types")
    if isinstance(value, Channel) and kinds and value.kind not in kinds:
        raise Impossible(f"{component['custom_id']!r} does not offer channels of type {value.kind.name}")
    return resolved.add(value)


def fill(modal: JSON, fields: Mapping[str, Any], resolved: Resolved) -> list[JSON]:
    """The submitted components of a modal. Raises Impossible for unknown fields and values it would not take."""
    left = dict(fields)
    filled = [_top_level(component, left, resolved) for component in modal["components"]]
    if left:
        raise Impossible(f"the modal has no fields {sorted(left)}")
    return filled


def _top_level(component: JSON, left: dict[str, Any], resolved: Resolved) -> JSON:
    kind = component["type"]
    if kind == _LABEL:
        inner = _field(component["component"], component.get("label", ""), left, resolved)
        return {"type": _LABEL, "id": component.get("id", 0), "component": inner}
    if kind == _ROW:
        inputs = [_field(each, each.get("label", ""), left, resolved) for each in component["components"]]
        return {"type": _ROW, "id": component.get("id", 0), "components": inputs}
    return {"type": _TEXT_DISPLAY, "id": component.get("id", 0), "content": component.get("content", "")}


def _field(component: JSON, label: str, left: dict[str, Any], resolved: Resolved) -> JSON:
    key = next((each for each in (component["custom_id"], label) if each in left), None)
    value = _as_prefilled(component) if key is None else left.pop(key)
    body: JSON = {"type": component["type"], "custom_id": component["custom_id"], "id": component.get("id", 0)}
    return {**body, **_submitted(component, value, resolved)}


def _submitted(component: JSON, value: Any, resolved: Resolved) -> JSON:
    kind = component["type"]
    if kind == _TEXT_INPUT:
        return {"value": _text(component, value)}
    if kind == _CHECKBOX:
        return {"value": bool(value)}
    if kind == _RADIO:
        return {"value": _radio(component, value)}
    chosen = [value] if isinstance(value, str) or not isinstance(value, Sequence) else value
    if not chosen and not component.get("required", True):
        return {"values": []}
    return {"values": choose(component, chosen, resolved)}


def _radio(component: JSON, value: Any) -> str | None:
    if value is None and not component.get("required", True):
        return None
    return _option(component, value)


def _text(component: JSON, value: Any) -> str:
    low, high = component.get("min_length", 0), component.get("max_length", 4000)
    if not value and not component.get("required", True):
        return ""
    if not isinstance(value, str) or not value or not low <= len(value) <= high:
        field = component["custom_id"]
        raise Impossible(f"the field {field!r} takes {max(low, 1)} to {high} characters, not {value!r}")
    return value


def _as_prefilled(component: JSON) -> Any:
    kind = component["type"]
    if kind == _TEXT_INPUT:
        return component.get("value") or ""
    if kind == _CHECKBOX:
        return component.get("default", False)
    chosen = [each["value"] for each in component.get("options") or [] if each.get("default")]
    return next(iter(chosen), None) if kind == _RADIO else chosen
