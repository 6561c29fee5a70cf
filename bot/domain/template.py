"""What a game looks like on a sheet: roles, classes, specs, and which answers it offers.

A template is a JSON object, shipped in `bot/templates` or a server's own; `read_template` turns it into values and
refuses what a sheet could not show.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast

from bot.domain.errors import MusterError


class Choice(StrEnum):
    """A member's answer to a sheet, as stored in `raid_attendance.status`."""

    ACCEPTED = "accepted"
    LATE = "late"
    TENTATIVE = "tentative"
    BENCH = "bench"
    ABSENCE = "absence"

    @property
    def holds_seat(self) -> bool:
        """Whether this answer takes a seat; Tentative never does (field rule)."""
        return self in (Choice.ACCEPTED, Choice.LATE)


class BadTemplate(MusterError):
    """This is not a template Muster can use."""


@dataclass(frozen=True)
class Role:
    """A function in the raid, such as Tank; `limit` None means any number."""

    name: str
    plural: str
    emoji: str
    limit: int | None = None


@dataclass(frozen=True)
class Spec:
    """A specialisation of a class; `role` is a role's name."""

    name: str
    role: str
    emoji: str
    limit: int | None = None


@dataclass(frozen=True)
class GameClass:
    """A class with its specs, at least one."""

    name: str
    emoji: str
    specs: tuple[Spec, ...]
    limit: int | None = None

    def spec(self, name: str) -> Spec | None:
        """The spec called `name`, or None."""
        return next((spec for spec in self.specs if spec.name == name), None)


@dataclass(frozen=True)
class Buff:
    """Something every raid wants, brought by any of these classes."""

    name: str
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Template:
    """A game's sheet. Without classes a sign-up is one word; `labels` are the words on the buttons, in their order."""

    name: str
    title: str
    game: str
    labels: Mapping[Choice, str]
    emoji: str = "📅"
    colour: int = 0x5865F2
    duration_minutes: int | None = None
    limit: int | None = None
    minimum: int | None = None
    group_by: str = "role"
    roles: tuple[Role, ...] = ()
    classes: tuple[GameClass, ...] = ()
    buffs: tuple[Buff, ...] = ()
    _by_name: Mapping[str, GameClass] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {one.name: one for one in self.classes})

    def game_class(self, name: str | None) -> GameClass | None:
        """The class called `name`, or None."""
        return self._by_name.get(name or "")

    def spec(self, class_name: str | None, spec_name: str | None) -> Spec | None:
        """The spec of that class, or None when this template does not have it."""
        game_class = self.game_class(class_name)
        return game_class.spec(spec_name or "") if game_class else None

    def role(self, name: str) -> Role | None:
        """The role called `name`, or None."""
        return next((role for role in self.roles if role.name == name), None)


DEFAULT_LABELS = {
    Choice.ACCEPTED: "Sign up",
    Choice.LATE: "Late",
    Choice.TENTATIVE: "Tentative",
    Choice.BENCH: "Bench",
    Choice.ABSENCE: "Absence",
}
MOST_OPTIONS = 25
"""Options of one Discord select: classes of a template, specs of a class."""


def parse_template(text: str) -> Template:
    """The template written in `text` (JSON). Raises BadTemplate naming the line where it is not JSON."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadTemplate(f"Line {error.lineno}: this is not JSON ({error.msg}).") from None
    if not isinstance(data, dict):
        raise BadTemplate("A template is one JSON object with a name, roles and classes.")
    return read_template(cast("dict[str, Any]", data))


def read_template(data: Mapping[str, Any]) -> Template:
    """The template in `data` (as stored). Raises BadTemplate with what to mend."""
    try:
        template = _build(data)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadTemplate(f"The template lacks or garbles {error}.") from None
    _check(template)
    return template


def _build(data: Mapping[str, Any]) -> Template:
    labels = cast("dict[str, str] | None", data.get("answers"))
    return Template(
        name=str(data["name"]),
        title=str(data["title"]),
        game=str(data.get("game", data["name"])),
        labels=_labels(labels) if labels else DEFAULT_LABELS,
        emoji=str(data.get("emoji", "📅")),
        colour=int(str(data.get("colour", "#5865F2")).removeprefix("#"), 16),
        duration_minutes=_number(data.get("duration")),
        limit=_number(data.get("limit")),
        minimum=_number(data.get("minimum")),
        group_by=str(data.get("group_by", "role")),
        roles=tuple(_role(one) for one in data.get("roles", ())),
        classes=tuple(_class(one) for one in data.get("classes", ())),
        buffs=tuple(Buff(str(one["name"]), tuple(map(str, one["from"]))) for one in data.get("buffs", ())),
    )


def _labels(words: Mapping[str, str]) -> dict[Choice, str]:
    # In the order of the choices: the database keeps a JSON object's keys in an order of its own.
    given = {Choice(key): str(word) for key, word in words.items()}
    return {choice: given[choice] for choice in Choice if choice in given}


def _role(data: Mapping[str, Any]) -> Role:
    name = str(data["name"])
    return Role(name, str(data.get("plural", name)), str(data["emoji"]), _number(data.get("limit")))


def _class(data: Mapping[str, Any]) -> GameClass:
    name, emoji = str(data["name"]), str(data["emoji"])
    specs = tuple(
        Spec(str(one["name"]), str(one["role"]), str(one.get("emoji", emoji)), _number(one.get("limit")))
        for one in data["specs"]
    )
    return GameClass(name, emoji, specs, _number(data.get("limit")))


def _number(value: object) -> int | None:
    return None if value is None else int(cast("int", value))


def _check(template: Template) -> None:
    _check_unique("class", (one.name for one in template.classes))
    _check_unique("role", (one.name for one in template.roles))
    _check_unique("class emoji", (one.emoji for one in template.classes))
    if Choice.ACCEPTED not in template.labels:
        raise BadTemplate('`answers` needs an "accepted" button: without it nobody can sign up.')
    if template.group_by not in ("role", "class"):
        raise BadTemplate('`group_by` is "role" or "class".')
    if len(template.classes) > MOST_OPTIONS:
        raise BadTemplate(f"{len(template.classes)} classes: one select shows at most {MOST_OPTIONS}.")
    for game_class in template.classes:
        _check_class(template, game_class)
    _check_limits(template)
    _check_buffs(template)


def _check_class(template: Template, game_class: GameClass) -> None:
    if not 1 <= len(game_class.specs) <= MOST_OPTIONS:
        raise BadTemplate(f"{game_class.name}: a class has 1 to {MOST_OPTIONS} specs.")
    _check_unique(f"spec of {game_class.name}", (spec.name for spec in game_class.specs))
    for spec in game_class.specs:
        if template.role(spec.role) is None:
            raise BadTemplate(f'{game_class.name}, {spec.name}: there is no role "{spec.role}" in `roles`.')


def _check_limits(template: Template) -> None:
    limited = [*template.roles, *template.classes, *(spec for one in template.classes for spec in one.specs)]
    for one in limited:
        if one.limit is not None and one.limit < 1:
            raise BadTemplate(f"{one.name}: a limit is 1 or more; leave it out for none.")
    for key, value in (("limit", template.limit), ("minimum", template.minimum)):
        if value is not None and value < 1:
            raise BadTemplate(f"`{key}` is 1 or more; leave it out for none.")
    if template.minimum and template.limit and template.minimum > template.limit:
        raise BadTemplate("`minimum` is more than `limit`: such a raid would never take place.")


def _check_buffs(template: Template) -> None:
    for buff in template.buffs:
        for name in buff.classes:
            if template.game_class(name) is None:
                raise BadTemplate(f'{buff.name}: there is no class "{name}" in `classes`.')


def _check_unique(what: str, names: Iterable[str]) -> None:
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise BadTemplate(f"The {what} {twice[0]} stands there twice.")
