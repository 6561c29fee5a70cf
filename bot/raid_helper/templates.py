"""A template out of a Raid-Helper event: its buttons become classes and answers, its counters roles.

Reads today's shape (`classes[]`, `roles[]` with `emoteId`) and the older one (`emote`, `effective_name`). Raid-Helper's
emotes are its own application's, so no other bot can show them: known names get Unicode emoji, the rest neutral ones.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from pydantic import ValidationError

from bot.domain.json_values import LONGEST_TEXT, Path
from bot.domain.template import LONGEST_DURATION, BadTemplate, Choice, Template, read_template
from bot.domain.template_file import located, read_object
from bot.raid_helper.models import ClassButton, RaidHelperEvent, Spec
from bot.raid_helper.naming import owner_of
from bot.raid_helper.wire import Count, Text, Wire, as_count, as_object, as_rows, as_text

NO_LIMIT = 999
LONGEST_NAME = 50
MARKS = frozenset({"raidid", "templateId", "advancedSettings", "leaderId", "signUps", "signups", "classEmoteId"})
ROLE_EMOJI = {
    "tank": "🛡️",
    "healer": "💚",
    "melee": "⚔️",
    "ranged": "🏹",
    "dps": "💥",
    "damage": "💥",
    "support": "📣",
}
CLASS_EMOJI = {
    "deathknight": "💀",
    "dk": "💀",
    "demonhunter": "😈",
    "dh": "😈",
    "druid": "🐻",
    "evoker": "🐉",
    "hunter": "🎯",
    "mage": "🔥",
    "monk": "🐼",
    "paladin": "🔨",
    "priest": "✨",
    "rogue": "🗡️",
    "shaman": "⚡",
    "warlock": "🔮",
    "warrior": "🪓",
    "accepted": "✅",
}
NEUTRAL = tuple("🔴🟠🟡🟢🔵🟣🟤⚫⚪🟥🟧🟨🟩🟦🟪🟫⬛⬜🔶🔷🔸🔹🔺🔻💠🌀⭐🌟💫🌙🍀")
_TODAY = {"emote": "emoteId", "role_name": "roleName", "effective_name": "effectiveName"}
"""Older spellings of keys, and today's."""

STATUSES = {
    "late": Choice.LATE,
    "tentative": Choice.TENTATIVE,
    "maybe": Choice.TENTATIVE,
    "bench": Choice.BENCH,
    "absence": Choice.ABSENCE,
    "declined": Choice.ABSENCE,
}
ACCEPTING = frozenset({"accepted", "accept", "yes"})


class Counter(Wire):
    """A role Raid-Helper counts, such as Tanks."""

    name: Text = ""
    limit: Count = None


def read_export(text: str) -> Template | None:
    """The template behind a Raid-Helper event's JSON; None when `text` is something else.

    Raises BadTemplate with the line and what to mend.
    """
    data = read_object(text)
    if not _is_event(data):
        return None
    try:
        return _template(data)
    except BadTemplate as error:
        outer: Path = () if _event(data) is data else ("event",)
        raise located(text, BadTemplate(str(error), (*outer, *error.path))) from None


def template_from(event: RaidHelperEvent) -> Template:
    """The template behind an event as Raid-Helper answered it. Raises BadTemplate."""
    return _template(event.payload)


def _is_event(data: object) -> bool:
    event = _event(data)
    rows = _objects(event.get("classes"))
    return not MARKS.isdisjoint(event) or any("emoteId" in row for row in rows)


def _template(data: object) -> Template:
    event = _event(data)
    buttons = [_button(row, index) for index, row in enumerate(_objects(event.get("classes")))]
    if not buttons:
        raise BadTemplate("This Raid-Helper event lists no `classes`: take the event itself, not the list of events.")
    places = [one for one in buttons if not one.is_status and _fold(one.name) not in {*ACCEPTING, *STATUSES}]
    roles = _roles(event, places)
    emoji = _emoji([one.name for one in roles], ROLE_EMOJI)
    definition = {
        **_head(event),
        "answers": _answers(buttons),
        "roles": [_role(one, shown) for one, shown in zip(roles, emoji, strict=True)],
        "classes": list(_classes(places, [one.name for one in roles])),
    }
    try:
        return read_template(definition)
    except BadTemplate as error:
        raise BadTemplate(str(error), _path(error.path, event, buttons, places, roles)) from None


def _head(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """What stands above the list: the event's title, length and seats."""
    settings = as_object(event.get("advancedSettings")) or as_object(event.get("advanced")) or {}
    title = " ".join("".join(letter for letter in as_text(event.get("title")) if letter.isprintable()).split())
    duration = as_count(settings.get("duration")) or 0
    named = {"name": title[:LONGEST_NAME].strip() or "raid-helper", "title": title[:LONGEST_TEXT] or "From Raid-Helper"}
    kept = {"limit": _limit(as_count(settings.get("limit"))), "duration": min(duration, LONGEST_DURATION) or None}
    return {**named, **kept}


def _path(
    path: Path,
    event: Mapping[str, Any],
    buttons: Sequence[ClassButton],
    places: Sequence[ClassButton],
    roles: Sequence[Counter],
) -> Path:
    """Where a class or a role of ours stands in Raid-Helper's event."""
    match path:
        case ("roles", int(index), *_) if index < len(roles):
            return _path_of_role(event, buttons, roles[index].name)
        case ("classes", int(index), *rest) if index < len(places):
            # A spec's line where it has one: what a bare button lacks, we made up.
            return ("classes", buttons.index(places[index]), *(rest if places[index].specs else ()))
        case _:
            return ()


def _path_of_role(event: Mapping[str, Any], buttons: Sequence[ClassButton], name: str) -> Path:
    """Where a role is named: among the counters, else by a button or one of its specs."""
    listed = [{as_text(row.get("name"))} for row in _rows(event.get("roles"))]
    named = [{one.name, *(spec.role_name for spec in one.specs)} for one in buttons]
    for key, rows in (("roles", listed), ("classes", named)):
        for index, names in enumerate(rows):
            if name in names:
                return (key, index)
    return ()


def _event(data: object) -> Mapping[str, Any]:
    """The event itself, out of the envelope a create answers with."""
    outer = as_object(data) or {}
    return as_object(outer.get("event")) or outer


def _objects(value: object) -> Sequence[Mapping[str, Any]]:
    return [{_TODAY.get(key, key): each for key, each in row.items()} for row in _rows(value)]


def _rows(value: object) -> Sequence[Mapping[str, Any]]:
    return cast("Sequence[Mapping[str, Any]]", as_rows(value))


def _button(row: Mapping[str, Any], index: int) -> ClassButton:
    try:
        button = ClassButton.model_validate({**row, "specs": _objects(row.get("specs"))})
    except ValidationError:
        button = ClassButton()
    if not button.name.strip():
        raise BadTemplate(f"Raid-Helper's class {index + 1} has no name.", ("classes", index))
    return button


def _answers(buttons: Iterable[ClassButton]) -> Mapping[str, str]:
    """The statuses as buttons of ours, worded as they were; whoever comes signs up."""
    accepting = next((one.name for one in buttons if _fold(one.name) in ACCEPTING), "Sign up")
    found = {status.value: one.name for one in buttons if (status := _status(one))}
    return {Choice.ACCEPTED.value: accepting, **found}


def _status(button: ClassButton) -> Choice | None:
    """Which status a button is, by its name, else by what it counts as where a server gave it another."""
    renamed = STATUSES.get(_fold(button.effective_name)) if button.is_status else None
    return STATUSES.get(_fold(button.name), renamed)


def _roles(event: Mapping[str, Any], places: Sequence[ClassButton]) -> Sequence[Counter]:
    """The counters, and behind them the ones specs name although they are not listed; else the buttons themselves."""
    listed = [Counter.model_validate(row) for row in _objects(event.get("roles"))]
    named = [spec.role_name or "" for one in places for spec in one.specs]
    known = {one.name: one for one in (*(Counter(name=name) for name in named), *listed) if one.name.strip()}
    ordered = dict.fromkeys(one for one in (*(one.name for one in listed), *named) if one in known)
    return [known[name] for name in ordered] or [Counter(name=one.name) for one in places]


def _role(counter: Counter, emoji: str) -> Mapping[str, Any]:
    return {"name": counter.name, "emoji": emoji, "limit": _limit(counter.limit)}


def _classes(places: Sequence[ClassButton], roles: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    emoji = _emoji([one.name for one in places], {**CLASS_EMOJI, **ROLE_EMOJI})
    for place, shown in zip(places, emoji, strict=True):
        offers = place.specs or (Spec(name=place.name),)
        names = _spec_names(offers)
        specs = [
            {"name": name, "role": _role_of(offer, place, roles), "limit": _limit(offer.limit)}
            for name, offer in zip(names, offers, strict=True)
        ]
        yield {"name": place.name, "emoji": shown, "limit": _limit(place.limit), "specs": specs}


def _spec_names(offers: Sequence[Spec]) -> Sequence[str]:
    """The specs' names; the digit that tells two of one name apart becomes the class, where the emote says which."""
    plain = [re.sub(r"(?<=[^\W\d])\d$", "", one.name.replace("_", " ")).strip() for one in offers]
    names = [_with_class(name, one) if plain.count(name) > 1 else name for name, one in zip(plain, offers, strict=True)]
    return [one.name if names.count(name) > 1 else name for name, one in zip(names, offers, strict=True)]


def _with_class(name: str, offer: Spec) -> str:
    owner = owner_of(offer.emote_id)
    return f"{name} ({owner})" if owner else offer.name


def _role_of(offer: Spec, place: ClassButton, roles: Sequence[str]) -> str:
    """The role an offer counts for: its own, else the one called like the button (Tank, Tanks), else the last."""
    if offer.role_name in roles:
        return offer.role_name or roles[-1]
    wanted = _fold(place.name).rstrip("s")
    return next((role for role in roles if _fold(role).rstrip("s") == wanted), roles[-1])


def _limit(limit: int | None) -> int | None:
    return limit if limit is not None and 0 < limit < NO_LIMIT else None


def _emoji(names: Sequence[str], known: Mapping[str, str]) -> Sequence[str]:
    """An emoji for each name, none twice: the known one, else the next neutral one."""
    found: list[str] = []
    for name in names:
        usual = next((known[word] for word in (_fold(name), _fold(name).rstrip("s")) if word in known), "")
        left = (one for one in (usual, *NEUTRAL) if one and one not in found)
        found.append(next(left, NEUTRAL[0]))
    return found


def _fold(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
