"""A placeholder who is on Discord now: their sign-ups, characters and history become the member's."""

from dataclasses import dataclass, replace

from bot.clock import Clock
from bot.domain.desk import Desk
from bot.domain.errors import MusterError
from bot.domain.event import SheetKind
from bot.domain.ids import EventId
from bot.domain.notice import Notice
from bot.domain.people import NotAPlaceholder, Person, find_person
from bot.domain.permissions import Actor
from bot.domain.roster import SignUp
from bot.services import places, sheets
from bot.services.templates import Templates
from db import Database, Session


@dataclass(frozen=True)
class Linked:
    """Who `name` turned out to be; `sheets` counts the raids ahead they are on by that name's answer."""

    name: str
    person: Person
    sheets: int


class Linking:
    """The use case behind `/player link`."""

    def __init__(self, db: Database, templates: Templates, clock: Clock) -> None:
        self._db = db
        self._templates = templates
        self._clock = clock

    async def link(self, actor: Actor, member: Actor, typed: str) -> Linked:
        """Make the placeholder meant by `typed` that member; where both are on a sheet, they have one seat.

        Raises NotAnOfficer, UnknownPerson, NotAPlaceholder; then nothing is written.
        """
        now = self._clock.now()
        async with self._db.transaction() as tx:
            await places.require_officer(tx, actor)
            gone = await _placeholder(tx, actor, typed)
            # Raids before people: a click that writes somebody down locks them in this order, too.
            open_sheets = await tx.people.open_sheets([gone.id])
            for event_id in open_sheets:
                await tx.events.lock(actor.guild_id, event_id)
            stays = Person((await tx.players.register(member)).id, member.name, member.user_id)
            for event_id in open_sheets:
                await self._one_seat(tx, actor, event_id, gone, stays)
            await tx.merging.merge(gone.id, stays.id)
            about = {"player_id": stays.id, "name": gone.name}
            await tx.audit.note(actor.guild_id, None, actor.user_id, "player.link", now, **about)
            return Linked(gone.name, stays, len(open_sheets))

    async def _one_seat(self, tx: Session, actor: Actor, event_id: EventId, gone: Person, stays: Person) -> None:
        event, now = await tx.events.get(event_id), self._clock.now()
        if event is None:
            return
        desk = Desk(event, await self._templates.of(tx, event), await tx.sign_ups.of(event_id))
        theirs, own = desk.own(gone.id), desk.own(stays.id)
        if theirs is None:
            return
        desk.take_off(gone.id)
        desk.put(one_person(theirs, own, stays))
        await tx.sign_ups.remove(event_id, desk.removed)
        await tx.sign_ups.put(event_id, desk.changed, "officer")
        kept_there = event.sheet is SheetKind.RAID_HELPER
        follows = sheets.brought(desk, now) if kept_there else sheets.moved_up_and_down(desk, now)
        await tx.actions.enqueue(*follows)
        if own is None and stays.user_id != actor.user_id:
            await tx.actions.enqueue(*sheets.tell(event, Notice.ADDED, one_person(theirs, None, stays), now))


def one_person(placeholder: SignUp, own: SignUp | None, person: Person) -> SignUp:
    """The one sign-up of somebody who had two: their own word counts, at the better of the two places."""
    if own is None:
        return replace(placeholder, player_id=person.id, name=person.name, user_id=person.user_id)
    if not (own.choice.holds_seat and placeholder.choice.holds_seat) or own.order <= placeholder.order:
        return replace(own, note=own.note or placeholder.note)
    place = {"tier": placeholder.tier, "slot": placeholder.slot, "signed_at": placeholder.signed_at}
    return replace(own, note=own.note or placeholder.note, **place)


async def _placeholder(tx: Session, actor: Actor, typed: str) -> Person:
    """Somebody without Discord, whom a member of the same name does not hide. Raises UnknownPerson, NotAPlaceholder."""
    people = await tx.people.everybody(actor.guild_id)
    nameless = [one for one in people if one.user_id is None]
    try:
        return find_person(nameless, typed)
    except MusterError:
        find_person(people, typed)
        raise NotAPlaceholder from None
