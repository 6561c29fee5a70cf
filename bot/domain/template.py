"""What a game looks like on a sheet: roles, classes, specs, and which answers it offers.

A template is a JSON object, shipped in `bot/templates` or a server's own; `read_template` turns it into values and
refuses what a sheet could not show.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, cast
from zlib import crc32

from bot.domain.errors import MusterError
from bot.domain.gates import MOST_PRIORITY_ROLES, Gates, Method, read_roles
from bot.domain.ids import RoleId
from bot.domain.json_values import Garbled, JsonObject, Path
from bot.domain.setting import Scope
from bot.domain.settings import BY_NAME
from bot.domain.words import USUAL, Order, Words


class Choice(StrEnum):
    """A member's answer to a sheet, as stored in `raid_attendance.status`."""

    ACCEPTED = "accepted"
    LATE = "late"
    TENTATIVE = "tentative"
    BENCH = "bench"
    ABSENCE = "absence"

    @cached_property
    def holds_seat(self) -> bool:
        """Whether this answer takes a seat; Tentative never does (field rule)."""
        return self in (Choice.ACCEPTED, Choice.LATE)


class BadTemplate(MusterError):
    """This is not a template Muster can use.

    `path` leads to the offending place, as far as it is known.
    """

    def __init__(self, message: str | None = None, path: Path = ()) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True)
class Role:
    """A function in the raid, such as Tank; `limit` None means any number, `wanted` is how many it takes at least."""

    name: str
    plural: str
    emoji: str
    limit: int | None = None
    wanted: int | None = None


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

    @cached_property
    def mark(self) -> int:
        """Its name in 32 bits, for a button that has no room for it: whatever becomes of the others, it is the same."""
        return crc32(self.name.encode())

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
    warn_hours: int = 24
    """How long before the start the officers hear of roles that are short."""
    group_by: str = "role"
    group_size: int = 5
    """People of one group of a comp."""
    roles: tuple[Role, ...] = ()
    classes: tuple[GameClass, ...] = ()
    buffs: tuple[Buff, ...] = ()
    gates: Gates = field(default_factory=Gates)
    words: Words = USUAL
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What raids of this template inherit (`bot.domain.settings`), by name, as JSON."""
    _by_name: Mapping[str, GameClass] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {one.name: one for one in self.classes})

    @property
    def duration(self) -> timedelta | None:
        """How long its raids take, when it says so."""
        return timedelta(minutes=self.duration_minutes) if self.duration_minutes else None

    def minimum_of(self, limit: int | None) -> int | None:
        """How many it takes for so many seats: a raid of fewer than the template's minimum takes them all."""
        return min(self.minimum, limit) if self.minimum and limit else self.minimum

    @cached_property
    def limits_seats(self) -> bool:
        """Whether somebody may have to wait although the raid as a whole has no limit."""
        specs = [spec for one in self.classes for spec in one.specs]
        limits = [one.limit for one in (*self.roles, *self.classes, *specs)]
        return self.gates.seats_only_the_chosen() or any(limit is not None for limit in limits)

    def game_class(self, name: str | None) -> GameClass | None:
        """The class called `name`, or None."""
        return self._by_name.get(name or "")

    def spec(self, class_name: str | None, spec_name: str | None) -> Spec | None:
        """The spec of that class, or None when this template does not have it."""
        game_class = self.game_class(class_name)
        return game_class.spec(spec_name or "") if game_class else None

    @property
    def classes_are_roles(self) -> bool:
        """Whether a class is what somebody does tonight, which anybody may do, not what their character is for good."""
        roles = {one.name for one in self.roles}
        return self.words.of_class == "role" or all(one.name in roles for one in self.classes)

    def called(self, class_name: str | None, spec_name: str | None) -> str:
        """What somebody plays, in the game's own words; a class is enough where its one spec's name tells nothing."""
        game_class = self.game_class(class_name)
        if game_class and len(game_class.specs) == 1 and self._repeats(spec_name):
            return game_class.name
        return self.words.called(class_name, spec_name)

    def shown(self, class_name: str | None, spec_name: str | None) -> str:
        """What a sheet says somebody plays; nothing where what they chose is another template's."""
        if self.spec(class_name, spec_name):
            return self.called(class_name, spec_name)
        game_class = self.game_class(class_name)
        return game_class.name if game_class and (spec_name is None or self.group_by == "class") else ""

    def _repeats(self, spec_name: str | None) -> bool:
        return sum(spec.name == spec_name for one in self.classes for spec in one.specs) > 1

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
_SAME_LOOKS = re.compile(r"\ufe0f|(?<=:)\w+(?=:)")
"""What no eye tells emoji apart by: Unicode's mark that it is a picture, and what a custom one is called."""
MOST_OPTIONS = 25
"""Options of one Discord select: classes of a template, specs of a class."""

LONGEST_LABEL = 80  # of a Discord button
LONGEST_WORD = 20  # two of them stand on the button that changes what one plays
LONGEST_DURATION = 24 * 60
MOST_PEOPLE = 1000
MOST_WARN_HOURS = 7 * 24
DEFAULT_WARN_HOURS = 24
DEFAULT_GROUP_SIZE = 5
OWN_FIELDS = frozenset({"duration", "limit", "method", "allowed_roles", "banned_roles", "priority_roles"})
"""Settings a template has fields of its own for."""


def read_template(data: object) -> Template:
    """The template in `data` (as stored). Raises BadTemplate with what to mend."""
    if not isinstance(data, Mapping):
        raise BadTemplate("A template is one JSON object with a name, roles and classes.")
    try:
        template = _build(JsonObject(cast("Mapping[str, Any]", data)))
    except Garbled as error:
        raise BadTemplate(str(error), error.path) from None
    _check(template)
    return template


def _build(data: JsonObject) -> Template:
    name = data.text("name")
    return Template(
        name=name,
        title=data.text("title"),
        game=data.text("game", name),
        labels=_labels(data),
        emoji=data.emoji("emoji", "📅"),
        colour=data.colour("colour", 0x5865F2),
        duration_minutes=data.whole("duration", LONGEST_DURATION),
        limit=data.whole("limit", MOST_PEOPLE),
        minimum=data.whole("minimum", MOST_PEOPLE),
        warn_hours=data.whole("warn_hours", MOST_WARN_HOURS) or DEFAULT_WARN_HOURS,
        group_by=data.text("group_by", "role"),
        group_size=data.whole("group_size", MOST_OPTIONS) or DEFAULT_GROUP_SIZE,
        roles=tuple(_role(one) for one in data.objects("roles", "role")),
        classes=tuple(_class(one) for one in data.objects("classes", "class")),
        buffs=tuple(Buff(one.text("name"), one.texts("from")) for one in data.objects("buffs", "buff")),
        gates=_gates(data.nested("sign_ups")),
        words=_words(data.nested("words")),
        settings=_settings(data.nested("settings")),
    )


def _words(data: JsonObject) -> Words:
    """What the game calls its classes and specs: `class`, `spec`, and `said`, the order of the two."""
    data.only("class", "spec", "said")
    said = data.text("said", USUAL.order)
    if said not in list(Order):
        raise Garbled(f'{data.place}`said` is {", ".join(Order)}, not "{said}".', (*data.path, "said"))
    of_class, of_spec = data.text("class", USUAL.of_class, LONGEST_WORD), data.text("spec", USUAL.of_spec, LONGEST_WORD)
    return Words(of_class, of_spec, Order(said))


def read_gates(kept: Mapping[str, Any]) -> Gates:
    """The sign-up rules as `template_file.write_gates` keeps them. Raises Garbled."""
    return _gates(JsonObject(kept))


def _gates(data: JsonObject) -> Gates:
    """The sign-up rules: `method`, and lists of Discord role ids (as texts, for JSON has no numbers that long)."""
    method = data.text("method", Method.SELF)
    if method not in list(Method):
        raise Garbled(f'{data.place}`method` is {", ".join(Method)}, not "{method}".', (*data.path, "method"))
    allowed, banned, priority = (data.ids(key) for key in ("allowed_roles", "banned_roles", "priority_roles"))
    if len(priority) > MOST_PRIORITY_ROLES:
        message = f"{data.place}`priority_roles` names at most {MOST_PRIORITY_ROLES} roles."
        raise Garbled(message, (*data.path, "priority_roles"))
    return Gates(Method(method), frozenset(map(RoleId, allowed)), frozenset(map(RoleId, banned)), read_roles(priority))


def _settings(data: JsonObject) -> Mapping[str, Any]:
    """The values of settings that stand at the template's level."""
    for name, kept in data.values.items():
        setting = BY_NAME.get(name)
        if setting is None or Scope.TEMPLATE not in setting.scopes or name in OWN_FIELDS:
            raise Garbled(f'There is no setting "{name}" of a template.', (*data.path, name))
        try:
            setting.kind.load(kept)
        except (TypeError, ValueError):
            raise Garbled(f"The setting `{name}` cannot have that value.", (*data.path, name)) from None
    return data.values


def _labels(data: JsonObject) -> Mapping[Choice, str]:
    if data.values.get("answers") is None:
        return DEFAULT_LABELS
    answers = data.nested("answers")
    unknown = [key for key in answers.values if key not in DEFAULT_LABELS]
    if unknown:
        raise Garbled(f'There is no answer "{unknown[0]}": write {", ".join(Choice)}.', ("answers", unknown[0]))
    # In the order of the choices: the database keeps a JSON object's keys in an order of its own.
    return {choice: answers.text(choice, longest=LONGEST_LABEL) for choice in Choice if choice in answers.values}


def _role(data: JsonObject) -> Role:
    name = data.text("name")
    limit = data.whole("limit", MOST_PEOPLE)
    return Role(name, data.text("plural", name), data.emoji("emoji"), limit, data.whole("wanted", limit or MOST_PEOPLE))


def _class(data: JsonObject) -> GameClass:
    name, emoji = data.text("name"), data.emoji("emoji")
    specs = tuple(
        Spec(one.text("name"), one.text("role"), one.emoji("emoji", emoji), one.whole("limit", MOST_PEOPLE))
        for one in data.objects("specs", "spec")
    )
    return GameClass(name, emoji, specs, data.whole("limit", MOST_PEOPLE))


def _check(template: Template) -> None:
    _check_fit(template)
    _check_unique("class", (one.name for one in template.classes), ("classes",))
    _check_unique("role", (one.name for one in template.roles), ("roles",))
    _check_unique("class emoji", (one.emoji for one in template.classes), ("classes",))
    if Choice.ACCEPTED not in template.labels:
        raise BadTemplate('`answers` needs an "accepted" button: without it nobody can sign up.', ("answers",))
    if template.group_by not in ("role", "class"):
        raise BadTemplate('`group_by` is "role" or "class".', ("group_by",))
    for index, game_class in enumerate(template.classes):
        _check_class(template, game_class, ("classes", index))
    if template.minimum and template.limit and template.minimum > template.limit:
        raise BadTemplate("`minimum` is more than `limit`: such a raid would never take place.", ("minimum",))
    _check_buffs(template)
    if template.words.order is Order.SPEC:
        _check_said_alone(template)


def _check_fit(template: Template) -> None:
    if len(template.classes) > MOST_OPTIONS:
        message = f"{len(template.classes)} classes: one select shows at most {MOST_OPTIONS}."
        raise BadTemplate(message, ("classes", MOST_OPTIONS))
    if len(template.roles) > MOST_OPTIONS:
        message = f"{len(template.roles)} roles: a sheet shows at most {MOST_OPTIONS}."
        raise BadTemplate(message, ("roles", MOST_OPTIONS))


def check_emoji(template: Template) -> None:
    """Raise BadTemplate for two classes, or two roles, of one look. What is stored is read whatever it looks like."""
    for key, things in (("classes", template.classes), ("roles", template.roles)):
        looks = [_SAME_LOOKS.sub("", one.emoji) for one in things]
        for index, one in enumerate(things):
            if looks[index] in looks[:index]:
                raise BadTemplate(f"The emoji {one.emoji} stands twice in `{key}`.", (key, index))


def _check_said_alone(template: Template) -> None:
    names = [spec.name for one in template.classes for spec in one.specs]
    if twice := [name for name in names if names.count(name) > 1]:
        raise BadTemplate(f'Two classes have the spec {twice[0]}: "said" cannot be "spec".', ("words", "said"))


def _check_class(template: Template, game_class: GameClass, path: Path) -> None:
    if not 1 <= len(game_class.specs) <= MOST_OPTIONS:
        raise BadTemplate(f"{game_class.name}: a class has 1 to {MOST_OPTIONS} specs.", path)
    _check_unique(f"spec of {game_class.name}", (spec.name for spec in game_class.specs), (*path, "specs"))
    for index, spec in enumerate(game_class.specs):
        if template.role(spec.role) is None:
            message = f'{game_class.name}, {spec.name}: there is no role "{spec.role}" in `roles`.'
            raise BadTemplate(message, (*path, "specs", index, "role"))


def _check_buffs(template: Template) -> None:
    for index, buff in enumerate(template.buffs):
        for name in buff.classes:
            if template.game_class(name) is None:
                message = f'{buff.name}: there is no class "{name}" in `classes`.'
                raise BadTemplate(message, ("buffs", index, "from"))


def _check_unique(what: str, names: Iterable[str], path: Path) -> None:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            raise BadTemplate(f"The {what} {name} stands there twice.", (*path, index))
        seen.add(name)
