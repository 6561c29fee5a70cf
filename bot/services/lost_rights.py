"""Lost permissions are said the day before a raid, not found at it; each once a raid."""

import json
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, Protocol

from bot.clock import Clock
from bot.domain import needs
from bot.domain.action import Action, Kind, NewAction
from bot.domain.alerts import still_ahead
from bot.domain.emoji import custom_in
from bot.domain.event import Event
from bot.domain.ids import ChannelId, GuildId, RoleId, UserId
from bot.domain.needs import Lack
from bot.domain.server import Server
from bot.domain.setting import Effective
from bot.domain.settings import ANNOUNCE, ARCHIVE, ARCHIVE_CHANNEL, OFFICER_CHANNEL, REPOST
from bot.services import deciders, naming
from bot.services.queue import Handler
from bot.services.settings import effective
from bot.services.templates import stored_of
from db import Database


class Rights(Protocol):
    """What the bot may do in Discord, and the word about what it may not."""

    async def in_channel(self, guild_id: GuildId, channel_id: ChannelId, needed: Sequence[str]) -> Lack:
        """What it lacks of `needed` in a channel or thread."""
        ...

    async def in_server(self, guild_id: GuildId, needed: Sequence[str]) -> Lack:
        """What it lacks of `needed` in the server."""
        ...

    async def deleted(self, guild_id: GuildId, roles: Collection[RoleId]) -> Collection[RoleId]:
        """Which of these roles are not in the server any more."""
        ...

    async def emoji(self, guild_id: GuildId) -> AbstractSet[int] | None:
        """The custom emoji the bot can show there, by their ids; None where it is no member any more."""
        ...

    async def tell_officers(self, channel_id: ChannelId, event: Event, lacks: Sequence[Lack], nonce: str) -> None:
        """Say there what is lacking for a raid. Raises Undeliverable as `Messenger` does."""
        ...

    async def tell_leader(self, user_id: UserId, event: Event, lacks: Sequence[Lack], nonce: str) -> None:
        """Say it to the leader by direct message. Raises Undeliverable."""
        ...


class LostRights:
    """The queue's handler that looks at what the bot is allowed."""

    def __init__(self, db: Database, rights: Rights, clock: Clock) -> None:
        self._db = db
        self._rights = rights
        self._clock = clock

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        return {Kind.CHECK_RIGHTS: self.check}

    async def check(self, action: Action) -> str:
        """Look at everything the raid needs, and tell what is lacking and was not told before."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            event = await tx.events.get(action.event_id) if action.event_id else None
            early = event is not None and now < needs.look_at(event) and not action.payload.get("noticed")
            if event is None or not still_ahead(event, now) or early:
                return "nothing to look at"
            await tx.actions.enqueue(*_once_more(event, now))
            template = await stored_of(tx, event)
            holds, server = await effective(tx, event), await tx.servers.get(event.guild_id)
            named = await naming.of_raid(tx, event, holds)
        lacks = await self._lacks(event, holds, _spoken_in(event, holds, server), named)
        lacks = [*lacks, *await self._without_emoji(event, template.definition if template else {})]
        if not lacks:
            return "all there"
        async with self._db.transaction() as tx:
            await tx.events.lock(event.guild_id, event.id)
            reasons = [reason for lack in lacks for reason in lack.reasons]
            news = await tx.lost_rights.claim(event.id, reasons, action.id)
        fresh = [one for lack in lacks if (one := lack.only(news))]
        if not fresh:
            return "told before"
        return await deciders.tell(
            holds[OFFICER_CHANNEL],
            event.leader_id,
            lambda officers: self._rights.tell_officers(officers, event, fresh, action.nonce),
            lambda leader: self._rights.tell_leader(leader, event, fresh, action.nonce),
        )

    async def _lacks(
        self, event: Event, holds: Effective, spoken_in: Sequence[ChannelId], named: needs.Named
    ) -> Sequence[Lack]:
        """What the bot lacks in the raid's channel, in the server, and where else it speaks; which roles are gone."""
        guild_id, found = event.guild_id, list[Lack]()
        if event.channel_id is not None:
            needed = needs.in_channel(holds, event.sheet)
            found.append(await self._rights.in_channel(guild_id, event.channel_id, needed))
        found.append(await self._rights.in_server(guild_id, needs.in_server(holds, event.sheet)))
        found += [await self._rights.in_channel(guild_id, one, needs.SAYS) for one in spoken_in]
        roles = {role for roles in named.values() for role in roles}
        if roles:
            found.append(needs.deleted(named, await self._rights.deleted(guild_id, roles)))
        return [one for one in found if one]

    async def _without_emoji(self, event: Event, definition: Mapping[str, Any]) -> Sequence[Lack]:
        """What of the template's own emoji cannot be shown any more; Discord is asked only when there is any."""
        custom = custom_in(json.dumps(definition))
        usable = await self._rights.emoji(event.guild_id) if custom else None
        gone = sorted(name for one, name in custom.items() if usable is not None and one not in usable)
        return [Lack(None, emoji=tuple(gone))] if gone else []


def _spoken_in(event: Event, holds: Effective, server: Server) -> Sequence[ChannelId]:
    """The channels besides the raid's own in which something is said of it: to officers, of next week's, afterwards."""
    announced = server.raid_channel_id if event.series_id and holds[ANNOUNCE] else None
    archive = holds[ARCHIVE_CHANNEL] if holds[ARCHIVE] == REPOST else None
    spoken = dict.fromkeys((announced, holds[OFFICER_CHANNEL], archive))
    return [one for one in spoken if one is not None and one != event.channel_id]


def planned(event: Event, now: datetime) -> Sequence[NewAction]:
    """The look at our rights a day before a raid, or now when it is nearer."""
    if not still_ahead(event, now):
        return ()
    kind, lane, at = Kind.CHECK_RIGHTS, f"officers:{event.guild_id}", max(needs.look_at(event), now)
    key = f"{kind}:{event.id}:{int(event.starts_at.timestamp())}"
    return [NewAction(event.guild_id, kind, lane, at, event.id, dedupe=key)]


def _once_more(event: Event, now: datetime) -> Sequence[NewAction]:
    """The last look, on the raid's day."""
    at = event.starts_at - needs.LAST_LEAD
    if not needs.look_at(event) <= now < at:
        return ()
    kind, lane = Kind.CHECK_RIGHTS, f"officers:{event.guild_id}"
    key = f"{kind}:{event.id}:{int(event.starts_at.timestamp())}:again"
    return [NewAction(event.guild_id, kind, lane, at, event.id, dedupe=key)]


def noticed(event: Event, now: datetime) -> NewAction:
    """The same look at once: something is missing already. An action each, for one done twice would say it twice."""
    lane = f"officers:{event.guild_id}"
    return NewAction(event.guild_id, Kind.CHECK_RIGHTS, lane, now, event.id, {"noticed": True})
