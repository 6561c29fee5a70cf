"""A template as an officer types it into a form: a role a line, a class with its specs a line.

    Tank 🛡️ 2
    Paladin 🔨: Holy=Healer, Protection 🛡️=Tank

A number behind the emoji is a limit. Without classes every role is a class of its own.
"""

import re
from collections.abc import Sequence
from typing import Any

from bot.domain.emoji import is_emoji
from bot.domain.template import BadTemplate, GameClass, Role, Spec, Template, check_emoji, read_template

_NUMBER = re.compile("[0-9]{1,6}")
_CLASS = re.compile(r"(?P<label>(?:<a?:\w+:[0-9]+>|[^:])+):(?P<specs>.*)")
"""A class and its specs behind the first colon that is not part of a server's own emoji."""


def read_lines(name: str, title: str, emoji: str, roles: str, classes: str) -> Template:
    """The template of a form's five texts; `emoji` may be empty. Raises BadTemplate naming text, line and reason."""
    role_lines, class_lines = _lines("Roles", roles), _lines("Classes", classes)
    listed = [_labelled(where, line) for where, line in role_lines]
    known = {one["name"] for one in listed}
    chosen = [_class(where, line, known) for where, line in class_lines]
    chosen = chosen or [{**one, "specs": [{"name": one["name"], "role": one["name"]}]} for one in listed]
    data = {"name": name, "title": title, "emoji": emoji.strip() or None, "roles": listed, "classes": chosen}
    try:
        template = read_template(data)
        check_emoji(template)
    except BadTemplate as error:
        raise located(error, roles, classes) from None
    return template


def located(error: BadTemplate, roles: str, classes: str) -> BadTemplate:
    """The same error with the line it is about, when it is about one of the form's two texts."""
    role_lines, class_lines = _lines("Roles", roles), _lines("Classes", classes)
    lines = {"roles": role_lines, "classes": class_lines or role_lines}
    match error.path:
        case (str(key), int(index), *_) if index < len(lines.get(key, ())):
            return BadTemplate(f"{lines[key][index][0]}: {error}", error.path)
        case _:
            return error


def write_roles(roles: Sequence[Role]) -> str:
    """The roles as `read_lines` reads them."""
    return "\n".join(_worded(one.name, one.emoji, one.limit) for one in roles)


def write_classes(classes: Sequence[GameClass]) -> str:
    """The classes as `read_lines` reads them."""
    return "\n".join(
        f"{_worded(one.name, one.emoji, one.limit)}: {', '.join(_spec_worded(one, spec) for spec in one.specs)}"
        for one in classes
    )


def _worded(name: str, emoji: str, limit: int | None) -> str:
    return f"{name} {emoji} {limit}" if limit else f"{name} {emoji}"


def _spec_worded(of: GameClass, spec: Spec) -> str:
    own = spec.emoji != of.emoji or spec.limit
    return f"{_worded(spec.name, spec.emoji, spec.limit) if own else spec.name}={spec.role}"


def _lines(what: str, text: str) -> Sequence[tuple[str, str]]:
    """Every line that says something, and where it stands."""
    numbered = enumerate(text.split("\n"), start=1)
    return [(f"{what}, line {number}", line.strip()) for number, line in numbered if line.strip()]


def _class(where: str, line: str, roles: set[str]) -> dict[str, Any]:
    match = _CLASS.fullmatch(line)
    if match is None:
        raise BadTemplate(f"{where}: write a class and its specs as `Paladin 🔨: Holy=Healer, Protection=Tank`.")
    listed = [_spec(where, one, roles) for one in match["specs"].split(",") if one.strip()]
    return {**_labelled(where, match["label"]), "specs": listed}


def _spec(where: str, text: str, roles: set[str]) -> dict[str, Any]:
    label, equals, role = text.rpartition("=")
    if not equals or not label.strip():
        raise BadTemplate(f'{where}: write a spec and its role as `Holy=Healer`, not "{text.strip()[:50]}".')
    if role.strip() not in roles:
        raise BadTemplate(f'{where}: there is no role "{role.strip()[:50]}" among the roles.')
    return {**_parts(where, label), "role": role.strip()}


def _labelled(where: str, text: str) -> dict[str, Any]:
    """The parts of something that must have an emoji."""
    parts = _parts(where, text)
    if "emoji" not in parts:
        raise BadTemplate(f"{where}: put an emoji behind the name, and a limit behind that, as in `Tank 🛡️ 2`.")
    return parts


def _parts(where: str, text: str) -> dict[str, Any]:
    """Name, emoji and limit; a number counts as a limit behind an emoji only, for names may end in one."""
    words = text.split()
    found: dict[str, Any] = {}
    if len(words) > 2 and _NUMBER.fullmatch(words[-1]) and is_emoji(words[-2]):
        found["limit"] = int(words.pop())
        if not 1 <= found["limit"] <= 1000:
            raise BadTemplate(f"{where}: a limit is from 1 to 1000; leave it out for none.")
    if len(words) > 1 and is_emoji(words[-1]):
        found["emoji"] = words.pop()
    return {"name": " ".join(words), **found}
