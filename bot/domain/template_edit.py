"""What an officer may change of a template, as they type it: an option each, "none" clears."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.durations import parse_duration
from bot.domain.errors import MusterError
from bot.domain.gates import MOST_PRIORITY_ROLES, Gates, Method, read_roles
from bot.domain.ids import ChannelId, RoleId
from bot.domain.setting_rules import Here
from bot.domain.template import (
    DEFAULT_LABELS,
    LONGEST_DURATION,
    MOST_OPTIONS,
    MOST_PEOPLE,
    MOST_WARN_HOURS,
    Choice,
    GameClass,
    Spec,
    Template,
    read_template,
)
from bot.domain.template_file import definition_of

NOTHING = frozenset({"none", "-", "keine"})
_ON, _OFF = frozenset({"on", "yes", "an"}), frozenset({"off", "no", "aus", "none"})
_AS_IS = -1
_MENTION = re.compile(r"<@&([0-9]{1,19})>|\b([0-9]{15,19})\b|(@everyone)")


class BadEdit(MusterError):
    """I cannot read that change. Look at the option's description for how to write it."""


class UnknownRole(MusterError):
    """There is no such role in this server. Type @ and pick it from the list."""


@dataclass(frozen=True)
class ServerRoles:
    """The roles of one Discord server by id; `everyone` is @everyone's, which is the server's own id. Its channels."""

    everyone: RoleId
    names: Mapping[RoleId, str]
    channels: frozenset[ChannelId] = frozenset()

    @property
    def here(self) -> Here:
        """What there is in the server."""
        return Here(self.channels, frozenset({self.everyone, *self.names}), self.everyone)


@dataclass(frozen=True)
class TemplateWish:
    """The options of an edit as typed; None leaves a thing as it is."""

    title: str | None = None
    emoji: str | None = None
    colour: str | None = None
    duration: str | None = None
    limit: str | None = None
    minimum: str | None = None
    warn_hours: str | None = None
    group_size: str | None = None
    group_by: str | None = None
    method: Method | None = None
    allowed_roles: str | None = None
    banned_roles: str | None = None
    priority_roles: str | None = None
    wanted: str | None = None
    role_limits: str | None = None
    class_limits: str | None = None
    spec_limits: str | None = None
    answers: str | None = None


def edited(template: Template, wish: TemplateWish, roles: ServerRoles) -> Template:
    """The template with the wishes fulfilled. Raises BadEdit, UnknownRole, BadDuration, BadTemplate; says which."""
    definition = definition_of(_with_limits(template, wish))
    plain = {"title": wish.title, "emoji": wish.emoji, "colour": wish.colour, "group_by": wish.group_by}
    definition |= {key: value for key, value in plain.items() if value is not None}
    definition |= {key: value for key, value in _numbers(wish).items() if value != _AS_IS}
    fresh = read_template(definition)
    labels = fresh.labels if wish.answers is None else _labels(fresh.labels, wish.answers)
    # Read once more: what each option alone allows must fit together, too.
    return read_template(definition_of(replace(fresh, labels=labels, gates=_gates(template.gates, wish, roles))))


def _numbers(wish: TemplateWish) -> Mapping[str, int | None]:
    return {
        "duration": _minutes(wish.duration),
        "limit": _number("limit", wish.limit),
        "minimum": _number("minimum", wish.minimum),
        "warn_hours": _number("warn_hours", wish.warn_hours, MOST_WARN_HOURS),
        "group_size": _number("group_size", wish.group_size, MOST_OPTIONS),
    }


def _minutes(typed: str | None) -> int | None:
    if typed is None or typed.strip().casefold() in NOTHING:
        return _AS_IS if typed is None else None
    return parse_duration(typed, at_most=timedelta(minutes=LONGEST_DURATION), option="duration") // timedelta(minutes=1)


def _number(what: str, typed: str | None, most: int = MOST_PEOPLE) -> int | None:
    if typed is None:
        return _AS_IS
    text = typed.strip().casefold()
    if text in NOTHING:
        return None
    number = int(text) if re.fullmatch("[0-9]{1,6}", text) else 0
    if not 1 <= number <= most:
        raise BadEdit(f'`{what}` is a number from 1 to {most} or `none`, not "{typed[:50]}".')
    return number


def _gates(gates: Gates, wish: TemplateWish, roles: ServerRoles) -> Gates:
    allowed = parse_roles("allowed_roles", wish.allowed_roles, roles)
    banned = parse_roles("banned_roles", wish.banned_roles, roles)
    priority = parse_roles("priority_roles", wish.priority_roles, roles)
    if len(priority or ()) > MOST_PRIORITY_ROLES:
        raise BadEdit(f"`priority_roles` takes at most {MOST_PRIORITY_ROLES} roles, the first one first.")
    return Gates(
        method=wish.method or gates.method,
        allowed=gates.allowed if allowed is None else frozenset(allowed),
        banned=gates.banned if banned is None else frozenset(banned),
        priority=gates.priority if priority is None else priority,
    )


def parse_roles(what: str, typed: str | None, roles: ServerRoles) -> tuple[RoleId, ...] | None:
    """The roles meant by mentions, ids or names with commas between, in their order; None when nothing was typed.

    "none" is no roles. Raises UnknownRole naming what is none, BadEdit for @everyone, who is no group of people.
    """
    if typed is None:
        return None
    if typed.strip().casefold() in NOTHING:
        return ()
    found = read_roles([_role(what, one, roles) for one in _role_words(typed)])
    if not found:
        raise BadEdit(f"`{what}` lists roles, such as `@Raider @Trial`, or says `none`.")
    return found


def known_roles(gates: Gates, roles: ServerRoles) -> Gates:
    """The gates without @everyone. Raises UnknownRole for a role another server must have."""
    for role in (*gates.allowed, *gates.banned, *gates.priority):
        if role not in roles.names and role != roles.everyone:
            raise UnknownRole(f"There is no role with the id {role} in this server: leave it out of the file.")
    everyone = frozenset({roles.everyone})
    priority = read_roles(gates.priority, roles.everyone)
    return replace(gates, allowed=gates.allowed - everyone, banned=gates.banned - everyone, priority=priority)


def _role_words(typed: str) -> Iterator[str]:
    """Mentions and ids wherever they stand, and the names between commas."""
    for part in typed.split(","):
        mentions = [next(filter(None, match.groups())) for match in _MENTION.finditer(part)]
        rest = _MENTION.sub(" ", part).strip()
        yield from mentions
        if rest:
            yield rest


def _role(what: str, word: str, roles: ServerRoles) -> RoleId:
    name = word.removeprefix("@").casefold()
    if name == "everyone" or word == str(roles.everyone):
        raise BadEdit(f"`{what}` cannot name @everyone: `none` lets everybody in alike.")
    by_name = (role for role, called in roles.names.items() if called.removeprefix("@").casefold() == name)
    found = RoleId(int(word)) if word.isdecimal() and int(word) in roles.names else next(by_name, None)
    if found is None:
        raise UnknownRole(f'There is no role "{word[:100]}" in this server. Type @ and pick it from the list.')
    return found


def _with_limits(template: Template, wish: TemplateWish) -> Template:
    """The template with the limits of its roles, classes and specs, and what its roles want at least, as wished."""
    role_names = {one.name: one.name for one in template.roles}
    by_role = _limits("role_limits", wish.role_limits, role_names)
    wanted = _limits("wanted", wish.wanted, role_names)
    by_class = _limits("class_limits", wish.class_limits, {one.name: one.name for one in template.classes})
    by_spec = _limits("spec_limits", wish.spec_limits, _spec_names(template))
    return replace(
        template,
        roles=tuple(
            replace(one, limit=by_role.get(one.name, one.limit), wanted=wanted.get(one.name, one.wanted))
            for one in template.roles
        ),
        classes=tuple(
            replace(
                one,
                limit=by_class.get(one.name, one.limit),
                specs=tuple(replace(spec, limit=by_spec.get(_key(one, spec), spec.limit)) for spec in one.specs),
            )
            for one in template.classes
        ),
    )


def _key(game_class: GameClass, spec: Spec) -> str:
    return f"{game_class.name}/{spec.name}"


def _spec_names(template: Template) -> Mapping[str, str]:
    """How a spec may be called: "Paladin/Holy", and "Holy" where one class alone has it."""
    pairs = [(one, spec) for one in template.classes for spec in one.specs]
    names = [spec.name for _, spec in pairs]
    short = {spec.name: _key(one, spec) for one, spec in pairs if names.count(spec.name) == 1}
    return short | {_key(one, spec): _key(one, spec) for one, spec in pairs}


def _limits(what: str, typed: str | None, names: Mapping[str, str]) -> Mapping[str, int | None]:
    """Limits by name from "Tank=2, Healer=none"."""
    folded = {name.casefold(): key for name, key in names.items()}
    return {
        _named(what, name, folded): _limit(what, name, value)
        for name, value in _pairs(what, typed, "Tank=2, Healer=none")
    }


def _named(what: str, name: str, folded: Mapping[str, str]) -> str:
    if name.casefold() not in folded:
        known = ", ".join(dict.fromkeys(folded.values()))
        raise BadEdit(f'`{what}`: there is no "{name[:50]}" in this template. It has: {known[:300] or "none"}.')
    return folded[name.casefold()]


def _limit(what: str, name: str, value: str) -> int | None:
    try:
        return _number(what, value)
    except BadEdit:
        raise BadEdit(
            f'`{what}`: {name[:50]} takes a number from 1 to {MOST_PEOPLE} or `none`, not "{value[:50]}".'
        ) from None


def _labels(labels: Mapping[Choice, str], typed: str) -> Mapping[Choice, str]:
    """The buttons from "late=off, bench=Alternate, tentative=on"."""
    found = dict(labels)
    for name, word in _pairs("answers", typed, "late=off, bench=Alternate"):
        if name.casefold() not in list(Choice):
            raise BadEdit(f'`answers`: there is no answer "{name[:50]}". There are {", ".join(Choice)}.')
        choice = Choice(name.casefold())
        if word.casefold() in _OFF:
            found.pop(choice, None)
        else:
            found[choice] = DEFAULT_LABELS[choice] if word.casefold() in _ON else word
    return found


def _pairs(what: str, typed: str | None, example: str) -> Sequence[tuple[str, str]]:
    parts = [part.partition("=") for part in (typed or "").split(",") if part.strip()]
    if typed is not None and (not parts or not all(name.strip() and word.strip() for name, _, word in parts)):
        raise BadEdit(f"`{what}` is written as `{example}`.")
    return [(name.strip(), word.strip()) for name, _, word in parts]
