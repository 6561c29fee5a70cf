"""The first steps: how far a server's setup is, and a test sheet, which deletes itself."""

from collections.abc import Mapping

from bot.clock import Clock
from bot.domain.action import Action, Kind, NewAction, channel_lane
from bot.domain.errors import MusterError
from bot.domain.event import Event, EventStatus
from bot.domain.first_steps import TEST_LASTS, Steps, nights_ahead
from bot.domain.ids import EventId, GuildId
from bot.domain.permissions import Actor, require_manager
from bot.domain.setting import Level, Scope
from bot.domain.settings import MENTION_ROLES
from bot.services.queue import Handler
from bot.services.raids import Raids, RaidWish
from bot.services.templates import Templates
from db import Database, Session


class NoRaidChannel(MusterError):
    """Choose the raid channel first: the test sheet stands there."""


class FirstSteps:
    """The use cases behind `/raid setup` without options. Every method raises NotAnAdministrator."""

    def __init__(self, db: Database, templates: Templates, raids: Raids, clock: Clock) -> None:
        self._db = db
        self._templates = templates
        self._raids = raids
        self._clock = clock

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        return {Kind.END_TEST: self.end_test}

    async def look(self, actor: Actor) -> Steps:
        """How far the server is."""
        require_manager(actor)
        now = self._clock.now()
        async with self._db.transaction() as tx:
            server = await tx.servers.get(actor.guild_id)
            _, template = await self._templates.named(tx, server.id, server.default_template)
            return Steps(server, template.title, now, nights_ahead(server.zone, now), await _test_of(tx, server.id))

    async def post_test(self, actor: Actor, title: str, description: str) -> Event:
        """A raid tomorrow evening whose sheet deletes itself within the hour; the one that stands, if one does.

        Raises NoRaidChannel.
        """
        require_manager(actor)
        now = self._clock.now()
        async with self._db.transaction() as tx:
            server = await tx.servers.lock(actor.guild_id)  # of two presses at once the second finds the first's
            if server.raid_channel_id is None:
                raise NoRaidChannel
            if standing := await _test_of(tx, server.id):
                return standing
            await tx.actions.call_off(_key(server.id))  # of one that somebody cancelled
            event = await self._raids.create_in(tx, actor, RaidWish(title, "tomorrow 20:00", description=description))
            await tx.events.is_a_test(event.id)
            await tx.settings.put(server.id, Level(Scope.EVENT, event.id), {MENTION_ROLES.name: []})
            lane, key = channel_lane(event.channel_id), _key(server.id)
            ending = NewAction(server.id, Kind.END_TEST, lane, now + TEST_LASTS, event.id, dedupe=key)
            await tx.actions.enqueue(ending)
            return event

    async def drop_test(self, actor: Actor) -> None:
        """Delete the test sheet now; one that is gone is fine."""
        require_manager(actor)
        async with self._db.transaction() as tx:
            standing = await _test_of(tx, actor.guild_id)
            if standing is not None:
                await tx.actions.call_off(_key(actor.guild_id))
                await self._end(tx, standing)

    async def end_test(self, action: Action) -> str:
        """Delete a test sheet whose hour is over."""
        if action.event_id is None:
            return "no test"
        async with self._db.transaction() as tx:
            event = await tx.events.lock(action.guild_id, action.event_id)
            if event is None or event.status is EventStatus.CANCELLED:
                return "gone already"
            await self._end(tx, event)
        return "deleted"

    async def _end(self, tx: Session, event: Event) -> None:
        """Have nothing stand of it. Nobody is told: nobody was to come."""
        await tx.events.cancel(event.id, None)
        lane = channel_lane(event.channel_id)
        await tx.actions.enqueue(NewAction(event.guild_id, Kind.DELETE_SHEET, lane, self._clock.now(), event.id))


async def _test_of(tx: Session, guild_id: GuildId) -> Event | None:
    """The server's test sheet, its event locked; None when none stands or somebody cancelled it."""
    event_id: EventId | None = await tx.actions.open_event(_key(guild_id))
    event = await tx.events.lock(guild_id, event_id) if event_id else None
    return event if event and event.status is EventStatus.SCHEDULED else None


def _key(guild_id: GuildId) -> str:
    """One test sheet a server: its end is the one open action of this key."""
    return f"{Kind.END_TEST}:{guild_id}"
