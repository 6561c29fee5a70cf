"""What Discord refuses among application commands and autocomplete choices."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import regex

from sandbox.discord import bounds
from sandbox.discord.refusal import Refusal, invalid

Item = Mapping[str, Any]

CHAT_INPUT, USER, MESSAGE = 1, 2, 3
# Discord has been raising the menus' limit; five is what every app has.
_MOST = {CHAT_INPUT: 100, USER: 5, MESSAGE: 5}
_SIZE = 8000
_SUBCOMMAND, _GROUP, _STRING, _INTEGER, _CHANNEL, _NUMBER = 1, 2, 3, 4, 7, 10
_VALUES = range(3, 12)
_EXACT = 2**53
_NAME = regex.compile(r"[-_'\p{L}\p{N}\p{Script=Devanagari}\p{Script=Thai}]{1,32}")


def check_choices(choices: Sequence[Item]) -> None:
    """Refuse an autocomplete answer: up to 25, names 1 to 100, values 1 to 100 long or within ±2^53."""
    bounds.span("data.choices", choices, 25)
    for index, choice in enumerate(choices):
        _check_choice(f"data.choices.{index}", choice)


def check_commands(commands: Sequence[Item]) -> None:
    """Refuse a bulk overwrite; `commands` is its payload, a list of commands as `tree.sync()` sends them."""
    for kind, count in Counter(_kind(command) for command in commands).items():
        if count > _MOST.get(kind, 1):
            raise Refusal(400, 30032, f"Maximum number of application commands reached ({_MOST.get(kind, 1)}).")
    seen: set[tuple[int, str]] = set()
    for index, command in enumerate(commands):
        _check_command(str(index), command)
        key = (_kind(command), command["name"])
        if key in seen:
            code = "APPLICATION_COMMANDS_DUPLICATE_NAME"
            raise invalid(str(index), code, "Application command names must be unique")
        seen.add(key)


def command_size(command: Item) -> int:
    """The characters of `command` that count towards 8000: of every text, its longest localisation.

    Names and descriptions of the command and all its options, and the choices' names and values.
    """
    choices = command.get("choices") or []
    own = _longest(command, "name") + _longest(command, "description")
    own += sum(_longest(choice, "name") + len(str(choice.get("value", ""))) for choice in choices)
    return own + sum(map(command_size, command.get("options") or []))


def _kind(command: Item) -> int:
    return command.get("type") or CHAT_INPUT


def _texts(item: Item, field: str) -> Iterator[tuple[str, Any]]:
    """The field and its localisations, each with its path below the item."""
    yield field, item.get(field)
    for locale, value in (item.get(f"{field}_localizations") or {}).items():
        yield f"{field}_localizations.{locale}", value


def _longest(item: Item, field: str) -> int:
    return max(len(value or "") for _, value in _texts(item, field))


def _check_command(path: str, command: Item) -> None:
    bounds.choice(f"{path}.type", _kind(command), tuple(_MOST))
    if _kind(command) == CHAT_INPUT:
        _check_named(path, command)
        _check_options(path, command, (_SUBCOMMAND, _GROUP, *_VALUES))
    else:
        _check_menu(path, command)
    if command_size(command) > _SIZE:
        raise invalid(path, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({_SIZE})")


def _check_menu(path: str, menu: Item) -> None:
    """A context menu: any name of 1 to 32, no description, no options."""
    for where, name in _texts(menu, "name"):
        bounds.text(f"{path}.{where}", name, 32, least=1, needed=True)
    for field in ("description", "options"):
        if menu.get(field):
            code = f"APPLICATION_COMMAND_CONTEXT_MENU_{field.upper()}_INVALID"
            raise invalid(f"{path}.{field}", code, f"Context menu commands cannot have {field}")


def _check_named(path: str, item: Item) -> None:
    """Name and description of a slash command or an option, in every language."""
    for where, name in _texts(item, "name"):
        bounds.text(f"{path}.{where}", name, 32, least=1, needed=True)
        if not _NAME.fullmatch(name) or name != name.lower():
            raise invalid(f"{path}.{where}", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    for where, description in _texts(item, "description"):
        bounds.text(f"{path}.{where}", description, 100, least=1, needed=True)


def _check_options(path: str, parent: Item, allowed: Sequence[int]) -> None:
    options = parent.get("options") or []
    bounds.span(f"{path}.options", options, 25)
    for index, option in enumerate(options):
        bounds.kind(f"{path}.options.{index}", option, allowed)
        _check_option(f"{path}.options.{index}", option)
    _check_together(f"{path}.options", options)


def _check_together(path: str, options: Sequence[Item]) -> None:
    """What options of one level owe each other: names differ, required ones lead, subcommands stay among themselves."""
    nests = {option["type"] in (_SUBCOMMAND, _GROUP) for option in options}
    if len(nests) > 1:
        message = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        raise invalid(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
    for index, option in enumerate(options):
        before = options[:index]
        if any(other["name"] == option["name"] for other in before):
            message = f"Option name {option['name']} is already used in these options"
            raise invalid(f"{path}.{index}", "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", message)
        if option.get("required") and any(not other.get("required") for other in before):
            message = "Required options must be placed before non-required options"
            raise invalid(f"{path}.{index}", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)


def _check_option(path: str, option: Item) -> None:
    _check_named(path, option)
    if option["type"] == _GROUP:
        bounds.span(f"{path}.options", option.get("options") or [], 25, 1)
        _check_options(path, option, (_SUBCOMMAND,))
    elif option["type"] == _SUBCOMMAND:
        _check_options(path, option, tuple(_VALUES))
    else:
        _check_value(path, option)


def _check_value(path: str, option: Item) -> None:
    choices, kind = option.get("choices") or [], option["type"]
    _check_only_for(path, option, "choices", (_STRING, _INTEGER, _NUMBER))
    _check_only_for(path, option, "autocomplete", (_STRING, _INTEGER, _NUMBER))
    _check_only_for(path, option, "channel_types", (_CHANNEL,))
    if choices and option.get("autocomplete"):
        message = "Autocomplete cannot be combined with choices"
        raise invalid(f"{path}.autocomplete", "APPLICATION_COMMAND_OPTION_AUTOCOMPLETE_INVALID", message)
    bounds.span(f"{path}.choices", choices, 25)
    for index, choice in enumerate(choices):
        _check_choice(f"{path}.choices.{index}", choice, of_text=kind == _STRING)
    _check_choice_names(f"{path}.choices", choices)
    _check_reach(path, option)


def _check_only_for(path: str, option: Item, field: str, kinds: Sequence[int]) -> None:
    if option.get(field) and option["type"] not in kinds:
        message = f"{field.capitalize()} cannot be configured for this type of option"
        raise invalid(f"{path}.{field}", f"APPLICATION_COMMAND_{field.upper()}_INVALID", message)


def _check_reach(path: str, option: Item) -> None:
    """The least and most an option takes."""
    if option["type"] == _STRING:
        bounds.number(f"{path}.min_length", option.get("min_length"), 0, 6000)
        bounds.number(f"{path}.max_length", option.get("max_length"), 1, 6000)
        bounds.ordered(path, option, "min_length", "max_length")
    for field in ("min_value", "max_value"):
        bounds.number(f"{path}.{field}", option.get(field), -_EXACT, _EXACT)
    bounds.ordered(path, option, "min_value", "max_value")


def _check_choice(path: str, choice: Item, *, of_text: bool | None = None) -> None:
    """One choice; `of_text` says which kind of value its option takes, None when nothing says so."""
    for where, name in _texts(choice, "name"):
        bounds.text(f"{path}.{where}", name, 100, least=1, needed=True)
    value = choice.get("value")
    if of_text is None:
        of_text = not isinstance(value, int | float)
    if of_text:
        bounds.text(f"{path}.value", value, 100, least=1, needed=True)
    else:
        bounds.number(f"{path}.value", value, -_EXACT, _EXACT)


def _check_choice_names(path: str, choices: Sequence[Item]) -> None:
    names = [choice["name"] for choice in choices]
    for index, name in enumerate(names):
        if name in names[:index]:
            message = f"Option choice name {name} is already used in these choices"
            raise invalid(f"{path}.{index}", "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_INVALID", message)
