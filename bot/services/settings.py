"""What settings hold for a raid, a series or a channel: the stored values along the inheritance, put together.

A template's and a series' own fields, a server's columns and a raid's own length, limit and deadline are values at
their level like any other; they have commands of their own, and stand where they always stood.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.domain.event import Event, NewEvent
from bot.domain.gates import Gates, Method, read_roles
from bot.domain.ids import ChannelId, GuildId, RoleId, SeriesId, TemplateId
from bot.domain.setting import SERVER, Effective, Level, Scope
from bot.domain.settings import (
    ALLOWED_ROLES,
    BANNED_ROLES,
    METHOD,
    OFFICER_CHANNEL,
    OFFICER_ROLES,
    PRIORITY_ROLES,
    REMINDERS,
)
from bot.domain.template import OWN_FIELDS, Template
from db import Session
from db.settings import Standing

MINUTE = timedelta(minutes=1)
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Around:
    """Where something stands: in a channel, with a template, of a series; what is None is not around it."""

    guild_id: GuildId
    channel_id: ChannelId | None = None
    template_id: TemplateId | None = None
    series_id: SeriesId | None = None


async def effective(tx: Session, event: Event) -> Effective:
    """What holds for a raid."""
    around = Around(event.guild_id, event.channel_id, event.template_id, event.series_id)
    return await within(tx, around, event)


async def within(tx: Session, around: Around, event: Event | None = None) -> Effective:
    """What holds in that place, for a raid that stands there or for the next one."""
    levels = _levels(around, event)
    standing = await tx.settings.around(around.guild_id, levels, around.template_id, around.series_id)
    if standing.shipped:
        # What a shipped template says is nobody's word here: a game's default, which the server's own goes before.
        levels = sorted(levels, key=lambda level: level.scope is not Scope.TEMPLATE)
    return Effective([(level, {**_facts(standing, level, event), **standing.stored[level]}) for level in levels])


async def of_server(tx: Session, guild_id: GuildId) -> Facts:
    """Everything set at the server's own level, as it is kept."""
    standing = await tx.settings.around(guild_id, [SERVER])
    return {**_of_server(standing.server), **standing.stored[SERVER]}


def gates_of(holds: Effective, guild_id: GuildId) -> Gates:
    """The rules for signing up that hold in that server; @everyone, which has its id, is no role to go first by."""
    return Gates(
        Method(holds[METHOD] or Method.SELF),
        frozenset(holds[ALLOWED_ROLES]),
        frozenset(holds[BANNED_ROLES]),
        read_roles(holds[PRIORITY_ROLES], RoleId(guild_id)),
    )


def own_gates(template: Template, holds: Effective, guild_id: GuildId) -> Gates | None:
    """The rules for signing up that hold, where they are not the template's own."""
    gates = gates_of(holds, guild_id)
    return None if gates == template.gates else gates


async def gated(tx: Session, new: NewEvent, template: Template) -> NewEvent:
    """The raid with the rules for signing up that hold where it will stand."""
    holds = await within(tx, Around(new.guild_id, new.channel_id, new.template_id, new.series_id))
    return replace(new, gates=own_gates(template, holds, new.guild_id))


def _levels(around: Around, event: Event | None) -> Sequence[Level]:
    """From the outermost to the innermost."""
    inner = (
        (Scope.CHANNEL, around.channel_id),
        (Scope.TEMPLATE, around.template_id),
        (Scope.SERIES, around.series_id),
        (Scope.EVENT, event.id if event else None),
    )
    return [SERVER, *(Level(scope, found) for scope, found in inner if found is not None)]


def _facts(standing: Standing, level: Level, event: Event | None) -> Facts:
    """What stands in the rows themselves at that level."""
    match level.scope:
        case Scope.SERVER:
            return _of_server(standing.server)
        case Scope.TEMPLATE:
            return of_template(standing.template)
        case Scope.SERIES:
            return _given(standing.series)
        case Scope.EVENT:
            return _of_event(event) if event else {}
        case Scope.CHANNEL:
            return {}


def _of_server(row: Facts) -> Facts:
    """What `/raid setup` wrote, as values at the server's level."""
    roles, channel = row.get("officer_role_ids") or (), row.get("officer_channel_id")
    return _given(
        {
            OFFICER_ROLES.name: [str(one) for one in sorted(roles)] or None,
            OFFICER_CHANNEL.name: str(channel) if channel else None,
        }
    )


def of_template(definition: Facts) -> Facts:
    """What a template's definition sets, as values at the template's level."""
    fields = {**definition, **definition.get("sign_ups", {})}
    return {**_given({name: fields.get(name) for name in OWN_FIELDS}), **definition.get("settings", {})}


def _of_event(event: Event) -> Facts:
    """A raid's own: here "no limit" and "no deadline" are values, too."""
    deadline = (event.starts_at - event.deadline) // MINUTE if event.deadline else None
    own = _given({REMINDERS.name: None if event.reminders is None else list(event.reminders)})
    length = (event.ends_at - event.starts_at) // MINUTE
    return {"duration": length, "limit": event.total_limit, "deadline": deadline, **own}


def _given(facts: Facts) -> Facts:
    return {name: value for name, value in facts.items() if value is not None}
