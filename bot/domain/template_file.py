"""A template as a file: written readably and in a steady order, read back with the line of whatever is wrong."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from bot.domain.gates import Gates, Method
from bot.domain.json_values import Garbled, JsonObject, Path
from bot.domain.setting_kinds import of_one_server
from bot.domain.settings import BY_NAME
from bot.domain.template import (
    DEFAULT_GROUP_SIZE,
    DEFAULT_LABELS,
    DEFAULT_WARN_HOURS,
    BadTemplate,
    GameClass,
    Role,
    Spec,
    Template,
    check_emoji,
    read_template,
)
from bot.domain.words import USUAL, Words

LONGEST_FAULT = 500
MOST_BUFFS = 25
DEEPEST, LONGEST_NUMBER = 100, 1000
"""Brackets within brackets, and digits: far beyond any template's, and below what Python reads."""
_KEYS = (
    *("name", "title", "game", "emoji", "colour", "duration", "limit", "minimum", "warn_hours", "words"),
    *("group_by", "group_size", "answers", "sign_ups", "settings", "roles", "classes", "buffs"),
)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def definition_of(template: Template, *, discord_roles: bool = True) -> dict[str, Any]:
    """The JSON object `read_template` reads this template from; what has its default is left out.

    Without `discord_roles` the ids of one server's roles stay behind: they mean nothing in another.
    """
    gates = template.gates if discord_roles else Gates(template.gates.method)
    found: dict[str, Any] = {
        "name": template.name,
        "title": template.title,
        "game": template.game,
        "emoji": template.emoji,
        "colour": f"#{template.colour:06X}",
        "duration": template.duration_minutes,
        "limit": template.limit,
        "minimum": template.minimum,
        "warn_hours": None if template.warn_hours == DEFAULT_WARN_HOURS else template.warn_hours,
        "words": _words(template.words),
        "group_by": template.group_by,
        "group_size": None if template.group_size == DEFAULT_GROUP_SIZE else template.group_size,
        "answers": None if template.labels == DEFAULT_LABELS else {str(key): word for key, word in _answers(template)},
        "sign_ups": write_gates(gates),
        "settings": _settings(template, discord_roles=discord_roles),
        "roles": [_role(one) for one in template.roles],
        "classes": [_class(one) for one in template.classes],
        "buffs": [{"name": one.name, "from": list(one.classes)} for one in template.buffs],
    }
    return _kept(found)


def _settings(template: Template, *, discord_roles: bool) -> dict[str, Any] | None:
    kept = {
        name: value
        for name, value in template.settings.items()
        if discord_roles or not of_one_server(BY_NAME[name].kind)
    }
    return kept or None


def write_template(template: Template, *, discord_roles: bool = False) -> str:
    """The template as a JSON file, laid out as the shipped ones are: a role, a spec, a buff a line."""
    entries = definition_of(template, discord_roles=discord_roles).items()
    lines = [f"  {json.dumps(key)}: {_laid_out(value)}" for key, value in entries]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def read_object(text: str) -> object:
    """The JSON in `text`. Raises BadTemplate naming the line where it is none."""
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise BadTemplate(f"Line {error.lineno}: this is not JSON ({error.msg}).") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, thousands of brackets
        fault = "this is not a template: it holds an endless number or endless brackets."
        raise BadTemplate(f"Line {_endless(text)}: {fault}") from None


def _endless(text: str) -> int:
    """The line of the first number, or the first bracket within brackets, that no reader takes."""
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += (token[0] in "{[") - (token[0] in "}]")
        if depth > DEEPEST or (len(token[0]) > LONGEST_NUMBER and token[0][0] != '"'):
            return text.count("\n", 0, token.start()) + 1
    return 1


def read_file(text: str) -> Template:
    """The template in a file's text. Raises BadTemplate with the line and what to mend there."""
    text = text.removeprefix("\ufeff")
    data = read_object(text)
    try:
        template = read_template(data)
        _check_keys(JsonObject(cast("Mapping[str, Any]", data)))
        _check_once(text)
        check_emoji(template)
        _check_buffs(template)
    except (BadTemplate, Garbled) as error:
        raise located(text, BadTemplate(str(error), error.path)) from None
    return template


def _check_keys(data: JsonObject) -> None:
    """Raise Garbled for a key no template has. In files only: what is stored is read whatever else it says."""
    data.only(*_KEYS)
    data.nested("sign_ups").only("method", "allowed_roles", "banned_roles", "priority_roles")
    for role in data.objects("roles", "role"):
        role.only("name", "plural", "emoji", "limit", "wanted")
    for one in data.objects("classes", "class"):
        one.only("name", "emoji", "limit", "specs")
        for spec in one.objects("specs", "spec"):
            spec.only("name", "role", "emoji", "limit")
    for buff in data.objects("buffs", "buff"):
        buff.only("name", "from")


def _check_buffs(template: Template) -> None:
    """Raise BadTemplate for more buffs than a comp can show, or one that names a class twice. In files only, too."""
    if len(template.buffs) > MOST_BUFFS:
        raise BadTemplate(f"{len(template.buffs)} buffs: a comp shows at most {MOST_BUFFS}.", ("buffs", MOST_BUFFS))
    for index, buff in enumerate(template.buffs):
        if len(set(buff.classes)) < len(buff.classes):
            raise BadTemplate(f"{buff.name}: a class stands twice in `from`.", ("buffs", index, "from"))


def _check_once(text: str) -> None:
    """Raise Garbled for a key that stands twice in its object: the first would silently mean nothing."""
    seen = set[Path]()
    for path, _ in _places(text):
        if path in seen:
            raise Garbled(f'"{path[-1]}" stands twice in the same curly brackets.', path)
        seen.add(path)


def located(text: str, error: BadTemplate) -> BadTemplate:
    """The error about `text` with the line it is about, short enough to be sent."""
    # Half a character (a lone surrogate) cannot be sent back.
    fault = str(error)[:LONGEST_FAULT].encode(errors="replace").decode()
    return BadTemplate(f"Line {line_of(text, error.path)}: {fault}", error.path)


def line_of(text: str, path: Path) -> int:
    """The line (from 1) of the value at `path` in JSON that parses, or of the nearest that encloses it."""
    known = dict(_places(text))
    nearest = (path[:length] for length in range(len(path), -1, -1))
    return next((known[one] for one in nearest if one in known), 1)


def _places(text: str) -> Iterator[tuple[Path, int]]:
    """Every value's path and line. `open_` holds, for each bracket still open, the key or index it is at."""
    open_: list[str | int | None] = []
    line, seen = 1, 0
    awaiting_key = False
    for token in _TOKEN.finditer(text):
        line, seen = line + text.count("\n", seen, token.start()), token.start()
        mark = token[0]
        if mark in "}]":
            open_.pop()
            awaiting_key = False
        elif mark == ",":
            awaiting_key = not isinstance(open_[-1], int)
            open_[-1] = open_[-1] + 1 if isinstance(open_[-1], int) else None
        elif awaiting_key and mark != ":":
            open_[-1], awaiting_key = json.loads(mark, strict=False), False
        elif mark != ":":
            yield tuple(one for one in open_ if one is not None), line
            if mark in "{[":
                open_.append(0 if mark == "[" else None)
                awaiting_key = mark == "{"


def _words(words: Words) -> Mapping[str, Any]:
    usual = (USUAL.of_class, USUAL.of_spec, USUAL.order.value)
    found = zip(("class", "spec", "said"), (words.of_class, words.of_spec, words.order.value), usual, strict=True)
    return {key: word for key, word, default in found if word != default}


def _answers(template: Template) -> Iterator[tuple[str, str]]:
    yield from ((choice.value, word) for choice, word in template.labels.items())


def write_gates(gates: Gates) -> Mapping[str, Any]:
    """The sign-up rules as JSON; what has its default is left out."""
    return _kept(
        {
            "method": None if gates.method is Method.SELF else gates.method.value,
            "allowed_roles": [str(role) for role in sorted(gates.allowed)],
            "banned_roles": [str(role) for role in sorted(gates.banned)],
            "priority_roles": [str(role) for role in gates.priority],
        }
    )


def _role(role: Role) -> Mapping[str, Any]:
    counts = {"limit": role.limit, "wanted": role.wanted}
    return _kept({"name": role.name, "plural": role.plural, "emoji": role.emoji, **counts})


def _class(game_class: GameClass) -> Mapping[str, Any]:
    specs = [_spec(one, game_class) for one in game_class.specs]
    return _kept({"name": game_class.name, "emoji": game_class.emoji, "limit": game_class.limit, "specs": specs})


def _spec(spec: Spec, of: GameClass) -> Mapping[str, Any]:
    emoji = None if spec.emoji == of.emoji else spec.emoji
    return _kept({"name": spec.name, "role": spec.role, "emoji": emoji, "limit": spec.limit})


def _kept(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, [], {})}


def _laid_out(value: object) -> str:
    if not isinstance(value, list):
        return _dumped(value)
    return "[\n" + ",\n".join(f"    {_entry(one)}" for one in value) + "\n  ]"  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - as definition_of made it


def _entry(entry: Mapping[str, Any]) -> str:
    if "specs" not in entry:
        return _dumped(entry)
    head = _dumped({key: value for key, value in entry.items() if key != "specs"})
    specs = ",\n".join(f"      {_dumped(one)}" for one in entry["specs"])
    return f'{head.removesuffix("}")}, "specs": [\n{specs}\n    ]}}'


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
