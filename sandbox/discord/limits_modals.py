"""What Discord refuses in a modal: labels with one control each, text, or classic rows with one text input."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.discord import bounds
from sandbox.discord.limits_components import (
    ROW,
    SELECTS,
    TEXT,
    TEXT_INPUT,
    Component,
    check_ids,
    check_options,
    check_select,
    check_text,
    walk,
)
from sandbox.discord.refusal import invalid

LABEL, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 18, 19, 21, 22, 23


def check_modal(data: Mapping[str, Any]) -> None:
    """Refuse a modal; `data` is the `data` of an interaction callback of type 9."""
    bounds.text("data.title", data.get("title"), 45, needed=True)
    bounds.text("data.custom_id", data.get("custom_id"), 100, least=1, needed=True)
    components = data.get("components") or []
    bounds.span("data.components", components, 5, 1)
    for index, component in enumerate(components):
        path = f"data.components.{index}"
        bounds.kind(path, component, tuple(_TOP))
        _TOP[component["type"]](path, component)
    check_ids(list(walk("data.components", components)))


def _check_row(path: str, row: Component) -> None:
    inside = row.get("components") or []
    bounds.span(f"{path}.components", inside, 1, 1)
    bounds.kind(f"{path}.components.0", inside[0], (TEXT_INPUT,))
    bounds.text(f"{path}.components.0.label", inside[0].get("label"), 45, needed=True)
    _check_text_input(f"{path}.components.0", inside[0])


def _check_label(path: str, label: Component) -> None:
    bounds.text(f"{path}.label", label.get("label"), 45, needed=True)
    bounds.text(f"{path}.description", label.get("description"), 100)
    control = label.get("component")
    if not control:
        raise invalid(f"{path}.component", "BASE_TYPE_REQUIRED", "This field is required")
    bounds.kind(f"{path}.component", control, tuple(_CONTROLS))
    bounds.text(f"{path}.component.custom_id", control.get("custom_id"), 100, least=1, needed=True)
    _CONTROLS[control["type"]](f"{path}.component", control)


def _check_text_input(path: str, field: Component) -> None:
    bounds.text(f"{path}.custom_id", field.get("custom_id"), 100, least=1, needed=True)
    bounds.choice(f"{path}.style", field.get("style"), (1, 2))
    bounds.text(f"{path}.placeholder", field.get("placeholder"), 100)
    bounds.number(f"{path}.min_length", field.get("min_length"), 0, 4000)
    bounds.number(f"{path}.max_length", field.get("max_length"), 1, 4000)
    bounds.ordered(path, field, "min_length", "max_length")
    # A prefilled value longer than the field allows could never be submitted.
    bounds.text(f"{path}.value", field.get("value"), field.get("max_length") or 4000)


def _check_select(path: str, select: Component) -> None:
    if select.get("disabled"):
        raise invalid(f"{path}.disabled", "COMPONENT_DISABLED_IN_MODAL", "Modals cannot have disabled components")
    _check_required(path, select)
    check_select(path, select)


def _check_radio(path: str, group: Component) -> None:
    check_options(path, group, 10, 2)


def _check_boxes(path: str, group: Component) -> None:
    _check_count(path, group)
    # Without max_values every box may be ticked.
    check_options(path, {**group, "max_values": group.get("max_values") or len(group.get("options") or [])}, 10)


def _check_required(path: str, control: Component) -> None:
    """What may be left empty says so: `min_values` 0 goes with `required` false, which is not the default."""
    if control.get("required", True) and control.get("min_values") == 0:
        raise invalid(f"{path}.min_values", "NUMBER_TYPE_MIN", "int value should be greater than or equal to 1.")


def _check_count(path: str, control: Component) -> None:
    _check_required(path, control)
    bounds.number(f"{path}.min_values", control.get("min_values"), 0, 10)
    bounds.number(f"{path}.max_values", control.get("max_values"), 1, 10)
    bounds.ordered(path, control, "min_values", "max_values")


def _check_nothing(_path: str, _control: Component) -> None:
    """A checkbox has nothing but its custom_id."""


_TOP: dict[int, Callable[[str, Component], None]] = {ROW: _check_row, TEXT: check_text, LABEL: _check_label}
_CONTROLS: dict[int, Callable[[str, Component], None]] = {
    **dict.fromkeys(SELECTS, _check_select),
    TEXT_INPUT: _check_text_input,
    FILE_UPLOAD: _check_count,
    RADIO_GROUP: _check_radio,
    CHECKBOX_GROUP: _check_boxes,
    CHECKBOX: _check_nothing,
}
