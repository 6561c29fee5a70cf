"""Which Discord roles a server's settings, templates, raids and ranks name, for the day one is deleted."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from bot.domain.event import Event
from bot.domain.gates import Gates
from bot.domain.ids import GuildId, RoleId
from bot.domain.needs import RANK, Named, Naming
from bot.domain.setting import SERVER, Effective, Level, Scope, Setting
from bot.domain.setting_kinds import Roles
from bot.domain.settings import (
    ALL,
    ALLOWED_ROLES,
    BANNED_ROLES,
    MENTION_ROLES,
    OFFICER_ROLES,
    PRIORITY_ROLES,
)
from bot.services.settings import gates_of, of_template
from bot.services.templates import stored_of
from db import Session

OF_ROLES: Sequence[Setting[tuple[RoleId, ...]]] = [one for one in ALL if isinstance(one.kind, Roles)]
GATES = (ALLOWED_ROLES, BANNED_ROLES, PRIORITY_ROLES)


async def of_server(tx: Session, guild_id: GuildId, ahead: Sequence[Event]) -> Named:
    """Everything that names roles in the server, at every level, the raids `ahead` included."""
    stored = dict(await tx.settings.everything(guild_id))
    officers = (await tx.servers.get(guild_id)).officer_roles
    stored[SERVER] = {OFFICER_ROLES.name: [str(one) for one in sorted(officers)], **stored.get(SERVER, {})}
    for template in await tx.templates.own(guild_id):
        stored[Level(Scope.TEMPLATE, template.id)] = of_template(template.definition)
    named: dict[Naming, Collection[RoleId]] = dict(await _of_ranks(tx, guild_id))
    for level, values in stored.items():
        named.update(_at(level, values))
    for event in ahead:
        named.update(_of_gates(Level(Scope.EVENT, event.id), event.gates))
    return named


async def of_raid(tx: Session, event: Event, holds: Effective) -> Named:
    """What names roles that matter to a raid; whom its sheet rings only matters to the next one of its series."""
    found = [(setting, holds.found(setting)) for setting in OF_ROLES if setting not in GATES]
    settings = {
        Naming(setting.name, one.level): one.value
        for setting, one in found
        if one.level and one.value and (setting is not MENTION_ROLES or event.series_id is not None)
    }
    return {**settings, **await _gates(tx, event), **await _of_ranks(tx, event.guild_id)}


async def _gates(tx: Session, event: Event) -> Named:
    """The raid's own rules for signing up, else its template's as it was made with."""
    template = await stored_of(tx, event)
    if event.gates is not None or template is None:
        return _of_gates(Level(Scope.EVENT, event.id), event.gates)
    level = Level(Scope.TEMPLATE, template.id)
    return _of_gates(level, gates_of(Effective([(level, of_template(template.definition))]), event.guild_id))


def _at(level: Level, values: Mapping[str, Any]) -> Iterator[tuple[Naming, Sequence[RoleId]]]:
    here = Effective([(level, values)])
    for setting in OF_ROLES:
        if roles := here[setting]:
            yield Naming(setting.name, level), roles


def _of_gates(level: Level, gates: Gates | None) -> Named:
    if gates is None:
        return {}
    found = ((ALLOWED_ROLES, gates.allowed), (BANNED_ROLES, gates.banned), (PRIORITY_ROLES, gates.priority))
    return {Naming(setting.name, level): roles for setting, roles in found if roles}


async def _of_ranks(tx: Session, guild_id: GuildId) -> Named:
    return {Naming(RANK, rank=one.name): (one.role_id,) for one in await tx.ranks.all(guild_id) if one.role_id}
